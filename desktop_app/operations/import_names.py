"""Takes the names that other programs wrote into the user's files: instant reference galleries.

Done when the user asks for it, not while a folder is indexed: a confirmed name is the user's own
decision, and a folder from a stranger must not make decisions. One undo takes an import back.
"""

import enum
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import PhotoFilter
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.face import AssignmentStatus, Face
from desktop_app.domain.ids import FaceId, FolderId, PersonId, PhotoId
from desktop_app.domain.photo import Photo, PhotoState
from desktop_app.domain.progress import Progress, Report
from desktop_app.imaging.face_tags.reading import FaceTagReader
from desktop_app.imaging.upright import turned_size
from desktop_app.operations.add_missed_faces import draw_face
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.operations.match_names import NamedRegion, named_regions, pairs, same_name


class NameOutcome(enum.Enum):
    """What became of a name in a file."""

    CONFIRMED = "confirmed"  # a face that was found has this name now
    DRAWN = "drawn"  # no face had been found there: one was added, with this name
    KNOWN = "known"  # the catalog says the same
    CONFLICT = "conflict"  # the user said something else, which stays
    FORGOTTEN = "forgotten"  # the user had Likeness forget this person
    REFUSED = "refused"  # the region is of no use


@dataclass(frozen=True)
class NameFound:
    """One name in one photo. `words` says what stood in the way, if something did."""

    photo_id: PhotoId
    path: str
    name: str
    outcome: NameOutcome
    source: str
    words: str = ""


@dataclass(frozen=True)
class NamesReport:
    """What an import did, or would do."""

    photos: int  # looked at
    found: tuple[NameFound, ...]
    problems: tuple[tuple[str, str], ...]  # (path of the photo, what could not be used and why)
    changes: CatalogChanges

    def count(self, outcome: NameOutcome) -> int:
        """How many names ended so."""
        return sum(one.outcome is outcome for one in self.found)

    @property
    def new(self) -> int:
        """Names that the catalog did not have at these faces."""
        return self.count(NameOutcome.CONFIRMED) + self.count(NameOutcome.DRAWN)

    @property
    def people(self) -> list[tuple[str, int]]:
        """The new names with their faces, the most frequent first."""
        taken = (NameOutcome.CONFIRMED, NameOutcome.DRAWN)
        counted = Counter(one.name for one in self.found if one.outcome in taken)
        return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def photos_to_ask(catalog: Catalog, folder_id: FolderId | None = None) -> list[PhotoId]:
    """The photos whose files an import reads: those that were indexed, by name."""
    return catalog.photos.ids(PhotoFilter(folder_id=folder_id, state=PhotoState.INDEXED))


def import_names(
    catalog: Catalog,
    photo_ids: Sequence[PhotoId],
    open_eyes: Callable[[], Eyes],
    report: Report,
    *,
    contacts: Mapping[str, str] | None = None,
    dry_run: bool = False,
    max_pixels: int = MAX_PIXELS,
) -> NamesReport:
    """Confirms the faces that the files name, and draws those that had not been found.

    Read are MWG regions, Microsoft's people tags, ACDSee's regions (embedded or in sidecars) and
    Picasa's notes; `contacts` are Picasa's names by number. What the user decided stays: a file
    that says otherwise is reported, and a forgotten name stays out until the user gives it to a
    face again. A photo is one step, so that a cancelled run keeps its work;
    a second run changes nothing. With `dry_run` nothing is changed at all; otherwise a backup is
    made before. `open_eyes` is called
    only where a face must be drawn.
    """
    if not dry_run and catalog.people.all():
        catalog.backup_beside("before-names-from-files")
    reader = FaceTagReader(contacts)
    photos = sorted(catalog.photos.many(photo_ids), key=lambda photo: photo.path)
    names = {one.person.id: one.person.name for one in catalog.people.all()}
    forgotten = cache(catalog.people.was_forgotten)
    found: list[NameFound] = []
    problems: list[tuple[str, str]] = []
    changes = CatalogChanges()
    with catalog.as_one_decision():
        for done, photo in enumerate(photos):
            where = Progress(done, len(photos), Path(photo.path).name)
            report(where)
            try:
                regions, wrong = _said_of(catalog, photo, reader)
            except ExpectedError as error:
                problems.append((photo.path, str(error)))
                continue
            problems += [(photo.path, words) for words in wrong]
            if not regions:
                continue
            step = _PhotoImport(
                catalog,
                photo,
                names,
                forgotten,
                open_eyes,
                partial(report, where),
                dry_run,
                max_pixels,
            )
            found += step.take(regions)
            changes |= step.changes
            if step.changes.people:
                names = {one.person.id: one.person.name for one in catalog.people.all()}
    report(Progress(len(photos), len(photos)))
    return NamesReport(len(photos), tuple(found), tuple(problems), changes)


