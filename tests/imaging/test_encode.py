"""Exports: the samples as they are, nothing half-written, never over the original."""

import dataclasses
import errno
import os
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from desktop_app.domain.errors import BadRequest, DiskFull, FileVanished, NameTaken, NotPermitted
from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging import encode, write_png
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.display import to_rgb
from desktop_app.imaging.encode import SUFFIX_OF, ExportSettings, encode_photo, format_of_suffix
from desktop_app.imaging.png_chunks import picture_chunks
from desktop_app.imaging.source import decode_source
from tests.imaging import pictures

_ABOUT = ExportAbout()
_MODES = [(ColourMode.GREY, 1), (ColourMode.RGB, 3), (ColourMode.CMYK, 4)]


def _pixels(kind: type[Any], mode: ColourMode, channels: int, *, extra: str = "") -> SourcePixels:
    samples = pictures.noise(150, 53, channels + bool(extra), kind)
    return SourcePixels(samples, mode, bool(extra), transparency=extra == "opacity")


@pytest.mark.parametrize("extra", ["", "opacity", "infrared"])
@pytest.mark.parametrize(("mode", "channels"), _MODES)
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_tiff_holds_every_sample(
    tmp_path: Path, kind: type[Any], mode: ColourMode, channels: int, extra: str
) -> None:
    pixels = _pixels(kind, mode, channels, extra=extra)
    encode_photo(pixels, tmp_path / "out.tif", ExportSettings("tiff"), _ABOUT)
    back = decode_source(tmp_path / "out.tif")
    assert (back.samples == pixels.samples).all()
    assert back.samples.dtype == kind
    assert dataclasses.replace(back, samples=pixels.samples) == pixels


@pytest.mark.parametrize("extra", ["", "opacity"])
@pytest.mark.parametrize(("mode", "channels"), _MODES[:2])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_png_holds_every_sample(
    tmp_path: Path, kind: type[Any], mode: ColourMode, channels: int, extra: str
) -> None:
    pixels = _pixels(kind, mode, channels, extra=extra)
    encode_photo(pixels, tmp_path / "out.png", ExportSettings("png"), _ABOUT)
    back = decode_source(tmp_path / "out.png")
    assert (back.samples == pixels.samples).all()
    assert back.samples.dtype == kind
    assert dataclasses.replace(back, samples=pixels.samples) == pixels


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (127, 129)])
def test_png_of_every_shape_comes_back(tmp_path: Path, size: tuple[int, int]) -> None:
    pixels = SourcePixels(pictures.noise(*size, 3, np.uint16), ColourMode.RGB)
    encode_photo(pixels, tmp_path / "out.png", ExportSettings("png"), _ABOUT)
    assert (decode_source(tmp_path / "out.png").samples == pixels.samples).all()


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("grain", [0, 300])
@pytest.mark.parametrize("level", ["small", "large"])
def test_png_of_many_bands_is_sound_for_every_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Any], grain: int, level: str
) -> None:
    """Bands packed by several threads are one stream, each sum right, each sample as it was."""
    monkeypatch.setattr(write_png, "_BAND_BYTES", 20_000)
    if level == "large":
        monkeypatch.setattr(write_png, "_LARGE", 0)
    soft = np.add.outer(np.arange(211) * 150, np.arange(173) * 100)[..., None] + np.arange(3) * 999
    deep = (soft + np.random.default_rng(2).integers(0, grain + 1, (211, 173, 3))).astype(np.uint16)
    samples = deep if kind is np.uint16 else (deep >> 8).astype(np.uint8)
    path = tmp_path / "out.png"
    encode_photo(SourcePixels(samples, ColourMode.RGB), path, ExportSettings("png"), _ABOUT)
    read = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert read is not None
    assert (read[..., ::-1] == samples).all()
    if kind is np.uint8:
        with Image.open(path) as image:
            assert (np.asarray(image) == samples).all()
    with path.open("rb") as file:
        bare = picture_chunks(file)  # None where a sum is wrong
    assert bare is not None
    assert _one_stream(bare) == 211 * (1 + samples[0].nbytes)
    if shutil.which("exiftool"):
        command = ["exiftool", "-validate", "-warning", "-error", "-a", "-s3", str(path)]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        assert told.stdout.splitlines() == ["OK"]


