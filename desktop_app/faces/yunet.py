"""Finds faces with YuNet: small ones in a crowd, one that fills the frame, leaning and lying."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.face import DetectedFace
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.alignment import warp_upright
from desktop_app.faces.detector import (
    SAME_BOX,
    clipped,
    roll_of,
    same_face,
    seen_through,
    without_duplicates,
)
from desktop_app.faces.tiles import Tile, tiles
from desktop_app.faces.views import between, resized, turned_whole, upright
from desktop_app.faces.yunet_network import YuNetNetwork

SIDE = 640  # pixels of the longer side, at most, of a photo seen as a whole
SMALL = 320  # the same for faces that fill the frame
STEP = 3  # between the scales of two levels of tiles: 60 px on one is 20 px on the next
FINEST = 0.5  # of the photo's own scale: a face of 40 px is then 20 px
LARGEST = 3200  # pixels of the longer side of the finest level
TURNED = 840  # the same for the looks at a turned photo
QUICK_SIDE = 960  # the same for the one search of the quick look

LEAST = 0.05  # score from which a finding is looked at again; a face of 20 px seldom has less
FAINT = 36  # height in pixels up to which a face may have so little; larger ones score CANDIDATE
MOST = 150  # findings of little score in one photo: foliage and grain may show thousands
CANDIDATE = 0.4  # score that it needs in that second look
SURE = 0.93  # score from which a face does not stand on its head; that reaches 0.92
CONTENT = 0.9  # score of one face from which the photo is not turned in search of lying ones
AGREED = 0.8  # score that a finding needs at two heights
SAME_LOOK = 0.35  # intersection over union from which a look shows the face that it is at
STRAIGHT = 8.0  # degrees; the five points are good for a face that leans less than this
PLAIN = 0.7  # score from which the quick look takes an upright finding for a face

# Looks at one face: its height in pixels, and the side of the look in heights of the face
QUICK = (48, 3.2)  # at a finding of little score, for the first time; one that lies is inexact
LOOKS = ((100, 3.2), (160, 2.4), (100, 3.2), (160, 2.4))
LOOKS_AT_SMALL = ((64, 3.2), (100, 3.2)) * 2  # in a reduced picture: more would only be a blur
EXACT = (160, 1.6)  # the quick look's one look at a face, for its points
TURNS = (90, -90, 180, 45, -45, 135, -135)  # degrees, where nothing sure stands upright


class YuNetDetector:
    """`face_detection_yunet_2023mar.onnx` over a pyramid of the photo.

    The whole photo is seen at 320 and at 640 px, a large one also in tiles, until a face of 40 px
    is 20 px high in the network's input. A finding is turned upright by its own eyes and looked at
    again at two other scales, until two looks agree how it leans, or it is dropped; where the two
    are not sure, it is looked at upside down too. Where hardly a face was found, the photo is
    looked at in seven other directions.

    Why a small scale and a low first score: of 100 portraits shrunk to 20 px in the network's input
    it scores 99 at 0.05 or more and 89 at 0.4; of those shrunk to 28 px, twice the pixels to look
    at, 98 at 0.4. Photos without small faces show 0.3 such findings a megapixel.
    """

    id = "yunet_2023mar"

    def __init__(self, model: Path, device: str = "auto", threads: int | None = None) -> None:
        self._network = YuNetNetwork(model, device, threads)

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        """See `FaceDetector.detect`; the five points of a lying face follow its own upright."""
        return self.detect_in(image, max(image.shape[:2]))

    def side_needed(self, longest: int) -> int:
        """See `SmallPictureDetector.side_needed`."""
        return min(longest, max(SIDE, min(round(longest * FINEST), LARGEST)))

    def detect_in(
        self, picture: RgbImage, longest: int, known: Sequence[DetectedFace] = ()
    ) -> list[DetectedFace]:
        """See `SmallPictureDetector.detect_in`."""
        side = min(longest * FINEST, LARGEST, max(picture.shape[:2]))
        reduced = max(picture.shape[:2]) < longest
        return self._search(picture, side, harder=False, reduced=reduced, known=known)

    def is_quicker(self, longest: int) -> bool:
        """See `QuickDetector.is_quicker`."""
        return longest * FINEST > QUICK_SIDE

    def quick_view(self, picture: RgbImage) -> RgbImage:
        """See `QuickDetector.quick_view`: halved, and the rest of the way between neighbours."""
        view = picture
        while max(view.shape[:2]) >= 2 * QUICK_SIDE:
            view = resized(view, 0.5)
        ratio = QUICK_SIDE / max(view.shape[:2])
        if ratio >= 1:
            return view
        size = (max(1, round(view.shape[1] * ratio)), max(1, round(view.shape[0] * ratio)))
        smaller: RgbImage = cv2.resize(view, size, interpolation=cv2.INTER_LINEAR)
        return smaller

    def detect_quickly(self, picture: RgbImage, view: RgbImage) -> list[DetectedFace]:
        """See `QuickDetector.detect_quickly`.

        The whole picture is seen at 960 and 320 px; a face is looked at once more for its points,
        one that leans or of which the network is not sure is confirmed as in `detect`. Of faces
        of 140 px in photos of 6000 px at 960 px 46 of 48 are found, at 640 px 39, at 1280 px all
        for half as much again; without the second look the cosine of embeddings to the portrait
        falls from 0.97 to 0.92 (tests/benchmarks/RESULTS.md).
        """
        to_view = between(picture, view)
        found = self._pyramid(view, QUICK_SIDE, (QUICK_SIDE, SMALL), CANDIDATE)
        candidates = [
            seen_through(face, to_view, picture.shape) for face in without_duplicates(found)
        ]
        plain = [
            face
            for face in candidates
            if face.det_score >= PLAIN and abs(roll_of(face)) <= 2 * STRAIGHT
        ]
        looks = zip(plain, self._seen_again(picture, plain, EXACT), strict=True)
        exactly = {id(face): seen for face, seen in looks if seen is not None}
        doubtful = [face for face in candidates if id(face) not in exactly]
        confirmed = self._confirmed(picture, doubtful, reduced=True)
        return without_duplicates([*exactly.values(), *confirmed])

    def look_closer(self, image: RgbImage, face: DetectedFace) -> DetectedFace:
        """See `SmallPictureDetector.look_closer`."""
        return next(iter(self._confirmed(image, [face])), face)

    def detect_harder(self, image: RgbImage) -> list[DetectedFace]:
        """For one photo that a person asked for: enlarged twice, and in all eight directions."""
        return self._search(image, min(2.0 * max(image.shape[:2]), 2 * 4448), harder=True)

    def _search(
        self,
        image: RgbImage,
        side: float,
        *,
        harder: bool,
        reduced: bool = False,
        known: Sequence[DetectedFace] = (),
    ) -> list[DetectedFace]:
        least = CANDIDATE if harder else LEAST  # enlarged, no face is so small
        found = self._pyramid(image, side, (SIDE, SMALL), least)
        faces = self._confirmed(image, found, reduced=reduced, known=known)
        if not harder and any(face.det_score >= CONTENT for face in (*known, *faces)):
            return faces
        longest = max(image.shape[:2])
        # a photo shown larger than it is gains nothing from that in all directions
        coarse = resized(image, min(1.0, max(side, 0.7 * longest) / longest, TURNED / longest))
        to_coarse = np.vstack([between(image, coarse), [0, 0, 1]])
        for degrees in TURNS:
            turned, matrix = turned_whole(coarse, degrees)
            rows = self._pyramid(turned, max(turned.shape[:2]), (SMALL,), least)
            found = [seen_through(face, matrix @ to_coarse, image.shape) for face in rows]
            faces += self._confirmed(image, found, reduced=reduced, known=known)
        return without_duplicates(faces)

    def _pyramid(
        self, image: RgbImage, side: float, wholes: tuple[int, ...], least: float
    ) -> list[DetectedFace]:
        """What may be a face, from all levels of the photo, the finest `side` px long."""
        longest = max(image.shape[:2])
        level = image
        found = []
        while side > max(wholes):
            level = resized(image if side > longest else level, side / max(level.shape[:2]))
            cut = list(tiles(level))
            seen = self._network.look([tile.pixels for tile in cut], least)
            for tile, rows in zip(cut, seen, strict=True):
                rows = rows[_whole(rows, tile, level.shape) & _counts(rows, least)]
                found.append(_to_photo(rows, tile.left, tile.top, level.shape, image.shape))
            side /= STEP
            least = CANDIDATE  # the smallest faces were seen on the finest level
        for whole in wholes:
            most = 2.0 if whole == SMALL else 1.0
            small = resized(level, min(whole / max(level.shape[:2]), most))
            (rows,) = self._network.look([small], least)
            rows = rows[_counts(rows, least)]
            found.append(_to_photo(rows, 0, 0, small.shape, image.shape))
            least = CANDIDATE
        return [_as_face(row, image.shape) for row in _worth_a_look(np.vstack(found))]

    def _confirmed(
        self,
        image: RgbImage,
        found: list[DetectedFace],
        *,
        reduced: bool = False,
        known: Sequence[DetectedFace] = (),
    ) -> list[DetectedFace]:
        """The findings that are faces not yet known, each once, as the surest look sees them."""
        found = _unknown(without_duplicates(found), known)
        faint = [face for face in found if face.det_score < CANDIDATE]
        candidates = [face for face in found if face.det_score >= CANDIDATE]
        candidates += [face for face in self._seen_again(image, faint, QUICK) if face is not None]
        looked_at = (self._face_or_none(image, face, reduced) for face in candidates)
        seen = without_duplicates([face for face in looked_at if face is not None])
        return _unknown(seen, known)

    def _face_or_none(
        self, image: RgbImage, face: DetectedFace, reduced: bool
    ) -> DetectedFace | None:
        agreeing = 0
        small = reduced and max(face.bbox.width, face.bbox.height) < LOOKS_AT_SMALL[1][0] / 2
        for look in LOOKS_AT_SMALL if small else LOOKS:
            (again,) = self._seen_again(image, [face], look)
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
        (over,) = self._seen_again(image, [face], LOOKS[-1], 180.0)
        return over if over is not None and over.det_score > face.det_score else face

    def _seen_again(
        self,
        image: RgbImage,
        faces: Sequence[DetectedFace],
        look: tuple[int, float],
        degrees: float = 0.0,
    ) -> list[DetectedFace | None]:
        """Each face turned upright by its eyes, and by `degrees`; its box's longer side as told."""
        height, around = look
        side = round(around * height)
        matrices = [upright(face, height, side, degrees) for face in faces]
        crops = [warp_upright(image, matrix, side, quick=True) for matrix in matrices]
        seen: list[DetectedFace | None] = []
        looks = self._network.look(crops, CANDIDATE)
        for face, matrix, rows in zip(faces, matrices, looks, strict=True):
            surest_first = rows[np.argsort(-rows[:, 14], kind="stable")]
            again = (
                seen_through(_as_face(row, (side, side)), matrix, image.shape)
                for row in surest_first
            )
            same = (one for one in again if one.bbox.overlap(face.bbox) > SAME_LOOK)
            seen.append(next(same, None))
        return seen


