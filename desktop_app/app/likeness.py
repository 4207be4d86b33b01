"""The application in one window: begins, takes folders in, goes between screens, ends."""

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QFileDialog

from desktop_app.app.choices import Choices
from desktop_app.app.faults import DeviceFaults
from desktop_app.app.joins import (
    join_decisions,
    join_looking,
    join_models,
    join_names,
    join_restoring,
)
from desktop_app.app.parts import Parts
from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import CatalogDamaged
from desktop_app.domain.progress import Report
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import JobRunner, Lane
from desktop_app.models.store import ModelStore
from desktop_app.restoration.memories import forget_memories
from desktop_app.settings.places import Places, resources
from desktop_app.settings.settings import Settings
from desktop_app.ui.closing import may_close
from desktop_app.ui.opened import OpenedRestorer
from desktop_app.ui.subjects import CompareSubject

SHUTDOWN_S = 20.0
_PAINTED_MS = 50
_log = logging.getLogger(__name__)


class Likeness(Parts):
    """One catalog in one window, its parts joined."""

    def __init__(
        self,
        catalog: Catalog,
        where: Places,
        store: ModelStore,
        runner: JobRunner,
        settings: Settings,
    ) -> None:
        super().__init__(catalog, where, store, runner, settings)
        self.damage: CatalogDamaged | None = None
        """Why the window closed itself, found in the catalog after it was opened."""
        self.place_screens()
        for join in (join_decisions, join_looking, join_names, join_restoring, join_models):
            join(self)
        self._choices = Choices(self)
        self._faults = DeviceFaults(runner, self.eyes, self.restorer)
        self._join_ways()

    def _join_ways(self) -> None:
        """What leads from one place to another, and out."""
        window = self.window
        window.closing.connect(self.close)
        window.ask_before_closing(partial(may_close, window, self.work_to_lose))
        for adding in (window, self.start, self.library):
            adding.add_folder_wanted.connect(self.ask_folder)
        self.start.sample_wanted.connect(self.add_samples)
        self.names.look_accepted.connect(self._show_names)
        self.batch.review_wanted.connect(self._show_drafts)
        self.strip.opened.connect(self._show_jobs)
        self.decisions.forgotten.connect(self._forget_references)
        self.compare.drafts_counted.connect(self._on_drafts)

    def begin(self, folders: Sequence[Path], has_folders: bool) -> None:
        """Shows the first screen and goes on with what the last session left."""
        self.upkeep.begin()
        self._choices.show()
        self.compare.count_drafts()
        self.window.go("library" if has_folders or folders else "start")
        self.window.show()
        self._to_add, self._has_folders = folders, has_folders
        if self.catalog.looked_through:
            # behind the reading of the first screen: what work needs is loaded after its sight
            seen = Job(self.tr("Library"), _nothing, quiet=True)
            seen.succeeded.connect(self._after_the_first_sight)
            self.runner.submit(Lane.READ, seen)
        else:  # nothing is read into a catalog that may be damaged
            job = Job(self.tr("Catalog"), partial(_look_through, self.catalog), quiet=True)
            job.succeeded.connect(self._go_on)
            job.failed.connect(self._on_damage)
            self.runner.submit(Lane.GROUP, job)

    @Slot()
    def _after_the_first_sight(self) -> None:
        QTimer.singleShot(_PAINTED_MS, self, self._go_on)

    @Slot()
    def _go_on(self) -> None:
        self.comparing.begin()
        for folder in self._to_add:
            self.looking.add_folder(folder)
        if self._has_folders:
            self.looking.look_at_all()
        self.watching.set_on(self.settings.watch_folders)

    @Slot(object)
    def _on_damage(self, error: Exception) -> None:
        """The window gives way to the question of what is to take the catalog's place."""
        if not isinstance(error, CatalogDamaged):
            self.bench.messages.show_error(error)
            return
        self.damage = error
        self.window.ask_before_closing(_yes)
        self.window.close()

    @Slot()
    def ask_folder(self) -> None:
        """Lets the user choose a folder of photos."""
        self._dialog = QFileDialog(self.window, self.tr("Choose a folder of photos"))
        self._dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._dialog.fileSelected.connect(self.add_folder)
        self._dialog.open()

    @Slot(str)
    def add_folder(self, folder: str) -> None:
        self.looking.add_folder(Path(folder))
        self.window.go("library")

    @Slot()
    def add_samples(self) -> None:
        """Tries the application with the photographs that travel with it."""
        self.add_folder(str(resources() / "samples" / "library"))

    @Slot(object)
    def _show_drafts(self, first: CompareSubject) -> None:
        """The compare screen goes on to the next photo by itself."""
        self.window.go("compare", first)

    @Slot(int)
    def _on_drafts(self, waiting: int) -> None:
        self.window.show_waiting("compare", waiting)

    @Slot()
    def _show_jobs(self) -> None:
        self.window.go("jobs")

    @Slot()
    def _show_names(self) -> None:
        self.window.go("names")

    def apply_settings(self, settings: Settings) -> None:
        """Keeps the choices and follows them at once."""
        self._choices.apply(settings)

    @Slot()
    def _forget_references(self) -> None:
        """On the restoring lane: an engine that worked meanwhile remembers, and writes, no more."""
        work = partial(_forget_references, self.restorer, self.where.memories)
        job = Job(self.tr("Forgetting a person"), work, quiet=True)
        job.failed.connect(self.bench.messages.show_error)
        self.runner.submit(Lane.RESTORE, job)

    @Slot()
    def close(self) -> None:
        """Stops the lanes, then closes what they worked with."""
        self.window.hide()
        if not self.watching.stop():
            _log.warning("a drive did not answer in time")
        if self.runner.shutdown(SHUTDOWN_S):
            self.restorer.close()
            self.catalog.close()
        else:
            _log.warning("a job did not stop in time")


def _look_through(catalog: Catalog, _report: Report) -> None:
    catalog.require_sound()


def _yes() -> bool:
    return True


def _forget_references(restorer: OpenedRestorer, memories: Path, _report: Report) -> None:
    restorer.close()
    forget_memories(memories)


def _nothing(_report: Report) -> None:
    """What is behind it in its lane waits for what is before it."""
