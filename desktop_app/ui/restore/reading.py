"""Reads what the restore screen shows: the faces of a photo, and what could guide each."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import AssignmentStatus, Face
from desktop_app.domain.ids import FaceId, PersonId, PhotoId, RestorationId
from desktop_app.domain.person import (
    Person,
    Reference,
    ReferenceChoice,
    ReferenceSet,
    ReferenceState,
)
from desktop_app.domain.photo import Photo
from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.restoration import (
    ReferenceMap,
    Restoration,
    RestorationState,
    RestoreSettings,
)
from desktop_app.faces.alignment import ffhq_matrix, scale_of
from desktop_app.imaging.crops import crop_from_png, map_from_bytes
from desktop_app.operations.choose_references import choose_references
from desktop_app.operations.compose import FaceWindow
from desktop_app.ui.canvas.pyramid import Pyramid
from desktop_app.ui.results.patches import PhotoOnTable, ResultPatch, lay_in, make_patch, open_photo

MOST_CANDIDATES = 24
"""How many photos of a person are offered besides those chosen."""

_ENGINE_SIDE = 512  # pixels; a face larger than this in the photo has detail to lose


class FaceState(enum.Enum):
    """Where a face stands on its way to being restored."""

    UNNAMED = "unnamed"
    NO_REFERENCES = "no_references"
    WEAK = "weak"
    READY = "ready"
    DRAFT = "draft"
    ACCEPTED = "accepted"
    STALE = "stale"

    @property
    def can_be_restored(self) -> bool:
        return self not in (FaceState.UNNAMED, FaceState.NO_REFERENCES)


@dataclass(frozen=True)
class FaceOnPage:
    """A face, whose it is, what could guide its restoration, and the results so far."""

    face: Face
    person: Person | None
    references: ReferenceSet | None  # None until the user has confirmed whose face it is
    others: tuple[Reference, ...] = ()  # more photos of the person, best first
    versions: tuple[Restoration, ...] = ()  # oldest first, without the refused ones
    enlarged: float = 1.0  # engine pixels to a pixel of the photo; below 1 the photo has more

    @property
    def name(self) -> str:
        return self.person.name if self.person else ""

    @property
    def state(self) -> FaceState:
        newest = self.versions[-1] if self.versions else None
        if newest is not None:
            accepted = [v for v in self.versions if v.state is RestorationState.ACCEPTED]
            if any(v.stale for v in accepted or [newest]):
                return FaceState.STALE
            return FaceState.ACCEPTED if accepted else FaceState.DRAFT
        if self.references is None:
            return FaceState.UNNAMED
        if self.references.state is ReferenceState.NONE:
            return FaceState.NO_REFERENCES
        if self.references.state is ReferenceState.WEAK:
            return FaceState.WEAK
        return FaceState.READY

    @property
    def shown(self) -> Restoration | None:
        """The result that stands in the photo: the accepted one, else the newest."""
        accepted = [v for v in self.versions if v.state is RestorationState.ACCEPTED]
        versions = accepted or self.versions
        return versions[-1] if versions else None


@dataclass(frozen=True)
class RestorePage:
    """Everything the screen says about a photo."""

    photo: Photo
    faces: tuple[FaceOnPage, ...]  # from left to right

    def face(self, face_id: FaceId | None) -> FaceOnPage | None:
        return next((face for face in self.faces if face.face.id == face_id), None)


def read_restore_page(catalog: Catalog, photo_id: PhotoId, report: Report) -> RestorePage:
    """The photo's faces from left to right, without those that are none or are ignored."""
    photo = catalog.photos.get(photo_id)
    faces = [
        face
        for face in catalog.faces.of_photo(photo_id)
        if face.status not in (AssignmentStatus.NOT_A_FACE, AssignmentStatus.IGNORED)
    ]
    faces.sort(key=lambda face: face.bbox.left)
    versions = _by_face(catalog.restorations.of_photo(photo_id))
    return RestorePage(
        photo, tuple(_read_face(catalog, face, versions.get(face.id, ())) for face in faces)
    )


