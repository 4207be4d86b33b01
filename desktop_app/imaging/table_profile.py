"""Knows what a photo's samples look like where its profile holds tables, as those of inks do."""

import functools
import io
import itertools
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.matrix_profile import SAME, SRGB_TO_D50, coded, light

_STEP = {ColourMode.RGB: 5, ColourMode.CMYK: 15}  # of 255, between the colours that are asked for
_PILLOW_MODE = {ColourMode.RGB: "RGB", ColourMode.CMYK: "CMYK"}
_LARGEST = 16_000_000  # bytes of a profile
_D50 = SRGB_TO_D50.sum(axis=1)
_AT_ONCE = 16_384  # pixels
_ROUNDS = 8
_NEAR = 0.02 / 255  # of white: a colour is met
_DAMPING = 1e-4  # keeps a step short where a sample changes next to nothing
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class TableCoding:
    """The way from samples, 0 to 1, to coded sRGB, and from a colour near them back to samples.

    LittleCMS is asked for the colours of a grid of samples, in 16 bits of Lab; between its nodes
    the way is straight, and it is this way, not the profile's other table, that is gone back. So
    inks stay those of the photo: only as much of each is changed as the change of colour asks.
    """

    nodes: Floats  # (..., 3): coded sRGB, one axis a channel; parts may lie below 0 and above 1

    @property
    def channels(self) -> int:
        return self.nodes.ndim - 1

    def to_srgb(self, samples: Floats) -> Floats:
        """(height, width, channels) to (height, width, 3)."""
        flat = samples.reshape(-1, self.channels)
        parts = [self._seen(flat[k : k + _AT_ONCE])[0] for k in range(0, len(flat), _AT_ONCE)]
        return np.concatenate(parts).reshape(*samples.shape[:2], 3)

    def moved(self, samples: Floats, change: Floats) -> Floats:
        """The samples whose colours are those of `samples` and `change` more, as near as can be.

        (height, width, channels) and (height, width, 3), of coded sRGB. Where the change is none
        the samples stay what they are; where the profile has no such colour it is the nearest.
        """
        moved = samples.reshape(-1, self.channels).copy()
        wanted = change.reshape(-1, 3)
        touched = np.flatnonzero(wanted.any(axis=1))
        for start in range(0, len(touched), _AT_ONCE):
            some = touched[start : start + _AT_ONCE]
            moved[some] = self._met(moved[some], wanted[some])
        return moved.reshape(samples.shape)

    def _met(self, samples: Floats, change: Floats) -> Floats:
        """Newton's way with the shortest steps (the Moore-Penrose inverse), inside 0 to 1."""
        found = samples.copy()
        wanted = self._seen(samples)[0] + change
        left = np.arange(len(samples))
        for _ in range(_ROUNDS):
            seen, slopes = self._seen(found[left])
            short = wanted[left] - seen
            open_ones = np.abs(short).max(axis=1) > _NEAR
            left, short, slopes = left[open_ones], short[open_ones], slopes[open_ones]
            if not len(left):
                break
            here = found[left]
            step = _shortest(slopes, short)
            stuck = ((here <= 0) & (step < 0)) | ((here >= 1) & (step > 0))
            held = stuck.any(axis=1)
            free = slopes[held] * ~stuck[held, None, :]
            step[held] = np.where(stuck[held], 0, _shortest(free, short[held]))
            found[left] = np.clip(here + step, 0, 1)
        return found

    def _seen(self, samples: Floats) -> tuple[Floats, Floats]:
        """(n, 3) colours and (n, 3, channels) slopes of (n, channels) samples."""
        count, ways = self.nodes.shape[0], self.channels
        place = np.clip(samples, 0, 1) * np.float32(count - 1)
        below = np.minimum(place.astype(np.int64), count - 2)
        part = (place - below).astype(np.float32)
        strides = count ** np.arange(ways - 1, -1, -1)
        corners = np.array(list(itertools.product((0, 1), repeat=ways))) @ strides
        around = self.nodes.reshape(-1, 3)[(below @ strides)[:, None] + corners]
        slopes: list[Floats] = []
        for channel in range(ways):  # (n, corners, 3), half as many corners each time
            low, high = np.split(around, 2, axis=1)
            share = part[:, channel, None, None]
            slopes = [_between(slope, share) for slope in slopes]
            slopes.append((high - low) * np.float32(count - 1))
            around = low + (high - low) * share
        return around[:, 0], np.stack([slope[:, 0] for slope in slopes], -1)


def _between(corners: Floats, share: Floats) -> Floats:
    low, high = np.split(corners, 2, axis=1)
    between: Floats = low + (high - low) * share
    return between


def table_coding(pixels: SourcePixels) -> TableCoding | None:
    """None where there is no profile with tables of colours, where it is broken, and for grey."""
    profile = pixels.icc_profile
    if not profile or len(profile) > _LARGEST or pixels.mode is ColourMode.GREY:
        return None
    return _ask(profile, pixels.mode)


