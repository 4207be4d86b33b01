"""Remembers how everything was before each decision of the user, so that it can be taken back."""

import contextlib
import json
import secrets
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, insert, literal, select

from desktop_app.catalog.rows import moment, now
from desktop_app.catalog.schema import (
    among,
    decision_changes,
    decisions,
    faces,
    people,
    photos,
    reference_choices,
    rejections,
    restorations,
)
from desktop_app.catalog.stale import mark
from desktop_app.catalog.values import Decision, DecisionKind
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId, PersonId, PhotoId, RestorationId

FACE_COLUMNS = ("person_id", "status", "suggestion_score")
PERSON_COLUMNS = ("name", "name_key", "born", "born_about", "died", "died_about", "ignored")
DATE_COLUMNS = ("taken_earliest", "taken_latest", "taken_precision", "date_by_hand")


@dataclass(frozen=True)
class OpenDecision:
    """A decision being made: tell it of each row before the row is changed.

    Each row is remembered once, as it was before the first change.
    """

    connection: Connection
    id: int

    def faces(self, face_ids: Iterable[FaceId]) -> None:
        pairs = [part for name in FACE_COLUMNS for part in (literal(name), faces.c[name])]
        self._remember(
            select(
                literal(self.id), literal("face"), faces.c.id, literal(0), func.json_object(*pairs)
            ).where(faces.c.id.in_(among(face_ids)))
        )

    def drawn_face(self, face_id: FaceId) -> None:
        self._remember_one("new_face", face_id)

    def rejected(self, face_ids: Iterable[FaceId], person_id: PersonId) -> None:
        was = (
            select(literal("1"))
            .where(rejections.c.face_id == faces.c.id, rejections.c.person_id == person_id)
            .scalar_subquery()
        )
        self._remember(
            select(
                literal(self.id), literal("rejection"), faces.c.id, literal(person_id), was
            ).where(faces.c.id.in_(among(face_ids)))
        )

    def person(self, person_id: PersonId) -> None:
        pairs = [part for name in PERSON_COLUMNS for part in (literal(name), people.c[name])]
        self._remember(
            select(
                literal(self.id),
                literal("person"),
                people.c.id,
                literal(0),
                func.json_object(*pairs),
            ).where(people.c.id == person_id)
        )

    def new_person(self, person_id: PersonId) -> None:
        self._remember_one("person", person_id)

    def dates(self, photo_ids: Iterable[PhotoId]) -> None:
        pairs = [part for name in DATE_COLUMNS for part in (literal(name), photos.c[name])]
        self._remember(
            select(
                literal(self.id),
                literal("date"),
                photos.c.id,
                literal(0),
                func.json_object(*pairs),
            ).where(photos.c.id.in_(among(photo_ids)))
        )

    def turned(self, photo_ids: Iterable[PhotoId]) -> None:
        self._remember(
            select(
                literal(self.id), literal("turn"), photos.c.id, literal(0), photos.c.turned
            ).where(photos.c.id.in_(among(photo_ids)))
        )

    def split(self, split_id: int) -> None:
        self._remember_one("split", split_id)

    def groups(self, face_ids: Iterable[FaceId]) -> None:
        """The groups of these faces, before they leave them."""
        self._remember(
            select(
                literal(self.id), literal("group"), faces.c.id, literal(0), faces.c.cluster
            ).where(faces.c.id.in_(among(face_ids)))
        )

    def reference(self, person_id: PersonId, face_id: FaceId) -> None:
        was = self.connection.scalar(
            select(reference_choices.c.choice).where(
                reference_choices.c.person_id == person_id, reference_choices.c.face_id == face_id
            )
        )
        self._remember_one("reference", person_id, face_id, was)

    def restored_person(self, person_id: PersonId) -> None:
        """The restorations of this person, before they are given to another."""
        self._remember(
            select(
                literal(self.id),
                literal("restored_person"),
                restorations.c.id,
                literal(0),
                restorations.c.person_id,
            ).where(restorations.c.person_id == person_id)
        )

    def judged(self, restoration_id: RestorationId) -> None:
        self._remember(
            select(
                literal(self.id),
                literal("judged"),
                restorations.c.id,
                literal(0),
                restorations.c.state,
            ).where(restorations.c.id == restoration_id)
        )

    def stale(self, which: ColumnElement[bool]) -> CatalogChanges:
        """Marks restorations as stale; taking the decision back makes them fresh again."""
        fresh = mark(self.connection, which)
        for restoration_id in fresh:
            self._remember_one("stale", restoration_id)
        return CatalogChanges.of(restorations=(RestorationId(number) for number in fresh))

    def _remember(self, rows: object) -> None:
        self.connection.execute(
            insert(decision_changes)
            .prefix_with("OR IGNORE")
            .from_select(["decision_id", "subject", "key", "other_key", "before"], rows)  # type: ignore[arg-type]
        )

    def _remember_one(
        self, subject: str, key: int, other_key: int = 0, before: str | None = None
    ) -> None:
        self.connection.execute(
            insert(decision_changes).prefix_with("OR IGNORE"),
            {
                "decision_id": self.id,
                "subject": subject,
                "key": key,
                "other_key": other_key,
                "before": before,
            },
        )


