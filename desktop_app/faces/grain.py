"""Measures the grain of a photo and makes more of the same."""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

_BLOCK = 8  # pixels: grain is measured in blocks of this side
_CALM = 0.2  # of the blocks: what they hold is grain, in the others there may be detail
_LEAST_BLOCKS = 6
_BLURS = (0.0, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6)  # pixels: the finest to the coarsest grain
MOST_GRAIN = 0.06  # of white: more is damage, not grain


@dataclass(frozen=True)
class Grain:
    """`strength` is a standard deviation in parts of white, 0 where nothing can be told.

    `coarseness` is the blur, in pixels, that white noise needs to look like it.
    """

    strength: float
    coarseness: float


def measure_grain(luminance: Plane, where: NDArray[np.bool_]) -> Grain:
    """The grain inside `where`, luminance being in [0, 1].

    What a small median leaves over is grain in calm places and detail elsewhere; so the calmest
    fifth of the blocks speaks for all. Of noise alone it says somewhat less than there is, and
    `make_grain` makes as much more.
    """
    blocks = _blocks(_fine(luminance), where)
    calm = _calm(blocks)
    if calm is None:
        return Grain(0.0, 0.0)
    spread = float(np.sqrt((blocks[calm] ** 2).mean()))
    return Grain(min(spread, MOST_GRAIN), _coarseness(_likeness(blocks[calm])))


def grain_kept(before: Plane, after: Plane, where: NDArray[np.bool_]) -> float:
    """The part of the grain of one picture that another still has, 0 to 1.

    By regression of what is fine in the one on what is fine in the other, where the one is calm:
    new detail, such as the pores of a restored face, is no grain that was kept.
    """
    one, other = _blocks(_fine(before), where), _blocks(_fine(after), where)
    calm = _calm(one)
    if calm is None:
        return 1.0
    power = float((one[calm] ** 2).sum())
    return float(np.clip((one[calm] * other[calm]).sum() / power, 0, 1)) if power > 0 else 1.0


def make_grain(shape: tuple[int, int], grain: Grain, seed: int) -> Plane:
    """(height, width) noise that `measure_grain` would measure so, the same for the same seed."""
    noise = _noise(shape, grain.coarseness, seed)
    told = measure_grain(noise, np.ones(shape, bool)).strength
    if told == 0 or grain.strength == 0:  # too small a place to tell
        told = max(float(_fine(noise).std()), 1e-6)
    return np.asarray(noise * (grain.strength / told), np.float32)


def _noise(shape: tuple[int, int], coarseness: float, seed: int) -> Plane:
    noise = np.random.default_rng(seed).standard_normal(shape).astype(np.float32) * np.float32(0.01)
    if coarseness > 0.3:
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), coarseness), np.float32)
    return noise


def _coarseness(likeness: float) -> float:
    return float(np.interp(likeness, _likenesses(), _BLURS))


@functools.cache
def _likenesses() -> tuple[float, ...]:
    """How alike neighbours are, in what the median leaves of noise of each blur."""
    every = np.ones((256, 256), bool)
    found = [_likeness(_blocks(_fine(_noise(every.shape, b, 0)), every)) for b in _BLURS]
    return tuple(np.maximum.accumulate(found).tolist())


def _likeness(blocks: Plane) -> float:
    along = (blocks[:, :, 1:] * blocks[:, :, :-1]).mean()
    down = (blocks[:, 1:] * blocks[:, :-1]).mean()
    return float((along + down) / 2 / max(float((blocks**2).mean()), 1e-12))


def _calm(blocks: Plane) -> NDArray[np.intp] | None:
    if len(blocks) < _LEAST_BLOCKS:
        return None
    count = max(2, round(len(blocks) * _CALM))
    calmest: NDArray[np.intp] = np.argsort((blocks**2).mean(axis=(1, 2)), kind="stable")[:count]
    return calmest


def _fine(luminance: Plane) -> Plane:
    return np.asarray(luminance - cv2.medianBlur(luminance, 5), np.float32)


def _blocks(fine: Plane, where: NDArray[np.bool_]) -> Plane:
    """(blocks, side, side): those that lie wholly inside."""
    rows, columns = fine.shape[0] // _BLOCK, fine.shape[1] // _BLOCK
    cut = (slice(0, rows * _BLOCK), slice(0, columns * _BLOCK))
    blocks = fine[cut].reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2)
    whole = where[cut].reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2).all(axis=(2, 3))
    return np.asarray(blocks[whole], np.float32)
