"""What embedders say of the faces; those of two models never compare."""

import logging
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, delete, func, insert, select

from desktop_app.catalog.decisions import DecisionLog
from desktop_app.catalog.engine import CatalogFile
from desktop_app.catalog.kept_vectors import KeptVectors, Listing, Stamps
from desktop_app.catalog.rows import packed, plain, plain_parts, sound, unpacked
from desktop_app.catalog.schema import among, embedding_stamps, embeddings, faces
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

_PART = 1024  # faces that have one stamp; the catalog's triggers know it too (`>> 10`)
_MANY_PARTS = 500  # stamps that are new, from which listing everything takes no longer


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

        def look(known: Stamps | None) -> Listing:
            with self._file.read() as connection:
                return _listed(connection, model, known)

        def read(wanted: NDArray[np.int64]) -> VectorFile:
            ids, vectors, crcs = self._sound(model, among(wanted.tolist()))
            block = FaceBlock.of(ids, fixed_point(vectors.reshape(len(ids), -1)))
            return VectorFile(None, block, crcs)

        return self._kept.matrix(model, look, read)

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
        found, vectors, _ = self._sound(model, None if ids is None else among(ids))
        return [FaceId(number) for number in found.tolist()], vectors

    def _sound(
        self, model: str, wanted: Select[tuple[int]] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
        """Ids, rising, vectors and checksums of the embeddings that are as they were written."""
        this = embeddings.c.model == model
        if wanted is not None:
            this &= embeddings.c.face_id.in_(wanted)
        rows = (
            select(embeddings.c.face_id, embeddings.c.vector, embeddings.c.crc32)
            .where(this)
            .order_by(embeddings.c.face_id)
        )
        found: list[tuple[int, int]] = []
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
                found += [(row[0], row[2]) for row in whole]
        if damaged:
            _log.warning("%d damaged embeddings were left out", damaged)
        ids, crcs = np.array(found, np.int64).reshape(-1, 2).T.copy()
        return ids, vectors[: len(found)], crcs

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


def _listed(connection: Connection, model: str, known: Stamps | None) -> Listing:
    """The embeddings of the parts whose stamps differ from those known; of all, without any."""
    stamped = select(embedding_stamps.c.part, embedding_stamps.c.stamp).where(
        embedding_stamps.c.model == model
    )
    stamps = dict(plain(connection, stamped))
    statement = (
        select(embeddings.c.face_id, embeddings.c.crc32)
        .where(embeddings.c.model == model)
        .order_by(embeddings.c.face_id)
    )
    spans = None
    if known is not None:
        parts = sorted(p for p in stamps.keys() | known.keys() if stamps.get(p) != known.get(p))
        spans = [(part * _PART, part * _PART + _PART - 1) for part in parts]
    if spans is None or len(spans) > _MANY_PARTS:
        spans, rows = None, plain(connection, statement)
    else:
        rows = []
        for span in spans:
            rows += plain(connection, statement.where(embeddings.c.face_id.between(*span)))
    ids, crcs = np.array(rows, np.int64).reshape(-1, 2).T.copy()
    return Listing(stamps, spans, ids, crcs)
