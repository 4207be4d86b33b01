"""Writes restored photos to new files; originals are never written."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import BadRequest, ExpectedError, NameTaken
from desktop_app.domain.ids import PhotoId, RestorationId
from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.whole_file import sweep_unfinished
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.content_hash import content_hash
from desktop_app.imaging.credential import Credential, CredentialFiles, read_credential
from desktop_app.imaging.encode import ExportSettings, check_export, encode_photo
from desktop_app.imaging.family_page import (
    PageFonts,
    PageSide,
    PageWords,
    check_page,
    family_page,
    page_written,
)
from desktop_app.imaging.label import carries_label
from desktop_app.imaging.mark import Mark, with_mark
from desktop_app.imaging.photo_file import shown_name
from desktop_app.imaging.xmp import MOST_IN_JPEG, what_was_done, xmp_packet
from desktop_app.operations.describe_export import describe_export
from desktop_app.operations.fonts import bundled_fonts
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.operations.kept_restorations import patches_of, source_of, with_patches
from desktop_app.operations.page_sides import side_of
from desktop_app.operations.restore_photos import tell_stage


@dataclass(frozen=True)
class PageWish:
    """A page with the photo before and after, beside the export; the words in any language."""

    suffix: str = ".pdf"  # one of `family_page.PAGE_SUFFIXES`
    before: str = "Before"
    after: str = "After"
    added: str = "before and after"  # to the name of the export's file
    taken: str = ""  # when the photo was taken, as exactly as that is known
    more: str = "and {n} more faces"
    illustration: str = "An illustration, not evidence of how the face looked."
    unchanged: str = "The original photograph was not changed."


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
    signing: CredentialFiles | None = None  # the certificate that signs it, where one shall

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
    signed: Credential | None = None  # with what it was signed
    replaceable: bool = False  # what has the name is an earlier export, and nothing else


def export_photos(
    catalog: Catalog,
    requests: Sequence[ExportRequest],
    report: Report,
    max_pixels: int = MAX_PIXELS,
) -> list[Exported]:
    """Writes each photo whole or not at all; one that fails does not stop the others."""
    outcomes = []
    for number, request in enumerate(requests):
        reached = Progress(number, len(requests), request.path.name)
        report(reached)
        try:
            signed = export_photo(
                catalog, request, max_pixels, partial(tell_stage, report, reached)
            )
        except ExpectedError as problem:
            taken = isinstance(problem, NameTaken)
            outcomes.append(Exported(request, problem, replaceable=taken and _own(request)))
        else:
            outcomes.append(Exported(request, signed=signed))
    report(Progress(len(requests), len(requests)))
    return outcomes


def export_photo(
    catalog: Catalog,
    request: ExportRequest,
    max_pixels: int = MAX_PIXELS,
    look: Callable[[str], None] = lambda _stage: None,
) -> Credential | None:
    """Writes the photo with its page: both are there whole, or neither.

    A process that is killed between the two names leaves the whole photo without its page, and
    never a part of either. What a killed export left unfinished in the folder is removed first.
    Returns with what it was signed. What cannot be done is told before anything is written; between
    the stages `look` is told which comes, and may raise `Cancelled`.
    Raises `NameTaken`, `DiskFull`, `NotPermitted`, `BadRequest`, `UnreadablePhoto`, `CannotSign`.
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
    spare_originals(catalog, [request.path])
    if request.page_path is not None:
        check_page(request.page_path, overwrite=request.settings.overwrite)
        spare_originals(catalog, [request.page_path])
    credential = None if request.signing is None else read_credential(request.signing)
    sweep_unfinished(request.path.parent)
    look("Reading")
    pixels = source_of(catalog, restorations[0], max_pixels)
    patches = patches_of(catalog, restorations)
    places = [patch.landmarks for patch in patches]
    before = side_of(pixels, places) if request.page is not None else None
    look("Laying the faces in")
    pixels = with_patches(pixels, patches)
    page: AbstractContextManager[None] = nullcontext()
    if request.page_path is not None and before is not None and request.page is not None:
        sides = before, side_of(pixels, places)
        page = _page(request.page, request.page_path, sides, request, about)
    if request.mark is not None:
        pixels = with_mark(pixels, request.mark, bundled_fonts())
    look("Writing")
    with page:
        encode_photo(pixels, request.path, request.settings, about, credential)
    return credential


def spare_originals(catalog: Catalog, paths: Sequence[Path]) -> None:
    """Refuses to replace any photo of the library but those that carry our own label.

    A file is known by its content, under whatever name, link or spelling it is asked for; and what
    lies in a folder of the library is a photo of it, too, that may be new there or changed since.
    Raises `NameTaken`.
    """
    folders = [Path(folder.path).resolve() for folder in catalog.folders.all()]
    for path in paths:
        if not path.is_file() or carries_label(path):
            continue
        inside = any(path.resolve().is_relative_to(folder) for folder in folders)
        if inside or catalog.photos.by_hash(content_hash(path)):
            raise NameTaken(
                f"{shown_name(path)} is a photo of your library, which is never written. "
                "Choose another name."
            )


def _own(request: ExportRequest) -> bool:
    """Whether all that stands under the names of an export was written here."""
    paths = [path for path in (request.path, request.page_path) if path is not None]
    there = [path for path in paths if path.exists() or path.is_symlink()]
    return all(path.is_file() and not path.is_symlink() and carries_label(path) for path in there)


@contextmanager
def _page(
    wish: PageWish,
    path: Path,
    sides: tuple[PageSide, PageSide],
    request: ExportRequest,
    about: ExportAbout,
) -> Iterator[None]:
    """The page lies ready on the disk before the photo is written, and has its name after it."""
    names = tuple(note.person for note in about.restorations)
    name = shown_name(about.source_path or path)
    words = PageWords(
        title=", ".join(filter(None, dict.fromkeys(names))) or name,
        before=wish.before,
        after=wish.after,
        names=names,
        note=(request.caption or what_was_done(about.restorations))
        .replace(wish.illustration, "")  # it stands in the promise, which is never cut
        .strip(),
        promise=f"{wish.illustration} {wish.unchanged}",
        subtitle=" · ".join(filter(None, [wish.taken, name])),
        more=wish.more,
    )
    fonts = PageFonts(bundled_fonts(), bundled_fonts(strong=True))
    page = family_page(*sides, words, fonts)
    label = xmp_packet(replace(about, faces=()), (page.shape[1], page.shape[0]), MOST_IN_JPEG)
    overwrite = request.settings.overwrite
    with page_written(page, path, words, xmp=label, overwrite=overwrite):
        yield
