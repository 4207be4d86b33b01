"""Fulfils what is wished on the export screen: each photo is one job on the writing lane."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.ids import PhotoId
from desktop_app.domain.progress import Progress, Report
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import Lane
from desktop_app.operations.export_photos import Exported, ExportRequest, export_photos
from desktop_app.operations.signing_choice import signing_of
from desktop_app.settings.export_presets import ExportPreset, PresetChange, change_presets
from desktop_app.settings.settings import Settings
from desktop_app.ui.wishes import Wishes


class ExportWishes(Wishes):
    """The settings are asked for each photo: they may have changed.

    Signals:
        exporting(Job, PhotoId): a photo is queued; the job returns `[Exported]`.
        presets_changed(tuple): the user's own presets are these now.
    """

    exporting = Signal(object, object)
    presets_changed = Signal(object)

    @Slot(list)
    def export(self, requests: Sequence[ExportRequest]) -> None:
        """Originals are never written; what cannot be written does not stop the others."""
        for request in requests:
            settings, max_pixels = self.means.settings(), self.means.max_pixels
            work = partial(_export, self.means.catalog, request, max_pixels, settings)
            title = self.tr("Writing {name}").format(name=request.path.name)
            self.run(Lane.EXPORT, title, work, before=partial(self._tell, request.photo_id))

    @Slot(object)
    def change_presets(self, change: PresetChange) -> None:
        """Keeps, renames or removes one of the user's own presets."""
        work = partial(_changed_presets, self.means.places.export_presets, change)
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
