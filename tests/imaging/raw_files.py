"""Makes small DNG files (Adobe DNG 1.4): a raw picture, and the camera's preview of it."""

import struct
from pathlib import Path

import numpy as np

_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _SIGNED_RATIONAL = 1, 2, 3, 4, 5, 10
_LETTER = {_BYTE: "B", _SHORT: "H", _LONG: "I", _RATIONAL: "I", _SIGNED_RATIONAL: "i"}

Tags = dict[int, tuple[int, tuple[int, ...] | bytes]]


def save_dng(path: Path, preview: bytes | None, size: tuple[int, int], orientation: int) -> Path:
    """`preview` is a JPEG of `size` (width, height), as stored; None leaves it out."""
    raw = np.full((64, 96), 2000, "<u2").tobytes()
    camera: Tags = {
        271: (_ASCII, b"Test"),
        272: (_ASCII, b"Test Camera"),
        274: (_SHORT, (orientation,)),
        50706: (_BYTE, (1, 4, 0, 0)),
        50708: (_ASCII, b"Test Camera"),
        50721: (_SIGNED_RATIONAL, (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1)),
        50728: (_RATIONAL, (1, 1, 1, 1, 1, 1)),
        50778: (_SHORT, (21,)),
    }
    mosaic: Tags = {
        **_picture((96, 64), 16, 1, 32803, len(raw)),
        33421: (_SHORT, (2, 2)),
        33422: (_BYTE, (0, 1, 1, 2)),
        50717: (_LONG, (16383,)),
    }
    if preview is None:
        path.write_bytes(_file([({**camera, **mosaic}, raw)]))
    else:
        shown = {**camera, **_picture(size, 8, 7, 6, len(preview)), 254: (_LONG, (1,))}
        path.write_bytes(_file([(shown, preview), ({**mosaic, 254: (_LONG, (0,))}, raw)]))
    return path


def _picture(size: tuple[int, int], bits: int, compression: int, colours: int, length: int) -> Tags:
    samples = 3 if colours == 6 else 1
    return {
        256: (_LONG, (size[0],)),
        257: (_LONG, (size[1],)),
        258: (_SHORT, (bits,) * samples),
        259: (_SHORT, (compression,)),
        262: (_SHORT, (colours,)),
        273: (_LONG, (0,)),
        277: (_SHORT, (samples,)),
        278: (_LONG, (size[1],)),
        279: (_LONG, (length,)),
        284: (_SHORT, (1,)),
    }


def _file(pictures: list[tuple[Tags, bytes]]) -> bytes:
    """The first directory, and the second as its sub-directory (TIFF 6.0, section 2)."""
    result = b""
    places: list[int] = []
    for tags, pixels in reversed(pictures):
        here = 8 + len(result)
        filled = {**tags, 273: (_LONG, (here,))}
        if places:
            filled[330] = (_LONG, (places[-1],))
        result += pixels + b"\0" * (len(pixels) % 2)
        places.append(8 + len(result))
        result += _directory(filled, places[-1])
    return struct.pack("<2sHI", b"II", 42, places[-1]) + result


def _directory(tags: Tags, place: int) -> bytes:
    behind = place + 2 + 12 * len(tags) + 4
    entries, values = b"", b""
    for tag, (kind, value) in sorted(tags.items()):
        if isinstance(value, bytes):
            packed, count = value + b"\0", len(value) + 1
        else:
            packed = struct.pack(f"<{len(value)}{_LETTER[kind]}", *value)
            count = len(value) // (2 if kind in (_RATIONAL, _SIGNED_RATIONAL) else 1)
        if len(packed) > 4:
            inline = struct.pack("<I", behind + len(values))
            values += packed + b"\0" * (len(packed) % 2)
        else:
            inline = packed.ljust(4, b"\0")
        entries += struct.pack("<HHI", tag, kind, count) + inline
    return struct.pack("<H", len(tags)) + entries + bytes(4) + values
