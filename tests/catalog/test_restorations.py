"""Restorations that were kept, the references that guided them, and when they become stale."""

from datetime import UTC, date, datetime, timedelta

import pytest

from desktop_app.domain.errors import NotKnown
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId, PersonId, RestorationId
from desktop_app.domain.person import ReferenceChoice, Year
from desktop_app.domain.photo import DatePrecision, PhotoDate
from desktop_app.domain.restoration import Likeness, RestorationState, RestoreSettings

from .library import Library

THE_50S = PhotoDate(date(1950, 1, 1), date(1959, 12, 31), DatePrecision.DECADE)


def test_a_restoration_comes_back_with_its_whole_recipe(library: Library) -> None:
    catalog = library.catalog
    face, *references = library.faces(4)
    anna = library.person("Anna", references)
    kept = library.restoration(face, reversed(references), anna, crop=b"pixels", nearest="Bertha")
    restoration = catalog.restorations.get(kept)
    assert restoration.face_id == face
    assert restoration.person_id == anna
    assert restoration.references == tuple(reversed(references))
    assert restoration.settings == RestoreSettings(strength=0.5, grain=False)
    assert restoration.likeness == Likeness(0.4, 0.6, 0.05, 3, 0.1, "Bertha")
    assert restoration.state is RestorationState.DRAFT
    assert not restoration.stale
    assert datetime.now(UTC) - restoration.made_at < timedelta(minutes=5)
    assert catalog.restorations.crop(kept) == b"pixels"
    assert catalog.restorations.reference_map(kept) == b"\x89PNG map"


def test_results_are_listed_newest_first(library: Library) -> None:
    face, other = library.faces(2)
    anna = library.person("Anna", [other])
    one, two = library.restoration(face), library.restoration(face, [other], anna)
    kept = library.catalog.restorations
    assert [result.id for result in kept.of_face(face)] == [two, one]
    photo = library.catalog.faces.get(face).photo_id
    assert [result.id for result in kept.of_photo(photo)] == [two, one]
    assert kept.ids() == [two, one]
    assert kept.ids(person_id=anna) == [two]
    kept.set_state(one, RestorationState.ACCEPTED)
    assert kept.ids(state=RestorationState.ACCEPTED) == [one]
    assert kept.ids(stale=True) == []


def test_a_face_waits_until_one_of_its_drafts_is_decided(library: Library) -> None:
    face, other = library.faces(2)
    kept = library.catalog.restorations
    one, two, third = (library.restoration(of) for of in (face, face, other))
    photos = {of: library.catalog.faces.get(of).photo_id for of in (face, other)}
    assert kept.waiting() == [(photos[face], face), (photos[other], other)]
    kept.set_state(one, RestorationState.ACCEPTED)  # the other draft of this face is no question
    assert kept.waiting() == [(photos[other], other)]
    kept.set_state(third, RestorationState.REFUSED)
    assert kept.waiting() == []
    kept.set_state(one, RestorationState.REFUSED)
    kept.set_state(two, RestorationState.REFUSED)
    assert kept.waiting() == []


def test_a_newer_draft_waits_beside_an_accepted_result_that_is_out_of_date(
    library: Library,
) -> None:
    face, *references = library.faces(3)
    anna = library.person("Anna", references)
    kept = library.catalog.restorations
    kept.set_state(library.restoration(face, references, anna), RestorationState.ACCEPTED)
    library.restoration(face, references, anna)
    assert kept.waiting() == []
    library.catalog.faces.reject([references[0]], anna)
    photo = library.catalog.faces.get(face).photo_id
    assert kept.waiting() == [(photo, face)]


def test_state_and_settings_change_and_say_what_changed(library: Library) -> None:
    (face,) = library.faces(1)
    one = library.restoration(face)
    kept = library.catalog.restorations
    changes = kept.set_state(one, RestorationState.REFUSED)
    assert (changes.restorations, changes.faces) == ({one}, {face})
    kept.set_settings(one, RestoreSettings(0.25, False, True))
    assert kept.get(one).settings == RestoreSettings(0.25, False, True)
    kept.remove(one)
    with pytest.raises(NotKnown):
        kept.get(one)
    with pytest.raises(NotKnown):
        kept.crop(one)


def test_one_that_is_gone_is_not_known(library: Library) -> None:
    kept, nowhere = library.catalog.restorations, RestorationId(9)
    with pytest.raises(NotKnown):
        kept.set_state(nowhere, RestorationState.ACCEPTED)
    with pytest.raises(NotKnown):
        kept.reference_map(nowhere)
    with pytest.raises(NotKnown, match="A face of this restoration"):
        library.restoration(library.faces(1)[0], [FaceId(99)])
    assert library.catalog.facts().restorations == 0


