"""Writes the names of people into XMP sidecars beside the photos, where naming work survives.

Originals are never written. A catalog rebuilt from the sidecars (index, then `import_names`) has
the same people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.face import AssignmentStatus, BBox
from desktop_app.domain.ids import PersonId, PhotoId
from desktop_app.domain.photo import Photo, PhotoState
from desktop_app.domain.progress import Progress, Report
from desktop_app.imaging.face_tags.frame import quarter_turns, turned_back
from desktop_app.imaging.face_tags.reading import photo_frame, sidecar_of
from desktop_app.imaging.face_tags.sidecar import is_ours, write_sidecar
from desktop_app.imaging.face_tags.tags import TaggedFace, tagged_face
from desktop_app.imaging.upright import turned_size


@dataclass(frozen=True)
class SidecarsReport:
    """What was written, or would be."""

    photos: int  # looked at
    written: tuple[str, ...]  # paths of the sidecars that changed
    faces: int  # named faces in all sidecars looked at
    problems: tuple[tuple[str, str], ...]  # (path of the photo, why its sidecar is not up to date)


def write_sidecars(
    catalog: Catalog,
    photo_ids: Iterable[PhotoId],
    report: Report,
    *,
    only_kept: bool = False,
    dry_run: bool = False,
) -> SidecarsReport:
    """Makes the sidecar of each photo say who is confirmed in it, and nobody else of ours.

    A sidecar is written only where it changes; one of ours that names nobody is removed. With
    `only_kept` no photo gets its first one: what Likeness wrote before is brought up to date, as
    after forgetting a person. A photo that is offline or a sidecar that cannot be written is told
    in `problems` and stops nothing.
    """
    names = {one.person.id: one.person.name for one in catalog.people.all()}
    photos = catalog.photos.many(photo_ids)
    written: list[str] = []
    problems: list[tuple[str, str]] = []
    named = 0
    for done, photo in enumerate(photos):
        path = Path(photo.path)
        report(Progress(done, len(photos), path.name))
        try:
            faces = _named_faces(catalog, photo, names)
            kept = is_ours(path)
            if not kept and (only_kept or not faces):
                continue
            named += len(faces)
            frame = photo_frame(path)
            size = turned_size(*frame.upright, photo.turned)
            if faces and (photo.state is not PhotoState.INDEXED or size != _size(photo)):
                problems.append((photo.path, "it changed since it was last looked at; index it"))
            elif write_sidecar(path, faces, frame, dry_run=dry_run):
                written.append(str(sidecar_of(path)))
        except ExpectedError as error:
            problems.append((photo.path, str(error)))
    report(Progress(len(photos), len(photos)))
    return SidecarsReport(len(photos), tuple(written), named, tuple(problems))


def _named_faces(catalog: Catalog, photo: Photo, names: Mapping[PersonId, str]) -> list[TaggedFace]:
    """The confirmed faces, in parts of the photo as its file has it, not as the user turned it."""
    if not (photo.width and photo.height):
        return []
    found = []
    turn = quarter_turns(photo.turned // 90)
    for face in catalog.faces.of_photo(photo.id):
        if face.status is not AssignmentStatus.CONFIRMED or face.person_id is None:
            continue
        left, top, right, bottom = face.bbox
        parts = BBox(
            left / photo.width, top / photo.height, right / photo.width, bottom / photo.height
        )
        tagged = tagged_face(names.get(face.person_id, ""), turned_back(parts, turn))
        if isinstance(tagged, TaggedFace):
            found.append(tagged)
    return found


def _size(photo: Photo) -> tuple[int, int]:
    return photo.width, photo.height
