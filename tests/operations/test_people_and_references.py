"""Faces get names; references are chosen for a reason."""

from collections.abc import Callable
from datetime import date

import pytest

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import BadRequest
from desktop_app.domain.face import AssignmentStatus, Face
from desktop_app.domain.person import ReferenceChoice, ReferenceState, Year
from desktop_app.domain.photo import DatePrecision, PhotoDate
from desktop_app.operations.choose_references import choose_references
from desktop_app.operations.decide_faces import (
    confirm_faces,
    name_faces,
    reject_faces,
    undo_decision,
)
from desktop_app.operations.group_faces import regroup_people
from desktop_app.operations.suggest_people import suggest_people

from .conftest import OFFICE, PRINT, SPEECH

MODEL = "fr_feature"


def test_a_named_face_brings_suggestions_for_the_same_man_alone(
    catalog: Catalog, face_in: Callable[[str], Face]
) -> None:
    name_faces(catalog, [face_in(OFFICE).id], "Barack Obama")
    suggest_people(catalog, MODEL)
    assert face_in(SPEECH).status is AssignmentStatus.SUGGESTED
    assert face_in("Space/astronaut-1993.png").status is AssignmentStatus.NONE
    assert face_in("Official portraits/blue-room-2010.jpg").status is AssignmentStatus.NONE


def test_a_rejected_person_is_not_suggested_again(
    catalog: Catalog, face_in: Callable[[str], Face]
) -> None:
    name_faces(catalog, [face_in(OFFICE).id], "Barack Obama")
    person = catalog.people.by_name("Barack Obama")
    assert person is not None
    reject_faces(catalog, [face_in(SPEECH).id], person.id)
    suggest_people(catalog, MODEL)
    assert face_in(SPEECH).status is AssignmentStatus.NONE


def test_a_confirmed_face_is_never_changed_by_the_machine(
    catalog: Catalog, face_in: Callable[[str], Face]
) -> None:
    name_faces(catalog, [face_in(OFFICE).id], "Barack Obama")
    name_faces(catalog, [face_in(SPEECH).id], "Somebody Else")
    before = face_in(SPEECH)
    suggest_people(catalog, MODEL)
    regroup_people(catalog, MODEL)
    after = face_in(SPEECH)
    assert (after.status, after.person_id) == (before.status, before.person_id)


def test_one_man_in_two_photos_is_one_group(
    catalog: Catalog, face_in: Callable[[str], Face]
) -> None:
    regroup_people(catalog, MODEL)
    groups = {face_id: g.number for g in catalog.faces.clusters() for face_id in g.faces}
    assert groups[face_in(OFFICE).id] == groups[face_in(SPEECH).id]
    other = face_in("Space/astronaut-1993.png").id
    assert groups.get(other) != groups[face_in(OFFICE).id]


def test_naming_is_taken_back_by_one_undo(catalog: Catalog, face_in: Callable[[str], Face]) -> None:
    name_faces(catalog, [face_in(OFFICE).id, face_in(SPEECH).id], "Barack Obama")
    assert undo_decision(catalog)
    assert catalog.people.all() == []
    assert face_in(OFFICE).status is AssignmentStatus.NONE
    assert undo_decision(catalog) is None


@pytest.mark.parametrize("name", ["", "   ", "\n", "x" * 201, "a\x00b", "\u202eevil"])
def test_a_name_that_is_none_is_refused(catalog: Catalog, name: str) -> None:
    with pytest.raises(BadRequest):
        name_faces(catalog, [], name)


def test_names_of_every_script_are_welcome(
    catalog: Catalog, face_in: Callable[[str], Face]
) -> None:
    for name in ("Łukasz Żółć", "李小龍", "عمر", "Zoë  O’Brien "):
        name_faces(catalog, [face_in(OFFICE).id], name)
        assert catalog.people.by_name(" ".join(name.split())) is not None


def test_the_references_of_a_print_are_the_good_photos_with_reasons(
    named: Catalog, face_in: Callable[[str], Face]
) -> None:
    person = named.people.by_name("Barack Obama")
    assert person is not None
    chosen = choose_references(named, person.id, face_in(PRINT))
    assert {r.face_id for r in chosen.references} == {face_in(OFFICE).id, face_in(SPEECH).id}
    assert all(reference.reason for reference in chosen.references)
    assert chosen.state is ReferenceState.WEAK
    assert "2 photos of 4" in chosen.why


def test_it_is_seen_which_photos_are_in_colour(face_in: Callable[[str], Face]) -> None:
    seen = {name: face_in(name).quality.one_tone for name in (OFFICE, SPEECH, PRINT)}
    assert seen == {OFFICE: False, SPEECH: False, PRINT: True}


def test_references_near_in_age_come_first(named: Catalog, face_in: Callable[[str], Face]) -> None:
    person = named.people.by_name("Barack Obama")
    assert person is not None
    named.people.set_years(person.id, Year(1961), None)

    def taken(name: str, year: int) -> None:
        span = PhotoDate(date(year, 1, 1), date(year, 12, 31), DatePrecision.YEAR)
        named.photos.set_date([face_in(name).photo_id], span)

    taken(PRINT, 2010)
    taken(OFFICE, 1985)
    taken(SPEECH, 2009)
    first, second = choose_references(named, person.id, face_in(PRINT)).references
    assert first.face_id == face_in(SPEECH).id
    assert first.reason.startswith("age 48")
    assert second.reason.startswith("age 24")


def test_a_pinned_reference_comes_first_and_an_excluded_one_never(
    named: Catalog, face_in: Callable[[str], Face]
) -> None:
    person = named.people.by_name("Barack Obama")
    assert person is not None
    for pinned, excluded in ((OFFICE, SPEECH), (SPEECH, OFFICE)):
        named.references.pin(person.id, face_in(pinned).id)
        named.references.exclude(person.id, face_in(excluded).id)
        (only,) = choose_references(named, person.id, face_in(PRINT)).references
        assert only.face_id == face_in(pinned).id
        assert only.choice is ReferenceChoice.PINNED


def test_nobody_guides_a_person_without_other_photos(
    catalog: Catalog, face_in: Callable[[str], Face]
) -> None:
    name_faces(catalog, [face_in(PRINT).id], "Barack Obama")
    person = catalog.people.by_name("Barack Obama")
    assert person is not None
    confirm_faces(catalog, [face_in(PRINT).id], person.id)
    chosen = choose_references(catalog, person.id, face_in(PRINT))
    assert chosen.state is ReferenceState.NONE
    assert chosen.references == ()
