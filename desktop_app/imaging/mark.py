"""Writes into the picture itself that it was restored: a mark in its corner, or a line below it."""

import enum
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.lettering import wrapped

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


def with_mark(pixels: SourcePixels, mark: Mark, font: Path) -> SourcePixels:
    """The picture with the words in it, in its own depth, inks and profile.

    In the corner only the pixels of the mark change; below the picture none does. Letters are
    black, white and grey in every colour mode. `font` is a TrueType or OpenType file.
    """
    if not mark.words.strip():
        return pixels
    if mark.place is MarkPlace.CORNER:
        return _with_corner(pixels, mark.words, font)
    return _with_caption(pixels, mark.words, font)


def _with_corner(pixels: SourcePixels, words: str, font: Path) -> SourcePixels:
    width, height = pixels.size
    letters = _letters(words, font, round(min(width, height) * _CORNER_PART), int(width * 0.9))
    room = max(2, letters.shape[0] // 3)
    plate = np.pad(letters, ((room, room), (2 * room, 2 * room)))
    plate = plate[-height:, -width:]
    gap_x, gap_y = min(room, width - plate.shape[1]), min(room, height - plate.shape[0])
    rows = slice(height - gap_y - plate.shape[0], height - gap_y)
    columns = slice(width - gap_x - plate.shape[1], width - gap_x)
    samples = pixels.samples.copy()
    part = samples[rows, columns].astype(np.float32)
    covered = 1 - (1 - _PLATE) * (1 - plate[:, :, None])
    light = plate / np.maximum(covered[:, :, 0], 1e-6)  # letters white, their ground black
    marked = part * (1 - covered) + _inks(light, pixels) * covered
    if pixels.has_extra_channel and not pixels.transparency:
        marked[..., -1] = part[..., -1]  # infrared is no picture
    samples[rows, columns] = np.round(marked).astype(samples.dtype)
    return replace(pixels, samples=samples)


def _with_caption(pixels: SourcePixels, words: str, font: Path) -> SourcePixels:
    width, height = pixels.size
    size = max(_SMALLEST, round(max(width, height) * _CAPTION_PART))
    room = round(size * 0.8)
    lines = wrapped(words, ImageFont.truetype(font, size), width - 2 * room)
    written = [_letters(line, font, size, width - 2 * room) for line in lines]
    strip = np.full((sum(w.shape[0] for w in written) + 2 * room, width), _PAPER, np.float32)
    top = room
    for line in written:
        part = strip[top : top + line.shape[0], room : room + line.shape[1]]
        part += (_INK - _PAPER) * line[:, : part.shape[1]]
        top += line.shape[0]
    below = np.round(_inks(strip, pixels)).astype(pixels.samples.dtype)
    return replace(pixels, samples=np.concatenate([pixels.samples, below], axis=0))


def _letters(words: str, font: Path, size: int, most: int) -> NDArray[np.float32]:
    """(height, width) from 0 to 1: one line, smaller where it would be wider than `most`."""
    size = max(_SMALLEST, size)
    face = ImageFont.truetype(font, size)
    wide = face.getlength(words)
    if wide > most > 0:
        face = ImageFont.truetype(font, max(6, int(size * most / wide)))
    ascent, descent = face.getmetrics()
    canvas = Image.new("L", (max(1, round(face.getlength(words)) + 2), ascent + descent), 0)
    ImageDraw.Draw(canvas).text((0, 0), words, 255, face)
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
