"""RAW photos by the preview that the camera stored."""

from pathlib import Path

import numpy as np
import pytest

from desktop_app.domain.errors import PhotoTooLarge, UnreadablePhoto
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.metadata import read_metadata
from tests.imaging import pictures
from tests.imaging.raw_files import save_dng


def _dng(tmp_path: Path, orientation: int) -> Path:
    stored = pictures.stored_for(pictures.gradient(320, 240), orientation)
    height, width = stored.shape[:2]
    preview = pictures.jpeg_bytes(stored)
    return save_dng(tmp_path / "photo.dng", preview, (width, height), orientation)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_preview_comes_upright(tmp_path: Path, orientation: int) -> None:
    path = _dng(tmp_path, orientation)
    photo = decode_photo(path)
    assert photo.full_size == (320, 240)
    wanted = pictures.gradient(320, 240)
    assert np.abs(photo.image[::239, ::319].astype(int) - wanted[::239, ::319]).max() <= 10
    said = read_metadata(path)
    assert (said.width, said.height) == (320, 240)
    assert said.file_format == "RAW"
    assert said.camera == "Test Camera"


def test_a_raw_photo_without_a_preview_says_what_to_do(tmp_path: Path) -> None:
    path = save_dng(tmp_path / "photo.dng", None, (1, 1), 1)
    with pytest.raises(UnreadablePhoto, match=r"photo\.dng is a RAW photo without a preview"):
        decode_photo(path)


def test_the_pixel_limit_holds_for_the_preview(tmp_path: Path) -> None:
    with pytest.raises(PhotoTooLarge):
        decode_photo(_dng(tmp_path, 1), max_pixels=1000)


def test_a_broken_preview_is_refused(tmp_path: Path) -> None:
    path = save_dng(tmp_path / "photo.dng", b"\xff\xd8\xff" + bytes(300), (320, 240), 1)
    with pytest.raises(UnreadablePhoto, match=r"photo\.dng"):
        decode_photo(path)
