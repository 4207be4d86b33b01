"""Measures the grain of a photo and makes more of the same."""

import cv2
import numpy as np
from numpy.typing import NDArray

_BLOCK = 12  # pixels: grain is measured in blocks of this side
_LEAST_BLOCKS = 6
_COARSEST = 1.2  # standard deviation of the blur that makes coarse grain, in pixels
MOST_GRAIN = 0.06  # of white: more is damage, not grain


def grain_strength(luminance: NDArray[np.float32], where: NDArray[np.bool_]) -> float:
    """The standard deviation of the grain, luminance being in [0, 1]; 0 where nothing can be told.

    What a small median leaves over is grain in calm places and detail elsewhere; so the calmer
    quarter of the blocks inside `where` speaks for all.
    """
    spreads = _block_spreads(_fine(luminance), where)
    if len(spreads) < _LEAST_BLOCKS:
        return 0.0
    return min(float(np.quantile(spreads, 0.25)), MOST_GRAIN)


def grain_kept(
    before: NDArray[np.float32], after: NDArray[np.float32], where: NDArray[np.bool_]
) -> float:
    """The part of the grain of one picture that another still has, 0 to 1.

    By regression of what is fine in the one on what is fine in the other: new detail, such as the
    pores of a restored face, is no grain that was kept.
    """
    one, other = _fine(before)[where], _fine(after)[where]
    power = float((one * one).sum())
    return float(np.clip((one * other).sum() / power, 0, 1)) if power > 0 else 1.0


def grain_coarseness(luminance: NDArray[np.float32], where: NDArray[np.bool_]) -> float:
    """The blur, in pixels, that white noise needs to look like this grain: 0 to 1.2.

    From the likeness of neighbouring pixels of what `grain_strength` measures.
    """
    fine = _fine(luminance)
    both = where[:, 1:] & where[:, :-1]
    if both.sum() < _LEAST_BLOCKS * _BLOCK**2:
        return 0.0
    left, right = fine[:, :-1][both], fine[:, 1:][both]
    likeness = float((left * right).mean() / max(float((fine[where] ** 2).mean()), 1e-9))
    # a Gaussian blur of s makes neighbours alike by exp(-1 / (4 s^2)); the median took about 0.2
    likeness = np.clip(likeness + 0.2, 0.0, 0.85)
    return float(np.clip(0.5 / np.sqrt(-np.log(max(likeness, 1e-3))), 0, _COARSEST))


def make_grain(
    shape: tuple[int, int], strength: float, coarseness: float, seed: int
) -> NDArray[np.float32]:
    """(height, width) noise of this strength and coarseness, the same for the same seed."""
    noise: NDArray[np.float32] = (
        np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    )
    if coarseness > 0.3:
        noise = cv2.GaussianBlur(noise, (0, 0), coarseness)
    noise *= np.float32(strength / max(float(noise.std()), 1e-6))
    return noise


def _fine(luminance: NDArray[np.float32]) -> NDArray[np.float32]:
    fine: NDArray[np.float32] = luminance - cv2.medianBlur(luminance, 5)
    return fine


def _block_spreads(fine: NDArray[np.float32], where: NDArray[np.bool_]) -> NDArray[np.float32]:
    rows, columns = fine.shape[0] // _BLOCK, fine.shape[1] // _BLOCK
    cut = (slice(0, rows * _BLOCK), slice(0, columns * _BLOCK))
    blocks = fine[cut].reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2)
    whole = where[cut].reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2).all(axis=(2, 3))
    spreads: NDArray[np.float32] = blocks[whole].reshape(-1, _BLOCK * _BLOCK).std(axis=1)
    return spreads
