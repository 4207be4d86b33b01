"""Finds faces with SCRFD, the detector of insightface's model packs."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.errors import ModelRefused
from desktop_app.domain.face import DetectedFace
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.detector import clipped, seen_through, without_duplicates
from desktop_app.faces.onnx_graph import OnnxGraph, read_graph
from desktop_app.models.onnx_session import open_session, run

STRIDES = (8, 16, 32)  # pixels of the input between the places of three grids
ANCHORS = 2  # guesses at one place
WIDTHS = (1, 4, 10)  # numbers of a guess: its score, the sides of its box, its five points
CANDIDATE = 0.5  # score from which a guess counts (insightface, det_thresh)
SURE = 0.8  # score that a face upside down, its points the wrong way round, does not reach
SAME_BOX = 0.4  # overlap above which the surer guess stays (insightface, nms_thresh)

WHOLE = (640, 320, 192)  # pixels of the longer side: most faces, and those that fill the frame
FINEST = 0.6  # of the photo's own scale: a face of 40 px is then 24 px high
LARGEST = 3456  # pixels of the longer side of the finest look


class ScrfdDetector:
    """An SCRFD network with five points, at several sizes of the photo.

    `sizes`, multiples of 32, are the sides of the squares in which the photo is looked at; with
    them the answer is insightface's own for that `det_size`, `(640,)` being its single pass. `None`
    is the project's choice: by the size of the photo, shrunk without aliasing, and where no face is
    sure also turned to the other sides. A network whose input has one fixed size sees the photo
    in that size or smaller in the corner of it, never larger.
    Raises `ModelRefused` for another kind of network.
    """

    def __init__(
        self,
        model: Path,
        model_id: str,
        device: str = "auto",
        threads: int | None = None,
        sizes: Sequence[int] | None = None,
    ) -> None:
        graph = read_graph(model)
        if not _is_scrfd(graph):
            raise ModelRefused(
                f"{model.name} is no SCRFD detector with five points. "
                "Choose the folder of another pack."
            )
        self.id = model_id
        self._as_insightface = sizes is not None
        self._whole = WHOLE if sizes is None else tuple(sizes)
        self._fixed = graph.inputs[0][2:]  # height and width of the input; None where it is free
        largest = min((side for side in self._fixed if side is not None), default=None)
        if largest is not None:
            smaller = () if self._as_insightface else (s for s in WHOLE if s < largest)
            self._whole = (largest, *smaller)
        self._session = open_session(model, device, threads)
        self._input = self._session.get_inputs()[0].name

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        """See `FaceDetector.detect`; the five points of a lying face follow its own upright."""
        if self._as_insightface:
            return self._looked_at(image, self._whole)
        faces = self._looked_at(image, (*self._finer(max(image.shape[:2])), *self._whole))
        if not any(face.det_score >= SURE for face in faces):
            for quarters in (1, 2, 3):
                turned = np.ascontiguousarray(np.rot90(image, quarters))
                matrix = _quarter_turns(image.shape, quarters)
                found = self._looked_at(turned, self._whole)
                faces += [seen_through(face, matrix, image.shape) for face in found]
        return without_duplicates(faces)

    def _finer(self, longest: int) -> tuple[int, ...]:
        """The size for small faces in a photo with this longer side, if it needs one."""
        finest = min(round(longest * FINEST / STRIDES[-1]) * STRIDES[-1], LARGEST)
        return (finest,) if finest > 1.2 * WHOLE[0] and self._fixed == (None, None) else ()

    def _looked_at(self, image: RgbImage, sides: Sequence[int]) -> list[DetectedFace]:
        """The faces seen in the photo at these sizes, each once, the surest first."""
        height, width = image.shape[:2]
        rows = np.vstack([self._seen(image, side) for side in sides])
        return [
            DetectedFace(
                clipped(row[:4], width, height), row[4:14].reshape(5, 2).copy(), float(row[14])
            )
            for row in _each_once(rows)
        ]

    def _seen(self, image: RgbImage, side: int) -> NDArray[np.float32]:
        """What the network sees in the photo brought to this size: (n, 15) rows, the surest first.

        A row is box, five points, score; in pixels of the photo. The photo lies in the upper left
        corner of a black canvas; its sides are rounded down, as insightface does.
        """
        height, width = image.shape[:2]
        if height > width:
            new_height, new_width = side, int(side / (height / width))
        else:
            new_height, new_width = int(side * (height / width)), side
        new_height, new_width = max(new_height, 1), max(new_width, 1)
        averaged = side < max(height, width) and not self._as_insightface
        small = cv2.resize(
            image,
            (new_width, new_height),
            interpolation=cv2.INTER_AREA if averaged else cv2.INTER_LINEAR,
        )
        high, wide = (
            fixed or (side if self._as_insightface else _whole_places(length))
            for fixed, length in zip(self._fixed, (new_height, new_width), strict=True)
        )
        canvas = np.full((1, 3, high, wide), -127.5 / 128, np.float32)
        canvas[0, :, :new_height, :new_width] = (
            small.transpose(2, 0, 1).astype(np.float32) - 127.5
        ) / 128
        rows = self._guesses(canvas)
        scale = np.array([new_width / width, new_height / height] * 7, np.float32)
        rows[:, :14] /= scale[1] if self._as_insightface else scale
        return rows

    def _guesses(self, canvas: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 15) of box, five points and score in pixels of the canvas, the surest first.

        Decoded as by insightface's scrfd.py: a box is its distances from the place to left, top,
        right and bottom, a point its offset from the place, both in strides.
        """
        outputs = run(self._session, None, {self._input: canvas})
        found = []
        for level, stride in enumerate(STRIDES):
            score, box, points = (
                output.reshape(-1, width)
                for output, width in zip(outputs[level::3], WIDTHS, strict=True)
            )
            sure = np.flatnonzero(score[:, 0] >= CANDIDATE)
            down, across = np.divmod(sure // ANCHORS, canvas.shape[3] // stride)
            place = np.stack([across, down], axis=1).astype(np.float32) * stride  # (n, 2)
            box, points = box[sure] * stride, points[sure] * stride
            dots = points + np.tile(place, 5)
            found.append(np.hstack([place - box[:, :2], place + box[:, 2:], dots, score[sure]]))
        rows: NDArray[np.float32] = np.vstack(found)
        return rows[np.argsort(-rows[:, 14], kind="stable")]


def _whole_places(length: int) -> int:
    """The length rounded up to whole places of the widest grid."""
    return -(-length // STRIDES[-1]) * STRIDES[-1]


def _quarter_turns(shape: tuple[int, ...], quarters: int) -> NDArray[np.float64]:
    """(2, 3): takes points of a photo of this shape to the photo turned by `np.rot90`."""
    matrix = np.eye(3)
    width, height = shape[1], shape[0]
    for _ in range(quarters):  # counterclockwise: x is the old y, y counts from the right edge
        matrix = np.array([[0, 1, 0], [-1, 0, width - 1], [0, 0, 1]]) @ matrix
        width, height = height, width
    return matrix[:2]


def _is_scrfd(graph: OnnxGraph) -> bool:
    """One photo in; scores, boxes and points of three grids out, in this order."""
    widths = [width for width in WIDTHS for _ in STRIDES]
    if len(graph.inputs) != 1 or len(graph.inputs[0]) != 4 or len(graph.outputs) != len(widths):
        return False
    told = [shape[-1] if shape else None for shape in graph.outputs]
    return all(one in (width, None) for one, width in zip(told, widths, strict=True))


def _each_once(rows: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The surest of the rows that overlap, with insightface's inclusive pixels."""
    left, top, right, bottom = rows[:, :4].T
    areas = (right - left + 1) * (bottom - top + 1)
    order = np.argsort(-rows[:, 14], kind="stable")
    kept = []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(rows[best])
        width = np.minimum(right[best], right[rest]) - np.maximum(left[best], left[rest]) + 1
        height = np.minimum(bottom[best], bottom[rest]) - np.maximum(top[best], top[rest]) + 1
        shared = np.maximum(width, 0) * np.maximum(height, 0)
        order = rest[shared / (areas[best] + areas[rest] - shared) <= SAME_BOX]
    return kept
