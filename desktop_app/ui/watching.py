"""Keeps an eye on the folders of the library, and says which of them is to be looked at anew."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import Folder
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FolderId
from desktop_app.domain.progress import Report
from desktop_app.imaging.watching.watcher import FolderWatcher
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import JobRunner, Lane


class Watching(QObject):
    """Follows the folders of the catalog while it is on; the watching itself is `FolderWatcher`.

    Signals:
        changed(FolderId): something came, changed, moved or went; or its drive did.
    """

    changed = Signal(object)
    _told = Signal(object)

    def __init__(self, catalog: Catalog, runner: JobRunner) -> None:
        super().__init__()
        self._catalog = catalog
        self._runner = runner
        self._on = False
        self._folders: dict[Path, FolderId] = {}
        self._watcher = FolderWatcher(self._told.emit)
        self._told.connect(self._on_told)

    def set_on(self, on: bool) -> None:
        """Begins or ceases to watch."""
        if on != self._on:
            self._on = on
            self._read()

    @Slot(object, object)
    def follow(self, changes: CatalogChanges, _initiator: object = None) -> None:
        """Folders may have come or gone."""
        if changes.folders or changes.everything:
            self._read()

    def stop(self) -> bool:
        """Before the window ends; False where a drive that hangs holds the thread up."""
        self._on = False
        return self._watcher.stop()

    def _read(self) -> None:
        job = Job(self.tr("Folders"), partial(_folders, self._catalog), quiet=True)
        job.succeeded.connect(self._on_folders)
        self._runner.submit(Lane.READ, job)

    @Slot(object)
    def _on_folders(self, folders: Sequence[Folder]) -> None:
        self._folders = {Path(folder.path): folder.id for folder in folders} if self._on else {}
        self._watcher.watch(self._folders)

    @Slot(object)
    def _on_told(self, folder: Path) -> None:
        """In the window's thread."""
        if folder in self._folders:
            self.changed.emit(self._folders[folder])


def _folders(catalog: Catalog, _report: Report) -> Sequence[Folder]:
    return catalog.folders.all()
