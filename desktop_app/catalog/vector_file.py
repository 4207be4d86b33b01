"""Reads and writes one file of face vectors: whole, checked once, then mapped into memory."""

import mmap
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.whole_file import write_whole
from desktop_app.faces.neighbours import FaceBlock

_HEADER = struct.Struct("<8sIIII8x")  # mark, faces, dimensions, words of a code, CRC-32 of the rest
_MARK = b"LKFACES1"
_ALIGNED = 64


@dataclass(frozen=True)
class VectorFile:
    """Faces of one model, as they were described when the file was written."""

    path: Path | None  # None: only in memory
    block: FaceBlock
    crcs: NDArray[np.int64]  # (faces,), of the catalog's own bytes of each embedding

    @staticmethod
    def read(path: Path) -> "VectorFile":
        """Maps a file. Raises `ValueError` where a bit of it is not as it was written."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < _HEADER.size:
                raise ValueError("cut short")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        mark, faces, dimensions, words, crc32 = _HEADER.unpack_from(mapped)
        places = _places(faces, dimensions, words)
        if mark != _MARK or size != places[-1]:
            raise ValueError("not a file of face vectors")
        with memoryview(mapped) as whole, whole[_HEADER.size :] as rest:
            if zlib.crc32(rest) != crc32:
                raise ValueError("a bit is not as it was written")
        if hasattr(mmap, "MADV_DONTNEED"):  # read through once: only what is used stays resident
            mapped.madvise(mmap.MADV_DONTNEED)
        ids = np.frombuffer(mapped, "<i8", faces, places[0])
        crcs = np.frombuffer(mapped, "<u4", faces, places[1]).astype(np.int64)
        codes = np.frombuffer(mapped, "<u8", words * faces, places[2]).reshape(words, faces)
        vectors = np.frombuffer(mapped, "<i2", faces * dimensions, places[3])
        block = FaceBlock(ids.astype(np.int64), vectors.reshape(faces, dimensions), codes)
        return VectorFile(path, block, crcs)

    def written(self, path: Path) -> "VectorFile":
        """Writes the faces to `path`, whole and for their owner alone, and maps them from there.

        Raises what `write_whole` raises.
        """
        faces, dimensions = self.block.vectors.shape
        words = len(self.block.codes)
        places = _places(faces, dimensions, words)
        parts = (
            np.ascontiguousarray(self.block.ids, "<i8"),
            np.ascontiguousarray(self.crcs, "<u4"),
            np.ascontiguousarray(self.block.codes, "<u8"),
            np.ascontiguousarray(self.block.vectors, "<i2"),
        )
        crc32 = 0
        with write_whole(path, mode=0o600, durable=False) as file:
            file.write(bytes(_HEADER.size))
            at = _HEADER.size
            for part, place in zip(parts, places, strict=False):
                padding = bytes(place - at)
                file.write(padding)
                file.write(part.data)
                crc32 = zlib.crc32(part.data, zlib.crc32(padding, crc32))
                at = place + part.nbytes
            file.seek(0)
            file.write(_HEADER.pack(_MARK, faces, dimensions, words, crc32))
        return VectorFile.read(path)

    def only(self, kept: NDArray[np.bool_]) -> "VectorFile":
        """Some of the faces, copied into memory."""
        block = FaceBlock(
            self.block.ids[kept], self.block.vectors[kept], self.block.codes[:, kept].copy()
        )
        return VectorFile(None, block, self.crcs[kept])

    @staticmethod
    def joined(parts: "list[VectorFile]") -> "VectorFile":
        """The faces of several, in memory, by rising ids."""
        ids = np.concatenate([part.block.ids for part in parts])
        order = np.argsort(ids, kind="stable")
        block = FaceBlock(
            ids[order],
            np.concatenate([part.block.vectors for part in parts])[order],
            np.ascontiguousarray(np.concatenate([p.block.codes for p in parts], axis=1)[:, order]),
        )
        return VectorFile(None, block, np.concatenate([part.crcs for part in parts])[order])


def _places(faces: int, dimensions: int, words: int) -> tuple[int, int, int, int, int]:
    """Where ids, checksums, codes and vectors begin, and the end."""
    at, places = _HEADER.size, []
    for size in (8 * faces, 4 * faces, 8 * words * faces, 2 * dimensions * faces):
        at += -at % _ALIGNED
        places.append(at)
        at += size
    return (places[0], places[1], places[2], places[3], at)
