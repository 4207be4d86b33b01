"""Puts a picture together from bands of its rows as they are read, smaller where that serves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.imaging.display import to_eight_bits

Plane = tuple[slice, Iterable[NDArray[Any]]]
"""Which channels, and their bands: (rows, width, channels), from the top down."""


@dataclass(frozen=True)
class Kept:
    """What is kept of the samples, so that a large scan is never in memory as a whole."""

    step: int = 1  # rows, and columns, of which the mean is one
    eight_bits: bool = False  # whatever the file has

    @staticmethod
    def covering(longest: int, max_side: int | None, *, eight_bits: bool = False) -> "Kept":
        """As little of a picture of this longer side as is no smaller than `max_side`, if any."""
        step = 1 if max_side is None else max(1, longest // max_side)
        return Kept(step, eight_bits)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) of the picture that is put together; what is over counts from a half."""
        return max(1, round(width / self.step)), max(1, round(height / self.step))


def put_together(
    shape: tuple[int, int, int], kind: np.dtype[Any], planes: Iterable[Plane], kept: Kept
) -> NDArray[Any]:
    """The samples of a picture of this (height, width, channels), each plane's bands in turn.

    Raises `ValueError` where the bands have fewer rows than the picture.
    """
    width, height = kept.size(shape[1], shape[0])
    result = np.empty((height, width, shape[2]), np.uint8 if kept.eight_bits else kind)
    for channels, bands in planes:
        top = 0
        for band in _in_steps(bands, kept.step):
            if top == height:
                break  # what is over is less than half a row
            rows = _shrunk(band, kept.step, width)[: height - top]
            result[top : top + len(rows), :, channels] = (
                to_eight_bits(rows) if kept.eight_bits else rows
            )
            top += len(rows)
        if top < height:
            raise ValueError("rows are missing")
    return result


def _in_steps(bands: Iterable[NDArray[Any]], step: int) -> Iterator[NDArray[Any]]:
    """The same rows in bands whose heights, but for the last, are multiples of `step`."""
    over: list[NDArray[Any]] = []
    for band in bands:
        rows = np.concatenate([*over, band]) if over else band
        whole = len(rows) - len(rows) % step
        if whole:
            yield rows[:whole]
        over = [rows[whole:].copy()] if whole < len(rows) else []
    yield from over


def _shrunk(band: NDArray[Any], step: int, width: int) -> NDArray[Any]:
    if step == 1:
        return band
    size = (width, max(1, round(len(band) / step)))
    smaller = cv2.resize(np.ascontiguousarray(band), size, interpolation=cv2.INTER_AREA)
    return np.asarray(smaller).reshape(size[1], width, band.shape[2])
