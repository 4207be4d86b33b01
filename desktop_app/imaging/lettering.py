"""Sets words in any script: each letter in the first font that has it."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias

from PIL import Image, ImageDraw, ImageFont

_NOBODY_HAS_IT = "\U0010ffff"  # no character: every font answers with its sign for "missing"
_JOINED = ("\u200c", "\u200d")  # joiners belong to the letters around them


Ink: TypeAlias = int | tuple[int, int, int]


class Lettering:
    """Words of one size. Letters that no font has are shown as the first font's empty box.

    A run of letters of one font is shaped as a whole, so that Arabic joins, Hebrew runs from the
    right and Indic vowels find their places, where Pillow has Raqm (its wheels do).
    """

    def __init__(self, fonts: Sequence[Path], size: int) -> None:
        self._paths = tuple(fonts)
        self._size = size
        first = self._font(0)
        self.ascent, self.descent = first.getmetrics()

    @property
    def height(self) -> int:
        """Of a line, in pixels."""
        return self.ascent + self.descent

    def smaller(self, size: int) -> "Lettering":
        return Lettering(self._paths, size)

    def width(self, words: str) -> float:
        """In pixels."""
        return sum(self._font(place).getlength(run) for place, run in self._runs(words))

    def draw(self, canvas: Image.Image, at: tuple[float, float], words: str, ink: Ink) -> None:
        """`at` is the upper left corner of the line; all fonts stand on one base line."""
        pen = ImageDraw.Draw(canvas)
        left, base = at[0], at[1] + self.ascent
        for place, run in self._runs(words):
            font = self._font(place)
            pen.text((left, base), run, ink, font, anchor="ls")
            left += font.getlength(run)

    def wrapped(self, words: str, most: int) -> list[str]:
        """Lines of at most `most` pixels, broken between words, or inside one that is longer.

        Chinese and Japanese have no spaces: there a line may end after any letter.
        """
        lines: list[str] = []
        for word in words.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(longer) <= most:
                lines[-1] = longer
                continue
            *full, rest = self._pieces(word, most)
            lines += [*full, rest]
        return lines

    def cut_short(self, words: str, most: int) -> str:
        """The words as far as `most` pixels reach, with dots where something was left out."""
        if self.width(words) <= most:
            return words
        while words and self.width(words + "…") > most:
            words = words[:-1]
        return words.rstrip() + "…"

    def _pieces(self, word: str, most: int) -> list[str]:
        pieces = [""]
        for sign in word:
            if pieces[-1] and self.width(pieces[-1] + sign) > most:
                pieces.append("")
            pieces[-1] += sign
        return pieces

    def _runs(self, words: str) -> list[tuple[int, str]]:
        """(font, letters): neighbours of one font together.

        Spaces, digits and points between letters of one font belong to them, else to the first
        font: at the end of Arabic they would else stand on its wrong side.
        """
        places = [self._place_of(sign) for sign in words]
        runs: list[tuple[int, str]] = []
        for number, sign in enumerate(words):
            place = places[number]
            if place is None:
                before = runs[-1][0] if runs else 0
                after = next((p for p in places[number:] if p is not None), 0)
                joined = sign in _JOINED or (before == after and self._has(before, sign))
                place = before if joined else self._first_with(sign)
            if runs and runs[-1][0] == place:
                runs[-1] = (place, runs[-1][1] + sign)
            else:
                runs.append((place, sign))
        return runs

    def _place_of(self, sign: str) -> int | None:
        """The font of a letter or of a mark that belongs to one; None for what has no script."""
        if sign in _JOINED or not (sign.isalpha() or unicodedata.category(sign).startswith("M")):
            return None
        return self._first_with(sign)

    def _first_with(self, sign: str) -> int:
        return next((p for p in range(len(self._paths)) if self._has(p, sign)), 0)

    def _has(self, place: int, sign: str) -> bool:
        return _has(self._paths[place], sign)

    def _font(self, place: int) -> ImageFont.FreeTypeFont:
        return _font(self._paths[place], self._size)


@cache
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)


@cache
def _has(path: Path, sign: str) -> bool:
    """Whether the font has a picture of the letter: another than the one for what is missing."""
    font = _plain(path)
    return sign.isspace() or _picture(font, sign) != _picture(font, _NOBODY_HAS_IT)


@cache
def _plain(path: Path) -> ImageFont.FreeTypeFont:
    """Without shaping, which would borrow or join."""
    return ImageFont.truetype(path, 24, layout_engine=ImageFont.Layout.BASIC)


def _picture(font: ImageFont.FreeTypeFont, sign: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(sign)
    return mask.size, bytes(mask)