class TestStale:
    """A result is stale when what it was made from is no longer so; undo makes it fresh."""

    @pytest.fixture
    def made(self, library: Library) -> tuple[PersonId, list[FaceId], RestorationId]:
        faces = library.faces(4)
        anna = library.person("Anna", faces[:3])
        return anna, faces, library.restoration(faces[0], faces[1:3], anna)

    def changed(self, library: Library, kept: RestorationId, action: str) -> bool:
        catalog = library.catalog
        restoration = catalog.restorations.get(kept)
        (_, *_), guide = restoration.references, restoration.references[0]
        anna = restoration.person_id
        assert anna is not None
        free = catalog.faces.unnamed(True)
        photo_of_guide = catalog.faces.get(guide).photo_id
        actions = {
            "a reference is rejected": lambda: catalog.faces.reject([guide], anna),
            "a reference is no face": lambda: catalog.faces.set_status(
                [guide], AssignmentStatus.NOT_A_FACE
            ),
            "a reference is another's": lambda: catalog.faces.name([guide], "Bertha"),
            "the face is another's": lambda: catalog.faces.name([restoration.face_id], "Bertha"),
            "a reference is excluded": lambda: catalog.references.exclude(anna, guide),
            "another is pinned": lambda: catalog.references.pin(anna, free[0]),
            "a guide is pinned": lambda: catalog.references.pin(anna, guide),
            "another is excluded": lambda: catalog.references.exclude(anna, free[0]),
            "the photo has a date": lambda: catalog.photos.set_date(
                [restoration.photo_id], THE_50S
            ),
            "a reference has a date": lambda: catalog.photos.set_date([photo_of_guide], THE_50S),
            "the person has years": lambda: catalog.people.set_years(anna, Year(1900), None),
            "the person has another name": lambda: catalog.people.rename(anna, "Annie"),
            "another face is confirmed": lambda: catalog.faces.confirm(free, anna),
        }
        changes = actions[action]()
        stale = catalog.restorations.get(kept).stale
        assert (kept in changes.restorations) == stale
        catalog.people.undo()
        assert not catalog.restorations.get(kept).stale
        return stale

    @pytest.mark.parametrize(
        "action",
        [
            "a reference is rejected",
            "a reference is no face",
            "a reference is another's",
            "the face is another's",
            "a reference is excluded",
            "another is pinned",
            "the photo has a date",
            "a reference has a date",
            "the person has years",
        ],
    )
    def test_it_is_stale_when(
        self,
        library: Library,
        made: tuple[PersonId, list[FaceId], RestorationId],
        action: str,
    ) -> None:
        assert self.changed(library, made[2], action)

    @pytest.mark.parametrize(
        "action",
        [
            "a guide is pinned",
            "another is excluded",
            "the person has another name",
            "another face is confirmed",
        ],
    )
    def test_it_stays_fresh_when(
        self,
        library: Library,
        made: tuple[PersonId, list[FaceId], RestorationId],
        action: str,
    ) -> None:
        assert not self.changed(library, made[2], action)


class TestReferences:
    def test_choices_are_kept_changed_and_cleared(self, library: Library) -> None:
        catalog = library.catalog
        a, b = library.faces(2)
        anna = library.person("Anna", [a, b])
        changes = catalog.references.pin(anna, a)
        assert (changes.people, changes.faces) == ({anna}, {a})
        catalog.references.exclude(anna, b)
        assert catalog.references.choices(anna) == {
            a: ReferenceChoice.PINNED,
            b: ReferenceChoice.EXCLUDED,
        }
        assert not catalog.references.pin(anna, a)
        catalog.references.exclude(anna, a)
        catalog.references.clear(anna, b)
        assert catalog.references.choices(anna) == {a: ReferenceChoice.EXCLUDED}
        catalog.people.undo()
        catalog.people.undo()
        assert catalog.references.choices(anna)[a] is ReferenceChoice.PINNED

    def test_only_faces_and_people_that_are_there_are_chosen(self, library: Library) -> None:
        (face,) = library.faces(1)
        anna = library.person("Anna", [face])
        with pytest.raises(NotKnown):
            library.catalog.references.pin(anna, FaceId(99))
        with pytest.raises(NotKnown):
            library.catalog.references.pin(PersonId(99), face)
