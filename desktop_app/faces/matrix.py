"""All faces that one model described, in blocks that may lie in mapped files."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.faces.fixed_point import floating
from desktop_app.faces.neighbours import FaceBlock


@dataclass(frozen=True)
class FaceMatrix:
    """The blocks, and where each face stands in them."""

    blocks: tuple[FaceBlock, ...]
    ids: NDArray[np.int64]  # (faces,), rising
    crcs: NDArray[np.int64]  # (faces,), checksum of each one's embedding
    _block: NDArray[np.int32]  # (faces,)
    _row: NDArray[np.int32]  # (faces,)

    @staticmethod
    def of(blocks: Sequence[FaceBlock], crcs: Sequence[NDArray[np.int64]]) -> "FaceMatrix":
        ids = np.concatenate([np.zeros(0, np.int64), *(block.ids for block in blocks)])
        order = np.argsort(ids, kind="stable")
        block = np.repeat(np.arange(len(blocks)), [len(block) for block in blocks])
        rows = [np.arange(len(block)) for block in blocks]
        row = np.concatenate([np.zeros(0, np.int64), *rows])
        return FaceMatrix(
            tuple(blocks),
            ids[order],
            np.concatenate([np.zeros(0, np.int64), *crcs])[order],
            block[order].astype(np.int32),
            row[order].astype(np.int32),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def has(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of some faces are here."""
        if not len(self.ids):
            return np.zeros(len(ids), bool)
        return np.asarray(self.ids[self._at(ids)] == ids)

    def places(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(faces,) each: the blocks of some faces that are here, and their rows in them."""
        at = self._at(ids)
        return self._block[at], self._row[at]

    def of_faces(self, ids: NDArray[np.int64]) -> FaceBlock:
        """Those of some faces that are here, in the order asked for, copied."""
        ids = ids[self.has(ids)]
        at = self._at(ids)
        dimensions = self.blocks[0].vectors.shape[1] if self.blocks else 0
        vectors = np.empty((len(ids), dimensions), np.int16)
        codes = np.empty((8, len(ids)), np.uint64)
        for number, block in enumerate(self.blocks):
            mine = np.flatnonzero(self._block[at] == number)
            rows = self._row[at[mine]]
            vectors[mine] = block.vectors[rows]
            codes[:, mine] = block.codes[:, rows]
        return FaceBlock(ids, vectors, codes)

    def embeddings(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """(faces, dimensions) of those that are here, in the order asked for."""
        return floating(self.of_faces(ids).vectors)

    def _at(self, ids: NDArray[np.int64]) -> NDArray[np.intp]:
        return np.minimum(np.searchsorted(self.ids, ids), max(len(self.ids) - 1, 0))
