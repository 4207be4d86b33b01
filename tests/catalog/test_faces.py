"""Faces: whose they are, what was decided, what the machine may say."""

import numpy as np
import pytest

from desktop_app.catalog.values import Suggestion
from desktop_app.domain.errors import BadRequest, NotKnown
from desktop_app.domain.face import AssignmentStatus, FaceQuality
from desktop_app.domain.ids import FaceId, PersonId, PhotoId

from .library import MODEL, Library, detected, new_face, vector


def test_a_face_comes_back_as_it_was_found(library: Library) -> None:
    photo = library.photo("a.jpg", [new_face(1, 120.5, 33.25)])
    (face,) = library.catalog.faces.of_photo(photo)
    wanted = detected(120.5, 33.25)
    assert face.bbox == wanted.bbox
    np.testing.assert_array_equal(face.landmarks, wanted.landmarks)
    assert face.landmarks.dtype == np.float32
    assert face.landmarks.shape == (5, 2)
    assert face.quality == FaceQuality(0.8, 0.9, 0.7, 40.0)
    assert face.status is AssignmentStatus.NONE
    assert library.catalog.faces.get(face.id).id == face.id


def test_many_keeps_the_order_and_leaves_out_what_is_gone(library: Library) -> None:
    one, two, three = library.faces(3)
    asked = [three, FaceId(999), one, two]
    assert [face.id for face in library.catalog.faces.many(asked)] == [three, one, two]
    with pytest.raises(NotKnown):
        library.catalog.faces.get(FaceId(999))


def test_a_hundred_thousand_ids_may_be_asked_for_at_once(library: Library) -> None:
    faces = library.faces(2)
    assert len(library.catalog.faces.many([FaceId(number) for number in range(100_000)])) == 2
    assert faces


class TestEmbeddings:
    def test_they_come_back_of_unit_length_and_within_half_precision(
        self, library: Library
    ) -> None:
        photo = library.photo("a.jpg", [new_face(5)])
        (face,) = library.catalog.faces.of_photo(photo)
        kept = library.catalog.faces.embedding(face.id, MODEL)
        assert kept.dtype == np.float32
        assert abs(float(np.linalg.norm(kept)) - 1) < 1e-6
        assert float(kept @ vector(5)) > 0.99999

    def test_those_of_two_models_never_mix(self, library: Library) -> None:
        faces = library.faces(4)
        catalog = library.catalog
        assert catalog.faces.without_embedding("other", 3) == faces[:3]
        catalog.faces.add_embeddings(
            "other", [(face, vector(face, 128)) for face in [*faces[:3], FaceId(999)]]
        )
        ids, vectors = catalog.faces.embeddings("other")
        assert ids == faces[:3]
        assert vectors.shape == (3, 128)
        assert catalog.faces.without_embedding("other", 9) == faces[3:]
        assert catalog.faces.embeddings(MODEL, ids=faces[2:])[1].shape == (2, 512)
        assert catalog.faces.embeddings("nobody's")[1].shape == (0, 0)
        with pytest.raises(NotKnown):
            catalog.faces.embedding(faces[3], "other")

    def test_a_second_word_of_a_model_takes_the_place_of_the_first(self, library: Library) -> None:
        (face,) = library.faces(1)
        library.catalog.faces.add_embeddings(MODEL, [(face, vector(50))])
        np.testing.assert_allclose(
            library.catalog.faces.embedding(face, MODEL), vector(50), atol=2e-3
        )

    def test_one_that_is_no_number_is_refused(self, library: Library) -> None:
        (face,) = library.faces(1)
        with pytest.raises(ValueError, match="finite"):
            library.catalog.faces.add_embeddings(MODEL, [(face, vector(1) * np.nan)])


