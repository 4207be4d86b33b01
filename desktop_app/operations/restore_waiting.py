"""Restores every face of a person, or of a selection of photos, that waits for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import (
    BadRequest,
    ExpectedError,
    FileVanished,
    NoReferences,
    NotPermitted,
    UnreadablePhoto,
)
from desktop_app.domain.face import AssignmentStatus, Face
from desktop_app.domain.ids import FaceId, PersonId, PhotoId, RestorationId
from desktop_app.domain.person import ReferenceState
from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.restoration import (
    RestorationState,
    Restorer,
    RestoreRequest,
    RestoreSettings,
)
from desktop_app.operations.already_sharp import CLEAR
from desktop_app.operations.choose_references import choose_references
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.operations.restore_photos import restore_photos

_OF_ONE_PHOTO = (BadRequest, FileVanished, NoReferences, NotPermitted, UnreadablePhoto)


@dataclass(frozen=True)
class Waiting:
    """The faces that wait to be restored, and those that would but are clear as they are."""

    faces: tuple[Face, ...]
    clear: tuple[Face, ...]


@dataclass(frozen=True)
class Restored:
    """What a batch came to: drafts wait for a look, some photos could not be read."""

    changes: CatalogChanges
    drafts: dict[PhotoId, tuple[RestorationId, ...]]
    problems: tuple[ExpectedError, ...]
    clear: int = 0  # faces left alone because they are clear as they are
    sharp: tuple[FaceId, ...] = ()  # restored, though they were sharp when their pixels were read


def faces_waiting(
    catalog: Catalog,
    *,
    person_id: PersonId | None = None,
    photo_ids: Sequence[PhotoId] = (),
) -> Waiting:
    """The confirmed faces that have references and no result yet, or only stale and refused ones.

    Those of a person in all photos, or of everybody in `photo_ids`. Sharp faces in colour are told
    apart: a restoration takes from them more than it gives.
    """
    faces: Iterable[Face]
    if person_id is not None:
        faces = catalog.faces.of_person(person_id, AssignmentStatus.CONFIRMED)
    else:
        faces = (face for photo in photo_ids for face in catalog.faces.of_photo(photo))
    waiting = [face for face in faces if _waits(catalog, face)]
    return Waiting(
        tuple(face for face in waiting if not is_clear(face)),
        tuple(face for face in waiting if is_clear(face)),
    )


def is_clear(face: Face) -> bool:
    """Whether a face is sharp and in colour, so that restoring it makes no sense.

    By what is kept of it: grain looks like detail, so that in grey `is_sharp_already` has to look
    at the pixels.
    """
    return face.quality.sharpness >= CLEAR and face.quality.one_tone is False


def restore_waiting(
    catalog: Catalog,
    restorer: Restorer,
    faces: Sequence[Face],
    eyes: Eyes,
    report: Report,
    max_pixels: int = MAX_PIXELS,
    *,
    settings: RestoreSettings | None = None,
    seed: int = 0,
    preview: bool = False,
) -> Restored:
    """Drafts for these faces, photo by photo; a photo that cannot be read does not stop the rest.

    Each face is kept as soon as it is done. Raises what concerns every photo: `Cancelled`, and
    what the engine raises when it cannot work at all.
    """
    changes, done = CatalogChanges(), 0
    drafts: dict[PhotoId, tuple[RestorationId, ...]] = {}
    problems: list[ExpectedError] = []
    sharp: list[FaceId] = []
    ordered = sorted(faces, key=lambda face: face.photo_id)
    for photo_id, of_photo in groupby(ordered, key=lambda face: face.photo_id):
        requests = [
            RestoreRequest(face.id, None, settings or RestoreSettings(), seed, preview)
            for face in of_photo
        ]

        def told(progress: Progress, before: int = done) -> None:
            report(Progress(before + progress.done, len(ordered), progress.what))

        try:
            made = restore_photos(catalog, restorer, requests, eyes, told, max_pixels, sharp.append)
        except _OF_ONE_PHOTO as problem:
            problems.append(problem)
        else:
            changes |= made
            drafts[photo_id] = tuple(sorted(made.restorations))
        done += len(requests)
    if problems and not drafts:
        raise problems[0]
    return Restored(changes, drafts, tuple(problems), sharp=tuple(sharp))


def _waits(catalog: Catalog, face: Face) -> bool:
    if face.status is not AssignmentStatus.CONFIRMED or face.person_id is None:
        return False
    if any(
        kept.state is not RestorationState.REFUSED and not kept.stale
        for kept in catalog.restorations.of_face(face.id)
    ):
        return False
    return choose_references(catalog, face.person_id, face).state is not ReferenceState.NONE
