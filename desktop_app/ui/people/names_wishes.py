"""Fulfils the wishes about names in files: looks for them, takes them, writes sidecars."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import PhotoFilter
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.ids import PersonId, PhotoId
from desktop_app.domain.progress import Report
from desktop_app.imaging.face_tags.picasa import read_contacts
from desktop_app.jobs.runner import Lane
from desktop_app.operations.import_names import NamesReport, import_names, photos_to_ask
from desktop_app.operations.write_sidecars import SidecarsReport, write_sidecars
from desktop_app.ui import words
from desktop_app.ui.wishes import Means, Wishes

_AFTER_CHANGES_MS = 2_000


class NamesWishes(Wishes):
    """Files are read on `Lane.INDEX`, sidecars written on `Lane.EXPORT`.

    Sidecars that Likeness wrote follow every change of the catalog; photos without one get theirs
    only where `keeping` is set.

    Signals:
        working(Job): files are being read or written for the user.
        found(NamesReport): what is in the files; nothing was changed.
        taken(NamesReport): the names are in the catalog.
        written(SidecarsReport): the sidecars are up to date.
        faces_decided(): suggestions may be better now.
        look_accepted(): the user wants to see the names that a folder just read brought along.
    """

    working = Signal(object)
    found = Signal(object)
    taken = Signal(object)
    written = Signal(object)
    faces_decided = Signal()
    look_accepted = Signal()

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self.keeping = False
        self._changed = CatalogChanges()
        self._renamed: set[PersonId] = set()
        self._told = False
        self._seen: NamesReport | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_AFTER_CHANGES_MS)
        self._soon.timeout.connect(self._follow)

    @Slot(object)
    def look(self, contacts: Path | None) -> None:
        """Says what names are in the files, and changes nothing."""
        self._read(self.tr("Looking for names in files"), contacts, self._on_found, dry_run=True)

    @Slot(object)
    def take(self, contacts: Path | None) -> None:
        """Takes the names; one undo gives them back."""
        self._read(self.tr("Taking names from files"), contacts, self._on_taken, dry_run=False)

    @Slot(object, object)
    def look_at_new(self, changes: CatalogChanges, _initiator: object) -> None:
        """A folder was read: names that other programs left in its new photos are offered."""
        if changes.folders and changes.photos:
            work = partial(
                _import,
                self.means,
                None,
                self.means.max_pixels,
                True,
                photos=tuple(changes.photos),
            )
            title = self.tr("Looking for names in files")
            self.run(Lane.INDEX, title, work, then=self._on_seen, quiet=True)

    def _on_seen(self, report: NamesReport) -> None:
        if report.new:
            self._seen = report
            toast = self.messages.offer(
                words.counted(
                    report.new,
                    self.tr("One named face found in your files."),
                    self.tr("{n} named faces found in your files."),
                ),
                self.tr("Have a look"),
            )
            toast.action_chosen.connect(self._on_accepted)

    @Slot()
    def _on_accepted(self) -> None:
        self.found.emit(self._seen)
        self.look_accepted.emit()

    @Slot()
    def write(self) -> None:
        """Writes the confirmed names of the whole library into sidecars."""
        self.run(
            Lane.EXPORT,
            self.tr("Writing names beside photos"),
            partial(_write_all, self.means.catalog),
            then=self.written.emit,
            before=self.working.emit,
        )

    @Slot(object, object)
    def follow(self, changes: CatalogChanges, _initiator: object) -> None:
        """The catalog changed: the sidecars follow when the user pauses."""
        self._changed |= changes
        if not changes.faces:  # a person was renamed, say: every photo of theirs tells so
            self._renamed |= changes.people
        self._soon.start()

    def _read(
        self,
        title: str,
        contacts: Path | None,
        then: Callable[[NamesReport], None],
        *,
        dry_run: bool,
    ) -> None:
        work = partial(_import, self.means, contacts, self.means.max_pixels, dry_run)
        self.run(
            Lane.INDEX,
            title,
            work,
            then=then,
            if_unfinished=None if dry_run else CatalogChanges(everything=True),
            before=self.working.emit,
        )

    def _on_found(self, report: NamesReport) -> None:
        self.found.emit(report)

    def _on_taken(self, report: NamesReport) -> None:
        if report.changes:
            self.catalog_changed.emit(report.changes, None)
            self.faces_decided.emit()
            said = words.counted(
                report.new, self.tr("One face is named."), self.tr("{n} faces are named.")
            )
            self.messages.say_with_undo(said)
        self.taken.emit(report)

    @Slot()
    def _follow(self) -> None:
        changes, self._changed = self._changed, CatalogChanges()
        renamed, self._renamed = self._renamed, set()
        if changes.everything or changes.photos or changes.faces or renamed:
            self.run(
                Lane.EXPORT,
                self.tr("Names beside photos"),
                partial(_write_touched, self.means.catalog, changes, renamed, self.keeping),
                then=self._on_followed,
                quiet=True,
            )

    def _on_followed(self, report: SidecarsReport) -> None:
        """A sidecar that cannot be written is said once, not after every decision."""
        if report.problems and not self._told:
            path, reason = report.problems[0]
            said = self.tr("The names beside {photo} are not up to date: {reason}")
            said = said.format(photo=words.shown(Path(path).name), reason=words.shown(reason))
            self.messages.show_error(ExpectedError(said))
        self._told = bool(report.problems)


def _import(
    means: Means,
    contacts: Path | None,
    max_pixels: int,
    dry_run: bool,
    report: Report,
    photos: Sequence[PhotoId] | None = None,
) -> NamesReport:
    return import_names(
        means.catalog,
        photos_to_ask(means.catalog) if photos is None else photos,
        means.eyes.get,
        report,
        contacts=read_contacts(contacts) if contacts is not None else None,
        dry_run=dry_run,
        max_pixels=max_pixels,
    )


def _write_all(catalog: Catalog, report: Report) -> SidecarsReport:
    return write_sidecars(catalog, photos_to_ask(catalog), report)


def _write_touched(
    catalog: Catalog,
    changes: CatalogChanges,
    renamed: Iterable[PersonId],
    keeping: bool,
    report: Report,
) -> SidecarsReport:
    photos: set[PhotoId] = set(changes.photos)
    if changes.everything:
        photos.update(photos_to_ask(catalog))
    else:
        photos.update(face.photo_id for face in catalog.faces.many(changes.faces))
    for person_id in renamed:
        photos.update(catalog.photos.ids(PhotoFilter(person_id=person_id)))
    return write_sidecars(catalog, sorted(photos), report, only_kept=not keeping)
