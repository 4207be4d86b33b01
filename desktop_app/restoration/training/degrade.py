"""Spoils a clean portrait as bad lenses, small files and time spoil photos."""

import cv2
import numpy as np
from numpy.random import Generator

from desktop_app.domain.photo import FloatImage, RgbImage
from desktop_app.restoration.training.crops import decoded_jpeg

INTERPOLATIONS = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC)


def degrade(image: FloatImage, rng: Generator) -> FloatImage:
    """Blur, shrinking, noise and JPEG in random order and strength; (side, side, 3) in [0, 1].

    Ranges after InstantRestore (blur sigma 0.1 to 12 and shrinking 1 to 12 times at 512 px, here
    in parts of the side), a second round as in Real-ESRGAN (arXiv 2107.10833).
    """
    steps = [_blur, _shrink, _noise]
    if rng.random() < 0.35:
        order = rng.permutation(3)
        steps = [steps[i] for i in order]
    side = image.shape[0]
    for step in steps:
        image = step(image, rng)
    if rng.random() < 0.75:
        image = _jpeg(image, rng, 10, 85)
    if rng.random() < 0.25:
        image = _noise(_blur(image, rng, strongest=0.004), rng, strongest=0.04)
        image = _jpeg(image, rng, 40, 95)
    how = INTERPOLATIONS[1 + int(rng.integers(2))]
    image = cv2.resize(image, (side, side), interpolation=how)
    return np.clip(image, 0, 1).astype(np.float32)


def _blur(image: FloatImage, rng: Generator, strongest: float = 12 / 512) -> FloatImage:
    """A Gaussian longer in one direction; sigmas in parts of the side, often the strong ones."""
    side = image.shape[0]
    weak = 0.1 / 512
    along, across = (weak + (strongest - weak) * rng.beta(1.1, 1.2, 2)) * side
    if rng.random() < 0.5:
        across = along
    if max(along, across) < 0.15:
        return image
    radius = max(1, int(np.ceil(2.5 * max(along, across))))
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(np.float32)
    angle = rng.uniform(0, np.pi)
    u, v = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    kernel = np.exp(-0.5 * ((u / along) ** 2 + (v / across) ** 2))
    kernel = (kernel / kernel.sum()).astype(np.float32)
    blurred: FloatImage = cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
    return blurred


def _shrink(image: FloatImage, rng: Generator) -> FloatImage:
    """1 to 6 times smaller for a crop of 256 px, as 1 to 12 times are for one of 512 px."""
    times = float(rng.uniform(1, max(1.0, 12 * image.shape[0] / 512)))
    small = max(16, round(image.shape[0] / times))
    how = INTERPOLATIONS[int(rng.integers(3))]
    shrunk: FloatImage = cv2.resize(image, (small, small), interpolation=how)
    return shrunk


def _noise(image: FloatImage, rng: Generator, strongest: float = 0.1) -> FloatImage:
    sigma = strongest * rng.beta(1, 1.6)
    channels = 1 if rng.random() < 0.25 else 3
    draw = rng.standard_normal((*image.shape[:2], channels), dtype=np.float32)
    if rng.random() < 0.3:  # light-sensitive: more where it is bright
        draw = draw * np.sqrt(np.clip(image, 0.05, 1))
    return image + np.float32(sigma) * draw


def _jpeg(image: FloatImage, rng: Generator, worst: int, best: int) -> FloatImage:
    quality = int(rng.integers(worst, best))
    pixels = to_bytes(image)
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return decoded_jpeg(data).astype(np.float32) * np.float32(1 / 255)


def to_bytes(image: FloatImage) -> RgbImage:
    """[0, 1] as 8 bits."""
    return (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)
