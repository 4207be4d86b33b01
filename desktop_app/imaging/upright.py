"""Turns pixels upright as the camera's orientation asks."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def turn_upright(samples: NDArray[Any], orientation: int) -> NDArray[Any]:
    """`samples` is (height, width, channels) as stored; the result is contiguous and upright.

    `orientation` is the EXIF tag 0x0112, 1 to 8 (Exif 2.32, 4.6.4); others count as 1.
    """
    turned = samples
    if orientation == 2:
        turned = samples[:, ::-1]
    elif orientation == 3:
        turned = samples[::-1, ::-1]
    elif orientation == 4:
        turned = samples[::-1]
    elif orientation == 5:
        turned = samples.swapaxes(0, 1)
    elif orientation == 6:
        turned = np.rot90(samples, -1)
    elif orientation == 7:
        turned = samples[::-1, ::-1].swapaxes(0, 1)
    elif orientation == 8:
        turned = np.rot90(samples, 1)
    return np.ascontiguousarray(turned)


def turn_by(samples: NDArray[Any], degrees: int) -> NDArray[Any]:
    """(height, width, channels) turned clockwise by a multiple of 90 degrees; contiguous."""
    return np.ascontiguousarray(np.rot90(samples, -(degrees // 90) % 4))


def turned_size(width: int, height: int, degrees: int) -> tuple[int, int]:
    """(width, height) of the photo once it is turned by a multiple of 90 degrees."""
    return (height, width) if degrees % 180 else (width, height)


def upright_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """(width, height) of the photo once it is turned upright."""
    return (height, width) if orientation in (5, 6, 7, 8) else (width, height)
