"""People: names, years, merging, and the way back from every decision."""

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from desktop_app.catalog import Catalog, DecisionKind, NewFace
from desktop_app.catalog.schema import (
    faces,
    people,
    photos,
    reference_choices,
    rejections,
    restorations,
)
from desktop_app.catalog.values import Suggestion
from desktop_app.domain.errors import BadRequest, ExpectedError, NameTaken, NotKnown
from desktop_app.domain.face import AssignmentStatus, FaceQuality
from desktop_app.domain.ids import PersonId
from desktop_app.domain.person import ReferenceChoice, Year
from desktop_app.domain.photo import DatePrecision, PhotoDate

from .library import MODEL, Library, detected, new_face, vector


def test_a_person_is_found_in_any_case_and_form_of_unicode(catalog: Catalog) -> None:
    anna = catalog.people.add("Änne  Groß", Year(1901, about=True), Year(1980))
    for name in ("Änne Groß", "A\u0308NNE GROSS", " änne groß "):
        found = catalog.people.by_name(name)
        assert found is not None, name
        assert found.id == anna
    assert catalog.people.by_name("Anne") is None
    assert catalog.people.get(anna).born == Year(1901, about=True)
    assert catalog.people.get(anna).died == Year(1980)


@pytest.mark.parametrize(
    "name", ["母", "Ольга", "أحمد", "👵", "O'Neil; DROP TABLE people", "x" * 5000]
)
def test_names_of_every_script_are_kept(catalog: Catalog, name: str) -> None:
    assert catalog.people.get(catalog.people.add(name)).name == name


def test_a_name_is_taken_once(catalog: Catalog) -> None:
    anna = catalog.people.add("Anna")
    bertha = catalog.people.add("Bertha")
    with pytest.raises(NameTaken, match="already a person called ANNA"):
        catalog.people.add("ANNA")
    with pytest.raises(NameTaken):
        catalog.people.rename(bertha, "anna")
    assert catalog.people.rename(anna, "ANNA").people == {anna}
    assert not catalog.people.rename(anna, "ANNA")


@pytest.mark.parametrize("name", ["", "   ", "\n\t", "a\udcff"])
def test_a_name_that_is_none_is_refused(catalog: Catalog, name: str) -> None:
    with pytest.raises(BadRequest):
        catalog.people.add(name)


def test_a_life_that_ends_before_it_begins_is_refused(catalog: Catalog) -> None:
    with pytest.raises(BadRequest, match="before the year of birth"):
        catalog.people.add("Anna", Year(1950), Year(1900))
    assert catalog.people.all() == []


def test_a_person_who_is_gone_is_not_known(catalog: Catalog) -> None:
    nobody = PersonId(42)
    with pytest.raises(NotKnown):
        catalog.people.get(nobody)
    with pytest.raises(NotKnown):
        catalog.people.rename(nobody, "Anna")
    with pytest.raises(NotKnown):
        catalog.people.forget(nobody)
    with pytest.raises(NotKnown):
        catalog.people.merge(catalog.people.add("Anna"), nobody)
    assert [one.person.name for one in catalog.people.all()] == ["Anna"]


def test_the_list_counts_and_shows_the_best_face(library: Library) -> None:
    catalog = library.catalog
    photo = library.photo(
        "a.jpg",
        [
            new_face(number, 150 * number, sharpness=sharpness)
            for number, sharpness in enumerate((0.4, 0.7, 0.9))
        ],
    )
    dull, sharp, sharpest = (face.id for face in catalog.faces.of_photo(photo))
    anna = library.person("Anna", [dull, sharp])
    catalog.faces.suggest([Suggestion(sharpest, anna, 0.7)])
    catalog.people.add("Bertha")
    first, second = catalog.people.all()
    assert (first.person.name, first.confirmed, first.suggested) == ("Anna", 2, 1)
    assert first.cover == sharp
    assert (second.confirmed, second.suggested, second.cover) == (0, 0, None)


def test_ignored_people_are_told_apart(catalog: Catalog) -> None:
    stranger = catalog.people.add("Stranger")
    catalog.people.set_ignored(stranger, True)
    assert catalog.people.get(stranger).ignored
    catalog.people.undo()
    assert not catalog.people.get(stranger).ignored


