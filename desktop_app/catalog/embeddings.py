"""What embedders say of the faces; those of two models never compare."""

import logging
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, insert, select

from desktop_app.catalog.decisions import DecisionLog
from desktop_app.catalog.engine import CatalogFile
from desktop_app.catalog.kept_vectors import KeptVectors
from desktop_app.catalog.rows import packed, plain, plain_parts, sound, unpacked
from desktop_app.catalog.schema import among, embeddings, faces
from desktop_app.catalog.subject import Subject, batches, changes_of_faces
from desktop_app.catalog.vector_file import VectorFile
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import CatalogDamaged, NotKnown
from desktop_app.domain.face import AssignmentStatus, Embedding
from desktop_app.domain.ids import FaceId
from desktop_app.faces.fixed_point import fixed_point
from desktop_app.faces.matrix import FaceMatrix
from desktop_app.faces.neighbours import FaceBlock

_log = logging.getLogger(__name__)


class Embeddings(Subject):
    """The part of `catalog.faces` that keeps embeddings: float16, each with its CRC-32."""

    def __init__(self, file: CatalogFile, log: DecisionLog) -> None:
        super().__init__(file, log)
        self._kept = KeptVectors(file.path, read_only=file.read_only)

    def matrix(self, model: str) -> FaceMatrix:
        """Every face that a model described, mapped from files beside the catalog.

        The files follow the catalog by themselves, and are made anew where one is missing or
        damaged. A face whose embedding is damaged in the catalog is left out.
        """
        statement = (
            select(embeddings.c.face_id, embeddings.c.crc32)
            .where(embeddings.c.model == model)
            .order_by(embeddings.c.face_id)
        )
        with self._file.read() as connection:
            rows = np.array(plain(connection, statement), np.int64).reshape(-1, 2)
        ids, crcs = np.ascontiguousarray(rows[:, 0]), np.ascontiguousarray(rows[:, 1])

        def read(wanted: NDArray[np.int64]) -> VectorFile:
            found, vectors = self.embeddings(model, [FaceId(number) for number in wanted.tolist()])
            there = np.array(found, np.int64)
            block = FaceBlock.of(there, fixed_point(vectors.reshape(len(found), -1)))
            return VectorFile(None, block, crcs[np.searchsorted(ids, there)])

        return self._kept.matrix(model, (ids, crcs), read)

    def forget_vectors(self) -> None:
        """Removes the files beside the catalog; `matrix` makes them anew from what is left."""
        self._kept.forget()

    def embedding(self, face_id: FaceId, model: str) -> Embedding:
        """(dimensions,) float32 of unit length.

        Raises `NotKnown` where this model has not described the face, `CatalogDamaged` where the
        stored bytes changed.
        """
        with self._file.read() as connection:
            row = connection.execute(
                select(embeddings.c.vector, embeddings.c.crc32).where(
                    embeddings.c.face_id == face_id, embeddings.c.model == model
                )
            ).one_or_none()
        if row is None:
            raise NotKnown("This face is not described yet. Index its folder again.")
        if not sound(row.vector, row.crc32):
            raise CatalogDamaged(
                "The description of this face is damaged. Check the catalog to have it made again."
            )
        return np.asarray(unpacked([row.vector])[0])

    def embeddings(
        self, model: str, ids: Iterable[FaceId] | None = None
    ) -> tuple[list[FaceId], NDArray[np.float32]]:
        """Ids in rising order, and (n, dimensions) float32 of unit length; (0, 0) without any.

        Embeddings whose bytes changed on the disk are left out with a line in the log; see
        `drop_damaged`.
        """
        this = embeddings.c.model == model
        if ids is not None:
            this &= embeddings.c.face_id.in_(among(ids))
        rows = (
            select(embeddings.c.face_id, embeddings.c.vector, embeddings.c.crc32)
            .where(this)
            .order_by(embeddings.c.face_id)
        )
        found: list[FaceId] = []
        vectors = np.zeros((0, 0), np.float32)
        damaged = 0
        with self._file.read() as connection:
            count = int(connection.scalar(select(func.count()).where(this)) or 0)
            for part in plain_parts(connection, rows):
                whole = [row for row in part if sound(row[1], row[2])]
                damaged += len(part) - len(whole)
                if not whole:
                    continue
                matrix = unpacked([row[1] for row in whole])
                if not found:
                    vectors = np.empty((count, matrix.shape[1]), np.float32)
                vectors[len(found) : len(found) + len(whole)] = matrix
                found += [FaceId(row[0]) for row in whole]
        if damaged:
            _log.warning("%d damaged embeddings were left out", damaged)
        return found, vectors[: len(found)]

    def without_embedding(self, model: str, limit: int) -> list[FaceId]:
        """Faces that this model has still to describe, oldest in the catalog first."""
        described = select(embeddings.c.id).where(
            embeddings.c.face_id == faces.c.id, embeddings.c.model == model
        )
        statement = (
            select(faces.c.id)
            .where(~described.exists(), faces.c.status != AssignmentStatus.NOT_A_FACE.value)
            .order_by(faces.c.id)
            .limit(limit)
        )
        with self._file.read() as connection:
            return [FaceId(face_id) for face_id in connection.scalars(statement)]

    def add_embeddings(
        self, model: str, vectors: Sequence[tuple[FaceId, Embedding]]
    ) -> CatalogChanges:
        """Keeps what a model says of faces, in place of what it said before.

        Faces that are gone are left out. A transaction for every 200 faces.
        """
        changes = CatalogChanges()
        for batch in batches(vectors):
            with self._file.write(bulk=True) as connection:
                present = changes_of_faces(connection, [face_id for face_id, _ in batch])
                rows = []
                for face_id, vector in batch:
                    if face_id in present.faces:
                        blob, crc32 = packed(vector)
                        rows.append(
                            {"face_id": face_id, "model": model, "vector": blob, "crc32": crc32}
                        )
                if rows:
                    connection.execute(insert(embeddings).prefix_with("OR REPLACE"), rows)
            changes |= present
        return changes

    def drop_damaged(self) -> list[FaceId]:
        """Forgets the embeddings whose bytes changed on the disk; tells whose they were."""
        with self._file.read() as connection:
            damaged = [
                (row.id, FaceId(row.face_id))
                for row in connection.execute(select(embeddings))
                if not sound(row.vector, row.crc32)
            ]
        if damaged:
            with self._file.write() as connection:
                connection.execute(
                    delete(embeddings).where(
                        embeddings.c.id.in_(among(number for number, _ in damaged))
                    )
                )
        return sorted({face_id for _, face_id in damaged})
