"""Reads what the compare screen shows: results of a photo, and the photo without and with each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from desktop_app.catalog.catalog import Catalog
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
        return all(c.restoration.state is RestorationState.DRAFT for c in self.candidates)


@dataclass(frozen=True)
class ComparePage:
    """A photo with the faces that have results, from left to right."""

    photo: Photo
    original: Pyramid
    faces: tuple[FaceToJudge, ...]
    patches: Mapping[RestorationId, ResultPatch]
    waiting: CompareSubject | None = None  # another photo whose drafts wait for a decision


def read_compare_page(
    catalog: Catalog,
    photo_id: PhotoId,
    wanted: Sequence[RestorationId],
    max_pixels: int,
    report: Report,
) -> ComparePage:
    """`wanted` come first among the results of their face; faces without results are left out.

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
    waiting = read_waiting(catalog, photo_id, report)
    return ComparePage(photo, table.picture, judged, patches, waiting)


def read_waiting(
    catalog: Catalog, besides: PhotoId | None, report: Report
) -> CompareSubject | None:
    """The photo, other than `besides`, whose draft waits longest; None where none waits."""
    report(Progress(0, None))
    for restoration_id in reversed(catalog.restorations.ids(state=RestorationState.DRAFT)):
        photo_id = catalog.restorations.get(restoration_id).photo_id
        if photo_id != besides:
            return CompareSubject(photo_id, ())
    return None


def refreshed(
    catalog: Catalog, page: ComparePage, wanted: Sequence[RestorationId], report: Report
) -> ComparePage | None:
    """The page after decisions, without opening the photo anew; None where that is needed."""
    report(Progress(0, None))
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
