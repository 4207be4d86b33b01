"""Small pictures and odd files, made for the tests of imaging."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

ORIENTATION, EXIF, GPS = 0x0112, 0x8769, 0x8825


def gradient(width: int = 96, height: int = 64) -> NDArray[np.uint8]:
    """(height, width, 3), smooth, every corner of another colour."""
    y, x = np.mgrid[0:height, 0:width]
    across, down = x / (width - 1), y / (height - 1)
    planes = (40 + 180 * across, 40 + 180 * down, 220 - 90 * across - 90 * down)
    return np.stack(planes, axis=-1).astype(np.uint8)


def noise(height: int, width: int, channels: int, kind: type[Any]) -> NDArray[Any]:
    generator = np.random.default_rng(channels)
    top = np.iinfo(kind).max
    return generator.integers(0, top, (height, width, channels), dtype=kind, endpoint=True)


def save(path: Path, pixels: NDArray[Any], **options: Any) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


def jpeg_bytes(pixels: NDArray[Any], **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", **{"quality": 92, **options})
    return buffer.getvalue()


def exif_of(
    *, orientation: int | None = None, taken: str = "", place: bool = False, camera: str = ""
) -> Image.Exif:
    exif = Image.Exif()
    if orientation is not None:
        exif[ORIENTATION] = orientation
    if camera:
        exif[0x010F], exif[0x0110] = camera.split(" ")[0], camera
    if taken:
        exif.get_ifd(EXIF)[0x9003] = taken
    if place:
        exif.get_ifd(GPS).update({1: "N", 2: (52.0, 30.0, 1.5), 3: "E", 4: (13.0, 20.0, 0.0)})
    return exif


def stored_for(upright: NDArray[Any], orientation: int) -> NDArray[Any]:
    """What a camera stores so that `orientation` makes it `upright` (EXIF 2.32, 4.6.4)."""
    return {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(upright, -1),
    }[orientation].copy()


def profile(name: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()


def swapped_rgb_profile() -> bytes:
    """sRGB with the red and the blue primary exchanged: a profile whose effect cannot be missed."""
    data = bytearray(profile("sRGB"))
    places = {}
    for entry in range(struct.unpack_from(">I", data, 128)[0]):
        name, offset, size = struct.unpack_from(">4sII", data, 132 + 12 * entry)
        places[name] = slice(offset, offset + size)
    red, blue = bytes(data[places[b"rXYZ"]]), bytes(data[places[b"bXYZ"]])
    data[places[b"rXYZ"]], data[places[b"bXYZ"]] = blue, red
    return bytes(data)


def png_stating(width: int, height: int) -> bytes:
    """A PNG whose header states a size that its pixels do not have."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def tiff_stating(width: int, height: int) -> bytes:
    """A TIFF directory of a size, and nothing behind it."""
    entries = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1)]
    entries += [(273, 4, 8), (277, 3, 1), (279, 4, 100)]
    packed = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + packed + bytes(4)
