"""The second pass over the library: adds the small and lying faces that a quick look leaves out."""

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import AssignmentStatus, DetectedFace, Face
from desktop_app.domain.ids import FolderId
from desktop_app.domain.photo import Photo
from desktop_app.domain.progress import Progress, Report
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.index_folder import MAX_PIXELS, folder_is_gone
from desktop_app.operations.keep_looked import KeepsLooked
from desktop_app.operations.look_at_photo import was_small
from desktop_app.operations.look_at_photos import Lookers
from desktop_app.operations.look_through import look_through
from desktop_app.operations.looking_order import LookingOrder, WaitingForCloser


def look_closer(
    catalog: Catalog,
    folder_id: FolderId | None,
    eyes: Eyes,
    thumbnails: ThumbnailStore,
    report: Report,
    max_pixels: int = MAX_PIXELS,
    order: LookingOrder | None = None,
) -> CatalogChanges:
    """Looks thoroughly at every photo that had a quick look, of one folder or (None) of all.

    Faces that are known, and what was decided about them, stay as they are; only those that the
    quick look described from few pixels, and nobody decided about, are described anew. `order` as
    for `index_folder`; photos named first come first. A cancelled or killed run keeps what it
    finished. A folder that is gone is marked offline, and its photos wait until it is back.
    """
    total = catalog.photos.closer_looks_left(folder_id)
    report(Progress(0, total))
    if not total:
        return CatalogChanges()
    order = order or LookingOrder()
    waiting = WaitingForCloser(catalog, folder_id, order)
    keeper = KeepsLooked(catalog, thumbnails, eyes, closer=True)

    def gone(photo: Photo) -> None:
        if not folder_is_gone(catalog, photo.folder_id):
            keeper.missing(photo)

    with Lookers(eyes, thumbnails, max_pixels, closely=True) as lookers:

        def ask(photo: Photo) -> None:
            known = [
                DetectedFace(face.bbox, face.landmarks, face.det_score)
                for face in catalog.faces.of_photo(photo.id)
                if not (_is_undecided(face) and was_small(face, photo, eyes))
            ]
            lookers.ask(photo, known)

        look_through(lookers, ask, waiting, keeper, order, report, total, gone)
    return keeper.changes


def _is_undecided(face: Face) -> bool:
    by_machine = (AssignmentStatus.NONE, AssignmentStatus.SUGGESTED)
    return face.status in by_machine and not face.drawn_by_hand
