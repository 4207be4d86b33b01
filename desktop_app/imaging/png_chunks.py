"""Walks the chunks of a PNG file (PNG specification, third edition, section 5)."""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_MOST_CHUNKS = 200_000  # pictures come in pieces of 8 KB and more
_LARGEST_EXIF = 1_000_000
_LARGEST_XMP = 4_000_000
XMP_KEY = "XML:com.adobe.xmp"
"""The keyword of the text that is an XMP packet."""

_XMP_KEYWORD = XMP_KEY.encode() + b"\0"


def exif_chunk(file: BinaryIO) -> bytes:
    """The contents of eXIf, which may stand behind the pixels; b"" where there is none."""
    for kind, start, length in _chunks(file):
        if kind == b"eXIf" and length <= _LARGEST_EXIF:
            file.seek(start)
            return b"Exif\0\0" + file.read(length)
    return b""


def xmp_chunk(file: BinaryIO) -> bytes:
    """The XMP packet, which ExifTool puts behind the pixels; b"" where there is none.

    It is the text of an iTXt chunk: keyword, whether and how compressed, language, translated
    keyword, text (XMP specification part 3, 1.1.5).
    """
    for kind, start, length in _chunks(file):
        if kind != b"iTXt" or length > _LARGEST_XMP:
            continue
        file.seek(start)
        body = file.read(length)
        if not body.startswith(_XMP_KEYWORD):
            continue
        compressed = body[len(_XMP_KEYWORD) : len(_XMP_KEYWORD) + 1] == b"\1"
        parts = body[len(_XMP_KEYWORD) + 2 :].split(b"\0", 2)
        if len(parts) < 3:
            return b""
        return _inflated(parts[2]) if compressed else parts[2]
    return b""


def _inflated(data: bytes) -> bytes:
    """b"" for broken data, and for data that would not end."""
    inflater = zlib.decompressobj()
    try:
        unfolded = inflater.decompress(data, _LARGEST_XMP)
    except zlib.error:
        return b""
    return unfolded if inflater.eof else b""


def picture_chunks(file: BinaryIO) -> bytes | None:
    """The same PNG with IHDR, IDAT and IEND only; None where one is cut short or has a bad sum."""
    parts = [SIGNATURE]
    for kind, start, length in _chunks(file):
        if kind not in (b"IHDR", b"IDAT", b"IEND"):
            continue
        file.seek(start)
        body = file.read(length)
        checksum = file.read(4)
        if len(checksum) < 4 or zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(checksum):
            return None
        parts += [struct.pack(">I", length), kind, body, checksum]
        if kind == b"IEND":
            return b"".join(parts)
    return None


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """(kind, where its contents start, their length) of each chunk up to IEND."""
    position = len(SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return
        length, kind = struct.unpack(">I4s", head)
        yield kind, position + 8, length
        if kind == b"IEND":
            return
        position += 12 + length
