"""Photos for the eye: upright, sRGB, small where asked."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.display import BACKDROP, to_rgb
from desktop_app.imaging.metadata import read_metadata
from desktop_app.imaging.source import decode_source
from tests.imaging import pictures

FORMATS = {"jpg": 10, "png": 0, "tif": 0, "webp": 16, "avif": 12, "bmp": 0, "gif": 40}
"""Suffix, and by how much a decoded sample may differ."""


def _difference(a: NDArray[Any], b: NDArray[Any]) -> int:
    assert a.shape == b.shape
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_shows_the_picture_that_was_saved(tmp_path: Path, suffix: str) -> None:
    picture = pictures.gradient()
    path = pictures.save(tmp_path / f"photo.{suffix}", picture)
    photo = decode_photo(path)
    assert photo.full_size == (96, 64)
    assert photo.complete
    assert _difference(photo.image, picture) <= FORMATS[suffix]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp", "avif"])
def test_every_orientation_comes_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    upright = pictures.gradient(96, 64)
    path = pictures.save(
        tmp_path / f"photo.{suffix}",
        pictures.stored_for(upright, orientation),
        exif=pictures.exif_of(orientation=orientation),
    )
    whole, small = decode_photo(path), decode_photo(path, max_side=48)
    assert whole.full_size == small.full_size == (96, 64)
    assert _difference(whole.image, upright) <= FORMATS[suffix]
    assert small.image.shape == (32, 48, 3)
    assert _difference(small.image[::31, ::47], upright[::63, ::95]) <= 16
    assert decode_source(path).size == (96, 64)
    said = read_metadata(path)
    assert (said.width, said.height) == (96, 64)
    assert said.orientation == orientation


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("compression", ["tiff_lzw", "jpeg", "group4", "packbits"])
def test_packed_tiff_is_turned_once(tmp_path: Path, compression: str, orientation: int) -> None:
    upright = pictures.gradient(96, 64)
    image = Image.fromarray(pictures.stored_for(upright, orientation))
    if compression == "group4":
        image = image.convert("L").point(lambda v: 255 * (v > 130)).convert("1")
    path = tmp_path / "photo.tif"
    image.save(path, compression=compression, tiffinfo={pictures.ORIENTATION: orientation})
    photo = decode_photo(path)
    assert photo.full_size == (96, 64)
    if compression == "group4":
        expected = Image.fromarray(upright).convert("L").point(lambda v: 255 * (v > 130))
        assert np.mean(photo.image[..., 0] != np.asarray(expected)) < 0.02
    else:
        assert _difference(photo.image, upright) <= 12


@pytest.mark.parametrize("max_side", [1, 10, 50, 95, 96, 500])
@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_the_longer_side_is_as_asked_and_never_enlarged(
    tmp_path: Path, suffix: str, max_side: int
) -> None:
    path = pictures.save(tmp_path / f"photo.{suffix}", pictures.gradient(96, 64))
    photo = decode_photo(path, max_side=max_side)
    assert max(photo.image.shape[:2]) == min(96, max_side)
    assert photo.full_size == (96, 64)


def test_a_jpeg_decoded_small_looks_like_the_whole_one_made_small(tmp_path: Path) -> None:
    path = pictures.save(tmp_path / "photo.jpg", pictures.gradient(1600, 1200), quality=95)
    small = decode_photo(path, max_side=160).image
    whole = np.asarray(Image.open(path).resize((160, 120), Image.Resampling.BOX))
    assert _difference(small, whole) <= 3


def test_a_cmyk_jpeg_comes_in_its_colours(tmp_path: Path) -> None:
    picture = pictures.gradient(640, 480)
    Image.fromarray(picture).convert("CMYK").save(tmp_path / "photo.jpg", quality=98)
    assert _difference(decode_photo(tmp_path / "photo.jpg").image, picture) <= 12
    small = decode_photo(tmp_path / "photo.jpg", max_side=80).image
    assert _difference(small[::59, ::79], picture[::479, ::639]) <= 16


def test_a_profile_is_applied(tmp_path: Path) -> None:
    """A profile that exchanges red and blue must show them exchanged."""
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[..., 0] = 255
    path = pictures.save(tmp_path / "p.png", picture, icc_profile=pictures.swapped_rgb_profile())
    shown = decode_photo(path).image[4, 4]
    assert shown[2] > 240
    assert shown[0] < 60


def test_the_srgb_profile_changes_nothing_that_can_be_seen(tmp_path: Path) -> None:
    picture = pictures.gradient()
    path = pictures.save(tmp_path / "p.png", picture, icc_profile=pictures.profile("sRGB"))
    assert _difference(decode_photo(path).image, picture) <= 1


@pytest.mark.parametrize("broken", [b"no profile at all" * 30, pictures.profile("LAB")])
def test_a_broken_or_foreign_profile_is_ignored(tmp_path: Path, broken: bytes) -> None:
    picture = pictures.gradient()
    path = pictures.save(tmp_path / "p.jpg", picture, icc_profile=broken, quality=95)
    assert _difference(decode_photo(path).image, picture) <= 6


def test_a_profile_for_colour_on_a_grey_photo_is_ignored(tmp_path: Path) -> None:
    grey = pictures.gradient()[..., 0]
    path = pictures.save(tmp_path / "p.png", grey, icc_profile=pictures.profile("sRGB"))
    assert _difference(decode_photo(path).image, np.repeat(grey[..., np.newaxis], 3, axis=2)) == 0


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_places_show_the_neutral_backdrop(tmp_path: Path, mode: str) -> None:
    image = Image.new("RGBA", (20, 10), (255, 0, 0, 255))
    image.paste((0, 255, 0, 0), (0, 0, 10, 10))
    if mode == "P":
        image = image.convert("RGB").convert("P")
        image.info["transparency"] = image.getpixel((0, 0))
    else:
        image = image.convert(mode)
    image.save(tmp_path / "p.png")
    shown = decode_photo(tmp_path / "p.png").image
    assert (shown[:, :10] == BACKDROP).all()
    assert (shown[:, 10:, 0] > 70).all()
    assert (decode_photo(tmp_path / "p.png", max_side=10).image[:, :4] == BACKDROP).all()


def test_the_colour_of_what_is_invisible_does_not_bleed_into_a_smaller_picture(
    tmp_path: Path,
) -> None:
    samples = np.zeros((40, 40, 4), np.uint8)
    samples[...] = (*BACKDROP, 255) if np.ndim(BACKDROP) else (BACKDROP, BACKDROP, BACKDROP, 255)
    samples[::2] = (255, 0, 0, 0)  # every other row is a red that nobody sees
    Image.fromarray(samples).save(tmp_path / "p.png")
    shown = decode_photo(tmp_path / "p.png", max_side=10).image
    assert _difference(shown, np.full((10, 10, 3), BACKDROP, np.uint8)) <= 1


def test_sixteen_bits_are_scaled_for_the_eye_not_clipped(tmp_path: Path) -> None:
    grey = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    Image.fromarray(grey).save(tmp_path / "g.png")
    Image.fromarray(grey).save(tmp_path / "g.tif")
    expected = np.round(grey / 257).astype(np.uint8)
    for name in ("g.png", "g.tif"):
        assert (decode_photo(tmp_path / name).image[..., 1] == expected).all()


def test_an_infrared_channel_is_not_looked_through(tmp_path: Path) -> None:
    samples = np.full((8, 8, 4), 200, np.uint8)
    samples[..., 3] = 0
    tifffile.imwrite(tmp_path / "ir.tif", samples, photometric="rgb", extrasamples=[0])
    assert (decode_photo(tmp_path / "ir.tif").image == 200).all()


def test_the_first_picture_of_several_is_shown(tmp_path: Path) -> None:
    first, second = (Image.new("RGB", (30, 20), colour) for colour in ("red", "blue"))
    for suffix in ("tif", "gif", "webp", "png"):
        path = tmp_path / f"many.{suffix}"
        first.save(path, save_all=True, append_images=[second])
        assert decode_photo(path).image[10, 10, 0] > 240


def test_a_jpeg_cut_short_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    picture = pictures.gradient(320, 240)
    whole = pictures.jpeg_bytes(picture)
    path = tmp_path / "cut.jpg"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    photo = decode_photo(path)
    assert not photo.complete
    assert _difference(photo.image[:64], picture[:64]) <= 8


def test_display_and_source_agree(tmp_path: Path) -> None:
    path = pictures.save(tmp_path / "p.jpg", pictures.gradient(200, 300))
    assert (to_rgb(decode_source(path)) == decode_photo(path).image).all()


def test_a_name_that_is_no_text_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "latin \udce9\udcff.jpg"
    path.write_bytes(pictures.jpeg_bytes(pictures.gradient()))
    assert decode_photo(path).full_size == (96, 64)
    Image.fromarray(pictures.gradient()).save(buffer := io.BytesIO(), "TIFF")
    tiff = tmp_path / "latin \udce9.tif"
    tiff.write_bytes(buffer.getvalue())
    assert decode_photo(tiff).full_size == (96, 64)


def test_telephone_photos_come_upright(shared: Path) -> None:
    """libheif turns the picture itself; the EXIF orientation must not turn it again."""
    folder = shared / "data" / "odd_images" / "mex-heic"
    photos = [path for path in folder.iterdir() if path.suffix.lower() == ".heic"]
    assert photos
    for path in photos:
        photo = decode_photo(path, max_side=320)
        said = read_metadata(path)
        assert (said.width, said.height) == photo.full_size
