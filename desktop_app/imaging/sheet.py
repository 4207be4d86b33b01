"""Sets pictures side by side on one sheet, each with its words below."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from desktop_app.domain.photo import RgbImage
from desktop_app.imaging.lettering import Lettering

_PAPER, _INK, _FAINT = (245, 245, 245), (32, 32, 32), (104, 104, 104)
_MARGIN, _GAP = 32, 24  # pixels


def side_by_side(
    pictures: Sequence[tuple[RgbImage, str, str]], fonts: Sequence[Path], height: int = 640
) -> RgbImage:
    """One sheet of all pictures, `height` pixels high each, with a title and a line of words.

    `pictures` are (image, title, words); `fonts` are TrueType files, see `Lettering`.
    """
    scaled = [_to_height(image, height) for image, _, _ in pictures]
    large, small = Lettering(fonts, 24), Lettering(fonts, 17)
    widest = [
        max(picture.width, int(large.width(title)) + 1, int(small.width(words)) + 1)
        for picture, (_, title, words) in zip(scaled, pictures, strict=True)
    ]
    width = sum(widest) + _GAP * (len(scaled) - 1) + 2 * _MARGIN
    sheet = Image.new("RGB", (width, height + 2 * _MARGIN + 72), _PAPER)
    left = _MARGIN
    for picture, (_, title, words), room in zip(scaled, pictures, widest, strict=True):
        sheet.paste(picture, (left, _MARGIN))
        large.draw(sheet, (left, _MARGIN + height + 12), title, _INK)
        small.draw(sheet, (left, _MARGIN + height + 44), words, _FAINT)
        left += room + _GAP
    return np.asarray(sheet)


def _to_height(image: RgbImage, height: int) -> Image.Image:
    width = max(1, round(image.shape[1] * height / image.shape[0]))
    return Image.fromarray(image).resize((width, height), Image.Resampling.LANCZOS)
