"""A folder of small photos of coloured noise, no two alike."""

from pathlib import Path

import cv2
import numpy as np


def make_noise_album(
    folder: Path, photos: int, size: tuple[int, int] = (120, 90), suffix: str = ".jpg"
) -> Path:
    """The folder, which must not be there yet, with photos 00, 01 ... of (width, height) pixels."""
    folder.mkdir(parents=True)
    generator = np.random.default_rng(4)
    for number in range(photos):
        pixels = cv2.resize(generator.integers(0, 255, (9, 12, 3), np.uint8), size)
        cv2.imwrite(str(folder / f"{number:02}{suffix}"), pixels)
    return folder
