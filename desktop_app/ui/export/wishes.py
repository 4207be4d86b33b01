"""Fulfils what is wished on the export screen: each photo is one job on the writing lane."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.ids import PhotoId
from desktop_app.domain.progress import Progress, Report
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import JobRunner, Lane
from desktop_app.operations.export_photos import Exported, ExportRequest, export_photos
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.operations.signing_choice import signing_of
from desktop_app.settings.export_presets import ExportPreset, PresetChange, change_presets
from desktop_app.settings.settings import Settings
from desktop_app.ui.messages import Messages
from desktop_app.ui.wishes import Wishes


class ExportWishes(Wishes):
    """`max_pixels` and `settings` are asked for each photo: they may have changed.

    Signals:
        exporting(Job, PhotoId): a photo is queued; the job returns `[Exported]`.
        presets_changed(tuple): the user's own presets are these now.
    """

    exporting = Signal(object, object)
    presets_changed = Signal(object)

    def __init__(
        self,
        runner: JobRunner,
        messages: Messages,
        catalog: Catalog,
        max_pixels: Callable[[], int] = lambda: MAX_PIXELS,
        settings: Callable[[], Settings] = Settings,
        presets: Path | None = None,
    ) -> None:
        super().__init__(runner, messages)
        self._catalog = catalog
        self._max_pixels = max_pixels
        self._settings = settings
        self._presets = presets

    @Slot(list)
    def export(self, requests: Sequence[ExportRequest]) -> None:
        """Originals are never written; what cannot be written does not stop the others."""
        for request in requests:
            work = partial(_export, self._catalog, request, self._max_pixels(), self._settings())
            title = self.tr("Writing {name}").format(name=request.path.name)
            self.run(Lane.EXPORT, title, work, before=partial(self._tell, request.photo_id))

    @Slot(object)
    def change_presets(self, change: PresetChange) -> None:
        """Keeps, renames or removes one of the user's own presets."""
        if self._presets is not None:
            work = partial(_changed_presets, self._presets, change)
            then = self.presets_changed.emit
            self.run(Lane.DECIDE, self.tr("Presets"), work, then=then, quiet=True)

    def _tell(self, photo_id: PhotoId, job: Job) -> None:
        self.exporting.emit(job, photo_id)


def _changed_presets(path: Path, change: PresetChange, report: Report) -> tuple[ExportPreset, ...]:
    report(Progress(0, None))
    return change_presets(path, change)


def _export(
    catalog: Catalog, request: ExportRequest, max_pixels: int, settings: Settings, report: Report
) -> list[Exported]:
    """Signed where the settings name a certificate; one that cannot sign stops the photo."""
    try:
        request = replace(request, signing=signing_of(settings))
    except ExpectedError as problem:
        return [Exported(request, problem)]
    return export_photos(catalog, [request], report, max_pixels)
