"""Reads how a photo's own colours are coded, where three curves and a matrix say it all."""

import functools
import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.photo import ColourMode, SourcePixels

_STEPS = 4096  # of a curve's table
SRGB_TO_D50 = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)
"""Linear sRGB to the XYZ of ICC profiles (IEC 61966-2-1, adapted to D50 after Bradford)."""

SAME = 1.0 / 512  # of white: a profile nearer to sRGB than this is taken for sRGB
_LARGEST = 4_000_000  # bytes; such profiles have some hundred
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class MatrixCoding:
    """The way from samples, 0 to 1, to coded sRGB, and back; exact, not in steps of 8 bits.

    Colours outside sRGB have parts below 0 and above 1.
    """

    curves: tuple[NDArray[np.float64], ...]  # three of `_STEPS` values: sample to light
    to_linear_srgb: NDArray[np.float64]  # (3, 3)

    def to_srgb(self, samples: Floats) -> Floats:
        """(height, width, 3) to the same."""
        at = np.linspace(0, 1, _STEPS)
        lights = np.stack([np.interp(samples[..., k], at, self.curves[k]) for k in range(3)], -1)
        return coded(lights @ self.to_linear_srgb.T)

    def from_srgb(self, colours: Floats) -> Floats:
        """(height, width, 3) to the same; what the profile cannot hold is clipped."""
        at = np.linspace(0, 1, _STEPS)
        lights = light(colours) @ np.linalg.inv(self.to_linear_srgb).T
        back = [np.interp(lights[..., k], self.curves[k], at) for k in range(3)]
        return np.stack(back, -1).astype(np.float32)

    def moved(self, samples: Floats, change: Floats) -> Floats:
        """The samples whose colours are those of `samples` and `change` more.

        (height, width, 3) each, `change` of coded sRGB; none stays exactly none.
        """
        colours = self.to_srgb(samples)
        moved: Floats = samples + (self.from_srgb(colours + change) - self.from_srgb(colours))
        return moved


def matrix_coding(pixels: SourcePixels) -> MatrixCoding | None:
    """None for sRGB, for inks, for profiles with tables of colours, and for broken ones."""
    profile = pixels.icc_profile
    if not profile or len(profile) > _LARGEST or pixels.mode is ColourMode.CMYK:
        return None
    return _read(profile, pixels.mode is ColourMode.GREY)


@functools.lru_cache(maxsize=16)
def _read(profile: bytes, grey: bool) -> MatrixCoding | None:
    try:
        tags = _tags(profile)
        if b"A2B0" in tags or profile[16:20] != (b"GRAY" if grey else b"RGB "):
            return None
        if grey:
            coding = MatrixCoding((_curve(tags[b"kTRC"]),) * 3, np.eye(3))
        else:
            columns = [_xyz(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
            matrix = np.linalg.inv(SRGB_TO_D50) @ np.stack(columns, axis=1)
            np.linalg.inv(matrix)
            names = (b"rTRC", b"gTRC", b"bTRC")
            coding = MatrixCoding(tuple(_curve(tags[name]) for name in names), matrix)
    except (ArithmeticError, KeyError, struct.error, ValueError, np.linalg.LinAlgError):
        return None
    steps = np.linspace(0.1, 0.9, 9, dtype=np.float32)  # rounding is large near black
    grid = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(1, -1, 3)
    if grey:
        grid = np.repeat(steps[None, :, None], 3, axis=2)
    shown = coding.to_srgb(grid)
    if not np.isfinite(shown).all() or any((np.diff(c) < 0).any() for c in coding.curves):
        return None
    return None if float(np.abs(shown - grid).max()) < SAME else coding


def _tags(profile: bytes) -> Mapping[bytes, bytes]:
    """The tagged parts (ICC.1:2022, 7.3)."""
    (count,) = struct.unpack_from(">I", profile, 128)
    found = {}
    for entry in range(min(count, 100)):
        name, offset, size = struct.unpack_from(">4sII", profile, 132 + 12 * entry)
        found[name] = profile[offset : offset + size]
    return found


def _xyz(tag: bytes) -> NDArray[np.float64]:
    return np.array(struct.unpack_from(">3i", tag, 8)) / 65536


def _curve(tag: bytes) -> NDArray[np.float64]:
    """A curve as a table (ICC.1:2022, 10.6 and 10.18)."""
    at = np.linspace(0, 1, _STEPS)
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return at
        values = np.array(struct.unpack_from(f">{count}H", tag, 12), np.float64)
        if count == 1:
            return np.asarray(at ** (values[0] / 256))
        return np.interp(at, np.linspace(0, 1, count), values / 65535)
    if tag[:4] != b"para":
        raise ValueError("a curve of an unknown kind")
    (kind,) = struct.unpack_from(">H", tag, 8)
    numbers = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}[kind]
    g, a, b, c, d, e, f = [
        value / 65536 for value in struct.unpack_from(f">{numbers}i", tag, 12)
    ] + [0.0] * (7 - numbers)
    if kind == 0:
        return np.asarray(at**g)
    power = np.maximum(a * at + b, 0) ** g
    if kind == 1:
        return np.asarray(np.where(at >= -b / a, power, 0.0))
    if kind == 2:
        return np.asarray(np.where(at >= -b / a, power + c, c))
    return np.asarray(np.where(at >= d, power + e, c * at + f))


def coded(linear: NDArray[np.float64]) -> Floats:
    """Light to coded sRGB, (..., 3); below 0 as above it mirrored (IEC 61966-2-1)."""
    size = np.abs(linear)
    curved = np.where(size <= 0.0031308, 12.92 * size, 1.055 * size ** (1 / 2.4) - 0.055)
    return np.asarray(np.copysign(curved, linear), np.float32)


def light(colours: Floats) -> NDArray[np.float64]:
    """Coded sRGB to light, (..., 3): the way back of `coded`."""
    size = np.abs(colours.astype(np.float64))
    linear = np.where(size <= 0.04045, size / 12.92, ((size + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.copysign(linear, colours))
