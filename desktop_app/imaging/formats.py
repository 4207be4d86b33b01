"""The kinds of photo files that are read: known by their first bytes, looked for by suffix."""

import enum
from collections.abc import Mapping
from types import MappingProxyType


class FileFormat(enum.Enum):
    """A kind of photo file; the value is the word shown to the user."""

    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"
    WEBP = "WebP"
    AVIF = "AVIF"
    HEIF = "HEIC"
    BMP = "BMP"
    GIF = "GIF"
    RAW = "RAW"


RISKY = frozenset({FileFormat.AVIF, FileFormat.HEIF, FileFormat.RAW})
"""Decoders that are large, young or many in one; those of TIFF join them for odd compressions."""

_SUFFIXES_OF = {
    FileFormat.JPEG: "jpg jpeg jpe jfif",
    FileFormat.PNG: "png",
    FileFormat.TIFF: "tif tiff",
    FileFormat.WEBP: "webp",
    FileFormat.AVIF: "avif",
    FileFormat.HEIF: "heic heif hif",
    FileFormat.BMP: "bmp dib",
    FileFormat.GIF: "gif",
    FileFormat.RAW: "dng cr2 cr3 crw nef nrw arw srf sr2 orf rw2 raf pef srw erf kdc dcr mrw 3fr",
}

SUFFIXES: Mapping[str, FileFormat] = MappingProxyType(
    {
        f".{suffix}": file_format
        for file_format, suffixes in _SUFFIXES_OF.items()
        for suffix in suffixes.split()
    }
)
"""Suffixes (lower case, with the dot) of the files that a scan takes for photos."""

HEAD_BYTES = 64
"""How much of a file `recognise` wants to see."""

_TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_RAW_MARKS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"\0MRM")


def suffix_of(name: str) -> str:
    """The suffix of a file's name in lower case, with the dot; "" where there is none."""
    stem, dot, suffix = name.rpartition(".")
    return f".{suffix.lower()}" if dot and stem else ""


def is_photo_name(name: str) -> bool:
    """Whether a file of this name is taken for a photo by a scan."""
    return suffix_of(name) in SUFFIXES


def recognise(head: bytes, name: str) -> FileFormat | None:
    """The format that the first `HEAD_BYTES` of a file speak of, whatever its name says.

    The name decides only between TIFF and the RAW formats that are built upon TIFF.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return FileFormat.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileFormat.PNG
    if head.startswith(_TIFF_MARKS):
        named = SUFFIXES.get(suffix_of(name))
        return FileFormat.RAW if named is FileFormat.RAW else FileFormat.TIFF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return FileFormat.WEBP
    if head[4:8] == b"ftyp":
        return _recognise_boxes(head)
    if head.startswith((b"GIF87a", b"GIF89a")):
        return FileFormat.GIF
    if head.startswith(b"BM"):
        return FileFormat.BMP
    if head.startswith(_RAW_MARKS) or head[6:10] == b"HEAP":
        return FileFormat.RAW
    return None


def _recognise_boxes(head: bytes) -> FileFormat | None:
    """HEIC, AVIF and CR3 share the box structure of ISO 14496-12; their brands tell them apart."""
    brands = head[8:]
    if b"avif" in brands or b"avis" in brands:
        return FileFormat.AVIF
    if brands.startswith(b"crx "):
        return FileFormat.RAW
    if any(brand in brands for brand in (b"hei", b"hev", b"mif1", b"msf1")):
        return FileFormat.HEIF
    return None
