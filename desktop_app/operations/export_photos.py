"""Writes restored photos to new files; originals are never written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.ids import PhotoId, RestorationId
from desktop_app.domain.progress import Progress, Report
from desktop_app.imaging.encode import ExportSettings, encode_photo
from desktop_app.operations.describe_export import describe_export
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.operations.kept_restorations import restored_photo


@dataclass(frozen=True)
class ExportRequest:
    """One photo to be written to `path` with these results laid in."""

    photo_id: PhotoId
    restoration_ids: tuple[RestorationId, ...]
    path: Path
    settings: ExportSettings
    caption: str = ""  # written into the file beside the label of what was done


@dataclass(frozen=True)
class Exported:
    """What became of one request; `problem` is None where the file stands whole at `path`."""

    request: ExportRequest
    problem: ExpectedError | None = None


def export_photos(
    catalog: Catalog,
    requests: Sequence[ExportRequest],
    report: Report,
    max_pixels: int = MAX_PIXELS,
) -> list[Exported]:
    """Writes each photo whole or not at all; one that fails does not stop the others."""
    outcomes = []
    for number, request in enumerate(requests):
        report(Progress(number, len(requests), request.path.name))
        try:
            export_photo(catalog, request, max_pixels)
        except ExpectedError as problem:
            outcomes.append(Exported(request, problem))
        else:
            outcomes.append(Exported(request))
    report(Progress(len(requests), len(requests)))
    return outcomes


def export_photo(catalog: Catalog, request: ExportRequest, max_pixels: int = MAX_PIXELS) -> None:
    """Raises `NameTaken`, `DiskFull`, `NotPermitted`, `BadRequest`, `UnreadablePhoto`."""
    photo = catalog.photos.get(request.photo_id)
    pixels = restored_photo(catalog, request.restoration_ids, max_pixels)
    restorations = [catalog.restorations.get(i) for i in request.restoration_ids]
    about = describe_export(catalog, photo, restorations)
    about = replace(about, description=request.caption)
    encode_photo(pixels, request.path, request.settings, about)
