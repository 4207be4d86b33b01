"""The people of the library: their names, their years, and the way back from any decision."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, case, func, select, update

from desktop_app.catalog.decisions import DecisionLog
from desktop_app.catalog.faces import BEST_FIRST
from desktop_app.catalog.forget import forget_person
from desktop_app.catalog.forgotten_names import was_forgotten
from desktop_app.catalog.merge import merge_people
from desktop_app.catalog.people_rows import (
    add_person,
    find_person,
    name_columns,
    require_person,
)
from desktop_app.catalog.rows import folded, person_from, plain, year_columns
from desktop_app.catalog.schema import faces, people, reference_choices, restorations
from desktop_app.catalog.subject import Subject
from desktop_app.catalog.undo import take_back
from desktop_app.catalog.values import Decision, DecisionKind
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import BadRequest, NameTaken, NotKnown
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.person import FaceCluster, Person, PersonSummary, Year


class People(Subject):
    """`catalog.people`; all that changes, but `forget`, is a decision that `undo` takes back."""

    def add(self, name: str, born: Year | None = None, died: Year | None = None) -> PersonId:
        """Raises `NameTaken`, and `BadRequest` for an empty name or a life that ends too early."""
        with self._file.write() as connection:
            _require_free(connection, name)
            person_id = add_person(connection, name, born, died)
            self._log.begin(connection, DecisionKind.NEW_PERSON, person_id).new_person(person_id)
        return person_id

    def get(self, person_id: PersonId) -> Person:
        """Raises `NotKnown`."""
        with self._file.read() as connection:
            row = connection.execute(select(people).where(people.c.id == person_id)).one_or_none()
        if row is None:
            raise NotKnown("This person is no longer in the catalog.")
        return person_from(row)

    def by_name(self, name: str) -> Person | None:
        """The person of this name, in whatever case and Unicode form it is typed."""
        with self._file.read() as connection:
            row = connection.execute(
                select(people).where(people.c.name_key == folded(name))
            ).one_or_none()
        return None if row is None else person_from(row)

    def all(self) -> list[PersonSummary]:
        """By name; ignored people too."""
        of_person = select(func.count()).where(faces.c.person_id == people.c.id)
        cover = (
            select(faces.c.id)
            .where(faces.c.person_id == people.c.id, faces.c.status == "confirmed")
            .order_by(*BEST_FIRST)
            .limit(1)
        )
        statement = select(
            people,
            of_person.where(faces.c.status == "confirmed").scalar_subquery().label("confirmed"),
            of_person.where(faces.c.status == "suggested").scalar_subquery().label("suggested"),
            cover.scalar_subquery().label("cover"),
        ).order_by(people.c.name_key)
        with self._file.read() as connection:
            return [
                PersonSummary(
                    person_from(row),
                    row.confirmed,
                    row.suggested,
                    None if row.cover is None else FaceId(row.cover),
                )
                for row in connection.execute(statement)
            ]

    def able_to_guide(self, at_most: int) -> dict[PersonId, int]:
        """How many faces of each person could be references, counted up to `at_most`.

        Confirmed, and pinned or else neither poor nor excluded. Nobody else is in it.
        """
        choice = (
            select(reference_choices.c.choice)
            .where(
                reference_choices.c.person_id == faces.c.person_id,
                reference_choices.c.face_id == faces.c.id,
            )
            .scalar_subquery()
        )
        able = (
            select(faces.c.id)
            .where(
                faces.c.person_id == people.c.id,
                faces.c.status == AssignmentStatus.CONFIRMED.value,
                func.coalesce(choice, case((faces.c.poor == 0, "pinned"))) == "pinned",
            )
            .order_by(faces.c.grade.desc())  # the poor come last, so that few rows are read
            .limit(at_most)
            .correlate(people)
            .subquery()
        )
        counted = select(func.count()).select_from(able).scalar_subquery()
        with self._file.read() as connection:
            rows = connection.execute(select(people.c.id, counted.label("able")))
            return {PersonId(row.id): row.able for row in rows if row.able}

    def unnamed(self, at_most: int) -> tuple[list[FaceCluster], int]:
        """The largest groups without a name, each with its best face first, and how many are."""
        none = AssignmentStatus.NONE.value
        # The sum keeps SQLite from the index of status: that of groups has all that is counted.
        of_group = (faces.c.cluster.is_not(None), faces.c.status + "" == none)
        sizes = (
            select(faces.c.cluster, func.count().label("size"))
            .where(*of_group)
            .group_by(faces.c.cluster)
            .order_by(func.count().desc(), faces.c.cluster)
            .limit(at_most)
            .subquery()
        )
        largest = (
            select(faces.c.cluster, faces.c.id)
            .join(sizes, sizes.c.cluster == faces.c.cluster)
            .where(faces.c.status == none)
            .order_by(sizes.c.size.desc(), faces.c.cluster, *BEST_FIRST)
        )
        groups: dict[int, list[FaceId]] = {}
        with self._file.read() as connection:
            for label, face_id in plain(connection, largest):
                groups.setdefault(label, []).append(FaceId(face_id))
            count = connection.scalar(
                select(func.count(faces.c.cluster.distinct())).where(*of_group)
            )
        return [FaceCluster(label, tuple(ids)) for label, ids in groups.items()], int(count or 0)

    def rename(self, person_id: PersonId, name: str) -> CatalogChanges:
        """Raises `NameTaken`, `NotKnown`, and `BadRequest` for an empty name."""
        return self._change(person_id, DecisionKind.RENAME, {**name_columns(name)})

    def set_years(
        self, person_id: PersonId, born: Year | None, died: Year | None
    ) -> CatalogChanges:
        """Sets both; restorations of the person become stale, for ages guide the references."""
        return self._change(person_id, DecisionKind.YEARS, {**year_columns(born, died)})

    def set_ignored(self, person_id: PersonId, ignored: bool) -> CatalogChanges:
        """An ignored person stands among the ignored and is not put forward."""
        return self._change(person_id, DecisionKind.IGNORE_PERSON, {"ignored": int(ignored)})

    def merge(self, into: PersonId, other: PersonId) -> CatalogChanges:
        """The two are one: `other` gives everything to `into` and is gone. Raises `NotKnown`."""
        if into == other:
            raise BadRequest("A person cannot be merged with themselves. Choose two people.")
        with self._file.write() as connection:
            require_person(connection, into)
            require_person(connection, other)
            return merge_people(self._log.begin(connection, DecisionKind.MERGE, into), into, other)

    def forget(self, person_id: PersonId, *, rewrite: bool = True) -> CatalogChanges:
        """Removes a person so that no byte of their name, faces or embeddings stays. No undo.

        Gone are the confirmed faces, their embeddings, restorations of and by them, the choices
        and rejections, and the decisions about them, also of people who were merged into this
        one. Suggested faces only lose the suggestion. The file is rewritten, its log emptied
        (without `rewrite`, by the caller: `Catalog.rewrite`). The caller's to drop are backups
        (`Catalog.forget_backups`) and the thumbnails of `changes.faces`. A salted hash of their
        names stays, for `was_forgotten`.
        Raises `NotKnown`; `CatalogBusy` where it is done but for the log.
        """
        with self._file.write() as connection:
            require_person(connection, person_id)
            changes = forget_person(connection, person_id)
        if rewrite:
            self._file.checkpoint(vacuum=True)
        return changes

    def was_forgotten(self, name: str) -> bool:
        """Whether a person of this name was forgotten, and nobody was given it again since."""
        with self._file.read() as connection:
            return find_person(connection, name) is None and was_forgotten(connection, name)

    def undo(self) -> CatalogChanges | None:
        """Takes the newest decision back; None where none is left."""
        with self._file.write() as connection:
            wish = DecisionLog.newest_wish(connection)
            changes = CatalogChanges()
            for decision_id in wish:
                changes |= take_back(connection, decision_id)
        return changes if wish else None

    def last_decision(self) -> Decision | None:
        """What `undo` would take back, for its words in a menu."""
        with self._file.read() as connection:
            return DecisionLog.newest(connection)

    def _change(
        self, person_id: PersonId, kind: DecisionKind, columns: dict[str, Any]
    ) -> CatalogChanges:
        with self._file.write() as connection:
            row = connection.execute(select(people).where(people.c.id == person_id)).one_or_none()
            if row is None:
                raise NotKnown("This person is no longer in the catalog.")
            if all(row._mapping[name] == value for name, value in columns.items()):
                return CatalogChanges()
            if "name" in columns:
                _require_free(connection, columns["name"], but=person_id)
            decision = self._log.begin(connection, kind, person_id)
            decision.person(person_id)
            connection.execute(update(people).where(people.c.id == person_id).values(**columns))
            stale = CatalogChanges()
            if kind is DecisionKind.YEARS:
                stale = decision.stale(restorations.c.person_id == person_id)
        return replace(stale, people=frozenset([person_id]))


def _require_free(connection: Connection, name: str, but: PersonId | None = None) -> None:
    found = find_person(connection, name)
    if found is not None and found != but:
        raise NameTaken(
            f"There is already a person called {' '.join(name.split())}. "
            "Choose them, or add something that tells the two apart."
        )
