"""Fulfils what the user decides about faces, people and dates: at once, and undoable."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal, Slot

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import NotKnown
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId, PersonId, PhotoId
from desktop_app.domain.person import ReferenceChoice, Year
from desktop_app.domain.photo import PhotoDate
from desktop_app.domain.progress import Report
from desktop_app.jobs.runner import Lane
from desktop_app.operations.decide_faces import (
    checked_name,
    confirm_faces,
    ignore_faces,
    mark_not_faces,
    name_faces,
    reject_faces,
    undo_decision,
)
from desktop_app.operations.forget_person import forget_all_faces, forget_person
from desktop_app.ui import words
from desktop_app.ui.wishes import Means, Wishes


class Decisions(Wishes):
    """Each slot is one decision on `Lane.DECIDE`, which nothing else keeps busy.

    Signals:
        forgotten(): somebody is; an engine that runs is to forget them too.
        faces_decided(): what is known of people has grown; suggestions may be better now.
    """

    faces_decided = Signal()
    forgotten = Signal()

    @Slot(object, str)
    def name(self, faces: Sequence[FaceId], name: str) -> None:
        self._decide(partial(_name, self.means.catalog, tuple(faces), name))
        if len(faces) > 1:
            said = self.tr("{n} faces are {name} now.")
            said = said.format(n=words.number(len(faces)), name=name)
            self.messages.say_with_undo(said)

    @Slot(object, object)
    def confirm(self, faces: Sequence[FaceId], person: PersonId) -> None:
        self._decide(partial(_confirm, self.means.catalog, tuple(faces), person))

    @Slot(object, object)
    def reject(self, faces: Sequence[FaceId], person: PersonId) -> None:
        self._decide(partial(_reject, self.means.catalog, tuple(faces), person))

    @Slot(object)
    def ignore(self, faces: Sequence[FaceId]) -> None:
        self._decide(partial(_ignore, self.means.catalog, tuple(faces)))
        if len(faces) > 1:
            said = self.tr("{n} faces are ignored.").format(n=words.number(len(faces)))
            self.messages.say_with_undo(said)

    @Slot(object)
    def not_faces(self, faces: Sequence[FaceId]) -> None:
        self._decide(partial(_not_faces, self.means.catalog, tuple(faces)))
        if len(faces) > 1:
            said = self.tr("{n} are marked as no faces.").format(n=words.number(len(faces)))
            self.messages.say_with_undo(said)

    @Slot(object)
    def take_back(self, faces: Sequence[FaceId]) -> None:
        """Ignored faces wait for a name again."""
        self._decide(partial(_take_back, self.means.catalog, tuple(faces)))

    @Slot()
    def undo(self) -> None:
        self.run(
            Lane.DECIDE,
            self.tr("Undo"),
            partial(_undo, self.means.catalog),
            then=self._on_undone,
            quiet=True,
        )

    def _on_undone(self, changes: CatalogChanges | None) -> None:
        if changes is None:
            self.messages.say(self.tr("There is nothing left to undo."))
        else:
            self.messages.say(self.tr("Undone."))
            self.faces_decided.emit()

    @Slot(object, str)
    def rename(self, person: PersonId, name: str) -> None:
        self._decide(partial(_rename, self.means.catalog, person, name))

    @Slot(object, object, object)
    def set_years(self, person: PersonId, born: Year | None, died: Year | None) -> None:
        self._decide(partial(_set_years, self.means.catalog, person, born, died))

    @Slot(object, str)
    def merge(self, person: PersonId, other: str) -> None:
        self._decide(partial(_merge, self.means.catalog, person, other))
        self.messages.say_with_undo(self.tr("{name} is merged.").format(name=other))

    @Slot(object)
    def ignore_person(self, person: PersonId) -> None:
        self._decide(partial(_ignore_person, self.means.catalog, person, True))

    @Slot(object)
    def person_back(self, person: PersonId) -> None:
        self._decide(partial(_ignore_person, self.means.catalog, person, False))

    @Slot(object)
    def forget(self, person: PersonId) -> None:
        self.run(
            Lane.DECIDE,
            self.tr("Forgetting a person"),
            partial(_forget, self.means, person),
            then=self._on_forgotten,
            if_unfinished=CatalogChanges(everything=True),
        )

    @Slot()
    def forget_all(self) -> None:
        """Every face, name and result leaves the catalog for good."""
        self.run(
            Lane.DECIDE,
            self.tr("Forgetting all face data"),
            partial(_forget_all, self.means),
            then=self._on_forgotten,
            if_unfinished=CatalogChanges(everything=True),
        )

    def _on_forgotten(self, _changes: CatalogChanges) -> None:
        self.forgotten.emit()
        self.messages.say(self.tr("Forgotten: name, face data, restorations and old backups."))

    @Slot(object, object, object)
    def choose_reference(self, person: PersonId, face: FaceId, choice: ReferenceChoice) -> None:
        self._decide(partial(_choose_reference, self.means.catalog, person, face, choice))

    @Slot(object, int)
    def turn(self, photos: Sequence[PhotoId], degrees: int) -> None:
        """Turns photos in the catalog, clockwise; the files stay as they are."""
        self._decide(partial(_turn, self.means.catalog, tuple(photos), degrees))

    @Slot(object, object)
    def split(self, chosen: Sequence[FaceId], rest: Sequence[FaceId]) -> None:
        """The chosen faces of a group are somebody else than the rest."""
        self._decide(partial(_split, self.means.catalog, tuple(chosen), tuple(rest)))
        self.messages.say_with_undo(
            words.counted(
                len(chosen),
                self.tr("One face is a group of its own now."),
                self.tr("{n} faces are a group of their own now."),
            )
        )

    @Slot(object, object)
    def set_date(self, photos: Sequence[PhotoId], date: PhotoDate) -> None:
        self._decide(partial(_set_date, self.means.catalog, tuple(photos), date))
        said = words.counted(
            len(photos), self.tr("One photo is dated."), self.tr("{n} photos are dated.")
        )
        self.messages.say_with_undo(said)

    def _decide(self, work) -> None:  # type: ignore[no-untyped-def]
        self.run(Lane.DECIDE, self.tr("Decision"), work, then=self._on_decided, quiet=True)

    def _on_decided(self, changes: CatalogChanges) -> None:
        if changes.faces:
            self.faces_decided.emit()


def _name(catalog: Catalog, faces: Sequence[FaceId], name: str, _report: Report) -> CatalogChanges:
    with catalog.as_one_decision():
        return name_faces(catalog, faces, name)


def _confirm(
    catalog: Catalog, faces: Sequence[FaceId], person: PersonId, _report: Report
) -> CatalogChanges:
    return confirm_faces(catalog, faces, person)


def _reject(
    catalog: Catalog, faces: Sequence[FaceId], person: PersonId, _report: Report
) -> CatalogChanges:
    return reject_faces(catalog, faces, person)


def _ignore(catalog: Catalog, faces: Sequence[FaceId], _report: Report) -> CatalogChanges:
    return ignore_faces(catalog, faces)


def _not_faces(catalog: Catalog, faces: Sequence[FaceId], _report: Report) -> CatalogChanges:
    return mark_not_faces(catalog, faces)


def _take_back(catalog: Catalog, faces: Sequence[FaceId], _report: Report) -> CatalogChanges:
    return catalog.faces.set_status(faces, AssignmentStatus.NONE)


def _undo(catalog: Catalog, _report: Report) -> CatalogChanges | None:
    return undo_decision(catalog)


def _rename(catalog: Catalog, person: PersonId, name: str, _report: Report) -> CatalogChanges:
    return catalog.people.rename(person, checked_name(name))


def _set_years(
    catalog: Catalog, person: PersonId, born: Year | None, died: Year | None, _report: Report
) -> CatalogChanges:
    return catalog.people.set_years(person, born, died)


def _merge(catalog: Catalog, person: PersonId, other: str, _report: Report) -> CatalogChanges:
    found = catalog.people.by_name(other)
    if found is None:
        raise NotKnown(f"There is nobody called {other}. Choose somebody from the list.")
    return catalog.people.merge(person, found.id)


def _ignore_person(
    catalog: Catalog, person: PersonId, ignored: bool, _report: Report
) -> CatalogChanges:
    return catalog.people.set_ignored(person, ignored)


def _forget(means: Means, person: PersonId, _report: Report) -> CatalogChanges:
    return forget_person(means.catalog, person, means.thumbnails, means.places.memories)


def _forget_all(means: Means, _report: Report) -> CatalogChanges:
    return forget_all_faces(means.catalog, means.thumbnails, means.places.memories)


def _choose_reference(
    catalog: Catalog, person: PersonId, face: FaceId, choice: ReferenceChoice, _report: Report
) -> CatalogChanges:
    references = catalog.references
    chosen = {
        ReferenceChoice.PINNED: references.pin,
        ReferenceChoice.EXCLUDED: references.exclude,
        ReferenceChoice.AUTOMATIC: references.clear,
    }[choice]
    return chosen(person, face)


def _turn(
    catalog: Catalog, photos: Sequence[PhotoId], degrees: int, _report: Report
) -> CatalogChanges:
    return catalog.photos.turn(photos, degrees)


def _split(
    catalog: Catalog, chosen: Sequence[FaceId], rest: Sequence[FaceId], _report: Report
) -> CatalogChanges:
    return catalog.faces.split(chosen, rest)


def _set_date(
    catalog: Catalog, photos: Sequence[PhotoId], date: PhotoDate, _report: Report
) -> CatalogChanges:
    return catalog.photos.set_date(photos, date)
