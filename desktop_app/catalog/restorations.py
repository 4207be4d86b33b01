"""The restorations that were kept, with their recipes and their pixels."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Delete, Row, Update, delete, func, insert, select, update

from desktop_app.catalog.people_rows import require_person
from desktop_app.catalog.rows import moment, now
from desktop_app.catalog.schema import (
    among,
    faces,
    restoration_crops,
    restoration_references,
    restorations,
)
from desktop_app.catalog.subject import Subject
from desktop_app.catalog.values import DecisionKind, NewRestoration
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import NotKnown
from desktop_app.domain.ids import FaceId, PersonId, PhotoId, RestorationId
from desktop_app.domain.restoration import (
    Likeness,
    Restoration,
    RestorationState,
    RestoreSettings,
)

_GONE = "This restoration is no longer in the catalog."


class Restorations(Subject):
    """`catalog.restorations`."""

    def add(self, new: NewRestoration) -> RestorationId:
        """Keeps a result as a DRAFT. Raises `NotKnown` where a face or the person is gone."""
        with self._file.write() as connection:
            if new.person_id is not None:
                require_person(connection, new.person_id)
            needed = {new.face_id, *new.references}
            there = set(connection.scalars(select(faces.c.id).where(faces.c.id.in_(among(needed)))))
            if there != needed:
                raise NotKnown("A face of this restoration is no longer in the catalog.")
            added = connection.execute(
                insert(restorations).values(**_columns(new))
            ).inserted_primary_key
            assert added is not None
            restoration_id = RestorationId(added[0])
            if new.references:
                connection.execute(
                    insert(restoration_references),
                    [
                        {
                            "restoration_id": restoration_id,
                            "position": position,
                            "face_id": face_id,
                        }
                        for position, face_id in enumerate(new.references)
                    ],
                )
            connection.execute(
                insert(restoration_crops).values(
                    restoration_id=restoration_id,
                    crop_png=new.crop_png,
                    reference_map=new.reference_map,
                )
            )
        return restoration_id

    def get(self, restoration_id: RestorationId) -> Restoration:
        """Raises `NotKnown`."""
        found = self._where(restorations.c.id == restoration_id)
        if not found:
            raise NotKnown(_GONE)
        return found[0]

    def of_photo(self, photo_id: PhotoId) -> list[Restoration]:
        """Newest first."""
        return self._where(restorations.c.photo_id == photo_id)

    def of_face(self, face_id: FaceId) -> list[Restoration]:
        """Newest first."""
        return self._where(restorations.c.face_id == face_id)

    def ids(
        self,
        *,
        person_id: PersonId | None = None,
        state: RestorationState | None = None,
        stale: bool | None = None,
    ) -> list[RestorationId]:
        """Newest first; None stands for no wish."""
        statement = select(restorations.c.id).order_by(restorations.c.id.desc())
        if person_id is not None:
            statement = statement.where(restorations.c.person_id == person_id)
        if state is not None:
            statement = statement.where(restorations.c.state == state.value)
        if stale is not None:
            statement = statement.where(restorations.c.stale == int(stale))
        with self._file.read() as connection:
            return [RestorationId(number) for number in connection.scalars(statement)]

    def waiting(self) -> list[tuple[PhotoId, FaceId]]:
        """The faces whose drafts wait for a decision, in the order in which they were made.

        A face with an accepted result waits only where that one is out of date and a newer draft
        was made since.
        """
        draft, accepted = restorations.alias(), restorations.alias()
        settled = (
            select(accepted.c.id)
            .where(accepted.c.face_id == draft.c.face_id)
            .where(accepted.c.state == RestorationState.ACCEPTED.value)
            .where((accepted.c.stale == 0) | (accepted.c.id > draft.c.id))
            .exists()
        )
        statement = (
            select(draft.c.photo_id, draft.c.face_id)
            .where(draft.c.state == RestorationState.DRAFT.value, ~settled)
            .group_by(draft.c.photo_id, draft.c.face_id)
            .order_by(func.min(draft.c.id))
        )
        with self._file.read() as connection:
            rows = connection.execute(statement).all()
        return [(PhotoId(row.photo_id), FaceId(row.face_id)) for row in rows]

    def crop(self, restoration_id: RestorationId) -> bytes:
        """The restored crop as PNG. Raises `NotKnown`."""
        with self._file.read() as connection:
            crop = connection.scalar(
                select(restoration_crops.c.crop_png).where(
                    restoration_crops.c.restoration_id == restoration_id
                )
            )
        if crop is None:
            raise NotKnown(_GONE)
        return bytes(crop)

    def reference_map(self, restoration_id: RestorationId) -> bytes | None:
        """Which reference was used where, as bytes; None where the engine does not tell."""
        with self._file.read() as connection:
            row = connection.execute(
                select(restoration_crops.c.reference_map).where(
                    restoration_crops.c.restoration_id == restoration_id
                )
            ).one_or_none()
        if row is None:
            raise NotKnown(_GONE)
        return None if row.reference_map is None else bytes(row.reference_map)

    def set_state(self, restoration_id: RestorationId, state: RestorationState) -> CatalogChanges:
        """A decision of the user, which can be taken back. Raises `NotKnown`."""
        return self._change(
            restoration_id,
            update(restorations)
            .where(restorations.c.id == restoration_id)
            .values(state=state.value),
            judged=True,
        )

    def set_settings(
        self, restoration_id: RestorationId, settings: RestoreSettings
    ) -> CatalogChanges:
        """Raises `NotKnown`."""
        return self._change(
            restoration_id,
            update(restorations)
            .where(restorations.c.id == restoration_id)
            .values(**_settings_columns(settings)),
        )

    def remove(self, restoration_id: RestorationId) -> CatalogChanges:
        """Throws a result away, pixels and all. Raises `NotKnown`."""
        return self._change(
            restoration_id, delete(restorations).where(restorations.c.id == restoration_id)
        )

    def _change(
        self, restoration_id: RestorationId, statement: Update | Delete, judged: bool = False
    ) -> CatalogChanges:
        with self._file.write() as connection:
            row = connection.execute(
                select(
                    restorations.c.photo_id, restorations.c.face_id, restorations.c.person_id
                ).where(restorations.c.id == restoration_id)
            ).one_or_none()
            if row is None:
                raise NotKnown(_GONE)
            if judged:
                decision = self._log.begin(connection, DecisionKind.JUDGE, row.person_id)
                decision.judged(restoration_id)
            connection.execute(statement)
        return CatalogChanges.of(
            restorations=[restoration_id],
            photos=[PhotoId(row.photo_id)],
            faces=[FaceId(row.face_id)],
        )

    def _where(self, which: ColumnElement[bool]) -> list[Restoration]:
        with self._file.read() as connection:
            rows = connection.execute(
                select(restorations).where(which).order_by(restorations.c.id.desc())
            ).all()
            references: dict[int, list[FaceId]] = {}
            for restoration_id, face_id in connection.execute(
                select(restoration_references.c.restoration_id, restoration_references.c.face_id)
                .where(restoration_references.c.restoration_id.in_(among(r.id for r in rows)))
                .order_by(
                    restoration_references.c.restoration_id, restoration_references.c.position
                )
            ):
                references.setdefault(restoration_id, []).append(FaceId(face_id))
        return [_restoration(row, references.get(row.id, [])) for row in rows]


def _settings_columns(settings: RestoreSettings) -> dict[str, float | int]:
    return {
        "strength": float(settings.strength),
        "keep_tone": int(settings.keep_tone),
        "grain": int(settings.grain),
    }


def _columns(new: NewRestoration) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "photo_id": new.photo_id,
        "face_id": new.face_id,
        "person_id": new.person_id,
        "engine": new.engine,
        "model_hash": new.model_hash,
        "device": new.device,
        "seed": new.seed,
        "state": RestorationState.DRAFT.value,
        "stale": 0,
        "made_at": now(),
        "source_hash": new.source_hash,
        **_settings_columns(new.settings),
    }
    if new.likeness is not None:
        columns |= {
            "likeness_before": float(new.likeness.before),
            "likeness_after": float(new.likeness.after),
            "likeness_spread": float(new.likeness.spread),
            "likeness_faces": int(new.likeness.faces),
            "nearest_other": float(new.likeness.nearest_other),
            "nearest_other_name": new.likeness.nearest_other_name,
        }
    return columns


def _restoration(row: Row[Any], references: Sequence[FaceId]) -> Restoration:
    likeness = None
    if row.likeness_before is not None:
        likeness = Likeness(
            row.likeness_before,
            row.likeness_after,
            row.likeness_spread,
            row.likeness_faces,
            row.nearest_other,
            row.nearest_other_name,
        )
    return Restoration(
        RestorationId(row.id),
        PhotoId(row.photo_id),
        FaceId(row.face_id),
        None if row.person_id is None else PersonId(row.person_id),
        tuple(references),
        row.engine,
        row.model_hash,
        row.device,
        row.seed,
        RestoreSettings(row.strength, bool(row.keep_tone), bool(row.grain)),
        likeness,
        RestorationState(row.state),
        bool(row.stale),
        moment(row.made_at),
        row.source_hash,
    )