def _unknown(found: list[DetectedFace], known: Sequence[DetectedFace]) -> list[DetectedFace]:
    return [face for face in found if not any(same_face(face, other) for other in known)]


def _counts(rows: NDArray[np.float64], least: float) -> NDArray[np.bool_]:
    """Which findings are looked at again: of little score only the small ones."""
    small = rows[:, 3] - rows[:, 1] <= FAINT
    counts: NDArray[np.bool_] = (rows[:, 14] >= CANDIDATE) | (small & (rows[:, 14] >= least))
    return counts


def _worth_a_look(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """All findings of some score, and of those of little score the surest, each place once."""
    weak = rows[rows[:, 14] < CANDIDATE]
    sizes = np.maximum(weak[:, 2:4] - weak[:, :2], 0)
    boxes = np.hstack([weak[:, :2], sizes])
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), weak[:, 14].tolist(), LEAST, SAME_BOX, top_k=10 * MOST)
    return np.vstack([rows[rows[:, 14] >= CANDIDATE], weak[np.asarray(kept, int).ravel()[:MOST]]])


def _as_face(row: NDArray[np.float64], shape: tuple[int, ...]) -> DetectedFace:
    points = row[4:14].reshape(5, 2).astype(np.float32)
    return DetectedFace(clipped(row[:4], shape[1], shape[0]), points, float(row[14]))


def _whole(rows: NDArray[np.float64], tile: Tile, level: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which boxes are not cut by an edge of the tile that lies inside the photo."""
    height, width = tile.pixels.shape[:2]
    cut = (rows[:, 0] < 1) & (tile.left > 0)
    cut |= (rows[:, 1] < 1) & (tile.top > 0)
    cut |= (rows[:, 2] > width - 1) & (tile.left + width < level[1])
    cut |= (rows[:, 3] > height - 1) & (tile.top + height < level[0])
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
