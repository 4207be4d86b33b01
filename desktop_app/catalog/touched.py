"""What changed since faces were grouped, and which faces hang together with it.

Triggers note each face that a photo, a description or a decision touches, in the transaction of
the change itself. Faces that hang together, by links or by one person's name, are one piece, by its
number in `face_components`, or several, which have one number in `component_bundles`; nothing joins
two bundles but what is noted. So a grouping reads those alone, and joins and parts pieces as
wholes: what many faces hang together with changes with every photo.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    Connection,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from desktop_app.catalog.rows import numbers, plain
from desktop_app.catalog.schema import (
    among,
    component_bundles,
    face_components,
    faces,
    groups_made,
    touched_faces,
)
from desktop_app.catalog.subject import Subject, batches
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId
from desktop_app.faces.components import distinct

_MANY = 100_000  # faces touched, from which reading all of them takes no longer


@dataclass(frozen=True)
class Touched:
    """What was noted up to a moment."""

    last: int  # the newest note
    faces: NDArray[np.int64] | None  # (faces,) ids that are there, rising; None: all of them
    components: NDArray[np.int64]  # (components,) in which faces were that may be gone

    def __bool__(self) -> bool:
        return self.faces is None or len(self.faces) + len(self.components) > 0


@dataclass(frozen=True)
class HangingTogether:
    """The piece of each face, (faces,), by rising ids; -1 for a face without. The bundles of pieces
    that hang together with others."""

    ids: NDArray[np.int64]
    before: NDArray[np.int64]
    now: NDArray[np.int64]
    bundled_before: Mapping[int, int]
    bundled: Mapping[int, int]


class TouchedFaces(Subject):
    """The part of `catalog.faces` that knows what has to be grouped anew."""

    def touched(self, model: str, rule: str) -> Touched:
        """What changed since faces were grouped by this model and rule; all, where they never
        were, or not to the end."""
        made = select(groups_made.c.model, groups_made.c.rule)
        there = select(faces.c.id).where(faces.c.id.in_(select(touched_faces.c.face_id)))
        gone = (
            select(touched_faces.c.component)
            .distinct()
            .where(touched_faces.c.component.is_not(None))
        )
        with self._file.read() as connection:
            last = int(connection.scalar(select(func.max(touched_faces.c.id))) or 0)
            whole = [tuple(row) for row in plain(connection, made)] != [(model, rule)]
            ids = None if whole else numbers(connection, there.order_by(faces.c.id))
            components = numbers(connection, gone)
        return Touched(last, None if ids is None or len(ids) > _MANY else ids, components)

    def members(
        self, ids: NDArray[np.int64], components: NDArray[np.int64] | None = None
    ) -> NDArray[np.int64]:
        """The faces that hang together with some faces, or with the pieces that are numbered by
        `components`; ids, rising."""
        theirs = select(face_components.c.component).where(
            face_components.c.face_id.in_(among(ids.tolist()))
        )
        with self._file.read() as connection:
            pieces = distinct(numbers(connection, theirs))
            if components is not None:
                pieces = np.concatenate([pieces, components])
            pieces = np.concatenate([pieces, list(_bundles(connection, pieces))]).astype(np.int64)
            inside = select(face_components.c.face_id).where(
                face_components.c.component.in_(among(pieces.tolist()))
            )
            return distinct(numbers(connection, inside))

    def of_same_people(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """All confirmed faces of the people for whom some of these are confirmed."""
        people = select(faces.c.person_id).where(
            faces.c.id.in_(among(ids.tolist())), faces.c.status == "confirmed"
        )
        statement = select(faces.c.id).where(
            faces.c.person_id.in_(people), faces.c.status == "confirmed"
        )
        with self._file.read() as connection:
            return numbers(connection, statement)

    def components(
        self, ids: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Ids, rising, and pieces of those of the faces (without `ids`: all) that have one."""
        statement = select(face_components.c.face_id, face_components.c.component)
        if ids is not None:
            statement = statement.where(face_components.c.face_id.in_(among(ids.tolist())))
        with self._file.read() as connection:
            rows = plain(connection, statement.order_by(face_components.c.face_id))
        found = np.array(rows, np.int64).reshape(-1, 2)
        return np.ascontiguousarray(found[:, 0]), np.ascontiguousarray(found[:, 1])

    def bundles(self, components: NDArray[np.int64] | None = None) -> dict[int, int]:
        """The bundle of every piece that is in one with some pieces (without these: of all)."""
        with self._file.read() as connection:
            return _bundles(connection, components)

    def free_components(self) -> tuple[int, int]:
        """A number that no piece has, nor had since the last grouping, and one for a bundle."""
        columns = (
            face_components.c.component,
            touched_faces.c.component,
            component_bundles.c.component,
        )
        with self._file.read() as connection:
            pieces = [connection.scalar(select(func.max(column))) or 0 for column in columns]
            bundle = connection.scalar(select(func.max(component_bundles.c.bundle))) or 0
        return max(pieces) + 1, bundle + 1

    def free_group(self) -> int:
        """A number above those of all groups."""
        with self._file.read() as connection:
            highest = connection.scalar(
                select(func.max(faces.c.cluster)).where(faces.c.cluster.is_not(None))
            )
        return 0 if highest is None else int(highest) + 1

    def group_sizes(self, numbers: NDArray[np.int64]) -> dict[int, int]:
        """How many faces that may be grouped stand in some groups."""
        statement = (
            select(faces.c.cluster, func.count())
            .where(
                faces.c.cluster.is_not(None),
                faces.c.cluster.in_(among(numbers.tolist())),
                faces.c.status.in_(("none", "suggested", "confirmed")),
            )
            .group_by(faces.c.cluster)
        )
        with self._file.read() as connection:
            return dict(plain(connection, statement))

    def keep_groups(
        self,
        model: str,
        rule: str,
        touched: Touched,
        hanging: HangingTogether,
        labels: Mapping[FaceId, int | None],
    ) -> CatalogChanges:
        """Keeps what a grouping found: the groups of faces, or none, and what hangs together.

        A transaction for every 200 faces or pieces. Until the last of them what was touched stays
        noted, and so does every piece: after a kill the next grouping begins with the same faces.
        What is noted meanwhile stays for the next grouping.
        """
        own = self._begin(touched, hanging)
        moved = hanging.before != hanging.now
        numbers = dict(zip(hanging.ids[moved].tolist(), hanging.now[moved].tolist(), strict=True))
        for batch in batches(sorted(labels.keys() | numbers.keys())):
            with self._file.write(bulk=True) as connection:
                last = int(connection.scalar(select(func.max(touched_faces.c.id))) or 0)
                _write(
                    connection,
                    {face: labels[FaceId(face)] for face in batch if face in labels},
                    {face: numbers[face] for face in batch if face in numbers},
                )
                connection.execute(delete(touched_faces).where(touched_faces.c.id > last))
        for pieces in batches(sorted(hanging.bundled_before.items() ^ hanging.bundled.items())):
            with self._file.write(bulk=True) as connection:
                _bundle(connection, {piece for piece, _ in pieces}, hanging.bundled)
        with self._file.write() as connection:
            again = _changed_meanwhile(connection, touched.last, own, hanging)
            connection.execute(
                delete(touched_faces).where(
                    (touched_faces.c.id <= touched.last)
                    | touched_faces.c.id.between(own.start, own.stop - 1)
                )
            )
            _note(connection, again)
            connection.execute(delete(groups_made))
            connection.execute(insert(groups_made).values(model=model, rule=rule))
        return CatalogChanges.of(faces=labels)

    def _begin(self, touched: Touched, hanging: HangingTogether) -> range:
        """Notes every piece of what is about to be rewritten; the numbers of these notes."""
        with self._file.write() as connection:
            if touched.faces is None:
                connection.execute(delete(groups_made))
                return range(0)
            bundled = np.array([*hanging.bundled_before, *hanging.bundled], np.int64)
            numbers = distinct(np.concatenate([hanging.before, hanging.now, bundled]))
            numbers = numbers[numbers >= 0]
            _note(connection, numbers)
            last = int(connection.scalar(select(func.max(touched_faces.c.id))) or 0)
        return range(last + 1 - len(numbers), last + 1)


