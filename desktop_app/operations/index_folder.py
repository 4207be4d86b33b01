"""Brings a folder's photos and the faces in them into the catalog, and keeps them up to date."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import Folder, FoundPhoto, KnownFile, PhotoFilter
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import ExpectedError, FileVanished, NotKnown
from desktop_app.domain.ids import FolderId
from desktop_app.domain.photo import Photo, PhotoState
from desktop_app.domain.progress import Progress, Report
from desktop_app.imaging.content_hash import content_hash
from desktop_app.imaging.scan import FoundFile, scan_folder
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.keep_looked import KeepsLooked
from desktop_app.operations.look_at_photos import Lookers
from desktop_app.operations.look_through import look_through
from desktop_app.operations.looking_order import LookingOrder, WaitingPhotos

MAX_PIXELS = 200_000_000
_TOLD_AT_ONCE = 400  # new files, noted while the walk goes on


def index_folder(
    catalog: Catalog,
    folder_id: FolderId,
    eyes: Eyes,
    thumbnails: ThumbnailStore,
    report: Report,
    max_pixels: int = MAX_PIXELS,
    order: LookingOrder | None = None,
) -> CatalogChanges:
    """Scans the folder, then looks at every photo that is new or changed, several at a time.

    The look is a quick one: the small faces of large photos are left to `look_closer`. `order`
    says which come first, and whether it is paused. Without it what is kept does not depend on
    which photo was seen first. A photo that cannot be read is recorded with its reason and never
    stops the run. A cancelled or killed run keeps what it finished; the next one goes on from
    there. Raises `FileVanished` when the folder itself is gone: it is then marked offline and
    nothing in it is given up.
    """
    changes = rescan_folder(catalog, folder_id, report)
    return changes | look_at_found(catalog, folder_id, eyes, thumbnails, report, max_pixels, order)


def look_at_found(
    catalog: Catalog,
    folder_id: FolderId,
    eyes: Eyes,
    thumbnails: ThumbnailStore,
    report: Report,
    max_pixels: int = MAX_PIXELS,
    order: LookingOrder | None = None,
) -> CatalogChanges:
    """The second half of `index_folder`: looks at what `rescan_folder` found."""
    order = order or LookingOrder()
    total = catalog.photos.count(PhotoFilter(folder_id=folder_id, state=PhotoState.FOUND))
    report(Progress(0, total))
    waiting = WaitingPhotos(catalog, folder_id, order)
    keeper = KeepsLooked(catalog, thumbnails, eyes)

    def gone(photo: Photo) -> None:
        if folder_is_gone(catalog, folder_id):
            raise _offline(Path(_folder(catalog, folder_id).path))
        keeper.missing(photo)

    with Lookers(eyes, thumbnails, max_pixels) as lookers:
        look_through(lookers, lookers.ask, waiting, keeper, order, report, total, gone)
    catalog.folders.mark_indexed(folder_id)
    return keeper.changes | CatalogChanges.of(folders=[folder_id])


def rescan_folder(catalog: Catalog, folder_id: FolderId, report: Report) -> CatalogChanges:
    """Compares the folder with the catalog by path, size and time: one walk and one query.

    New and changed files wait to be looked at; files that are gone are marked missing; a file that
    moved inside the folder is found again by its content and keeps its faces and names.
    """
    folder = _folder(catalog, folder_id)
    known = catalog.photos.known_files(folder_id)
    unreadable: list[bytes] = []
    found: set[bytes] = set()
    added: list[FoundFile] = []  # not known by this path
    changes = CatalogChanges()
    try:
        walk = scan_folder(Path(folder.path), report, unreadable)
        for some in iter(lambda: _new_of(walk, known, found), None):
            added += [file for file in some if file.relative not in known]
            ids = catalog.photos.record_found(
                folder_id, [FoundPhoto(f.relative, f.size, f.mtime_ns) for f in some]
            )
            changes |= CatalogChanges.of(photos=ids)
        if not found and _holds_photos(known):
            raise _offline(Path(folder.path))  # what an unplugged drive leaves is an empty folder
    except FileVanished:
        catalog.folders.mark_offline(folder_id, True)
        raise
    if folder.offline:
        catalog.folders.mark_offline(folder_id, False)
    gone = {
        relative: known_file
        for relative, known_file in known.items()
        if relative not in found
        and known_file.state is not PhotoState.MISSING
        and not any(relative.startswith(part + b"/") for part in unreadable)
    }
    lost = catalog.photos.many([g.photo_id for g in gone.values()])
    for photo, file in _moved(lost, added):
        changes |= catalog.photos.moved(photo.id, folder_id, file.relative)
        lost.remove(photo)
    if lost:
        changes |= catalog.photos.mark_missing([photo.id for photo in lost])
    return changes


def _new_of(
    walk: Iterator[FoundFile], known: Mapping[bytes, KnownFile], found: set[bytes]
) -> list[FoundFile] | None:
    """The next files that are new or changed, or were missing; None where the walk is over.

    A part at a time, so that those of a large folder that were found can be shown soon.
    """
    new: list[FoundFile] = []
    for file in walk:
        found.add(file.relative)
        before = known.get(file.relative)
        if (
            before is None
            or before.size != file.size
            or before.mtime_ns != file.mtime_ns
            or before.state is PhotoState.MISSING
        ):
            new.append(file)
            if len(new) == _TOLD_AT_ONCE:
                return new
    return new or None


def _folder(catalog: Catalog, folder_id: FolderId) -> Folder:
    for folder in catalog.folders.all():
        if folder.id == folder_id:
            return folder
    raise NotKnown("This folder is no longer in the library.")


def folder_is_gone(catalog: Catalog, folder_id: FolderId) -> bool:
    """One file that is gone was deleted; a folder that is gone is a drive pulled out: offline."""
    gone = not _holds_anything(Path(_folder(catalog, folder_id).path))
    if gone:  # what an unmounted drive leaves is an empty folder
        catalog.folders.mark_offline(folder_id, True)
    return gone


def _holds_photos(known: Mapping[bytes, KnownFile]) -> bool:
    return any(file.state is not PhotoState.MISSING for file in known.values())


def _holds_anything(folder: Path) -> bool:
    try:
        with os.scandir(folder) as listing:
            return next(listing, None) is not None
    except OSError:
        return False


def _offline(folder: Path) -> FileVanished:
    return FileVanished(
        f"The folder {folder.name} is gone or empty: its drive may be unplugged. "
        "What was indexed is kept; connect it, then index again."
    )


def _moved(lost: list[Photo], new: list[FoundFile]) -> list[tuple[Photo, FoundFile]]:
    """Pairs photos that are gone with new files of the same content; hashes only where needed."""
    by_hash = {photo.content_hash: photo for photo in lost if photo.content_hash}
    if not by_hash:
        return []
    pairs: list[tuple[Photo, FoundFile]] = []
    for file in new:
        try:
            photo = by_hash.pop(content_hash(Path(file.path)), None)
        except ExpectedError:
            continue  # it is looked at, and its reason recorded, with the other new files
        if photo is not None:
            pairs.append((photo, file))
    return pairs
