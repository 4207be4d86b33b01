"""A page for the family shows the photo before and after, and what was done to it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.domain.errors import BadRequest, NameTaken
from desktop_app.imaging.family_page import PageSide, PageWords, family_page, write_page
from desktop_app.operations.fonts import font_for

NOTE = "Restored with Likeness. " * 12


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
    return family_page(sides[0], sides[1], words, font_for(NOTE))


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
    write_page(_page(800, 600, 1), path, title="An old print")
    if suffix == ".pdf":
        data = path.read_bytes()
        assert data.startswith(b"%PDF")
        assert b"595.44" in data or b"595.4" in data  # points: the width of A4
    else:
        with Image.open(path) as image:
            assert image.size == (1654, 2339)
            assert round(float(image.info["dpi"][0])) == 200
    with pytest.raises(NameTaken):
        write_page(_page(800, 600, 1), path)
    write_page(_page(800, 600, 1), path, overwrite=True)


def test_another_kind_of_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest):
        write_page(_page(80, 60, 1), tmp_path / "page.doc")
