"""A large PNG of 16 bits is looked at by its upper 8, and exported with all of them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from desktop_app.domain.errors import UnreadablePhoto
from desktop_app.imaging import read_png
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.source import decode_source
from tests.imaging import pictures

WIDTH, HEIGHT = 300, 1100  # more rows than are copied at a time


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(read_png, "LARGE", 1000)
    path = tmp_path / "scan.png"
    cv2.imwrite(str(path), pictures.noise(HEIGHT, WIDTH, 3, np.uint16))
    return path


def test_every_pixel_is_looked_at_by_its_upper_bits(path: Path) -> None:
    samples = decode_source(path).samples
    assert samples.dtype == np.uint16
    assert (decode_photo(path).image == samples >> 8).all()


def test_a_smaller_picture_is_the_mean_of_the_larger(path: Path) -> None:
    whole = decode_photo(path).image
    small = decode_photo(path, max_side=275)
    assert small.full_size == (WIDTH, HEIGHT)
    assert small.image.shape == (275, 75, 3)
    mean = whole.reshape(275, 4, 75, 4, 3).mean(axis=(1, 3))
    assert np.abs(small.image - mean).max() <= 1


def test_opacity_keeps_the_whole_picture(path: Path) -> None:
    samples = np.full((HEIGHT, WIDTH, 4), 40_000, np.uint16)
    samples[..., 3] = 65_535
    cv2.imwrite(str(path), samples)
    assert (decode_photo(path).image == round(40_000 / 257)).all()


def test_a_large_png_cut_short_is_no_picture(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(UnreadablePhoto):
        decode_photo(path)
