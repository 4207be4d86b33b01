"""Reads what the compare screen shows: results of a photo, and the photo without and with each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.face import Face
from desktop_app.domain.ids import FaceId, PhotoId, RestorationId
from desktop_app.domain.person import Reference, ReferenceChoice
from desktop_app.domain.photo import Photo
from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.restoration import Restoration, RestorationState
from desktop_app.imaging.crops import crop_from_png
from desktop_app.operations.choose_references import references_by_hand
from desktop_app.ui.canvas.pyramid import Pyramid
from desktop_app.ui.results.patches import ResultPatch, lay_in, make_patch, open_photo
from desktop_app.ui.subjects import CompareSubject

MOST_RESULTS = 4
MOST_PREPARED = 60_000_000
"""Pixels of a photo that is opened before it is asked for; beyond, memory is worth more."""


@dataclass(frozen=True)
class Candidate:
    """One result to be judged: how it was made, what guided it, and the photo with it."""

    restoration: Restoration
    references: tuple[Reference, ...]
    picture: Pyramid


@dataclass(frozen=True)
class FaceToJudge:
    """A face with its results, at most four, the one asked for first."""

    face: Face
    name: str
    candidates: tuple[Candidate, ...]

    @property
    def undecided(self) -> bool:
        """See `Restorations.waiting`."""
        results = [c.restoration for c in self.candidates]
        settled = [r for r in results if r.state is RestorationState.ACCEPTED]
        return any(
            all(other.stale and other.id < result.id for other in settled)
            for result in results
            if result.state is RestorationState.DRAFT
        )


@dataclass(frozen=True)
class ComparePage:
    """A photo with the faces that have results, from left to right."""

    photo: Photo
    original: Pyramid
    faces: tuple[FaceToJudge, ...]
    patches: Mapping[RestorationId, ResultPatch]
    waiting: tuple[PhotoId, ...] = ()  # other photos whose drafts wait, the longest first


def read_compare_page(
    catalog: Catalog,
    photo_id: PhotoId,
    wanted: Sequence[RestorationId],
    max_pixels: int,
    report: Report,
    *,
    besides: Collection[PhotoId] = (),
) -> ComparePage:
    """`wanted` come first among the results of their face; faces without results are left out.

    `besides` are photos that are not told as waiting: they were looked at a moment ago.

    In each result's picture the other faces stand as they were accepted, if they were.
    Raises what `decode_source` raises, and `NotKnown`.
    """
    photo = catalog.photos.get(photo_id)
    results = _by_face(catalog.restorations.of_photo(photo_id), wanted)
    faces = [face for face in catalog.faces.of_photo(photo_id) if face.id in results]
    faces.sort(key=lambda face: (_place(results[face.id], wanted), face.bbox.left))
    table = open_photo(photo, faces, max_pixels, report)
    total = sum(len(of_face) for of_face in results.values())
    patches: dict[RestorationId, ResultPatch] = {}
    for of_face in results.values():
        for result in of_face:
            report(Progress(len(patches), total))
            crop = crop_from_png(catalog.restorations.crop(result.id))
            patches[result.id] = make_patch(table.windows[result.face_id], crop, result.settings)
    judged = _judged(catalog, faces, results, table.picture, patches)
    waiting = read_waiting(catalog, {photo_id, *besides}, report)
    return ComparePage(photo, table.picture, judged, patches, waiting)


def prepare_page(
    catalog: Catalog,
    photo_id: PhotoId,
    max_pixels: int,
    besides: Collection[PhotoId],
    report: Report,
) -> ComparePage | None:
    """The page of the photo that comes next; None where it is too large, or cannot be opened."""
    photo = catalog.photos.get(photo_id)
    if photo.width * photo.height > MOST_PREPARED:
        return None
    try:
        return read_compare_page(catalog, photo_id, (), max_pixels, report, besides=besides)
    except ExpectedError:
        return None  # said when the photo is asked for


def read_waiting(
    catalog: Catalog, besides: Collection[PhotoId], report: Report
) -> tuple[PhotoId, ...]:
    """The photos whose drafts wait for a decision, the longest first, without `besides`."""
    report(Progress(0, None))
    photos = dict.fromkeys(photo for photo, _ in catalog.restorations.waiting())
    return tuple(photo for photo in photos if photo not in besides)


def read_taken_back(
    catalog: Catalog, decided: Collection[RestorationId], report: Report
) -> CompareSubject | None:
    """The face among these decided ones that waits again, because its decision was undone."""
    report(Progress(0, None))
    waiting = set(catalog.restorations.waiting())
    for restoration_id in sorted(decided, reverse=True):
        result = catalog.restorations.get(restoration_id)
        if (result.photo_id, result.face_id) in waiting:
            return CompareSubject(result.photo_id, (restoration_id,), going_on=True)
    return None


def refreshed(
    catalog: Catalog, page: ComparePage, wanted: Sequence[RestorationId], report: Report
) -> ComparePage | None:
    """The page after decisions, without opening the photo anew; None where that is needed."""
    report(Progress(0, None))
    photo = catalog.photos.get(page.photo.id)
    if (photo.content_hash, photo.turned) != (page.photo.content_hash, page.photo.turned):
        return None
    results = _by_face(catalog.restorations.of_photo(page.photo.id), wanted)
    known = {c.restoration.id: c.restoration.settings for f in page.faces for c in f.candidates}
    now = {result.id: result.settings for of_face in results.values() for result in of_face}
    faces = [judged.face for judged in page.faces if judged.face.id in results]
    if not now.items() <= known.items() or len(faces) != len(results):
        return None
    judged = _judged(catalog, faces, results, page.original, page.patches)
    return replace(page, faces=judged)


def _judged(
    catalog: Catalog,
    faces: Sequence[Face],
    results: Mapping[FaceId, Sequence[Restoration]],
    original: Pyramid,
    patches: Mapping[RestorationId, ResultPatch],
) -> tuple[FaceToJudge, ...]:
    judged = []
    for face in faces:
        around = [
            patches[result.id]
            for other, of_face in results.items()
            for result in of_face
            if other != face.id and result.state is RestorationState.ACCEPTED
        ]
        surroundings = lay_in(original, around)
        candidates = tuple(
            Candidate(
                result,
                _references(catalog, result, face),
                lay_in(surroundings, [patches[result.id]]),
            )
            for result in results[face.id]
        )
        name = catalog.people.get(face.person_id).name if face.person_id is not None else ""
        judged.append(FaceToJudge(face, name, candidates))
    return tuple(judged)


def _by_face(
    results: Sequence[Restoration], wanted: Sequence[RestorationId]
) -> dict[FaceId, list[Restoration]]:
    """The results asked for, then the newest others that were not refused."""
    found: dict[FaceId, list[Restoration]] = {}
    for result in sorted(results, key=lambda r: _rank(r, wanted)):
        if result.id in wanted or result.state is not RestorationState.REFUSED:
            found.setdefault(result.face_id, []).append(result)
    return {face: of_face[:MOST_RESULTS] for face, of_face in found.items()}


def _rank(result: Restoration, wanted: Sequence[RestorationId]) -> tuple[int, int]:
    place = wanted.index(result.id) if result.id in wanted else len(wanted)
    return place, -result.id


def _place(results: Sequence[Restoration], wanted: Sequence[RestorationId]) -> int:
    return min(_rank(result, wanted)[0] for result in results)


def _references(catalog: Catalog, result: Restoration, face: Face) -> tuple[Reference, ...]:
    if result.person_id is None:
        return ()
    by_hand = references_by_hand(catalog, result.person_id, result.references, face)
    automatic = ReferenceChoice.AUTOMATIC  # who chose them then is not what is shown here
    return tuple(replace(reference, choice=automatic) for reference in by_hand.references)
