"""Reads what the people screens show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import PhotoFilter
from desktop_app.domain.face import AssignmentStatus, Face
from desktop_app.domain.ids import FaceId, PersonId, PhotoId
from desktop_app.domain.person import (
    FaceCluster,
    Person,
    PersonSummary,
    ReferenceChoice,
    ReferenceSet,
)
from desktop_app.domain.photo import Photo
from desktop_app.domain.progress import Progress, Report
from desktop_app.operations.choose_references import WANTED, age_in, choose_references


@dataclass(frozen=True)
class PersonTile:
    """A named person as a list shows them."""

    summary: PersonSummary
    references: int  # faces that could guide, at most `WANTED`


@dataclass(frozen=True)
class PeoplePage:
    """The largest groups without a name, people with one, and what is left alone."""

    groups: Sequence[FaceCluster]
    group_count: int  # with those not read
    named: Sequence[PersonTile]
    ignored_people: Sequence[PersonTile]
    ignored_faces: Sequence[FaceId]
    any_faces: bool

    def names(self) -> list[str]:
        return [tile.summary.person.name for tile in (*self.named, *self.ignored_people)]

    def waiting(self) -> list[PersonTile]:
        """People with suggestions to be judged, those with the most first."""
        return sorted(
            (tile for tile in self.named if tile.summary.suggested),
            key=lambda tile: -tile.summary.suggested,
        )


def read_people(catalog: Catalog, most_groups: int, report: Report) -> PeoplePage:
    """With the `most_groups` largest groups: there may be tens of thousands of single faces."""
    report(Progress(0, None))
    able = catalog.people.able_to_guide(WANTED)
    tiles = [
        PersonTile(summary, able.get(summary.person.id, 0)) for summary in catalog.people.all()
    ]
    groups, group_count = catalog.people.unnamed(most_groups)
    return PeoplePage(
        groups=groups,
        group_count=group_count,
        named=[tile for tile in tiles if not tile.summary.person.ignored],
        ignored_people=[tile for tile in tiles if tile.summary.person.ignored],
        ignored_faces=catalog.faces.with_status(AssignmentStatus.IGNORED),
        any_faces=bool(groups or tiles) or catalog.photos.count(PhotoFilter(has_faces=True)) > 0,
    )


@dataclass(frozen=True)
class PersonPage:
    """One person: suggestions most likely first, confirmed faces best first, what guides."""

    person: Person
    suggested: Sequence[Face]
    confirmed: Sequence[Face]
    photos: Mapping[PhotoId, Photo]  # of all these faces
    references: ReferenceSet
    choices: Mapping[FaceId, ReferenceChoice]
    photo_ids: Sequence[PhotoId]
    names: Sequence[str]

    def age(self, face: Face) -> float | None:
        """The person's age in this photo, in years."""
        return age_in(self.photos[face.photo_id], self.person)

    def year(self, face: Face) -> float | None:
        return self.photos[face.photo_id].taken.middle_year


def read_person(catalog: Catalog, person_id: PersonId, report: Report) -> PersonPage:
    """Raises `NotKnown`."""
    report(Progress(0, None))
    suggested = catalog.faces.of_person(person_id, AssignmentStatus.SUGGESTED)
    confirmed = catalog.faces.of_person(person_id, AssignmentStatus.CONFIRMED)
    wanted = {face.photo_id for face in (*suggested, *confirmed)}
    return PersonPage(
        person=catalog.people.get(person_id),
        suggested=sorted(suggested, key=lambda face: (-face.suggestion_score, face.id)),
        confirmed=confirmed,
        photos={photo.id: photo for photo in catalog.photos.many(sorted(wanted))},
        references=choose_references(catalog, person_id, None),
        choices=catalog.references.choices(person_id),
        photo_ids=catalog.photos.ids(PhotoFilter(person_id=person_id)),
        names=[summary.person.name for summary in catalog.people.all()],
    )


@dataclass(frozen=True)
class GroupPage:
    """One group without a name, all its faces."""

    faces: Sequence[FaceId]
    names: Sequence[str]


def read_group(catalog: Catalog, faces: Sequence[FaceId], report: Report) -> GroupPage:
    """What of the group is still without a name."""
    report(Progress(0, None))
    free = {
        face.id
        for face in catalog.faces.many(faces)
        if face.status in (AssignmentStatus.NONE, AssignmentStatus.SUGGESTED)
    }
    return GroupPage(
        [face_id for face_id in faces if face_id in free],
        [summary.person.name for summary in catalog.people.all()],
    )