class DecisionLog:
    """The decisions in their order; several made for one wish of the user are undone together."""

    def __init__(self) -> None:
        self._wish = threading.local()

    @contextlib.contextmanager
    def one_wish(self) -> Iterator[None]:
        """Decisions that this thread makes inside the block are taken back by one undo."""
        if self._number() is not None:
            yield
            return
        self._wish.number = _new_wish()
        try:
            yield
        finally:
            self._wish.number = None

    def begin(
        self, connection: Connection, kind: DecisionKind, person_id: PersonId | None = None
    ) -> OpenDecision:
        made = connection.execute(
            insert(decisions),
            {
                "wish": self._number() or _new_wish(),
                "kind": kind.value,
                "person_id": person_id,
                "made_at": now(),
            },
        ).inserted_primary_key
        assert made is not None
        return OpenDecision(connection, int(made[0]))

    def _number(self) -> int | None:
        return getattr(self._wish, "number", None)

    @staticmethod
    def newest_wish(connection: Connection) -> list[int]:
        """The decisions of the newest wish, newest first."""
        newest = select(decisions.c.wish).order_by(decisions.c.id.desc()).limit(1).scalar_subquery()
        found = connection.scalars(
            select(decisions.c.id).where(decisions.c.wish == newest).order_by(decisions.c.id.desc())
        )
        return list(found)

    @classmethod
    def newest(cls, connection: Connection) -> Decision | None:
        wish = cls.newest_wish(connection)
        if not wish:
            return None
        first = connection.execute(
            select(decisions.c.kind, decisions.c.made_at).where(decisions.c.id == wish[-1])
        ).one()
        changed = connection.execute(
            select(decision_changes.c.subject, func.count(decision_changes.c.key.distinct()))
            .where(decision_changes.c.decision_id.in_(among(wish)))
            .group_by(decision_changes.c.subject)
        )
        counted = {row[0]: row[1] for row in changed}
        return Decision(
            DecisionKind(first.kind),
            moment(first.made_at),
            counted.get("face", 0),
            counted.get("date", 0) + counted.get("turn", 0),
        )


def _new_wish() -> int:
    """A number that no other wish has; one drawn from the rows could come twice after a failure."""
    return secrets.randbits(62) + 1


def before_images(
    connection: Connection, decision_id: int, subject: str
) -> list[tuple[int, int, str | None]]:
    """(key, other key, how it was) of the rows of one kind that a decision changed."""
    return [
        (row.key, row.other_key, row.before)
        for row in connection.execute(
            select(
                decision_changes.c.key, decision_changes.c.other_key, decision_changes.c.before
            ).where(
                decision_changes.c.decision_id == decision_id,
                decision_changes.c.subject == subject,
            )
        )
    ]


def decoded(before: str | None) -> dict[str, object]:
    return {} if before is None else dict(json.loads(before))
