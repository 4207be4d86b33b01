"""A photo's own samples: every bit and every channel, whatever the packing."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from desktop_app.domain.errors import UnreadablePhoto
from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.source import decode_source
from desktop_app.imaging.write_png import write_png
from tests.imaging import pictures

_KINDS: list[tuple[str, int, dict[str, Any], ColourMode, bool]] = [
    ("minisblack", 1, {}, ColourMode.GREY, False),
    ("minisblack", 2, {"extrasamples": [2]}, ColourMode.GREY, True),
    ("rgb", 3, {}, ColourMode.RGB, False),
    ("rgb", 4, {"extrasamples": [0]}, ColourMode.RGB, True),
    ("rgb", 4, {"extrasamples": [2]}, ColourMode.RGB, True),
    ("separated", 4, {}, ColourMode.CMYK, False),
]


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("tile", [None, (16, 32)])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize(("photometric", "channels", "more", "mode", "extra"), _KINDS)
def test_tiff_keeps_every_sample(
    tmp_path: Path,
    photometric: str,
    channels: int,
    more: dict[str, Any],
    mode: ColourMode,
    extra: bool,
    kind: type[Any],
    order: str,
    tile: tuple[int, int] | None,
    compression: str | None,
) -> None:
    samples = pictures.noise(37, 53, channels, kind)
    path = tmp_path / "scan.tif"
    tifffile.imwrite(
        path,
        samples[..., 0] if channels == 1 else samples,
        photometric=photometric,
        byteorder=order,
        tile=tile,
        compression=compression,
        metadata=None,
        **more,
    )
    pixels = decode_source(path)
    assert pixels.mode is mode
    assert pixels.has_extra_channel is extra
    assert pixels.transparency is (more.get("extrasamples") == [2])
    assert pixels.samples.dtype == kind
    assert (pixels.samples == samples).all()


def test_a_planar_tiff_is_put_together(tmp_path: Path) -> None:
    samples = pictures.noise(37, 53, 3, np.uint16)
    path = tmp_path / "planar.tif"
    tifffile.imwrite(path, np.moveaxis(samples, -1, 0), photometric="rgb", planarconfig="separate")
    assert (decode_source(path).samples == samples).all()


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits"])
@pytest.mark.parametrize("predictor", [1, 2])
def test_packed_sixteen_bit_grey_keeps_its_bits(
    tmp_path: Path, compression: str, predictor: int
) -> None:
    samples = pictures.noise(45, 61, 1, np.uint16)
    info = {317: predictor} if compression == "tiff_lzw" else {}
    path = tmp_path / "scan.tif"
    Image.fromarray(samples[..., 0]).save(path, compression=compression, tiffinfo=info)
    assert (decode_source(path).samples == samples).all()


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("predictor", [1, 2])
def test_packed_sixteen_bit_colour_keeps_its_bits(
    tmp_path: Path, channels: int, predictor: int
) -> None:
    """As Photoshop and scanners write it (OpenCV's libtiff plays their part)."""
    smooth = np.cumsum(pictures.noise(300, 211, channels, np.uint16) // 300, axis=0)
    samples = smooth.astype(np.uint16)
    path = tmp_path / "scan.tif"
    bgr = samples[..., [2, 1, 0, 3][:channels]]
    flags = [cv2.IMWRITE_TIFF_COMPRESSION, 5, cv2.IMWRITE_TIFF_PREDICTOR, predictor]
    done, encoded = cv2.imencode(".tif", bgr, flags)
    assert done
    path.write_bytes(encoded)
    with tifffile.TiffFile(path) as tiff:
        assert int(tiff.pages.first.compression) == 5
        assert int(tiff.pages.first.predictor) == predictor
    assert (decode_source(path).samples == samples).all()


def test_packed_tiles_planes_and_both_byte_orders_of_others_are_read(shared: Path) -> None:
    """Pillow's own tests hold files of other writers; grey ones can be compared with Pillow."""
    folder = shared / "data" / "odd_images" / "pillow-tests"
    for name in ("16bit.deflate.tif", "16bit.MM.deflate.tif", "16bit.cropped.tif"):
        samples = decode_source(folder / name).samples
        assert (samples[..., 0] == np.asarray(Image.open(folder / name))).all()
    for name in ("tiff_16bit_RGB.tiff", "tiff_tiled_planar_16bit_RGB.tiff"):
        samples = decode_source(folder / name).samples
        assert samples.shape == (40, 100, 3)
        assert (samples >> 8 == np.asarray(Image.open(folder / name))).all()


def test_grey_with_white_as_zero_is_turned_to_black_as_zero(tmp_path: Path) -> None:
    samples = pictures.noise(20, 30, 1, np.uint16)
    path = tmp_path / "white.tif"
    tifffile.imwrite(path, samples[..., 0], photometric="miniswhite")
    assert (decode_source(path).samples == 65535 - samples).all()


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("channels", "mode"),
    [(1, ColourMode.GREY), (2, ColourMode.GREY), (3, ColourMode.RGB), (4, ColourMode.RGB)],
)
def test_png_keeps_every_sample(
    tmp_path: Path, kind: type[Any], channels: int, mode: ColourMode
) -> None:
    samples = pictures.noise(200, 53, channels, kind)
    path = tmp_path / "p.png"
    swapped = {1: [0], 2: [0, 0, 0, 1], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
    done, encoded = cv2.imencode(".png", samples[..., swapped])
    assert done
    path.write_bytes(encoded)
    pixels = decode_source(path)
    assert pixels.samples.dtype == kind
    if channels == 2:  # OpenCV writes no grey with opacity
        assert (pixels.samples == samples[..., [0, 0, 0, 1]]).all()
        with (tmp_path / "own.png").open("wb") as file:
            write_png(file, _grey_with_opacity(samples), b"", b"")
        pixels = decode_source(tmp_path / "own.png")
    assert pixels.mode is mode
    assert pixels.has_extra_channel is pixels.transparency is (channels in (2, 4))
    assert (pixels.samples == samples).all()


def _grey_with_opacity(samples: Any) -> SourcePixels:
    return SourcePixels(samples, ColourMode.GREY, True, transparency=True)


@pytest.mark.parametrize(("mode", "expected"), [("1", "L"), ("P", "RGB"), ("L", "L")])
def test_rare_kinds_are_unfolded_without_loss(tmp_path: Path, mode: str, expected: str) -> None:
    image = Image.fromarray(pictures.gradient()).convert(mode)
    image.save(tmp_path / "p.png")
    image.save(tmp_path / "p.tif")
    wanted = np.asarray(image.convert(expected))
    for name in ("p.png", "p.tif"):
        assert (decode_source(tmp_path / name).samples.squeeze() == wanted).all()


def test_profile_and_lossiness_are_told(tmp_path: Path) -> None:
    icc = pictures.profile("sRGB")
    for suffix, lossy in (("jpg", True), ("png", False), ("tif", False), ("webp", True)):
        path = pictures.save(tmp_path / f"p.{suffix}", pictures.gradient(), icc_profile=icc)
        pixels = decode_source(path)
        assert pixels.icc_profile == icc
        assert pixels.lossy is lossy


def test_a_jpeg_gives_the_samples_that_others_decode(tmp_path: Path) -> None:
    picture = pictures.gradient(321, 243)
    path = pictures.save(tmp_path / "p.jpg", picture, quality=80)
    assert (decode_source(path).samples == np.asarray(Image.open(path))).all()
    grey = pictures.save(tmp_path / "g.jpg", picture[..., 0], quality=80)
    pixels = decode_source(grey)
    assert pixels.mode is ColourMode.GREY
    assert (pixels.samples[..., 0] == np.asarray(Image.open(grey))).all()


@pytest.mark.parametrize("kind", [np.float32, np.uint32, np.int16])
def test_samples_of_other_kinds_are_refused_in_a_sentence(tmp_path: Path, kind: type[Any]) -> None:
    path = tmp_path / "odd.tif"
    tifffile.imwrite(path, np.zeros((8, 8, 3), kind), photometric="rgb")
    with pytest.raises(UnreadablePhoto, match=r"odd\.tif is a TIFF .* Save it with 8 or 16 bits"):
        decode_source(path)
