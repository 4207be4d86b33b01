"""Lays a photo before and after on one page, to be printed or sent to the family."""

import contextlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from desktop_app.domain.errors import BadRequest, NameTaken
from desktop_app.domain.photo import RgbImage
from desktop_app.domain.whole_file import write_whole
from desktop_app.imaging.label import PRODUCER
from desktop_app.imaging.lettering import Lettering
from desktop_app.imaging.photo_file import shown_name
from desktop_app.imaging.png_chunks import XMP_KEY

_WIDTH, _HEIGHT, _DPI = 1654, 2339, 200  # A4
_EDGE, _GAP = 104, 28  # pixels
_INNER = _WIDTH - 2 * _EDGE
_PAPER, _INK, _FAINT, _HAIR = (255, 255, 255), (28, 28, 28), (96, 96, 96), (200, 200, 200)
_MOST_FACES = 6
_SMALLEST_FACE = 210
_BETWEEN_PAIRS, _IN_PAIR = 56, 10
_LABEL = 52  # pixels for a line of words under a picture
_MOST_TITLE, _MOST_NOTE = 2, 7  # lines
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
    subtitle: str = ""  # when it was taken, and what the file is called
    promise: str = ""  # the honest line at the very foot, which is never cut
    more: str = "and {n} more"  # where there are more faces than the page has room for


@dataclass(frozen=True)
class PageFonts:
    """Font files, the first that has a letter is taken; see `Lettering`."""

    plain: Sequence[Path]
    strong: Sequence[Path]


