"""Lays a photo before and after on one page, to be printed or sent to the family."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from desktop_app.domain.errors import BadRequest, NameTaken
from desktop_app.domain.photo import RgbImage
from desktop_app.domain.whole_file import write_whole
from desktop_app.imaging.lettering import cut_short, wrapped
from desktop_app.imaging.photo_file import shown_name

_WIDTH, _HEIGHT, _DPI = 1654, 2339, 200  # A4
_EDGE, _GAP = 96, 28  # pixels
_PAPER, _INK, _FAINT = (255, 255, 255), (28, 28, 28), (96, 96, 96)
_FACES_A_ROW, _MOST_FACES = 2, 4
PAGE_SUFFIXES = (".pdf", ".jpg", ".png")


@dataclass(frozen=True)
class PageSide:
    """A photo as it was, or as it is now: the whole of it, and its restored faces."""

    picture: RgbImage
    faces: tuple[RgbImage, ...]


@dataclass(frozen=True)
class PageWords:
    """What stands on the page; `names` are under the faces, "" where one has none."""

    title: str
    before: str
    after: str
    names: tuple[str, ...]
    note: str


def family_page(before: PageSide, after: PageSide, words: PageWords, font: Path) -> RgbImage:
    """(2339, 1654, 3): the photo twice, then up to four faces before and after, then the note."""
    page = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    draw = ImageDraw.Draw(page)
    large, small = ImageFont.truetype(font, 44), ImageFont.truetype(font, 26)
    draw.text((_EDGE, _EDGE), cut_short(words.title, large, _WIDTH - 2 * _EDGE), _INK, large)
    note = wrapped(words.note, small, _WIDTH - 2 * _EDGE)
    floor = _HEIGHT - _EDGE - 36 * len(note)
    top = _EDGE + 84
    faces = list(zip(before.faces, after.faces, words.names, strict=True))[:_MOST_FACES]
    rows = -(-len(faces) // _FACES_A_ROW)
    side = 330 if rows else 0
    room = floor - top - rows * (side + 76) - _GAP
    top = _pair(page, (before.picture, after.picture), words, top, room, small)
    if rows:  # what the photo left over makes the faces larger
        widest = (_WIDTH - 2 * _EDGE - 60) // 4 - 6 if len(faces) > 1 else 600
        side = max(side, min(widest, (floor - top - _GAP) // rows - 76))
    for number, (was, now, name) in enumerate(faces):
        column, row = number % _FACES_A_ROW, number // _FACES_A_ROW
        alone = len(faces) == 1
        left = (_WIDTH - 2 * side - 12) // 2 if alone else _EDGE + column * (2 * side + 12 + 60)
        upper = top + row * (side + 76)
        for place, face in enumerate((was, now)):
            page.paste(_fitted(face, side, side), (left + place * (side + 12), upper))
        draw.text((left, upper + side + 10), cut_short(name, small, 2 * side), _INK, small)
    for number, line in enumerate(note):
        draw.text((_EDGE, floor + 36 * number), line, _FAINT, small)
    return np.asarray(page)


def write_page(page: RgbImage, path: Path, *, title: str = "", overwrite: bool = False) -> None:
    """Writes the page whole or not at all, as PDF, JPEG or PNG after its suffix.

    Raises `NameTaken`, `BadRequest`, `DiskFull`, `NotPermitted`.
    """
    if path.suffix not in PAGE_SUFFIXES:
        raise BadRequest(f"{shown_name(path)}: a page is written as .pdf, .jpg or .png.")
    check_page(path, overwrite=overwrite)
    image, encoded = Image.fromarray(page), io.BytesIO()
    if path.suffix == ".pdf":
        image.save(encoded, "PDF", resolution=_DPI, title=title, producer="Likeness")
    elif path.suffix == ".jpg":
        image.save(encoded, "JPEG", quality=92, dpi=(_DPI, _DPI), subsampling=0)
    else:
        image.save(encoded, "PNG", dpi=(_DPI, _DPI))
    with write_whole(path) as file:
        file.write(encoded.getbuffer())


def check_page(path: Path, *, overwrite: bool) -> None:
    """Raises `NameTaken` where something else stands at `path`."""
    if path.is_dir() or ((path.exists() or path.is_symlink()) and not overwrite):
        name = shown_name(path)
        raise NameTaken(f"{name} is there already. Choose another name, or replace it.")


def _pair(
    page: Image.Image,
    pictures: Sequence[RgbImage],
    words: PageWords,
    top: int,
    room: int,
    font: ImageFont.FreeTypeFont,
) -> int:
    """The whole photo twice: side by side, or one above the other where that is larger."""
    height, width = pictures[0].shape[:2]
    inner = _WIDTH - 2 * _EDGE
    beside = min((inner - _GAP) / 2 / width, (room - 60) / height)
    stacked = min(inner / width, (room - 120 - _GAP) / 2 / height)
    scale = max(beside, stacked)
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
    draw = ImageDraw.Draw(page)
    bottom = top
    for number, (picture, said) in enumerate(
        zip(pictures, (words.before, words.after), strict=True)
    ):
        if beside >= stacked:
            left = (_WIDTH - 2 * size[0] - _GAP) // 2 + number * (size[0] + _GAP)
            upper = top
        else:
            left, upper = (_WIDTH - size[0]) // 2, top + number * (size[1] + 60 + _GAP)
        page.paste(_fitted(picture, *size), (left, upper))
        draw.text((left, upper + size[1] + 10), said, _INK, font)
        bottom = upper + size[1] + 60 + _GAP
    return bottom


def _fitted(image: RgbImage, width: int, height: int) -> Image.Image:
    return Image.fromarray(image).resize((width, height), Image.Resampling.LANCZOS)
