"""The camera's own small picture is shown upright and in the shape of the photo."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from desktop_app.imaging.first_picture import first_picture
from tests.imaging import pictures


def photo_with_small_one(path: Path, small: bytes, orientation: int = 1) -> None:
    """A JPEG of 3:2, with an EXIF block that holds `small`, as cameras write it."""
    head = TiffImagePlugin.ImageFileDirectory_v2()
    head[0x0112] = orientation
    first = head.tobytes(8)
    thumb = TiffImagePlugin.ImageFileDirectory_v2()
    thumb[0x0201], thumb[0x0202] = 0, len(small)
    begin = 8 + len(first)
    size = len(thumb.tobytes(begin))
    thumb[0x0201] = begin + size
    second = thumb.tobytes(begin)
    linked = first[:-4] + begin.to_bytes(4, "little")
    exif = b"Exif\0\0II*\0\x08\0\0\0" + linked + second + small
    Image.fromarray(pictures.gradient(900, 600)).save(path, exif=exif)


def jpeg(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95)
    return file.getvalue()


def small_of_four_to_three() -> np.ndarray:
    """160 by 120: white, its left third red, with the black bars of a photo of 3:2."""
    small = np.full((120, 160, 3), 255, np.uint8)
    small[:, :50] = (255, 0, 0)
    small[:7] = small[-7:] = 0
    return small


def test_the_small_picture_is_found_without_its_bars(tmp_path: Path) -> None:
    photo_with_small_one(tmp_path / "a.jpg", jpeg(small_of_four_to_three()))
    small = first_picture(tmp_path / "a.jpg")
    assert small is not None
    assert small.shape == (106, 160, 3)
    assert small[:, 100].min() > 200
    assert small[50, 10, 0] > 200
    assert small[50, 10, 1] < 60


@pytest.mark.parametrize(
    ("orientation", "turned", "red_at"),
    [(1, 0, "left"), (6, 0, "top"), (1, 90, "top"), (3, 0, "right")],
)
def test_the_small_picture_is_upright(
    tmp_path: Path, orientation: int, turned: int, red_at: str
) -> None:
    photo_with_small_one(tmp_path / "a.jpg", jpeg(small_of_four_to_three()), orientation)
    small = first_picture(tmp_path / "a.jpg", turned)
    assert small is not None
    height, width = small.shape[:2]
    places = {
        "left": (height // 2, 10),
        "right": (height // 2, width - 10),
        "top": (10, width // 2),
    }
    assert small[places[red_at]][1] < 60
    assert all(small[place][1] > 200 for name, place in places.items() if name != red_at) or (
        red_at == "top"
    )


@pytest.mark.parametrize("small", [b"", b"\xff\xd8 no picture", b"x" * 70])
def test_a_photo_without_a_sound_small_picture_has_none(tmp_path: Path, small: bytes) -> None:
    photo_with_small_one(tmp_path / "a.jpg", small)
    assert first_picture(tmp_path / "a.jpg") is None


def test_a_small_picture_that_claims_to_be_huge_is_not_decoded(tmp_path: Path) -> None:
    photo_with_small_one(tmp_path / "a.jpg", jpeg(np.zeros((30, 1100, 3), np.uint8)))
    assert first_picture(tmp_path / "a.jpg") is None


def test_other_files_have_none(tmp_path: Path) -> None:
    Image.fromarray(pictures.gradient()).save(tmp_path / "a.png")
    (tmp_path / "b.jpg").write_bytes(b"nothing")
    assert first_picture(tmp_path / "a.png") is None
    assert first_picture(tmp_path / "b.jpg") is None
    assert first_picture(tmp_path / "gone.jpg") is None


def test_a_small_picture_of_another_shape_without_bars_is_of_another_picture(
    tmp_path: Path,
) -> None:
    before_it_was_cropped = np.full((160, 120, 3), 200, np.uint8)
    photo_with_small_one(tmp_path / "a.jpg", jpeg(before_it_was_cropped))
    assert first_picture(tmp_path / "a.jpg") is None
