"""Sets pictures side by side on one sheet, each with its words below."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from desktop_app.domain.photo import RgbImage

_PAPER, _INK, _FAINT = (245, 245, 245), (32, 32, 32), (104, 104, 104)
_MARGIN, _GAP = 32, 24  # pixels


def side_by_side(
    pictures: Sequence[tuple[RgbImage, str, str]], font: Path, height: int = 640
) -> RgbImage:
    """One sheet of all pictures, `height` pixels high each, with a title and a line of words.

    `pictures` are (image, title, words); `font` is a TrueType file.
    """
    scaled = [_to_height(image, height) for image, _, _ in pictures]
    title_font, words_font = ImageFont.truetype(font, 24), ImageFont.truetype(font, 17)
    widest = [
        max(picture.width, *(_width(t, f) for t, f in ((title, title_font), (words, words_font))))
        for picture, (_, title, words) in zip(scaled, pictures, strict=True)
    ]
    width = sum(widest) + _GAP * (len(scaled) - 1) + 2 * _MARGIN
    sheet = Image.new("RGB", (width, height + 2 * _MARGIN + 72), _PAPER)
    draw = ImageDraw.Draw(sheet)
    left = _MARGIN
    for picture, (_, title, words), room in zip(scaled, pictures, widest, strict=True):
        sheet.paste(picture, (left, _MARGIN))
        draw.text((left, _MARGIN + height + 14), title, _INK, title_font)
        draw.text((left, _MARGIN + height + 46), words, _FAINT, words_font)
        left += room + _GAP
    return np.asarray(sheet)


def _to_height(image: RgbImage, height: int) -> Image.Image:
    width = max(1, round(image.shape[1] * height / image.shape[0]))
    return Image.fromarray(image).resize((width, height), Image.Resampling.LANCZOS)


def _width(text: str, font: ImageFont.FreeTypeFont) -> int:
    return int(font.getlength(text)) + 1
