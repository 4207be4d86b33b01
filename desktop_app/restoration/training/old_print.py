"""Ages a portrait as paper and silver age: fading, toning, grain, screen, scratches, dust."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator

from desktop_app.domain.photo import FloatImage, RgbImage

SEPIA = np.array([1.07, 0.95, 0.74], np.float32)  # what silver sulphide does to the three colours


def toned(image: FloatImage, strength: float) -> FloatImage:
    """A grey picture, and as `strength` goes to 1 a brown one; both stay so when restored."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[:, :, None]
    result: FloatImage = np.clip(grey * (1 + strength * (SEPIA - 1)), 0, 1)
    return result


def faded(image: FloatImage, rng: Generator) -> FloatImage:
    """The blacks lifted and the whites dimmed. The restored picture is faded alike."""
    low, high = rng.uniform(0, 0.22), rng.uniform(0.78, 1)
    return np.float32(low) + np.float32(high - low) * image


def age(image: FloatImage, textures: Sequence[RgbImage], rng: Generator) -> FloatImage:
    """The damage itself, none of which should be left: (side, side, 3) in [0, 1]."""
    if rng.random() < 0.5:
        image = _grain(image, rng)
    if textures and rng.random() < 0.4:
        image = _paper(image, textures, rng)
    if rng.random() < 0.15:
        image = _screen(image, rng)
    if rng.random() < 0.35:
        image = _scratches(image, rng)
    if rng.random() < 0.35:
        image = _dust(image, rng)
    return np.clip(image, 0, 1).astype(np.float32)


def _grain(image: FloatImage, rng: Generator) -> FloatImage:
    """Clumps of silver: noise of a coarser scale, strongest in the middle greys."""
    side = image.shape[0]
    cells = int(side / rng.uniform(1, 2.5))
    draw = rng.standard_normal((cells, cells), dtype=np.float32)
    draw = cv2.resize(draw, (side, side), interpolation=cv2.INTER_CUBIC)
    grey = image.mean(axis=2)
    amount = np.float32(rng.uniform(0.01, 0.08)) * (0.4 + 2.4 * grey * (1 - grey))
    grained: FloatImage = image + (amount * draw)[:, :, None]
    return grained


def _paper(image: FloatImage, textures: Sequence[RgbImage], rng: Generator) -> FloatImage:
    """What is finest in the scan of an old print, laid over."""
    side = image.shape[0]
    texture = textures[int(rng.integers(len(textures)))]
    top, left = rng.integers(0, np.array(texture.shape[:2]) - side + 1)
    part = texture[top : top + side, left : left + side].astype(np.float32).mean(axis=2) / 255
    part = np.rot90(part, int(rng.integers(4)))
    finest = part - cv2.GaussianBlur(part, (0, 0), 1.5)
    limit = 3 * float(finest.std()) + 1e-6  # lines of the drawing are no texture
    strength = np.float32(rng.uniform(0.4, 1.4))
    laid: FloatImage = image + (np.clip(finest, -limit, limit) * strength)[:, :, None]
    return laid


def _screen(image: FloatImage, rng: Generator) -> FloatImage:
    """The printer's halftone screen."""
    side = image.shape[0]
    pitch, angle = rng.uniform(2.5, 5), rng.uniform(0, np.pi)
    y, x = np.mgrid[:side, :side].astype(np.float32)
    u, v = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    dots = np.cos(2 * np.pi * u / pitch) * np.cos(2 * np.pi * v / pitch)
    printed: FloatImage = image + (np.float32(rng.uniform(0.03, 0.14)) * dots)[:, :, None]
    return printed


def _scratches(image: FloatImage, rng: Generator) -> FloatImage:
    side = image.shape[0]
    mask = np.zeros((side, side), np.float32)
    for _ in range(int(rng.integers(1, 7))):
        corners = rng.uniform(-0.1, 1.1, (2, 2)) * side
        bend = corners.mean(axis=0) + rng.normal(0, 0.06 * side, 2)
        line = np.stack([corners[0], bend, corners[1]]).astype(np.int32)
        width = 1 if rng.random() < 0.75 else 2
        cv2.polylines(mask, [line], False, float(rng.uniform(0.3, 1)), width, cv2.LINE_AA)
    return _covered(image, mask, rng)


def _dust(image: FloatImage, rng: Generator) -> FloatImage:
    side = image.shape[0]
    mask = np.zeros((side, side), np.float32)
    for _ in range(int(rng.integers(2, 30))):
        x, y = (int(n) for n in rng.integers(0, side, 2))
        axes = tuple(int(n) for n in rng.integers(1, 4, 2))
        turn = float(rng.uniform(0, 180))
        strength = float(rng.uniform(0.3, 1))
        cv2.ellipse(mask, (x, y), axes, turn, 0, 360, strength, -1, cv2.LINE_AA)
    return _covered(image, mask, rng)


def _covered(image: FloatImage, mask: FloatImage, rng: Generator) -> FloatImage:
    paint = np.float32(rng.uniform(0.75, 1) if rng.random() < 0.7 else rng.uniform(0, 0.25))
    mask = cv2.GaussianBlur(mask, (0, 0), 0.6)[:, :, None]
    return image * (1 - mask) + paint * mask