def family_page(before: PageSide, after: PageSide, words: PageWords, fonts: PageFonts) -> RgbImage:
    """(2339, 1654, 3): the photo twice, then up to six faces before and after, then the note."""
    page = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    small = Lettering(fonts.plain, 25)
    top = _head(page, words, Lettering(fonts.strong, 46), small)
    floor = _foot(page, words, Lettering(fonts.plain, 23))
    pairs = list(zip(before.faces, after.faces, words.names, strict=True))
    shown = pairs[:_MOST_FACES]
    across = 3 if len(shown) > 4 else min(2, max(1, len(shown)))
    rows = -(-len(shown) // across)
    more = words.more.format(n=len(pairs) - len(shown)) if len(pairs) > len(shown) else ""
    floor -= _LABEL if more else 0
    widest = ((_INNER - (across - 1) * _BETWEEN_PAIRS) // across - _IN_PAIR) // 2
    least = min(330 if across < 3 else _SMALLEST_FACE, widest)
    room = floor - top - rows * (least + _LABEL) - _GAP
    top = _photos(page, (before.picture, after.picture), words, top, room, small)
    if rows:  # what the photo left over makes the faces larger
        side = max(least, min(widest, 560, (floor - top - _GAP) // rows - _LABEL))
        top = _faces(page, shown, top, side, across, small)
    if more:
        small.draw(page, (_EDGE, floor), more, _FAINT)
    return np.asarray(page)


def _head(page: Image.Image, words: PageWords, title: Lettering, small: Lettering) -> int:
    """Title and subtitle; where the next thing may begin."""
    top = _EDGE
    lines = title.wrapped(words.title, _INNER)
    if len(lines) > _MOST_TITLE:
        rest = " ".join(lines[_MOST_TITLE - 1 :])
        lines = [*lines[: _MOST_TITLE - 1], title.cut_short(rest, _INNER)]
    for line in lines:
        title.draw(page, (_EDGE, top), line, _INK)
        top += title.height
    if words.subtitle:
        small.draw(page, (_EDGE, top + 6), small.cut_short(words.subtitle, _INNER), _FAINT)
        top += small.height + 6
    return top + 36


def _foot(page: Image.Image, words: PageWords, small: Lettering) -> int:
    """Note and promise under a thin line at the foot of the page; where it begins."""
    note = small.wrapped(words.note, _INNER)
    if len(note) > _MOST_NOTE:
        rest = " ".join(note[_MOST_NOTE - 1 :])
        note = [*note[: _MOST_NOTE - 1], small.cut_short(rest, _INNER)]
    inks = [_FAINT] * len(note)
    promise = small.wrapped(words.promise, _INNER)
    inks += [_INK] * len(promise)
    step = small.height + 4
    top = _HEIGHT - _EDGE - step * len(inks)
    ImageDraw.Draw(page).line([(_EDGE, top - 20), (_WIDTH - _EDGE, top - 20)], _HAIR, 2)
    for number, (line, ink) in enumerate(zip([*note, *promise], inks, strict=True)):
        small.draw(page, (_EDGE, top + step * number), line, ink)
    return top - 20


@contextlib.contextmanager
def page_written(
    page: RgbImage, path: Path, words: PageWords, *, xmp: bytes = b"", overwrite: bool = False
) -> Iterator[None]:
    """Writes the page as PDF, JPEG or PNG after its suffix; it has its name when the block ends.

    Its bytes are written before the block begins. A PDF says title and note, a picture carries
    the packet `xmp`. Raises `NameTaken`, `BadRequest`,
    `DiskFull`, `NotPermitted`.
    """
    if path.suffix not in PAGE_SUFFIXES:
        raise BadRequest(f"{shown_name(path)}: a page is written as .pdf, .jpg or .png.")
    check_page(path, overwrite=overwrite)
    image, encoded = Image.fromarray(page), io.BytesIO()
    if path.suffix == ".pdf":
        about = {"title": words.title, "subject": words.note, "producer": PRODUCER}
        image.save(encoded, "PDF", resolution=_DPI, quality=92, **about)
    elif path.suffix == ".jpg":
        image.save(encoded, "JPEG", quality=92, dpi=(_DPI, _DPI), subsampling=0, xmp=xmp)
    else:
        texts = PngInfo()
        texts.add_itxt(XMP_KEY, xmp.decode())
        image.save(encoded, "PNG", dpi=(_DPI, _DPI), pnginfo=texts)
    with write_whole(path) as file:
        file.write(encoded.getbuffer())
        file.flush()
        yield


def check_page(path: Path, *, overwrite: bool) -> None:
    """Raises `NameTaken` where something else stands at `path`."""
    if path.is_dir() or ((path.exists() or path.is_symlink()) and not overwrite):
        name = shown_name(path)
        raise NameTaken(f"{name} is there already. Choose another name, or replace it.")


def _photos(
    page: Image.Image,
    pictures: Sequence[RgbImage],
    words: PageWords,
    top: int,
    room: int,
    small: Lettering,
) -> int:
    """The whole photo twice: side by side, or one above the other where that is larger."""
    height, width = pictures[0].shape[:2]
    beside = min((_INNER - _GAP) / 2 / width, (room - _LABEL) / height)
    stacked = min(_INNER / width, (room - 2 * _LABEL - _GAP) / 2 / height)
    scale = max(beside, stacked)
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
    across = 2 if beside >= stacked else 1
    left = (_WIDTH - across * size[0] - (across - 1) * _GAP) // 2
    for number, (picture, said) in enumerate(
        zip(pictures, (words.before, words.after), strict=True)
    ):
        x = left + (number % across) * (size[0] + _GAP)
        y = top + (number // across) * (size[1] + _LABEL + _GAP)
        page.paste(_fitted(picture, *size), (x, y))
        small.draw(page, (x, y + size[1] + 10), said, _INK)
    return top + (2 // across) * (size[1] + _LABEL + _GAP)


def _faces(
    page: Image.Image,
    pairs: Sequence[tuple[RgbImage, RgbImage, str]],
    top: int,
    side: int,
    across: int,
    small: Lettering,
) -> int:
    """Each face before and after, close together, with its name below."""
    wide = 2 * side + _IN_PAIR
    for number, (was, now, name) in enumerate(pairs):
        row, column = divmod(number, across)
        across_here = min(across, len(pairs))
        left = (_WIDTH - across_here * wide - (across_here - 1) * _BETWEEN_PAIRS) // 2
        x, y = left + column * (wide + _BETWEEN_PAIRS), top + row * (side + _LABEL)
        for place, face in enumerate((was, now)):
            page.paste(_fitted(face, side, side), (x + place * (side + _IN_PAIR), y))
        small.draw(page, (x, y + side + 10), small.cut_short(name, wide), _INK)
    return top + -(-len(pairs) // across) * (side + _LABEL)


def _fitted(image: RgbImage, width: int, height: int) -> Image.Image:
    return Image.fromarray(image).resize((width, height), Image.Resampling.LANCZOS)