class TestDecisions:
    def test_naming_makes_the_person_and_confirms(self, library: Library) -> None:
        faces = library.faces(3)
        changes = library.catalog.faces.name(faces[:2], "  Anna   Schmidt ")
        person = library.catalog.people.by_name("anna schmidt")
        assert person is not None
        assert person.name == "Anna Schmidt"
        assert changes.faces == set(faces[:2])
        assert changes.people == {person.id}
        assert len(changes.photos) == 2
        library.catalog.faces.name(faces[2:], "ANNA SCHMIDT")
        confirmed = library.catalog.faces.of_person(person.id, AssignmentStatus.CONFIRMED)
        assert {face.id for face in confirmed} == set(faces)

    def test_naming_with_nothing_is_refused_and_makes_nobody(self, library: Library) -> None:
        with pytest.raises(BadRequest, match="needs a name"):
            library.catalog.faces.name(library.faces(1), "  \n ")
        assert library.catalog.people.all() == []

    def test_a_confirmed_face_may_be_given_to_another_by_the_user(self, library: Library) -> None:
        (face,) = library.faces(1)
        anna = library.person("Anna", [face])
        changes = library.catalog.faces.name([face], "Bertha")
        assert anna in changes.people
        assert library.catalog.faces.of_person(anna) == []

    def test_nobody_can_be_given_a_person_who_is_not_there(self, library: Library) -> None:
        with pytest.raises(NotKnown):
            library.catalog.faces.confirm(library.faces(1), PersonId(9))
        with pytest.raises(NotKnown):
            library.catalog.faces.reject(library.faces(1), PersonId(9))

    def test_a_no_stays_a_no_until_the_user_says_yes(self, library: Library) -> None:
        faces = library.catalog.faces
        face, other = library.faces(2)
        anna = library.person("Anna", [other])
        faces.suggest([Suggestion(face, anna, 0.6)])
        changes = faces.reject([face], anna)
        assert (changes.faces, changes.people) == ({face}, {anna})
        assert faces.get(face).status is AssignmentStatus.NONE
        assert not faces.suggest([Suggestion(face, anna, 0.9)])
        assert faces.rejections([face]) == {face: frozenset([anna])}
        assert not faces.reject([face], anna)
        faces.confirm([face], anna)
        assert faces.rejections() == {}

    def test_a_confirmed_face_can_be_rejected(self, library: Library) -> None:
        faces = library.catalog.faces
        (face,) = library.faces(1)
        anna = library.person("Anna", [face])
        faces.reject([face], anna)
        assert faces.get(face).person_id is None
        assert faces.rejections() == {face: frozenset([anna])}

    def test_a_status_takes_the_name_away(self, library: Library) -> None:
        faces = library.catalog.faces
        face, other = library.faces(2)
        anna = library.person("Anna", [face])
        changes = faces.set_status([face, other], AssignmentStatus.IGNORED)
        assert changes.people == {anna}
        assert faces.get(face).person_id is None
        assert faces.with_status(AssignmentStatus.IGNORED) == [face, other]
        assert not faces.set_status([face], AssignmentStatus.IGNORED)
        faces.set_status([face], AssignmentStatus.NONE)
        assert faces.unnamed(True) == [face]
        with pytest.raises(ValueError, match="needs a person"):
            faces.set_status([face], AssignmentStatus.CONFIRMED)

    def test_a_drawn_face_is_kept_with_its_embedding(self, library: Library) -> None:
        faces = library.catalog.faces
        photo = library.photo("a.jpg")
        quality = FaceQuality(0.5, 0.5, 0.5, 30.0)
        face = faces.add_drawn(photo, detected(), quality, vector(3), MODEL)
        blank = faces.add_drawn(photo, detected(400), quality, None, MODEL)
        assert faces.get(face).drawn_by_hand
        assert faces.without_embedding(MODEL, 9) == [blank]
        library.catalog.people.undo()
        assert [one.id for one in faces.of_photo(photo)] == [face]
        with pytest.raises(NotKnown):
            faces.add_drawn(PhotoId(99), detected(), quality, None, MODEL)


