"""Writes restored photos to new files; originals are never written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import BadRequest, ExpectedError
from desktop_app.domain.ids import PhotoId, RestorationId
from desktop_app.domain.progress import Progress, Report
from desktop_app.imaging.encode import ExportSettings, check_export, encode_photo
from desktop_app.imaging.family_page import PageWords, check_page, family_page, write_page
from desktop_app.imaging.mark import Mark, with_mark
from desktop_app.imaging.photo_file import shown_name
from desktop_app.imaging.xmp import what_was_done
from desktop_app.operations.describe_export import describe_export
from desktop_app.operations.fonts import font_for
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.operations.kept_restorations import patches_of, source_of, with_patches
from desktop_app.operations.page_sides import side_of


@dataclass(frozen=True)
class PageWish:
    """A page with the photo before and after, beside the export; the words in any language."""

    suffix: str = ".pdf"  # one of `family_page.PAGE_SUFFIXES`
    before: str = "Before"
    after: str = "After"
    added: str = "before and after"  # to the name of the export's file


@dataclass(frozen=True)
class ExportRequest:
    """One photo to be written to `path` with these results laid in."""

    photo_id: PhotoId
    restoration_ids: tuple[RestorationId, ...]
    path: Path
    settings: ExportSettings
    caption: str = ""  # written into the file beside the label of what was done
    mark: Mark | None = None  # words in the pixels themselves
    page: PageWish | None = None

    @property
    def page_path(self) -> Path | None:
        """Where the page goes; None where none is wanted."""
        if self.page is None:
            return None
        return self.path.with_name(f"{self.path.stem} {self.page.added}{self.page.suffix}")


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
    """Writes the photo, and then its page; each is whole or not there.

    Names that are taken are told before anything is written.
    Raises `NameTaken`, `DiskFull`, `NotPermitted`, `BadRequest`, `UnreadablePhoto`.
    """
    photo = catalog.photos.get(request.photo_id)
    if not request.restoration_ids:
        raise BadRequest("No restoration was chosen.")
    restorations = [catalog.restorations.get(i) for i in request.restoration_ids]
    if len({restoration.photo_id for restoration in restorations}) > 1:
        raise BadRequest("These restorations belong to different photos. Export each by itself.")
    about = describe_export(catalog, photo, restorations)
    about = replace(about, description=request.caption)
    check_export(request.path, request.settings, about)
    if request.page_path is not None:
        check_page(request.page_path, overwrite=request.settings.overwrite)
    pixels = source_of(catalog, restorations[0], max_pixels)
    patches = patches_of(catalog, restorations)
    places = [patch.landmarks for patch in patches]
    before = side_of(pixels, places) if request.page is not None else None
    pixels = with_patches(pixels, patches)
    after = side_of(pixels, places) if request.page is not None else None
    if request.mark is not None:
        pixels = with_mark(pixels, request.mark, font_for(request.mark.words))
    encode_photo(pixels, request.path, request.settings, about)
    if request.page is None or before is None or after is None or request.page_path is None:
        return
    words = PageWords(
        title=shown_name(request.path.with_suffix("")),
        before=request.page.before,
        after=request.page.after,
        names=tuple(note.person for note in about.restorations),
        note=request.caption or what_was_done(about.restorations),
    )
    font = font_for(" ".join([words.title, words.before, words.note, *words.names]))
    page = family_page(before, after, words, font)
    write_page(page, request.page_path, title=words.title, overwrite=request.settings.overwrite)