def _write(
    connection: Connection, labels: Mapping[int, int | None], components: Mapping[int, int]
) -> None:
    if labels:
        connection.execute(
            update(faces).where(faces.c.id == bindparam("face")).values(cluster=bindparam("label")),
            [{"face": face, "label": label} for face, label in labels.items()],
        )
    without = [face for face, component in components.items() if component < 0]
    if without:
        connection.execute(
            delete(face_components).where(face_components.c.face_id.in_(among(without)))
        )
    given = [
        {"face": face, "number": component}
        for face, component in components.items()
        if component >= 0
    ]
    if given:
        connection.execute(
            insert(face_components)
            .prefix_with("OR REPLACE")
            .from_select(
                ["face_id", "component"],
                # a face that is gone since has no component
                select(
                    faces.c.id, bindparam("number", type_=face_components.c.component.type)
                ).where(faces.c.id == bindparam("face")),
            ),
            given,
        )


def _bundle(connection: Connection, pieces: set[int], bundled: Mapping[int, int]) -> None:
    connection.execute(
        delete(component_bundles).where(component_bundles.c.component.in_(among(pieces)))
    )
    rows = [
        {"component": piece, "bundle": bundled[piece]}
        for piece in sorted(pieces)
        if piece in bundled
    ]
    if rows:
        connection.execute(insert(component_bundles), rows)


def _bundles(connection: Connection, components: NDArray[np.int64] | None) -> dict[int, int]:
    statement = select(component_bundles.c.component, component_bundles.c.bundle)
    if components is not None:
        theirs = select(component_bundles.c.bundle).where(
            component_bundles.c.component.in_(among(distinct(components).tolist()))
        )
        statement = statement.where(component_bundles.c.bundle.in_(theirs))
    return dict(plain(connection, statement))


def _changed_meanwhile(
    connection: Connection, last: int, own: range, hanging: HangingTogether
) -> NDArray[np.int64]:
    """The pieces, by their new numbers, out of which a face went while they were found."""
    later = select(touched_faces.c.face_id, func.coalesce(touched_faces.c.component, -1)).where(
        touched_faces.c.id > last,
        ~touched_faces.c.id.between(own.start, own.stop - 1),
        touched_faces.c.face_id.not_in(select(faces.c.id)),
    )
    gone = np.array(plain(connection, later), np.int64).reshape(-1, 2)
    its = np.isin(hanging.ids, gone[:, 0])
    its |= np.isin(hanging.before, gone[:, 1]) & (hanging.before >= 0)
    again = np.unique(hanging.now[its])
    return again[again >= 0]


def _note(connection: Connection, components: NDArray[np.int64]) -> None:
    if len(components):
        connection.execute(
            insert(touched_faces).from_select(["component"], among(components.tolist()))
        )
