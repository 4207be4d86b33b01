"""Finds the second half of a JPEG's XMP: what did not fit into the 64 KB of one segment.

Layout: XMP Specification Part 3 (2020), 1.1.3.1. Each APP1 segment holds a part: a name, the digest
of the whole as 32 characters, the whole length, where the part belongs; the digest stands in the
first packet as `xmpNote:HasExtendedXMP`.
"""

import hashlib
import re
from typing import BinaryIO

from desktop_app.imaging.face_tags.xmp_tree import LARGEST_XMP

_PART = b"http://ns.adobe.com/xmp/extension/\0"
_HEAD = len(_PART) + 32 + 4 + 4
_NOTE = re.compile(rb"HasExtendedXMP(?:\s*=\s*[\"']|>)\s*([0-9A-Fa-f]{32})")
_APP1, _SCAN, _END = 0xE1, 0xDA, 0xD9
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_MOST_SEGMENTS = 4000


def extended_xmp(file: BinaryIO, packet: bytes) -> bytes:
    """The rest of the XMP whose first `packet` is known; b"" where there is none, or not whole.

    `file` is a JPEG from its beginning; only its segments before the picture are read.
    """
    note = _NOTE.search(packet)
    if note is None or file.read(2) != b"\xff\xd8":
        return b""
    digest = note.group(1).upper()
    whole: bytearray | None = None
    filled = 0
    for _ in range(_MOST_SEGMENTS):
        segment = _next_segment(file)
        if segment is None:
            break
        if not segment.startswith(_PART) or len(segment) < _HEAD:
            continue
        at = len(_PART)
        if segment[at : at + 32].upper() != digest:
            continue
        length = int.from_bytes(segment[at + 32 : at + 36], "big")
        offset = int.from_bytes(segment[at + 36 : at + 40], "big")
        part = segment[_HEAD:]
        if whole is None:
            if length > LARGEST_XMP:
                return b""
            whole = bytearray(length)
        if len(whole) != length or offset + len(part) > length:
            return b""
        whole[offset : offset + len(part)] = part
        filled += len(part)
    if whole is None or filled < len(whole):
        return b""
    spoiled = hashlib.md5(whole, usedforsecurity=False).hexdigest().upper().encode() != digest
    return b"" if spoiled else bytes(whole)


def _next_segment(file: BinaryIO) -> bytes | None:
    """The bytes of the next APP1 segment, b"" for another one; None at the picture or the end."""
    marker = file.read(2)
    while len(marker) == 2 and marker[0] == 0xFF and marker[1] == 0xFF:
        marker = marker[1:] + file.read(1)  # fill bytes
    if len(marker) < 2 or marker[0] != 0xFF or marker[1] in (_SCAN, _END):
        return None
    if marker[1] in _ALONE:
        return b""
    length = int.from_bytes(file.read(2), "big")
    if length < 2:
        return None
    if marker[1] != _APP1:
        file.seek(length - 2, 1)
        return b""
    return file.read(length - 2)