class TestMerge:
    def test_everything_goes_to_one_and_comes_back(self, library: Library) -> None:
        catalog = library.catalog
        a, b, c, d, e = library.faces(5)
        anna, annie = library.person("Anna", [a]), library.person("Annie", [b, c])
        catalog.people.set_years(annie, Year(1920), None)
        catalog.faces.reject([d], annie)
        catalog.references.pin(annie, b)
        kept = library.restoration(c, [b], annie)
        catalog.faces.suggest([Suggestion(d, anna, 0.5), Suggestion(e, annie, 0.5)])
        changes = catalog.people.merge(anna, annie)
        assert changes.people >= {anna, annie}
        assert changes.restorations == {kept}
        assert {face.id for face in catalog.faces.of_person(anna)} == {a, b, c, e}
        assert catalog.people.get(anna).born == Year(1920)
        assert catalog.people.by_name("Annie") is None
        assert catalog.faces.rejections() == {d: frozenset([anna])}
        assert catalog.references.choices(anna) == {b: ReferenceChoice.PINNED}
        assert catalog.restorations.get(kept).person_id == anna
        assert catalog.check() == []

        catalog.people.undo()
        assert catalog.people.get(annie).name == "Annie"
        assert catalog.people.get(anna).born is None
        assert {face.id for face in catalog.faces.of_person(annie)} == {b, c, e}
        assert catalog.faces.get(d).person_id == anna
        assert catalog.faces.rejections() == {d: frozenset([annie])}
        assert catalog.references.choices(annie) == {b: ReferenceChoice.PINNED}
        assert catalog.references.choices(anna) == {}
        assert catalog.restorations.get(kept).person_id == annie
        assert catalog.check() == []

    def test_a_confirmed_face_outweighs_a_rejection(self, library: Library) -> None:
        catalog = library.catalog
        face, other = library.faces(2)
        anna, annie = library.person("Anna", [face]), library.person("Annie", [other])
        catalog.faces.reject([face], annie)
        catalog.people.merge(anna, annie)
        assert catalog.faces.get(face).person_id == anna
        assert catalog.faces.rejections() == {}

    def test_nobody_is_merged_with_themselves(self, catalog: Catalog) -> None:
        anna = catalog.people.add("Anna")
        with pytest.raises(BadRequest, match="themselves"):
            catalog.people.merge(anna, anna)


class TestUndo:
    def test_without_a_decision_there_is_nothing_to_undo(self, library: Library) -> None:
        library.faces(2)
        assert library.catalog.people.undo() is None
        assert library.catalog.people.last_decision() is None

    def test_it_says_what_it_would_take_back(self, library: Library) -> None:
        library.person("Anna", library.faces(3))
        last = library.catalog.people.last_decision()
        assert last is not None
        assert (last.kind, last.faces) == (DecisionKind.NAME, 3)

    def test_it_works_after_a_restart(self, path: Path) -> None:
        with Catalog.open(path) as catalog:
            catalog.people.add("Anna")
        with Catalog.open(path) as catalog:
            assert catalog.people.undo() is not None
            assert catalog.people.all() == []

    def test_a_decision_that_changed_nothing_is_none(self, library: Library) -> None:
        catalog = library.catalog
        faces = library.faces(1)
        anna = library.person("Anna", faces)
        assert not catalog.faces.confirm(faces, anna)
        assert not catalog.people.set_years(anna, None, None)
        catalog.people.undo()
        assert catalog.people.all() == []

    def test_several_decisions_of_one_wish_are_taken_back_at_once(self, library: Library) -> None:
        catalog = library.catalog
        face, other = library.faces(2)
        catalog.people.add("Before")
        with catalog.as_one_decision():
            anna = catalog.people.add("Anna")
            with catalog.as_one_decision():
                catalog.faces.confirm([face], anna)
            catalog.faces.reject([other], anna)
        catalog.people.undo()
        assert [one.person.name for one in catalog.people.all()] == ["Before"]
        assert catalog.faces.unnamed(True) == [face, other]
        catalog.people.undo()
        assert catalog.people.all() == []

    def test_a_decision_that_fails_within_a_wish_does_not_part_it(self, library: Library) -> None:
        catalog = library.catalog
        faces = library.faces(2)
        catalog.people.add("Before")
        with catalog.as_one_decision():
            with pytest.raises(NotKnown):
                catalog.faces.confirm(faces, PersonId(77))
            anna = catalog.people.add("Anna")
            catalog.faces.confirm(faces, anna)
        catalog.people.undo()
        assert [one.person.name for one in catalog.people.all()] == ["Before"]

    def test_a_person_whom_the_machine_suggested_since_leaves_cleanly(
        self, library: Library
    ) -> None:
        catalog = library.catalog
        face, other = library.faces(2)
        anna = library.person("Anna", [face])
        catalog.faces.suggest([Suggestion(other, anna, 0.9)])
        changes = catalog.people.undo()
        assert changes is not None
        assert changes.faces == {face, other}
        assert catalog.faces.unnamed(True) == [face, other]
        assert catalog.check() == []

    def test_a_failed_decision_leaves_nothing_to_undo(self, library: Library) -> None:
        catalog = library.catalog
        with pytest.raises(NotKnown):
            catalog.faces.confirm(library.faces(1), PersonId(5))
        assert catalog.people.last_decision() is None

    @pytest.mark.parametrize("seed", range(6))
    def test_undoing_every_decision_leads_back_to_the_beginning(
        self, library: Library, seed: int
    ) -> None:
        """Each undo brings back exactly the state before its decision, down to the first."""
        catalog = library.catalog
        everyone = library.faces(12)
        for face in everyone[:3]:
            library.restoration(face, everyone[4:6])
        deal = random.Random(seed)
        states = [snapshot(catalog)]
        for _ in range(40):
            try:
                decide(catalog, library, deal)
            except ExpectedError:
                continue
            if snapshot(catalog) != states[-1]:
                states.append(snapshot(catalog))
        assert len(states) > 10
        while len(states) > 1:
            assert snapshot(catalog) == states.pop()
            assert catalog.people.undo() is not None
        assert snapshot(catalog) == states[0]
        assert catalog.people.undo() is None
        assert catalog.check() == []