class TestTheMachine:
    def test_it_changes_nothing_that_the_user_decided(self, library: Library) -> None:
        faces = library.catalog.faces
        confirmed, ignored, stain, free = library.faces(4)
        anna = library.person("Anna", [confirmed])
        bertha = library.catalog.people.add("Bertha")
        faces.set_status([ignored], AssignmentStatus.IGNORED)
        faces.set_status([stain], AssignmentStatus.NOT_A_FACE)
        changes = faces.suggest(
            [Suggestion(face, bertha, 0.9) for face in (confirmed, ignored, stain, free)]
        )
        assert changes.faces == {free}
        assert faces.get(confirmed).person_id == anna
        assert faces.get(free).suggestion_score == pytest.approx(0.9)

    def test_it_may_change_its_mind(self, library: Library) -> None:
        faces = library.catalog.faces
        (face,) = library.faces(1)
        anna, bertha = (library.catalog.people.add(name) for name in ("Anna", "Bertha"))
        faces.suggest([Suggestion(face, anna, 0.5)])
        assert not faces.suggest([Suggestion(face, anna, 0.5)])
        assert faces.suggest([Suggestion(face, bertha, 0.6)]).people == {anna, bertha}
        assert faces.suggest([Suggestion(face)]).people == {bertha}
        assert faces.get(face).status is AssignmentStatus.NONE

    def test_it_suggests_nobody_who_is_not_there(self, library: Library) -> None:
        (face,) = library.faces(1)
        assert not library.catalog.faces.suggest([Suggestion(face, PersonId(9), 0.9)])

    def test_suggestions_come_surest_first(self, library: Library) -> None:
        faces = library.catalog.faces
        one, two, three = library.faces(3)
        anna = library.catalog.people.add("Anna")
        faces.suggest(
            [
                Suggestion(face, anna, score)
                for face, score in ((one, 0.4), (two, 0.8), (three, 0.6))
            ]
        )
        suggested = faces.of_person(anna, AssignmentStatus.SUGGESTED)
        assert [face.id for face in suggested] == [two, three, one]

    def test_groups_come_biggest_first_with_the_best_face_first(self, library: Library) -> None:
        faces = library.catalog.faces
        photo = library.photo(
            "a.jpg",
            [
                new_face(number, 100 * number, sharpness=sharpness)
                for number, sharpness in enumerate((0.3, 0.9, 0.6, 0.5, 0.7))
            ],
        )
        a, b, c, d, e = (face.id for face in faces.of_photo(photo))
        faces.set_clusters({a: 7, b: 7, c: 7, d: 3, e: 3})
        assert [(one.number, one.faces) for one in faces.clusters()] == [
            (7, (b, c, a)),
            (3, (e, d)),
        ]
        library.person("Anna", [b, c])
        assert [one.number for one in faces.clusters()] == [3, 7]
        library.catalog.people.undo()
        assert faces.clusters()[0].faces == (b, c, a)
        assert faces.set_clusters({a: None, b: 7}).faces == {a}
        assert {one.number: one.faces for one in faces.clusters()} == {7: (b, c), 3: (e, d)}

    def test_poor_faces_are_told_apart(self, library: Library) -> None:
        faces = library.catalog.faces
        photo = library.photo("a.jpg", [new_face(1), new_face(2, 400, sharpness=0.01)])
        good, poor = (face.id for face in faces.of_photo(photo))
        assert faces.unnamed(False) == [good]
        assert faces.unnamed(True) == [good, poor]

    def test_the_same_person_twice_in_a_photo_is_flagged(self, library: Library) -> None:
        faces = library.catalog.faces
        photo = library.photo("a.jpg", [new_face(1), new_face(2, 300), new_face(3, 500)])
        left, middle, right = (face.id for face in faces.of_photo(photo))
        anna = library.person("Anna", [left])
        assert faces.same_person_twice(photo) == {}
        faces.suggest([Suggestion(right, anna, 0.7)])
        assert faces.same_person_twice(photo) == {anna: (left, right)}
        assert middle
