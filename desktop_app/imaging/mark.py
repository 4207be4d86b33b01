"""Writes into the picture itself that it was restored: a mark in its corner, or a line below it."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.lettering import Lettering

_CORNER_PART = 0.024  # of the shorter side: the height of the letters in the corner
_CAPTION_PART = 0.022  # of the longer side: the height of the letters below the picture
_SMALLEST = 9  # pixels
_PLATE = 0.55  # how much darker the ground of the corner mark is than the picture
_PAPER, _INK = 1.0, 0.12  # light of the line below: paper and letters


class MarkPlace(enum.Enum):
    """Where the words stand."""

    CORNER = "corner"  # over the lower right corner of the picture
    CAPTION = "caption"  # on paper below the picture, which grows by it


@dataclass(frozen=True)
class Mark:
    """Words that everybody sees who sees the picture."""

    place: MarkPlace
    words: str


def with_mark(pixels: SourcePixels, mark: Mark, fonts: Sequence[Path]) -> SourcePixels:
    """The picture with the words in it, in its own depth, inks and profile.

    In the corner only the pixels of the mark change, in the memory of `pixels` where it may be
    written to; below the picture none does. Letters are black, white and grey in every colour
    mode. `fonts` are TrueType or OpenType files, see `Lettering`.
    """
    if not mark.words.strip():
        return pixels
    if mark.place is MarkPlace.CORNER:
        return _with_corner(pixels, mark.words, fonts)
    return _with_caption(pixels, mark.words, fonts)


def _with_corner(pixels: SourcePixels, words: str, fonts: Sequence[Path]) -> SourcePixels:
    width, height = pixels.size
    size = max(_SMALLEST, round(min(width, height) * _CORNER_PART))
    letters = _letters(words, _fitted(words, Lettering(fonts, size), size, int(width * 0.9)))
    room = max(2, letters.shape[0] // 3)
    plate = np.pad(letters, ((room, room), (2 * room, 2 * room)))
    plate = plate[-height:, -width:]
    gap_x, gap_y = min(room, width - plate.shape[1]), min(room, height - plate.shape[0])
    rows = slice(height - gap_y - plate.shape[0], height - gap_y)
    columns = slice(width - gap_x - plate.shape[1], width - gap_x)
    samples = pixels.samples
    if not samples.flags.writeable:
        samples = samples.copy()
    part = samples[rows, columns].astype(np.float32)
    covered = 1 - (1 - _PLATE) * (1 - plate[:, :, None])
    light = plate / np.maximum(covered[:, :, 0], 1e-6)  # letters white, their ground black
    marked = part * (1 - covered) + _inks(light, pixels) * covered
    if pixels.has_extra_channel and not pixels.transparency:
        marked[..., -1] = part[..., -1]  # infrared is no picture
    samples[rows, columns] = np.round(marked).astype(samples.dtype)
    return replace(pixels, samples=samples)


def _with_caption(pixels: SourcePixels, words: str, fonts: Sequence[Path]) -> SourcePixels:
    width, height = pixels.size
    size = max(_SMALLEST, round(max(width, height) * _CAPTION_PART))
    room = round(size * 0.8)
    lettering = Lettering(fonts, size)
    written = [_letters(line, lettering) for line in lettering.wrapped(words, width - 2 * room)]
    strip = np.full((sum(w.shape[0] for w in written) + 2 * room, width), _PAPER, np.float32)
    top = room
    for line in written:
        part = strip[top : top + line.shape[0], room : room + line.shape[1]]
        part += (_INK - _PAPER) * line[:, : part.shape[1]]
        top += line.shape[0]
    below = np.round(_inks(strip, pixels)).astype(pixels.samples.dtype)
    return replace(pixels, samples=np.concatenate([pixels.samples, below], axis=0))


def _fitted(words: str, lettering: Lettering, size: int, most: int) -> Lettering:
    """Smaller letters where the line would be wider than `most` pixels."""
    wide = lettering.width(words)
    return lettering.smaller(max(6, int(size * most / wide))) if wide > most > 0 else lettering


def _letters(words: str, lettering: Lettering) -> NDArray[np.float32]:
    """(height, width) from 0 to 1: one line."""
    size = (max(1, round(lettering.width(words)) + 2), lettering.height)
    canvas = Image.new("L", size, 0)
    lettering.draw(canvas, (0, 0), words, 255)
    return np.asarray(canvas, np.float32) / np.float32(255)


def _inks(light: NDArray[np.float32], pixels: SourcePixels) -> NDArray[np.float32]:
    """(height, width, channels) of neutral grey, 0 black to 1 white, in the samples' own units."""
    white = float(np.iinfo(pixels.samples.dtype).max)
    inks: NDArray[Any] = np.zeros((*light.shape, pixels.samples.shape[2]), np.float32)
    if pixels.mode is ColourMode.CMYK:
        inks[..., 3] = (1 - light) * white
    else:
        inks[..., : 1 if pixels.mode is ColourMode.GREY else 3] = light[..., None] * white
    if pixels.has_extra_channel:
        inks[..., -1] = white if pixels.transparency else 0
    return inks
