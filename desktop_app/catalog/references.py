"""Which photos guide a person's restorations by the user's own choice."""

from sqlalchemy import delete, insert, select

from desktop_app.catalog.people_rows import require_person
from desktop_app.catalog.schema import faces, reference_choices, restorations
from desktop_app.catalog.stale import guided_by
from desktop_app.catalog.subject import Subject
from desktop_app.catalog.values import DecisionKind
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import NotKnown
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.person import ReferenceChoice


class References(Subject):
    """`catalog.references`; each change is a decision that `people.undo` takes back."""

    def choices(self, person_id: PersonId) -> dict[FaceId, ReferenceChoice]:
        """The faces that were pinned or excluded by hand; all others are AUTOMATIC."""
        with self._file.read() as connection:
            return {
                FaceId(row.face_id): ReferenceChoice(row.choice)
                for row in connection.execute(
                    select(reference_choices)
                    .where(reference_choices.c.person_id == person_id)
                    .order_by(reference_choices.c.face_id)
                )
            }

    def pin(self, person_id: PersonId, face_id: FaceId) -> CatalogChanges:
        """This face always guides. Restorations that it did not guide become stale."""
        return self._choose(person_id, face_id, ReferenceChoice.PINNED)

    def exclude(self, person_id: PersonId, face_id: FaceId) -> CatalogChanges:
        """This face never guides. Restorations that it guided become stale."""
        return self._choose(person_id, face_id, ReferenceChoice.EXCLUDED)

    def clear(self, person_id: PersonId, face_id: FaceId) -> CatalogChanges:
        """The choice is left to the machine; restorations of the person become stale."""
        return self._choose(person_id, face_id, ReferenceChoice.AUTOMATIC)

    def _choose(
        self, person_id: PersonId, face_id: FaceId, choice: ReferenceChoice
    ) -> CatalogChanges:
        this = (reference_choices.c.person_id == person_id) & (
            reference_choices.c.face_id == face_id
        )
        with self._file.write() as connection:
            require_person(connection, person_id)
            if connection.scalar(select(faces.c.id).where(faces.c.id == face_id)) is None:
                raise NotKnown("This face is no longer in the catalog.")
            now = connection.scalar(select(reference_choices.c.choice).where(this))
            wanted = None if choice is ReferenceChoice.AUTOMATIC else choice.value
            if now == wanted:
                return CatalogChanges()
            decision = self._log.begin(connection, DecisionKind.REFERENCE, person_id)
            decision.reference(person_id, face_id)
            connection.execute(delete(reference_choices).where(this))
            if wanted is not None:
                connection.execute(
                    insert(reference_choices).values(
                        person_id=person_id, face_id=face_id, choice=wanted
                    )
                )
            of_person = restorations.c.person_id == person_id
            guided = guided_by(person_id, face_id)
            touched = {
                ReferenceChoice.PINNED: of_person & ~guided,
                ReferenceChoice.EXCLUDED: guided,
                ReferenceChoice.AUTOMATIC: of_person,
            }[choice]
            changes = decision.stale(touched)
        return changes | CatalogChanges.of(people=[person_id], faces=[face_id])