def read_table(
    catalog: Catalog, photo_id: PhotoId, max_pixels: int, report: Report
) -> PhotoOnTable:
    """Opens the photo; a hundred megapixels take some seconds."""
    photo = catalog.photos.get(photo_id)
    return open_photo(photo, catalog.faces.of_photo(photo_id), max_pixels, report)


@dataclass(frozen=True)
class ShownResult:
    """A result as it looks in the photo, and which reference it followed where."""

    restoration: Restoration
    patch: ResultPatch
    reference_map: ReferenceMap | None


def read_result(
    catalog: Catalog,
    window: FaceWindow,
    result: Restoration,
    settings: RestoreSettings,
) -> ShownResult:
    """The result laid into its surroundings with other `settings` than those it was kept with."""
    crop = crop_from_png(catalog.restorations.crop(result.id))
    kept_map = catalog.restorations.reference_map(result.id)
    return ShownResult(
        result,
        make_patch(window, crop, settings),
        None if kept_map is None else map_from_bytes(kept_map),
    )


def _read_face(catalog: Catalog, face: Face, versions: tuple[Restoration, ...]) -> FaceOnPage:
    enlarged = scale_of(ffhq_matrix(face.landmarks, _ENGINE_SIDE))
    if face.person_id is None:
        return FaceOnPage(face, None, None, versions=versions, enlarged=enlarged)
    person = catalog.people.get(face.person_id)
    if face.status is not AssignmentStatus.CONFIRMED:
        return FaceOnPage(face, person, None, versions=versions, enlarged=enlarged)
    chosen = choose_references(catalog, person.id, face)
    taken = {reference.face_id for reference in chosen.references}
    more = choose_references(catalog, person.id, face, len(taken) + MOST_CANDIDATES)
    others = [r for r in more.references if r.face_id not in taken]
    others += _excluded(catalog, person.id)
    return FaceOnPage(face, person, chosen, tuple(others), versions, enlarged)


def _excluded(catalog: Catalog, person_id: PersonId) -> list[Reference]:
    choices = catalog.references.choices(person_id)
    excluded = [face for face, choice in choices.items() if choice is ReferenceChoice.EXCLUDED]
    return [
        Reference(face.id, face.photo_id, "", ReferenceChoice.EXCLUDED)
        for face in catalog.faces.many(excluded)
    ]


def _by_face(results: Iterable[Restoration]) -> dict[FaceId, tuple[Restoration, ...]]:
    """Oldest first, without the refused ones; the catalog tells the newest first."""
    found: dict[FaceId, tuple[Restoration, ...]] = {}
    for result in results:
        if result.state is not RestorationState.REFUSED:
            found[result.face_id] = (result, *found.get(result.face_id, ()))
    return found


@dataclass(frozen=True)
class Composed:
    """The photo as it is seen on the canvas: below the strength slider, and above it."""

    lower: Pyramid
    upper: Pyramid | None
    result: ShownResult | None


class Composer:
    """Lays the results of a photo into it; used on one lane only, remembers what it laid."""

    def __init__(self, catalog: Catalog, table: PhotoOnTable) -> None:
        self._catalog = catalog
        self.table = table
        self._made: dict[tuple[RestorationId, RestoreSettings], ShownResult] = {}

    def compose(
        self,
        chosen: Restoration | None,
        settings: RestoreSettings,
        others: Sequence[Restoration],
        report: Report,
    ) -> Composed:
        """`others` as they were kept; `chosen` above them in full strength, with `settings`."""
        laid = [self._result(other, other.settings, report).patch for other in others]
        lower = lay_in(self.table.picture, laid)
        if chosen is None:
            return Composed(lower, None, None)
        shown = self._result(chosen, replace(settings, strength=1.0), report)
        return Composed(lower, lay_in(lower, [shown.patch]), shown)

    def _result(
        self, result: Restoration, settings: RestoreSettings, report: Report
    ) -> ShownResult:
        key = (result.id, settings)
        if key not in self._made:
            report(Progress(0, None))
            window = self.table.windows[result.face_id]
            self._made[key] = read_result(self._catalog, window, result, settings)
        return self._made[key]