def snapshot(catalog: Catalog) -> dict[str, list[Any]]:
    """Everything that a decision may change."""
    with catalog._file.read() as connection:
        return {
            table.name: sorted(
                tuple(row) for row in connection.execute(select(table)) if table is not None
            )
            for table in (rejections, reference_choices)
        } | {
            "people": sorted(map(repr, connection.execute(select(people)))),
            "faces": sorted(map(repr, connection.execute(select(faces)))),
            "photos": sorted(map(repr, connection.execute(select(photos)))),
            "restorations": sorted(map(repr, connection.execute(select(restorations)))),
        }


def decide(catalog: Catalog, library: Library, deal: random.Random) -> None:
    """One decision of the user, drawn by lot."""
    with catalog._file.read() as connection:
        face_ids = list(connection.scalars(select(faces.c.id)))
        photo_ids = list(connection.scalars(select(photos.c.id)))
    some = deal.sample(face_ids, deal.randint(1, 4))
    known = [one.person.id for one in catalog.people.all()]
    name = deal.choice(["Anna", "Bertha", "Carl", "Dora", "Emil"])
    person = deal.choice(known) if known else PersonId(0)
    other = deal.choice(known) if known else PersonId(0)
    born = deal.choice([None, Year(1900), Year(1910, about=True)])
    day = date(deal.randint(1900, 1990), 1, 1)
    choices: list[Callable[[], object]] = [
        lambda: catalog.faces.name(some, name),
        lambda: catalog.faces.confirm(some, person),
        lambda: catalog.faces.reject(some, person),
        lambda: catalog.faces.set_status(some, AssignmentStatus.IGNORED),
        lambda: catalog.faces.set_status(some, AssignmentStatus.NOT_A_FACE),
        lambda: catalog.faces.set_status(some, AssignmentStatus.NONE),
        lambda: catalog.people.add(name, born),
        lambda: catalog.people.rename(person, name),
        lambda: catalog.people.set_years(person, born, Year(1980)),
        lambda: catalog.people.set_ignored(person, deal.random() < 0.5),
        lambda: catalog.people.merge(person, other),
        lambda: catalog.references.pin(person, some[0]),
        lambda: catalog.references.exclude(person, some[0]),
        lambda: catalog.references.clear(person, some[0]),
        lambda: catalog.photos.set_date(
            deal.sample(photo_ids, 2), PhotoDate(day, day, DatePrecision.DAY)
        ),
        lambda: catalog.faces.add_drawn(
            deal.choice(photo_ids), detected(500), FaceQuality(1, 1, 1, 50), vector(9), MODEL
        ),
    ]
    deal.choice(choices)()


def test_who_could_be_restored_is_counted_up_to_as_many_as_are_wanted(library: Library) -> None:
    """Confirmed faces, without the poor and the excluded, with the pinned whatever they are."""
    catalog = library.catalog
    poor = NewFace(detected(), FaceQuality(0.01, 0.1, 0.1, 4.0), vector(9))
    assert poor.quality.poor
    for number in range(6):
        library.photo(f"{number}.jpg", [new_face(number)])
    library.photo("poor.jpg", [poor])
    *good, bad = catalog.faces.unnamed(include_poor=True)
    anna = library.person("Anna", good[:3])
    assert catalog.people.able_to_guide(4) == {anna: 3}
    catalog.references.exclude(anna, good[0])
    catalog.faces.confirm([bad], anna)
    assert catalog.people.able_to_guide(4) == {anna: 2}
    catalog.references.pin(anna, bad)
    assert catalog.people.able_to_guide(4) == {anna: 3}
    assert catalog.people.able_to_guide(2) == {anna: 2}


def test_the_largest_groups_without_a_name_come_with_the_number_of_all(library: Library) -> None:
    for number in range(6):
        library.photo(f"{number}.jpg", [new_face(number)])
    faces = library.catalog.faces
    ids = faces.unnamed(include_poor=True)
    faces.set_clusters(dict(zip(ids, [4, 8, 8, 2, 8, 2], strict=True)))
    groups, count = library.catalog.people.unnamed(2)
    assert groups == faces.clusters()[:2]
    assert [len(group.faces) for group in groups] == [3, 2]
    assert count == 3
