"""What the user says about whose face it is."""

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from desktop_app.catalog.decisions import OpenDecision
from desktop_app.catalog.people_rows import add_person, find_person, require_person
from desktop_app.catalog.rows import geometry_columns, packed
from desktop_app.catalog.schema import among, embeddings, faces, photos, rejections
from desktop_app.catalog.stale import rests_on_faces
from desktop_app.catalog.subject import Subject, batches, changes_of_faces
from desktop_app.catalog.values import DecisionKind
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import NotKnown
from desktop_app.domain.face import AssignmentStatus, DetectedFace, Embedding, FaceQuality
from desktop_app.domain.ids import FaceId, PersonId, PhotoId

_KINDS = {
    AssignmentStatus.NONE: DecisionKind.CLEAR,
    AssignmentStatus.IGNORED: DecisionKind.IGNORE,
    AssignmentStatus.NOT_A_FACE: DecisionKind.NOT_A_FACE,
}


class FaceDecisions(Subject):
    """The part of `catalog.faces` that changes whose face it is.

    `name`, `confirm`, `reject`, `set_status` and `add_drawn` are decisions of the user, taken
    back by `people.undo`. `set_clusters` is the machine's and changes nothing that a user decided.
    """

    def name(self, face_ids: Iterable[FaceId], name: str) -> CatalogChanges:
        """Confirms faces as the person of this name, who is new where nobody has it.

        One decision. Raises `BadRequest` for an empty name.
        """
        wanted = list(face_ids)
        with self._file.write() as connection:
            known = find_person(connection, name)
            person_id = add_person(connection, name) if known is None else known
            decision = self._log.begin(connection, DecisionKind.NAME, person_id)
            if known is None:
                decision.new_person(person_id)
            return _confirm(connection, wanted, person_id, decision)

    def confirm(self, face_ids: Iterable[FaceId], person_id: PersonId) -> CatalogChanges:
        """These faces are this person's; no machine changes that. Raises `NotKnown`."""
        with self._file.write() as connection:
            require_person(connection, person_id)
            ids = _some_faces(
                connection,
                face_ids,
                (faces.c.status != "confirmed") | (faces.c.person_id != person_id),
            )
            if not ids:
                return CatalogChanges()
            decision = self._log.begin(connection, DecisionKind.CONFIRM, person_id)
            return _confirm(connection, ids, person_id, decision)

    def reject(self, face_ids: Iterable[FaceId], person_id: PersonId) -> CatalogChanges:
        """These faces are not this person's, now and for good; it is never suggested again.

        Raises `NotKnown`.
        """
        with self._file.write() as connection:
            require_person(connection, person_id)
            already = select(rejections.c.face_id).where(rejections.c.person_id == person_id)
            ids = _some_faces(
                connection,
                face_ids,
                (faces.c.person_id == person_id) | faces.c.id.not_in(already),
            )
            if not ids:
                return CatalogChanges()
            decision = self._log.begin(connection, DecisionKind.REJECT, person_id)
            decision.faces(ids)
            decision.rejected(ids, person_id)
            named = _some_faces(
                connection,
                ids,
                (faces.c.person_id == person_id) & (faces.c.status == "confirmed"),
            )
            changes = decision.stale(rests_on_faces(named))
            changes |= changes_of_faces(connection, ids)
            connection.execute(
                update(faces)
                .where(faces.c.id.in_(among(ids)), faces.c.person_id == person_id)
                .values(person_id=None, status="none", suggestion_score=0.0)
            )
            connection.execute(
                insert(rejections).prefix_with("OR IGNORE"),
                [{"face_id": face_id, "person_id": person_id} for face_id in ids],
            )
        return changes | CatalogChanges.of(people=[person_id])

    def set_status(self, ids: Iterable[FaceId], status: AssignmentStatus) -> CatalogChanges:
        """IGNORED, NOT_A_FACE, or NONE (nobody decided); the faces lose their names."""
        if status not in _KINDS:
            raise ValueError(f"{status} needs a person: use confirm or suggest")
        with self._file.write() as connection:
            wanted = _some_faces(connection, ids, faces.c.status != status.value)
            if not wanted:
                return CatalogChanges()
            decision = self._log.begin(connection, _KINDS[status])
            decision.faces(wanted)
            named = _some_faces(connection, wanted, faces.c.status == "confirmed")
            changes = decision.stale(rests_on_faces(named))
            changes |= changes_of_faces(connection, wanted)
            connection.execute(
                update(faces)
                .where(faces.c.id.in_(among(wanted)))
                .values(person_id=None, status=status.value, suggestion_score=0.0)
            )
        return changes

    def add_drawn(
        self,
        photo_id: PhotoId,
        detected: DetectedFace,
        quality: FaceQuality,
        embedding: Embedding | None,
        model: str,
    ) -> FaceId:
        """Keeps a face that the user drew a box around. Raises `NotKnown`."""
        with self._file.write() as connection:
            if connection.scalar(select(photos.c.id).where(photos.c.id == photo_id)) is None:
                raise NotKnown("This photo is no longer in the library.")
            added = connection.execute(
                insert(faces).values(
                    photo_id=photo_id,
                    status="none",
                    suggestion_score=0.0,
                    drawn_by_hand=1,
                    **geometry_columns(detected, quality),
                )
            ).inserted_primary_key
            assert added is not None
            face_id = FaceId(added[0])
            if embedding is not None:
                vector, crc32 = packed(embedding)
                connection.execute(
                    insert(embeddings).values(
                        face_id=face_id, model=model, vector=vector, crc32=crc32
                    )
                )
            self._log.begin(connection, DecisionKind.DRAW).drawn_face(face_id)
        return face_id

    def set_clusters(self, labels: Mapping[FaceId, int | None]) -> CatalogChanges:
        """Gives faces the number of their group, or none. A transaction for every 200 changes."""
        with self._file.read() as connection:
            current = select(faces.c.id, faces.c.cluster).where(faces.c.id.in_(among(labels)))
            now = {row.id: row.cluster for row in connection.execute(current)}
        differing = [
            {"face": face_id, "label": label}
            for face_id, label in labels.items()
            if face_id in now and now[face_id] != label
        ]
        for batch in batches(differing):
            with self._file.write(bulk=True) as connection:
                connection.execute(
                    update(faces)
                    .where(faces.c.id == bindparam("face"))
                    .values(cluster=bindparam("label")),
                    list(batch),
                )
        return CatalogChanges.of(faces=(FaceId(row["face"] or 0) for row in differing))


def _confirm(
    connection: Connection,
    face_ids: Iterable[FaceId],
    person_id: PersonId,
    decision: OpenDecision,
) -> CatalogChanges:
    ids = _some_faces(
        connection, face_ids, (faces.c.status != "confirmed") | (faces.c.person_id != person_id)
    )
    decision.faces(ids)
    decision.rejected(ids, person_id)
    taken = _some_faces(connection, ids, faces.c.status == "confirmed")
    changes = decision.stale(rests_on_faces(taken)) | changes_of_faces(connection, ids)
    connection.execute(
        update(faces)
        .where(faces.c.id.in_(among(ids)))
        .values(person_id=person_id, status="confirmed", suggestion_score=0.0)
    )
    connection.execute(
        delete(rejections).where(
            rejections.c.face_id.in_(among(ids)), rejections.c.person_id == person_id
        )
    )
    return changes | CatalogChanges.of(people=[person_id])


def _some_faces(
    connection: Connection, ids: Iterable[FaceId], which: ColumnElement[bool]
) -> list[FaceId]:
    found = connection.scalars(select(faces.c.id).where(faces.c.id.in_(among(ids)), which))
    return [FaceId(face_id) for face_id in found]