@functools.lru_cache(maxsize=4)
def _ask(profile: bytes, mode: ColourMode) -> TableCoding | None:
    channels = len(_PILLOW_MODE[mode])
    steps = np.arange(0, 256, _STEP[mode], dtype=np.uint8)
    grid = np.stack(np.meshgrid(*[steps] * channels, indexing="ij"), -1)
    picture = Image.fromarray(grid.reshape(len(steps), -1, channels), _PILLOW_MODE[mode])
    try:
        theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        lab = np.stack([_asked_for(theirs, mode, axis, picture) for axis in range(3)], -1)
        shown = ImageCms.buildTransform(
            theirs,
            ImageCms.createProfile("sRGB"),
            _PILLOW_MODE[mode],
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION | ImageCms.Flags.NOOPTIMIZE,
        ).apply(picture)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    linear = _linear_srgb(lab)
    nodes = coded(_black_compensated(linear, np.asarray(shown)))
    nodes = nodes.reshape(*grid.shape[:-1], 3)
    if not np.isfinite(nodes).all():
        return None
    if mode is ColourMode.RGB and _is_srgb(grid.astype(np.float32) / np.float32(255), nodes):
        return None
    return TableCoding(nodes)


def _is_srgb(grid: Floats, nodes: Floats) -> bool:
    inside = ((grid > 0.1) & (grid < 0.9)).all(axis=-1)  # near the borders rounding is large
    return float(np.abs(nodes - grid)[inside].max()) < SAME


def _asked_for(
    profile: ImageCms.ImageCmsProfile, mode: ColourMode, axis: int, picture: Image.Image
) -> NDArray[np.float64]:
    """L, a or b of a picture."""
    transform = ImageCms.buildTransform(
        profile,
        ImageCms.ImageCmsProfile(io.BytesIO(_one_of_lab(axis))),
        _PILLOW_MODE[mode],
        "I;16",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.NOOPTIMIZE,
    )
    encoded = np.asarray(transform.apply(picture)).astype(np.float64)
    # the 16 bits of Lab in ICC.1:2001, A.4: 65280 is L = 100, 32768 is a = 0
    return encoded / 652.8 if axis == 0 else encoded / 256 - 128


def _one_of_lab(axis: int) -> bytes:
    """A profile of a "grey" that is one of L, a, b as it is.

    Pillow has no picture of three times 16 bits, but one of 16 bits of grey: a table of two
    steps (ICC.1:2001, 6.5.8) that lets one axis through makes it carry Lab exactly.
    """
    table = [65535 * corner[axis] for corner in itertools.product((0, 1), repeat=3)]
    unit = struct.pack(">9i", *(65536 * (n % 4 == 0) for n in range(9)))
    straight = struct.pack(">2H", 0, 65535)
    lut = struct.pack(">4s4xBBBx", b"mft2", 3, 1, 2) + unit + struct.pack(">2H", 2, 2)
    lut += straight * 3 + struct.pack(">8H", *table) + straight
    start = 128 + 4 + 12
    size = start + len(lut)
    header = struct.pack(">I4xI4s4s4s", size, 0x02400000, b"prtr", b"GRAY", b"Lab ")
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp").ljust(68 - len(header), b"\0")
    header += struct.pack(">3i", *(round(v * 65536) for v in _D50))
    return header.ljust(128, b"\0") + struct.pack(">I4sII", 1, b"B2A0", start, len(lut)) + lut


def _linear_srgb(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., 3) CIE Lab of D50 to linear sRGB, not clipped (CIE 15:2004, 8.2.1)."""
    middle = (lab[..., 0] + 16) / 116
    parts = np.stack([middle + lab[..., 1] / 500, middle, middle - lab[..., 2] / 200], -1)
    xyz = np.where(parts > 6 / 29, parts**3, 3 * (6 / 29) ** 2 * (parts - 4 / 29)) * _D50
    linear: NDArray[np.float64] = xyz @ np.linalg.inv(SRGB_TO_D50).T
    return linear


def _black_compensated(
    linear: NDArray[np.float64], shown: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """`linear` with the profile's black moved to black, as it is `shown` on the screen.

    Black point compensation scales light so that white stays (Adobe, 2006); how dark the black
    is that LittleCMS found, the colours that it shows tell, by least squares.
    """
    seen = light(shown.astype(np.float32) / np.float32(255))
    inside = (shown > 8) & (shown < 247)
    if not inside.any():
        return linear
    room = (1 - seen)[inside]
    black = float((room * (linear - seen)[inside]).sum() / (room**2).sum())
    return (linear - black) / (1 - black) if 0 < black < 0.5 else linear


def _shortest(slopes: Floats, short: Floats) -> Floats:
    """(n, channels): the least change of the samples that changes the colours by `short`."""
    square = slopes @ slopes.transpose(0, 2, 1)  # (n, 3, 3)
    square += np.float32(_DAMPING) * np.eye(3, dtype=np.float32)
    return (slopes.transpose(0, 2, 1) @ np.linalg.solve(square, short[:, :, None]))[:, :, 0]
