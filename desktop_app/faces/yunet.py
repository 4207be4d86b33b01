"""Finds faces with YuNet: small ones in a crowd, one that fills the frame, leaning and lying."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.face import DetectedFace
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.alignment import warp_upright
from desktop_app.faces.detector import clipped, roll_of, seen_through, without_duplicates
from desktop_app.models.onnx_session import open_session, run

SIDE = 640  # of the network's square input, fixed in its graph
STRIDES = (8, 16, 32)  # pixels of the input for one cell of the three output grids
SMALL = 320  # pixels of the longer side for faces that fill the frame
OVERLAP = 96  # of neighbouring tiles: a face smaller than this is whole in one of them
STEP = 3  # between the scales of two levels of tiles: 32 px on one is 96 px on the next
FINEST = 0.7  # of the photo's own scale: a face of 40 px is then 28 px
LARGEST = 4448  # pixels of the longer side of the finest level (8 tiles)
TURNED = 1184  # the same for the looks at a turned photo (2 tiles)

CANDIDATE = 0.4  # score from which a finding is looked at again
SURE = 0.93  # score from which a face does not stand on its head; that reaches 0.92
CONTENT = 0.9  # score of one face from which the photo is not turned in search of lying ones
AGREED = 0.8  # score that a finding needs at two heights
STRAIGHT = 8.0  # degrees; the five points are good for a face that leans less than this
HEIGHTS = (100, 160, 100, 160)  # of the face in pixels, in the looks at one face
AROUND = 3.2  # side of such a look, in heights of the face
TURNS = (90, -90, 180, 45, -45, 135, -135)  # degrees, where nothing sure stands upright


class YuNetDetector:
    """`face_detection_yunet_2023mar.onnx` over a pyramid of the photo.

    The whole photo is seen at 320 and at 640 px, a large one also in tiles, until a face of 40 px
    is 28 px high in the network's input. A finding is turned upright by its own eyes and looked at
    again at two other scales, until two looks agree how it leans, or it is dropped; where the two
    are not sure, it is looked at upside down too. Where hardly a face was found, the photo is
    looked at in seven other directions.

    Measured on 104 portraits and old photos shrunk into a texture: a face 14 px high in the
    network's input is found in 33 of 100, 20 px 65, 24 px 85, 28 px 90, 32 px 92, from 40 px 99.
    Of 451 tiles of stars, pages, machines and fabrics one look alone takes 6 for faces at a score
    of 0.65; with the looks that must agree none. In a scene of 24 megapixels 60 of 60 faces 40 px
    high are found and nothing else. A pass takes 7 ms on two cores, a usual portrait 4 to 6 passes.
    """

    id = "yunet_2023mar"

    def __init__(self, model: Path, device: str = "auto", threads: int | None = None) -> None:
        self._session = open_session(model, device, threads)
        self._outputs = [f"{head}_{n}" for n in STRIDES for head in ("cls", "obj", "bbox", "kps")]

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        """See `FaceDetector.detect`; the five points of a lying face follow its own upright."""
        return self._search(image, FINEST, LARGEST, harder=False)

    def detect_harder(self, image: RgbImage) -> list[DetectedFace]:
        """For one photo that a person asked for: enlarged twice, and in all eight directions."""
        return self._search(image, 2.0, 2 * LARGEST, harder=True)

    def _search(
        self, image: RgbImage, finest: float, largest: int, *, harder: bool
    ) -> list[DetectedFace]:
        faces = self._confirmed(image, self._pyramid(image, finest, largest))
        if not harder and any(face.det_score >= CONTENT for face in faces):
            return faces
        coarse = _resized(image, min(finest, 1.0, TURNED / max(image.shape[:2])))
        down, across = coarse.shape[0] / image.shape[0], coarse.shape[1] / image.shape[1]
        to_coarse = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])
        for degrees in TURNS:
            turned, matrix = _turned(coarse, degrees)
            rows = self._pyramid(turned, finest, TURNED)
            found = [seen_through(face, matrix @ to_coarse, image.shape) for face in rows]
            faces += self._confirmed(image, found)
        return without_duplicates(faces)

    def _pyramid(self, image: RgbImage, finest: float, largest: int) -> list[DetectedFace]:
        """What may be a face, from all levels of the photo."""
        longest = max(image.shape[:2])
        side = min(longest * finest, largest)
        level = image
        found = []
        while side > 1.2 * SIDE:
            level = _resized(image, side / longest)
            for left, top, tile in _tiles(level):
                rows = self._look(tile)
                rows = rows[_whole(rows, left, top, tile.shape, level.shape)]
                found.append(_to_photo(rows, left, top, level.shape, image.shape))
            side /= STEP
        for whole, most in ((SIDE, 1.0), (SMALL, 2.0)):
            small = _resized(level, min(whole / max(level.shape[:2]), most))
            found.append(_to_photo(self._look(small), 0, 0, small.shape, image.shape))
        return [_as_face(row, image.shape) for row in np.vstack(found)]

    def _confirmed(self, image: RgbImage, found: list[DetectedFace]) -> list[DetectedFace]:
        """The findings that are faces, each once, as the surest look sees them."""
        looked_at = (self._face_or_none(image, face) for face in without_duplicates(found))
        return without_duplicates([face for face in looked_at if face is not None])

    def _face_or_none(self, image: RgbImage, face: DetectedFace) -> DetectedFace | None:
        agreeing = 0
        for height in HEIGHTS:
            again = self._seen_again(image, face, height)
            if again is None:
                return None
            turn = abs((roll_of(again) - roll_of(face) + 180) % 360 - 180)
            face = again
            if turn < STRAIGHT:
                if face.det_score < AGREED:
                    return None
                agreeing += 1
            if agreeing == 2:
                break
        else:
            return None
        if face.det_score >= SURE:
            return face
        over = self._seen_again(image, face, HEIGHTS[-1], 180.0)
        return over if over is not None and over.det_score > face.det_score else face

    def _seen_again(
        self, image: RgbImage, face: DetectedFace, size: int, degrees: float = 0.0
    ) -> DetectedFace | None:
        """The face turned upright by its eyes, and by `degrees`; its box's longer side `size`."""
        box = face.bbox
        if min(box.width, box.height) < 1:
            return None
        middle = np.array([box.left + box.right, box.top + box.bottom]) / 2
        matrix = cv2.getRotationMatrix2D(
            tuple(middle), roll_of(face) + degrees, size / max(box.width, box.height)
        )
        side = round(AROUND * size)
        matrix[:, 2] += side / 2 - middle
        rows = self._look(warp_upright(image, matrix, side))
        looks = (seen_through(_as_face(row, (side, side)), matrix, image.shape) for row in rows)
        return max(
            (look for look in looks if look.bbox.overlap(box) > 0.35),
            key=lambda look: look.det_score,
            default=None,
        )

    def _look(self, tile: RgbImage) -> NDArray[np.float64]:
        """One pass over a tile of at most (640, 640, 3): (n, 15) of box, five points, score.

        The decoding is that of OpenCV's FaceDetectorYN: score = sqrt(class x object); a cell's
        box centre and points are offsets in strides, its width and height powers of e.
        """
        height, width = tile.shape[:2]
        canvas = np.zeros((1, 3, SIDE, SIDE), np.float32)
        canvas[0, :, :height, :width] = tile[:, :, ::-1].transpose(2, 0, 1)  # BGR, 0 to 255
        outputs = iter(run(self._session, self._outputs, {"input": canvas}))
        found = []
        for stride in STRIDES:
            score, sure, box, points = (next(outputs)[0] for _ in range(4))
            score = np.sqrt(np.clip(score[:, 0], 0, 1) * np.clip(sure[:, 0], 0, 1))
            cells = np.flatnonzero(score >= CANDIDATE)
            down, across = np.divmod(cells, SIDE // stride)
            corner = np.stack([across, down], axis=1).astype(np.float64)  # (n, 2)
            centre = (corner + box[cells, :2]) * stride
            half = np.exp(box[cells, 2:4].astype(np.float64)) * stride / 2
            dots = ((points[cells].reshape(-1, 5, 2) + corner[:, None]) * stride).reshape(-1, 10)
            rows = np.hstack([centre - half, centre + half, dots, score[cells, None]])
            # beyond the edge the network sometimes guesses at the other half of a cut face
            found.append(rows[((centre >= 0) & (centre <= [width, height])).all(axis=1)])
        return np.vstack(found)


def _as_face(row: NDArray[np.float64], shape: tuple[int, ...]) -> DetectedFace:
    points = row[4:14].reshape(5, 2).astype(np.float32)
    return DetectedFace(clipped(row[:4], shape[1], shape[0]), points, float(row[14]))


def _resized(image: RgbImage, ratio: float) -> RgbImage:
    """The photo enlarged or, by averaging, shrunk."""
    size = (max(1, round(image.shape[1] * ratio)), max(1, round(image.shape[0] * ratio)))
    how = cv2.INTER_AREA if ratio < 1 else cv2.INTER_CUBIC
    resized: RgbImage = cv2.resize(image, size, interpolation=how)
    return resized


def _turned(image: RgbImage, degrees: float) -> tuple[RgbImage, NDArray[np.float64]]:
    """The whole photo turned counterclockwise, its corners filled by its edge; (2, 3) to there."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    cosine, sine = np.abs(matrix[0, :2])
    size = (round(width * cosine + height * sine), round(width * sine + height * cosine))
    matrix[:, 2] += (np.array(size) - [width, height]) / 2
    turned: RgbImage = cv2.warpAffine(image, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return turned, matrix


def _tiles(level: RgbImage) -> Iterator[tuple[int, int, RgbImage]]:
    """Left, top and pixels of overlapping tiles that cover the level evenly."""
    for top in _starts(level.shape[0]):
        for left in _starts(level.shape[1]):
            yield left, top, level[top : top + SIDE, left : left + SIDE]


def _starts(length: int) -> list[int]:
    if length <= SIDE:
        return [0]
    count = -(-(length - OVERLAP) // (SIDE - OVERLAP))
    return [round(start) for start in np.linspace(0, length - SIDE, count)]


def _whole(
    rows: NDArray[np.float64], left: int, top: int, tile: tuple[int, ...], level: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Which boxes are not cut by an edge of the tile that lies inside the photo."""
    height, width = tile[:2]
    cut = (rows[:, 0] < 1) & (left > 0)
    cut |= (rows[:, 1] < 1) & (top > 0)
    cut |= (rows[:, 2] > width - 1) & (left + width < level[1])
    cut |= (rows[:, 3] > height - 1) & (top + height < level[0])
    return ~cut


def _to_photo(
    rows: NDArray[np.float64], left: int, top: int, level: tuple[int, ...], photo: tuple[int, ...]
) -> NDArray[np.float64]:
    """Rows found in a tile of a level, in pixels of the photo (pixels counted at their centres)."""
    across, down = photo[1] / level[1], photo[0] / level[0]
    scale = np.array([*([across, down] * 7), 1.0])
    shift = np.array([left + 0.5, top + 0.5] * 7 + [0.0])
    half = np.array([0.5] * 14 + [0.0])
    moved: NDArray[np.float64] = (rows + shift) * scale - half
    return moved
