"""A large scan is made smaller as its rows are read, and looks as if the whole had been shrunk."""

import tracemalloc
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile

from desktop_app.domain.errors import UnreadablePhoto
from desktop_app.imaging import tiff_strips
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.source import decode_source

from . import pictures

HEIGHT, WIDTH = 407, 611


@pytest.fixture(autouse=True)
def thin_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of seventeen rows, which no step of a smaller picture divides."""
    monkeypatch.setattr(tiff_strips, "_BAND_BYTES", 17 * WIDTH * 6)


def _soft(kind: type[Any]) -> np.ndarray:
    """(407, 611, 3), whose colours change over 40 pixels."""
    small = pictures.noise(11, 16, 3, np.uint8)
    soft = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return soft if kind is np.uint8 else soft.astype(np.uint16) * 257


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("side", [610, 300, 203, 90, 1])
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"byteorder": ">", "rowsperstrip": 5},
        {"compression": "zlib", "rowsperstrip": 4},
        {"planarconfig": "separate"},
        {"planarconfig": "separate", "compression": "zlib", "rowsperstrip": 10},
        {"compression": "zlib", "tile": (16, 32)},
        {"tile": (16, 32)},
    ],
    ids=str,
)
def test_a_smaller_picture_is_that_of_the_whole(
    tmp_path: Path, kind: type[Any], side: int, how: dict[str, Any]
) -> None:
    samples = _soft(kind)
    stored = np.moveaxis(samples, -1, 0) if "planarconfig" in how else samples
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, stored, photometric="rgb", metadata=None, **how)
    assert (decode_source(path).samples == samples).all()
    small = decode_photo(path, max_side=side)
    assert small.full_size == (WIDTH, HEIGHT)
    whole = cv2.resize(_soft(np.uint8), small.image.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert max(small.image.shape[:2]) == side
    apart = np.abs(small.image.astype(int) - whole)  # half a row may be over at the last edge
    assert apart.mean() < (2 if side > 1 else 6)
    assert apart.max() < 16


def test_every_pixel_comes_in_eight_bits_as_the_eye_needs_it(tmp_path: Path) -> None:
    samples = pictures.noise(HEIGHT, WIDTH, 3, np.uint16)
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, samples, photometric="rgb")
    assert (decode_photo(path).image == np.rint(samples / 257)).all()


def test_a_scan_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, pictures.noise(2000, 1500, 3, np.uint16), photometric="rgb")
    tracemalloc.start()
    try:
        decode_photo(path, max_side=300)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 2000 * 1500 * 6 / 8


def test_a_scan_cut_short_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, _soft(np.uint16), photometric="rgb")
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(UnreadablePhoto):
        decode_photo(path, max_side=100)
