"""Fulfils the wish to restore all photos of a person, or a selection, as drafts to be looked at."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal, Slot

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import PersonId, PhotoId
from desktop_app.domain.progress import Progress, Report
from desktop_app.jobs.runner import Lane
from desktop_app.operations.restore_waiting import (
    Restored,
    Waiting,
    faces_waiting,
    restore_waiting,
)
from desktop_app.ui.subjects import CompareSubject
from desktop_app.ui.wishes import Means, Wishes
from desktop_app.ui.words import counted


class BatchWishes(Wishes):
    """Engine and eyes are opened on the restoring lane; which engine is asked for each wish.

    Signals:
        review_wanted(CompareSubject): the user wants to judge the drafts, from this photo on.
    """

    review_wanted = Signal(object)

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self._first: CompareSubject | None = None
        self._anyway: Callable[[], None] | None = None  # what is offered: sharp faces, too

    @Slot(object)
    def restore_person(self, person_id: PersonId) -> None:
        """Every photo in which this person waits to be restored."""
        self._restore(person_id=person_id)

    @Slot(list)
    def restore_photos(self, photo_ids: Sequence[PhotoId]) -> None:
        """Everybody who waits to be restored in these photos."""
        self._restore(photo_ids=tuple(photo_ids))

    def _restore(
        self,
        *,
        person_id: PersonId | None = None,
        photo_ids: tuple[PhotoId, ...] = (),
        clear_too: bool = False,
    ) -> None:
        find = partial(faces_waiting, self.means.catalog, person_id=person_id, photo_ids=photo_ids)
        anyway = partial(self._restore, person_id=person_id, photo_ids=photo_ids, clear_too=True)
        settings = self.means.settings()
        self.run(
            Lane.RESTORE,
            self.tr("Restoring what waits"),
            partial(self._work, find, settings.engine, settings.max_pixels, clear_too),
            then=partial(self._on_restored, anyway),
            if_unfinished=CatalogChanges(everything=True),  # nobody counted the faces done so far
        )

    def _work(
        self,
        find: Callable[[], Waiting],
        engine: str,
        max_pixels: int,
        clear_too: bool,
        report: Report,
    ) -> Restored:
        report(Progress(0, None))
        waiting = find()
        if clear_too:
            waiting = Waiting((*waiting.faces, *waiting.clear), ())
        if not waiting.faces:
            return Restored(CatalogChanges(), {}, (), len(waiting.clear))
        means = self.means
        restorer, eyes = means.restorer.get(engine), means.eyes.get()
        done = restore_waiting(means.catalog, restorer, waiting.faces, eyes, report, max_pixels)
        return replace(done, clear=len(waiting.clear))

    def _on_restored(self, anyway: Callable[[], None], restored: Restored) -> None:
        if restored.changes:
            self.catalog_changed.emit(restored.changes, None)
        number = sum(map(len, restored.drafts.values()))
        clear = self._words_for_clear(restored.clear)
        if not number:
            nobody = self.tr(
                "No face waits to be restored here. A face needs a name and other photos of "
                "the same person."
            )
            if clear:
                self._anyway = anyway
                toast = self.messages.offer(clear, self.tr("Restore anyway"))
                toast.action_chosen.connect(self._on_anyway)
            else:
                self.messages.say(nobody)
            return
        words = counted(number, self.tr("One draft is ready."), self.tr("{n} drafts are ready."))
        if restored.problems:
            missed = counted(
                len(restored.problems),
                self.tr("One photo could not be restored:"),
                self.tr("{n} photos could not be restored; of the first:"),
            )
            words = f"{words} {missed} {restored.problems[0]}"
        if restored.sharp:
            softer = counted(
                len(restored.sharp),
                self.tr("One face was sharp already: look whether it lost detail."),
                self.tr("{n} faces were sharp already: look whether they lost detail."),
            )
            words = f"{words} {softer}"
        if clear:
            words = f"{words} {clear} {self.tr('Restore once more to take them as well.')}"
        toast = self.messages.offer(words, self.tr("Judge them"))
        photo_id = next(iter(restored.drafts))
        self._first = CompareSubject(photo_id, restored.drafts[photo_id], going_on=True)
        toast.action_chosen.connect(self._on_review)

    def _words_for_clear(self, number: int) -> str:
        if not number:
            return ""
        return counted(
            number,
            self.tr("One face is sharp already and was left alone: restoring would take detail."),
            self.tr(
                "{n} faces are sharp already and were left alone: restoring would take detail."
            ),
        )

    @Slot()
    def _on_anyway(self) -> None:
        if self._anyway is not None:
            self._anyway()

    @Slot()
    def _on_review(self) -> None:
        self.review_wanted.emit(self._first)
