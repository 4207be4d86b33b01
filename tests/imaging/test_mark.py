"""A mark in the picture is seen by everybody, and touches nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.display import to_rgb
from desktop_app.imaging.mark import Mark, MarkPlace, with_mark
from desktop_app.operations.fonts import bundled_fonts

WORDS = "Restored with Likeness"
FONTS = bundled_fonts()
CASES = [
    (ColourMode.GREY, np.uint8, False),
    (ColourMode.GREY, np.uint16, True),
    (ColourMode.RGB, np.uint8, True),
    (ColourMode.RGB, np.uint16, False),
    (ColourMode.CMYK, np.uint8, False),
    (ColourMode.CMYK, np.uint16, True),
]


def _grey_picture(mode: ColourMode, kind: type, extra: bool) -> SourcePixels:
    channels = {ColourMode.GREY: 1, ColourMode.RGB: 3, ColourMode.CMYK: 4}[mode]
    samples = np.full((400, 600, channels + extra), np.iinfo(kind).max // 2, kind)
    if mode is ColourMode.CMYK:
        samples[..., :3] = 0
    return SourcePixels(samples, mode, has_extra_channel=extra)


@pytest.mark.parametrize(("mode", "kind", "extra"), CASES)
def test_a_corner_mark_changes_only_its_corner(mode: ColourMode, kind: type, extra: bool) -> None:
    before = _grey_picture(mode, kind, extra)
    given = replace(before, samples=before.samples.copy())
    after = with_mark(given, Mark(MarkPlace.CORNER, WORDS), FONTS)
    assert after.samples.dtype == before.samples.dtype
    assert after.samples.shape == before.samples.shape
    changed = (after.samples != before.samples).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert rows.min() > 360
    assert columns.min() > 400
    seen = to_rgb(after)[rows.min() :, columns.min() :]
    assert seen.max() > 200
    assert seen.min() < 90
    assert np.ptp(seen.astype(int), axis=2).max() <= 1  # letters without colour
    if extra:
        assert np.array_equal(after.samples[..., -1], before.samples[..., -1])


@pytest.mark.parametrize(("mode", "kind", "extra"), CASES)
def test_a_caption_stands_below_the_untouched_picture(
    mode: ColourMode, kind: type, extra: bool
) -> None:
    before = _grey_picture(mode, kind, extra)
    words = " ".join([WORDS] * 6)
    after = with_mark(before, Mark(MarkPlace.CAPTION, words), FONTS)
    assert np.array_equal(after.samples[:400], before.samples)
    strip = to_rgb(after)[400:]
    assert strip.shape[0] > 40  # more than one line
    assert strip[0].min() == strip[-1].min() == 255
    assert strip.min() < 60


def test_a_picture_smaller_than_the_words_still_gets_them() -> None:
    before = _grey_picture(ColourMode.RGB, np.uint8, False)
    tiny = SourcePixels(before.samples[:12, :40].copy(), ColourMode.RGB)
    after = with_mark(tiny, Mark(MarkPlace.CORNER, WORDS), FONTS)
    assert after.samples.shape == tiny.samples.shape
    assert with_mark(tiny, Mark(MarkPlace.CAPTION, WORDS), FONTS).size[0] == 40


def test_without_words_nothing_is_marked() -> None:
    before = _grey_picture(ColourMode.RGB, np.uint8, False)
    assert with_mark(before, Mark(MarkPlace.CORNER, "  "), FONTS) is before