def _said_of(
    catalog: Catalog, photo: Photo, reader: FaceTagReader
) -> tuple[list[NamedRegion], list[str]]:
    tags, frame = reader.read(Path(photo.path))
    if not tags.sets:
        return [], list(tags.problems)
    size = turned_size(*frame.upright, photo.turned)
    if photo.state is not PhotoState.INDEXED or size != (photo.width, photo.height):
        return [], ["it changed since it was last looked at; index its folder, then import again"]
    boxes = [face.bbox for face in catalog.faces.of_photo(photo.id)]
    return named_regions(tags, size, photo.turned, boxes)


class _PhotoImport:
    """The names of one photo on their way into the catalog."""

    def __init__(
        self,
        catalog: Catalog,
        photo: Photo,
        names: Mapping[PersonId, str],
        forgotten: Callable[[str], bool],
        open_eyes: Callable[[], Eyes],
        may_go_on: Callable[[], None],
        dry_run: bool,
        max_pixels: int,
    ) -> None:
        self.changes = CatalogChanges()
        self._catalog = catalog
        self._photo = photo
        self._names = names
        self._forgotten = forgotten
        self._open_eyes = open_eyes
        self._may_go_on = may_go_on  # raises `Cancelled`: many faces to draw take their time
        self._dry_run = dry_run
        self._max_pixels = max_pixels

    def take(self, regions: Sequence[NamedRegion]) -> list[NameFound]:
        """What became of each region, in their order."""
        faces = self._catalog.faces.of_photo(self._photo.id)
        rejected = self._catalog.faces.rejections([face.id for face in faces])
        met = pairs([region.bbox for region in regions], [face.bbox for face in faces])
        found = []
        for number, region in enumerate(regions):
            if self._forgotten(region.name):
                words = f"you had {region.name} forgotten; name a face so, and it is taken again"
                found.append(self._told(region, NameOutcome.FORGOTTEN, words))
            elif number in met:
                face = faces[met[number]]
                found.append(self._name_found(region, face, rejected.get(face.id, frozenset())))
            else:
                found.append(self._name_missed(region, faces))
        return found

    def _name_found(
        self, region: NamedRegion, face: Face, rejected: frozenset[PersonId]
    ) -> NameFound:
        now = self._names.get(face.person_id, "") if face.person_id is not None else ""
        if face.status is AssignmentStatus.CONFIRMED:
            if same_name(now, region.name):
                return self._told(region, NameOutcome.KNOWN)
            words = f"the file says {region.name}, in the library it is {now}, which stays"
            return self._told(region, NameOutcome.CONFLICT, words)
        if face.status is AssignmentStatus.IGNORED:
            words = f"the file says {region.name}, but you ignored this face"
            return self._told(region, NameOutcome.CONFLICT, words)
        if face.status is AssignmentStatus.NOT_A_FACE:
            words = f"the file says {region.name}, but you marked this as no face"
            return self._told(region, NameOutcome.CONFLICT, words)
        if any(same_name(self._names.get(person, ""), region.name) for person in rejected):
            words = f"the file says {region.name}, but you said that this is somebody else"
            return self._told(region, NameOutcome.CONFLICT, words)
        self._confirm(face.id, region.name)
        return self._told(region, NameOutcome.CONFIRMED)

    def _name_missed(self, region: NamedRegion, faces: Sequence[Face]) -> NameFound:
        """A region where no face was found, or one that another region has taken."""
        if pairs([region.bbox], [face.bbox for face in faces]):
            words = f"the files name one face twice; {region.name} was left out"
            return self._told(region, NameOutcome.CONFLICT, words)
        if not self._dry_run:
            self._may_go_on()
            try:
                drawn = draw_face(
                    self._catalog,
                    self._photo.id,
                    region.bbox,
                    self._open_eyes(),
                    self._max_pixels,
                )
            except ExpectedError as error:
                return self._told(region, NameOutcome.REFUSED, f"{region.name}: {error}")
            self.changes |= drawn
            for face_id in drawn.faces:
                self._confirm(face_id, region.name)
        return self._told(region, NameOutcome.DRAWN)

    def _confirm(self, face_id: FaceId, name: str) -> None:
        if not self._dry_run:
            self.changes |= self._catalog.faces.name([face_id], name)

    def _told(self, region: NamedRegion, outcome: NameOutcome, words: str = "") -> NameFound:
        photo = self._photo
        return NameFound(photo.id, photo.path, region.name, outcome, region.source, words)