def _one_stream(png: bytes) -> int:
    """How many bytes all IDAT chunks together unfold to; a wrong sum at their end raises."""
    packed, place = b"", 8
    while place < len(png):
        length = int.from_bytes(png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            packed += png[place + 8 : place + 8 + length]
        place += 12 + length
    inflater = zlib.decompressobj()
    unfolded = inflater.decompress(packed)
    assert inflater.eof
    assert inflater.unused_data == b""
    return len(unfolded)


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_another_depth_is_rounded_not_cut(tmp_path: Path, suffix: str) -> None:
    deep = SourcePixels(pictures.noise(40, 50, 3, np.uint16), ColourMode.RGB)
    path = tmp_path / f"out.{suffix}"
    encode_photo(deep, path, ExportSettings(suffix, bit_depth=8), _ABOUT)
    flat = decode_source(path)
    assert (flat.samples == np.round(deep.samples / 257)).all()
    encode_photo(flat, path, ExportSettings(suffix, bit_depth=16, overwrite=True), _ABOUT)
    assert (decode_source(path).samples == flat.samples.astype(int) * 257).all()


@pytest.mark.parametrize("file_format", ["jpeg", "webp", "avif"])
@pytest.mark.parametrize(("mode", "channels"), _MODES)
@pytest.mark.parametrize("extra", ["", "opacity", "infrared"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_lossy_formats_look_like_what_was_given(
    tmp_path: Path,
    kind: type[Any],
    mode: ColourMode,
    channels: int,
    extra: str,
    file_format: str,
) -> None:
    samples = np.full((64, 80, channels + bool(extra)), 60, kind)
    samples[:32] = 180
    if kind is np.uint16:
        samples *= 257
    if extra:
        samples[..., -1] = np.iinfo(kind).max if extra == "opacity" else 0
    pixels = SourcePixels(samples, mode, bool(extra), transparency=extra == "opacity")
    path = tmp_path / f"out{SUFFIX_OF[file_format]}"
    encode_photo(pixels, path, ExportSettings(file_format, quality=95), _ABOUT)
    back = decode_source(path)
    assert back.bit_depth == 8
    shown, wanted = to_rgb(back), to_rgb(pixels)
    assert np.abs(shown[4:-4:9, 4::9].astype(int) - wanted[4:-4:9, 4::9]).max() <= 12


def test_grey_stays_grey(tmp_path: Path) -> None:
    pixels = _pixels(np.uint8, ColourMode.GREY, 1)
    for file_format in ("jpeg", "png", "tiff"):
        path = tmp_path / f"out{SUFFIX_OF[file_format]}"
        encode_photo(pixels, path, ExportSettings(file_format), _ABOUT)
        assert decode_source(path).mode is ColourMode.GREY


@pytest.mark.parametrize("file_format", SUFFIX_OF)
def test_the_profile_goes_along(tmp_path: Path, file_format: str) -> None:
    icc = pictures.swapped_rgb_profile()
    pixels = SourcePixels(pictures.gradient(), ColourMode.RGB, icc_profile=icc)
    path = tmp_path / f"out{SUFFIX_OF[file_format]}"
    encode_photo(pixels, path, ExportSettings(file_format), _ABOUT)
    assert decode_source(path).icc_profile == icc


def test_inks_become_srgb_without_the_profile_of_the_inks(tmp_path: Path) -> None:
    pixels = dataclasses.replace(_pixels(np.uint8, ColourMode.CMYK, 4), icc_profile=b"of inks" * 99)
    encode_photo(pixels, tmp_path / "out.png", ExportSettings("png"), _ABOUT)
    back = decode_source(tmp_path / "out.png")
    assert back.mode is ColourMode.RGB
    assert back.icc_profile is None
    assert (back.samples == to_rgb(pixels)).all()


def test_a_name_that_is_taken_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.png"
    path.write_bytes(b"precious")
    pixels = _pixels(np.uint8, ColourMode.RGB, 3)
    with pytest.raises(NameTaken, match=r"out\.png"):
        encode_photo(pixels, path, ExportSettings("png"), _ABOUT)
    assert path.read_bytes() == b"precious"
    encode_photo(pixels, path, ExportSettings("png", overwrite=True), _ABOUT)
    assert decode_source(path).size == (53, 150)


def test_the_original_is_never_written_by_any_of_its_names(tmp_path: Path) -> None:
    original = pictures.save(tmp_path / "original.png", pictures.gradient())
    (tmp_path / "link.png").symlink_to(original)
    os.link(original, tmp_path / "second.png")
    before = original.read_bytes()
    pixels = decode_source(original)
    about = ExportAbout(source_path=original)
    for name in ("original.png", "link.png", "second.png", "../" + tmp_path.name + "/original.png"):
        with pytest.raises(NameTaken, match="original"):
            encode_photo(pixels, tmp_path / name, ExportSettings("png", overwrite=True), about)
    assert original.read_bytes() == before


@pytest.mark.parametrize("file_format", SUFFIX_OF)
@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, DiskFull), (errno.EACCES, NotPermitted)]
)
def test_a_failing_disk_leaves_nothing_behind(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file_format: str,
    number: int,
    expected: type[Exception],
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    path = tmp_path / f"out{SUFFIX_OF[file_format]}"
    with pytest.raises(expected):
        encode_photo(
            _pixels(np.uint8, ColourMode.RGB, 3), path, ExportSettings(file_format), _ABOUT
        )
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.png"
    path.write_bytes(b"precious")

    def fail(*_: object) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr(encode, "write_png", fail)
    with pytest.raises(RuntimeError):
        encode_photo(
            _pixels(np.uint8, ColourMode.RGB, 3),
            path,
            ExportSettings("png", overwrite=True),
            _ABOUT,
        )
    assert path.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_format_cannot_hold_is_said_before_writing(tmp_path: Path) -> None:
    pixels = _pixels(np.uint8, ColourMode.RGB, 3)
    wide = SourcePixels(np.zeros((1, 16_400, 1), np.uint8), ColourMode.GREY)
    with pytest.raises(BadRequest, match="only PNG and TIFF"):
        encode_photo(pixels, tmp_path / "a.jpg", ExportSettings("jpeg", bit_depth=16), _ABOUT)
    with pytest.raises(BadRequest, match="16383"):
        encode_photo(wide, tmp_path / "a.webp", ExportSettings("webp"), _ABOUT)
    with pytest.raises(FileVanished, match="folder"):
        encode_photo(pixels, tmp_path / "no" / "a.png", ExportSettings("png"), _ABOUT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="names are checked otherwise there")
def test_a_name_that_no_file_can_have_is_said(tmp_path: Path) -> None:
    pixels = _pixels(np.uint8, ColourMode.RGB, 3)
    with pytest.raises(BadRequest, match="no name that a file can have"):
        encode_photo(pixels, tmp_path / f"{'x' * 300}.png", ExportSettings("png"), _ABOUT)


def test_the_format_is_told_by_the_suffix() -> None:
    assert format_of_suffix(Path("a/b.JPG")) == "jpeg"
    assert format_of_suffix(Path("b.tiff")) == "tiff"
    with pytest.raises(BadRequest, match=r"b\.gif"):
        format_of_suffix(Path("b.gif"))
