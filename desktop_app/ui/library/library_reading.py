"""Reads what the library's grid shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import Folder, PhotoFilter
from desktop_app.domain.ids import PhotoId
from desktop_app.domain.photo import PhotoState
from desktop_app.domain.progress import Progress, Report


@dataclass(frozen=True)
class Standing:
    """How the library stands as a whole, whatever is asked for."""

    total: int
    waiting: int  # found, not yet looked at
    failed: int
    folders: Sequence[Folder]


@dataclass(frozen=True)
class LibraryPage:
    """The photos that meet a filter, in order, and how the library stands."""

    ids: Sequence[PhotoId]
    standing: Standing


def read_library(
    catalog: Catalog, wanted: PhotoFilter, standing: Standing | None, report: Report
) -> LibraryPage:
    """Another filter leaves the `standing`; what changed in the catalog does not (None)."""
    report(Progress(0, None))
    return LibraryPage(catalog.photos.ids(wanted), standing or read_standing(catalog))


def read_standing(catalog: Catalog) -> Standing:
    return Standing(
        total=catalog.photos.count(PhotoFilter()),
        waiting=catalog.photos.count(PhotoFilter(state=PhotoState.FOUND)),
        failed=catalog.photos.count(PhotoFilter(state=PhotoState.FAILED)),
        folders=catalog.folders.all(),
    )
