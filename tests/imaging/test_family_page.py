"""A page for the family shows the photo before and after, and what was done to it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.domain.errors import BadRequest, NameTaken
from desktop_app.imaging.family_page import (
    PageFonts,
    PageSide,
    PageWords,
    family_page,
    page_written,
)
from desktop_app.imaging.lettering import Lettering
from desktop_app.operations.fonts import bundled_fonts

NOTE = "Restored with Likeness. " * 12
WORDS = PageWords("An old print", "Before", "After", (), NOTE)
FONTS = PageFonts(bundled_fonts(), bundled_fonts(strong=True))


def _write(page: np.ndarray, path: Path, *, overwrite: bool = False) -> None:
    with page_written(page, path, WORDS, xmp=b"<x/>", overwrite=overwrite):
        assert overwrite or not path.exists()  # it has its name at the end


def _page(width: int, height: int, faces: int) -> np.ndarray:
    red, green = (200, 40, 40), (40, 160, 40)
    sides = [
        PageSide(
            np.full((height, width, 3), colour, np.uint8),
            tuple(np.full((256, 256, 3), colour, np.uint8) for _ in range(faces)),
        )
        for colour in (red, green)
    ]
    words = PageWords("An old print", "Before", "After", tuple("ABCDE"[:faces]), NOTE)
    return family_page(sides[0], sides[1], words, FONTS)


@pytest.mark.parametrize("size", [(1600, 900), (700, 1400), (3000, 200), (90, 60)])
@pytest.mark.parametrize("faces", [1, 2, 5])
def test_both_pictures_are_there_as_large_as_each_other(size: tuple[int, int], faces: int) -> None:
    page = _page(*size, faces).astype(int)
    assert page.shape == (2339, 1654, 3)
    red = (np.abs(page - [200, 40, 40]).sum(axis=2) < 12).sum()
    green = (np.abs(page - [40, 160, 40]).sum(axis=2) < 12).sum()
    assert red == pytest.approx(green, rel=0.02)
    assert red > 60_000
    edge = np.concatenate([page[:90].reshape(-1, 3), page[:, :90].reshape(-1, 3)])
    assert edge.min() == 255  # nothing runs off the paper
    assert page[-60:].min() == 255


@pytest.mark.parametrize("suffix", [".pdf", ".jpg", ".png"])
def test_a_page_is_written_in_the_size_of_paper(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"page{suffix}"
    _write(_page(800, 600, 1), path)
    if suffix == ".pdf":
        data = path.read_bytes()
        assert data.startswith(b"%PDF")
        assert b"595.44" in data or b"595.4" in data  # points: the width of A4
    else:
        with Image.open(path) as image:
            assert image.size == (1654, 2339)
            assert round(float(image.info["dpi"][0])) == 200
    with pytest.raises(NameTaken):
        _write(_page(800, 600, 1), path)
    _write(_page(800, 600, 1), path, overwrite=True)


def test_another_kind_of_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest):
        _write(_page(80, 60, 1), tmp_path / "page.doc")


def _ink(page: np.ndarray) -> int:
    return int((page.max(axis=2) < 60).sum())


def test_the_honest_line_is_never_cut_by_a_long_note() -> None:
    side = PageSide(np.full((300, 400, 3), 255, np.uint8), ())
    bare = replace(WORDS, note="Restored. " * 400)
    promised = replace(bare, promise="An illustration, not evidence.")
    pages = [family_page(side, side, words, FONTS) for words in (bare, promised)]
    feet = [page[-150:] for page in pages]
    assert _ink(feet[0]) == 0  # the note itself is faint
    assert _ink(feet[1]) > 500


def test_more_faces_than_have_room_are_counted() -> None:
    side = PageSide(np.full((300, 400, 3), 255, np.uint8), (np.zeros((64, 64, 3), np.uint8),) * 9)
    words = replace(WORDS, names=("A",) * 9)
    said = family_page(side, side, words, FONTS)
    silent = family_page(side, side, replace(words, more=""), FONTS)
    assert (said != silent).any()


NAMES = ["Åse Łuczak", "Анна", "Ελένη", "Nguyễn", "אבא", "فاطمة", "सीता", "สมชาย", "Անի", "ანა"]
NAMES += ["山田花子", "김민수", "毛泽东", "தமிழ்", "বাংলা", "గీత", "ગીતા", "ਗੀਤਾ"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_any_script_has_its_letters_beside_latin_ones(name: str) -> None:
    lettering = Lettering(bundled_fonts(), 24)
    runs = lettering._runs(f"{name} (Ann)")
    assert "".join(run for _, run in runs) == f"{name} (Ann)"
    for place, run in runs:
        assert all(lettering._has(place, sign) for sign in run if sign.isalpha())


def test_a_space_after_arabic_stands_after_it() -> None:
    runs = Lettering(bundled_fonts(), 24)._runs("فاطمة الزهراء was")
    assert [run for _, run in runs] == ["فاطمة الزهراء", " was"]


def test_a_letter_that_no_font_has_is_an_empty_box_and_no_error() -> None:
    lettering = Lettering(bundled_fonts(), 24)
    assert lettering.width("\U0001f600") > 0


def test_words_without_spaces_are_broken_anyway() -> None:
    lettering = Lettering(bundled_fonts(), 24)
    lines = lettering.wrapped("山田花子" * 20, 200)
    assert len(lines) > 5
    assert all(lettering.width(line) <= 200 for line in lines)
