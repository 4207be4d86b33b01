"""Reads what the photo screen shows of one photo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import AssignmentStatus, Face
from desktop_app.domain.ids import PersonId, PhotoId
from desktop_app.domain.person import PersonSummary
from desktop_app.domain.photo import Photo
from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.restoration import Restoration
from desktop_app.imaging.decode import decode_photo
from desktop_app.ui.canvas.pyramid import Pyramid

_FREQUENT = 9
_MAX_PIXELS = 600_000_000


@dataclass(frozen=True)
class PhotoPage:
    """One photo with its faces (left to right), its results, and the names there are."""

    photo: Photo
    faces: Sequence[Face]
    people: Mapping[PersonId, PersonSummary]
    restorations: Sequence[Restoration]
    twice: frozenset[PersonId]  # stand in this photo more than once

    def name_of(self, face: Face) -> str:
        """The name of a face's person, confirmed or suggested; "" for none."""
        known = self.people.get(face.person_id) if face.person_id is not None else None
        return known.person.name if known else ""

    def names(self) -> list[str]:
        return [summary.person.name for summary in self.people.values()]

    def frequent(self) -> list[str]:
        """The names behind the keys 1 to 9: those most often confirmed."""
        ranked = sorted(self.people.values(), key=lambda summary: -summary.confirmed)
        return [s.person.name for s in ranked if not s.person.ignored][:_FREQUENT]


def read_photo_page(catalog: Catalog, photo_id: PhotoId, report: Report) -> PhotoPage:
    """Raises `NotKnown`."""
    report(Progress(0, None))
    faces = [
        face
        for face in catalog.faces.of_photo(photo_id)
        if face.status is not AssignmentStatus.NOT_A_FACE
    ]
    return PhotoPage(
        photo=catalog.photos.get(photo_id),
        faces=sorted(faces, key=lambda face: face.bbox.left),
        people={summary.person.id: summary for summary in catalog.people.all()},
        restorations=catalog.restorations.of_photo(photo_id),
        twice=frozenset(catalog.faces.same_person_twice(photo_id)),
    )


def read_pyramid(photo: Photo, report: Report) -> Pyramid:
    """The photo at its full size, in tiles. Raises `ExpectedError` where it cannot be read."""
    report(Progress(0, None))
    decoded = decode_photo(Path(photo.path), max_pixels=_MAX_PIXELS, turned=photo.turned)
    return Pyramid.of(decoded.image, report)
