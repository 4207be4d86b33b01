"""Broken and hostile files end in one sentence that names the file and nothing else."""

import os
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from desktop_app.domain.errors import (
    ExpectedError,
    FileVanished,
    NotPermitted,
    PhotoTooLarge,
    UnreadablePhoto,
)
from desktop_app.imaging.content_hash import content_hash
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.metadata import read_metadata
from desktop_app.imaging.source import decode_source
from tests.imaging import pictures

JPEG = pictures.jpeg_bytes(pictures.gradient(320, 240))
READERS: list[Callable[[Path], object]] = [decode_photo, decode_source, read_metadata]


def _reason(reader: Callable[[Path], object], path: Path) -> str:
    """The sentence of the refusal, or the file's name where it was read."""
    try:
        reader(path)
    except ExpectedError as error:
        return str(error)
    return path.name


def _exif_segment(body: bytes) -> bytes:
    block = b"Exif\0\0MM\0*" + body
    return JPEG[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + JPEG[2:]


BROKEN = {
    "empty": b"",
    "one byte": b"\xff",
    "only begun": b"\xff\xd8",
    "begun and ended": b"\xff\xd8\xff\xd9",
    "zeros": bytes(4096),
    "web page": b"<!doctype html><html><body>404 Not Found</body></html>",
    "drawing": b'<svg xmlns="http://www.w3.org/2000/svg" width="100000" height="100000"/>',
    "pickle": b"\x80\x04\x95\x1c\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    "tiff loop": b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIII", 256, 4, 1, 10, 8),
    "huge tiff": pictures.tiff_stating(0x7FFFFFFF, 0x7FFFFFFF),
    "large tiff": pictures.tiff_stating(100_000, 100_000),
    "bomb": pictures.png_stating(100_000, 100_000),
    "larger bomb": pictures.png_stating(2**31 - 1, 2**31 - 1),
    "flat": pictures.png_stating(0, 10),
    "webp": b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff",
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08meta",
    "avif": b"\0\0\0\x18ftypavif\0\0\0\0mif1avif\0\0\0\x08meta",
    "gif": b"GIF89a\xff\xff\xff\xff\0\0\0",
    "bmp": b"BM" + b"\xff" * 60,
    "raw": b"II*\0" + bytes(200),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("suffix", [".jpg", ".dng"])
def test_broken_files_are_refused_plainly(tmp_path: Path, what: str, suffix: str) -> None:
    path = tmp_path / f"picture{suffix}"
    path.write_bytes(BROKEN[what])
    for reader in (decode_photo, decode_source):
        with pytest.raises(UnreadablePhoto) as refused:
            reader(path)
        words = str(refused.value)
        assert words.startswith(f"picture{suffix}")
        assert str(tmp_path) not in words


@pytest.mark.parametrize("share", [1, 5, 25, 50, 75, 95, 99])
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp", "avif", "gif", "bmp"])
def test_files_cut_short_raise_nothing_unexpected(tmp_path: Path, suffix: str, share: int) -> None:
    path = pictures.save(tmp_path / f"cut.{suffix}", pictures.gradient(200, 150))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * share // 100])
    for reader in READERS:
        assert _reason(reader, path).startswith(f"cut.{suffix}")


def test_flipped_bytes_raise_nothing_unexpected(tmp_path: Path) -> None:
    generator = np.random.default_rng(8)
    kinds: dict[str, dict[str, object]] = {
        "jpg": {"exif": pictures.exif_of(orientation=6, taken="1952:06:14 10:00:00", place=True)},
        "png": {"icc_profile": pictures.profile("sRGB")},
        "tif": {"compression": "tiff_lzw"},
        "webp": {},
        "gif": {},
    }
    for suffix, options in kinds.items():
        path = pictures.save(tmp_path / f"rot.{suffix}", pictures.gradient(60, 40), **options)
        whole = np.frombuffer(path.read_bytes(), np.uint8)
        for _ in range(40):
            rotten = whole.copy()
            rotten[generator.integers(0, min(len(rotten), 600), 4)] = generator.integers(0, 256, 4)
            path.write_bytes(rotten.tobytes())
            for reader in READERS:
                assert _reason(reader, path).startswith(path.name)


@pytest.mark.parametrize(
    "data",
    [
        _exif_segment(struct.pack(">IHHHIII", 8, 1, 0x8769, 4, 1, 8, 8)),
        _exif_segment(struct.pack(">IHHHIII", 8, 1, 0x010E, 2, 0xFFFFFFF0, 0x20, 0)),
        _exif_segment(b"\xff" * 500),
        JPEG + os.urandom(5000),
    ],
    ids=["loop", "count", "garbage", "tail"],
)
def test_garbage_around_sound_pixels_is_no_hindrance(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "p.jpg"
    path.write_bytes(data)
    assert decode_photo(path).full_size == (320, 240)
    assert read_metadata(path).orientation == 1


def test_files_are_read_by_what_they_are_not_by_their_suffix(tmp_path: Path) -> None:
    for real, named in (("PNG", "jpg"), ("JPEG", "png"), ("JPEG", "heic"), ("TIFF", "webp")):
        path = tmp_path / f"p.{named}"
        Image.fromarray(pictures.gradient()).save(path, real)
        assert decode_photo(path).full_size == (96, 64)
        assert read_metadata(path).file_format == real


def test_the_pixel_limit_is_the_callers(tmp_path: Path) -> None:
    path = pictures.save(tmp_path / "p.png", pictures.gradient(96, 64))
    tiff = tmp_path / "p.tif"
    tifffile.imwrite(tiff, pictures.gradient(96, 64), photometric="rgb")
    for each in (path, tiff):
        assert decode_photo(each, max_pixels=96 * 64).full_size == (96, 64)
        with pytest.raises(PhotoTooLarge, match="96 by 64"):
            decode_photo(each, max_pixels=96 * 64 - 1)
        with pytest.raises(PhotoTooLarge):
            decode_source(each, max_pixels=10)


def test_metadata_of_a_bomb_is_read_without_decoding_it(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(pictures.png_stating(30_000, 30_000))
    said = read_metadata(path)
    assert (said.width, said.height) == (30_000, 30_000)


def test_a_packed_text_bomb_is_refused(tmp_path: Path) -> None:
    whole = pictures.png_stating(8, 8)
    bomb = b"k\0\0" + zlib.compress(bytes(50_000_000), 9)
    chunk = struct.pack(">I", len(bomb)) + b"iCCP" + bomb
    chunk += struct.pack(">I", zlib.crc32(b"iCCP" + bomb))
    path = tmp_path / "p.png"
    path.write_bytes(whole[:33] + chunk + whole[33:])
    with pytest.raises(UnreadablePhoto):
        decode_photo(path)


def test_folders_pipes_and_devices_are_no_photos(tmp_path: Path) -> None:
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    for path in (tmp_path / "folder.jpg", tmp_path / "pipe.jpg", Path("/dev/zero")):
        for reader in (*READERS, content_hash):
            with pytest.raises(UnreadablePhoto, match=path.name):
                reader(path)


def test_a_file_that_is_gone_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "dangling.jpg").symlink_to(tmp_path / "nowhere.jpg")
    for name in ("gone.jpg", "dangling.jpg", "no/folder.jpg"):
        for reader in (*READERS, content_hash):
            with pytest.raises(FileVanished):
                reader(tmp_path / name)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told_as_such(tmp_path: Path) -> None:
    path = pictures.save(tmp_path / "shut.jpg", pictures.gradient())
    path.chmod(0)
    with pytest.raises(NotPermitted):
        decode_photo(path)


def test_names_in_sentences_are_on_one_line_and_text(tmp_path: Path) -> None:
    for name in ("new\nline.jpg", "rtl \u202egpj.exe.jpg", "latin \udce9.jpg"):
        path = tmp_path / name
        path.write_bytes(b"")
        with pytest.raises(UnreadablePhoto) as refused:
            decode_photo(path)
        words = str(refused.value)
        words.encode("utf-8")
        assert words.isprintable()


def test_remarks_of_the_decoders_stay_inside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "p.tif"
    Image.fromarray(pictures.gradient()).save(path)
    whole = bytearray(path.read_bytes())
    whole[8:10] = b"\xff\x01"  # more tags than there are
    path.write_bytes(whole)
    (tmp_path / "p.jpg").write_bytes(_exif_segment(b"\xff" * 500))
    with warnings.catch_warnings(record=True) as seen:
        warnings.resetwarnings()  # also what a test before had the decoders put there
        warnings.simplefilter("always")
        for each in (path, tmp_path / "p.jpg"):
            for reader in READERS:
                _reason(reader, each)
    assert [str(remark.message) for remark in seen] == []
    assert caplog.records == []


def test_a_sample_of_the_fuzzers_files_ends_in_pictures_or_sentences(shared: Path) -> None:
    files = sorted((shared / "data" / "odd_images").rglob("*"))[::25]
    assert files
    for path in files:
        if path.is_file():
            for reader in READERS:
                assert _reason(reader, path)
