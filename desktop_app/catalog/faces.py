"""The faces found in photos: where they are and who they may be."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select

from desktop_app.catalog.alike import Alike
from desktop_app.catalog.embeddings import Embeddings
from desktop_app.catalog.face_decisions import FaceDecisions
from desktop_app.catalog.rows import face_from, plain
from desktop_app.catalog.schema import among, faces, rejections
from desktop_app.catalog.suggesting import Suggesting
from desktop_app.catalog.touched import TouchedFaces
from desktop_app.domain.errors import NotKnown
from desktop_app.domain.face import AssignmentStatus, Face
from desktop_app.domain.ids import FaceId, PersonId, PhotoId
from desktop_app.domain.person import FaceCluster

BEST_FIRST = (faces.c.grade.desc(), faces.c.id.desc())
"""The face to show for a person or a group comes first."""


class Faces(FaceDecisions, Suggesting, Embeddings, Alike, TouchedFaces):
    """`catalog.faces`."""

    def get(self, face_id: FaceId) -> Face:
        """Raises `NotKnown`."""
        found = self.many([face_id])
        if not found:
            raise NotKnown("This face is no longer in the catalog.")
        return found[0]

    def many(self, ids: Iterable[FaceId]) -> list[Face]:
        """In the order of the ids; those that are not there are left out."""
        wanted = list(ids)
        found = {
            face.id: face
            for face in self._faces(select(faces).where(faces.c.id.in_(among(wanted))))
        }
        return [found[face_id] for face_id in wanted if face_id in found]

    def of_photo(self, photo_id: PhotoId) -> list[Face]:
        """Left to right."""
        return self._faces(
            select(faces).where(faces.c.photo_id == photo_id).order_by(faces.c.box_left, faces.c.id)
        )

    def of_person(self, person_id: PersonId, status: AssignmentStatus | None = None) -> list[Face]:
        """Confirmed or suggested faces of a person, or both; surest suggestion, then best first."""
        statement = select(faces).where(faces.c.person_id == person_id)
        if status is not None:
            statement = statement.where(faces.c.status == status.value)
        return self._faces(
            statement.order_by(faces.c.status, faces.c.suggestion_score.desc(), *BEST_FIRST)
        )

    def unnamed(self, include_poor: bool) -> list[FaceId]:
        """Faces that nobody said anything about and that have no suggestion."""
        statement = select(faces.c.id).where(faces.c.status == AssignmentStatus.NONE.value)
        if not include_poor:
            statement = statement.where(faces.c.poor == 0)
        with self._file.read() as connection:
            return [FaceId(row[0]) for row in plain(connection, statement.order_by(faces.c.id))]

    def with_status(self, status: AssignmentStatus) -> list[FaceId]:
        """Every face of one status, oldest in the catalog first."""
        with self._file.read() as connection:
            return [
                FaceId(number)
                for number in connection.scalars(
                    select(faces.c.id).where(faces.c.status == status.value).order_by(faces.c.id)
                )
            ]

    def groups(self) -> dict[FaceId, int]:
        """The number of the group of each face that has one and no name."""
        statement = select(faces.c.id, faces.c.cluster).where(
            faces.c.cluster.is_not(None), faces.c.status == AssignmentStatus.NONE.value
        )
        with self._file.read() as connection:
            return {FaceId(face): cluster for face, cluster in plain(connection, statement)}

    def clusters(self) -> list[FaceCluster]:
        """The groups of faces without a name, biggest first; in each the best face first."""
        statement = (
            select(faces.c.cluster, faces.c.id)
            .where(faces.c.cluster.is_not(None), faces.c.status == AssignmentStatus.NONE.value)
            .order_by(faces.c.cluster.desc(), *BEST_FIRST)
        )
        groups: dict[int, list[FaceId]] = {}
        with self._file.read() as connection:
            for label, face_id in plain(connection, statement):
                groups.setdefault(label, []).append(FaceId(face_id))
        return sorted(
            (FaceCluster(label, tuple(members)) for label, members in groups.items()),
            key=lambda cluster: (-len(cluster.faces), cluster.number),
        )

    def rejections(
        self, face_ids: Iterable[FaceId] | None = None
    ) -> dict[FaceId, frozenset[PersonId]]:
        """Whose each face is not, by the user's word; faces without a rejection are left out."""
        statement = select(rejections.c.face_id, rejections.c.person_id)
        if face_ids is not None:
            statement = statement.where(rejections.c.face_id.in_(among(face_ids)))
        found: dict[FaceId, set[PersonId]] = {}
        with self._file.read() as connection:
            for face_id, person_id in connection.execute(statement):
                found.setdefault(FaceId(face_id), set()).add(PersonId(person_id))
        return {face_id: frozenset(people) for face_id, people in found.items()}

    def same_person_twice(self, photo_id: PhotoId) -> dict[PersonId, tuple[FaceId, ...]]:
        """People whom one photo shows twice or more, confirmed or suggested, with the faces.

        Flagged for the user, never forbidden: mirrors and collages do this.
        """
        found: dict[PersonId, list[FaceId]] = {}
        for face in self.of_photo(photo_id):
            if face.person_id is not None:
                found.setdefault(face.person_id, []).append(face.id)
        return {person: tuple(same) for person, same in found.items() if len(same) > 1}

    def _faces(self, statement: Select[Any]) -> list[Face]:
        with self._file.read() as connection:
            return [face_from(row) for row in connection.execute(statement)]
