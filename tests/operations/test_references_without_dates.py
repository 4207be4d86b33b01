"""Without dates, the photos that look most like the face guide it, near-duplicates once."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.person import ReferenceState
from desktop_app.domain.photo import DatePrecision, PhotoDate
from desktop_app.operations.choose_references import choose_references
from tests.catalog.library import MODEL, Library, detected, new_face

COSINES = (0.9, 0.2, 0.7, 0.899, 0.5)  # of each photo to the face in question


@pytest.fixture
def faces(library: Library) -> list[FaceId]:
    """The face in question, then those of the same person with `COSINES` to it."""
    made = []
    for number, cosine in enumerate((1.0, *COSINES)):
        vector = np.zeros(16, np.float32)
        vector[0] = cosine
        aside = 1 if cosine in (0.9, 0.899) else number + 1
        vector[aside] += np.sqrt(1 - cosine**2)
        photo = library.photo(f"{number}.jpg")
        quality = new_face(number).quality
        made.append(library.catalog.faces.add_drawn(photo, detected(), quality, vector, MODEL))
    library.person("Anna", made)
    return made


def _anna(library: Library) -> PersonId:
    anna = library.catalog.people.by_name("Anna")
    assert anna is not None
    return anna.id


def test_those_that_look_alike_come_first_and_near_duplicates_once(
    library: Library, faces: list[FaceId]
) -> None:
    catalog = library.catalog
    chosen = choose_references(
        catalog, _anna(library), catalog.faces.get(faces[0]), count=3, model=MODEL
    )
    assert [one.face_id for one in chosen.references] == [faces[1], faces[3], faces[5]]
    assert "looks alike" in chosen.references[0].reason
    assert "same frontal view" in chosen.references[0].reason


def test_an_excluded_one_never_guides_and_a_pinned_one_always(
    library: Library, faces: list[FaceId]
) -> None:
    catalog, anna = library.catalog, _anna(library)
    catalog.references.pin(anna, faces[2])
    catalog.references.exclude(anna, faces[1])
    chosen = choose_references(catalog, anna, catalog.faces.get(faces[0]), count=2, model=MODEL)
    assert [one.face_id for one in chosen.references] == [faces[2], faces[4]]


def test_a_copy_of_the_same_file_and_a_poor_face_do_not_guide(
    library: Library, faces: list[FaceId]
) -> None:
    catalog, anna = library.catalog, _anna(library)
    first = catalog.photos.get(catalog.faces.get(faces[2]).photo_id)
    copy = library.photo("copy.jpg", content=first.content_hash)
    poor = library.photo("poor.jpg")
    aside = np.eye(16, dtype=np.float32)
    of_copy = catalog.faces.add_drawn(copy, detected(), new_face(8).quality, aside[9], MODEL)
    soft = replace(new_face(9).quality, sharpness=0.0)
    assert soft.poor
    of_poor = catalog.faces.add_drawn(poor, detected(), soft, aside[10], MODEL)
    catalog.faces.confirm([of_copy, of_poor], anna)
    chosen = choose_references(catalog, anna, catalog.faces.get(faces[0]), count=8, model=MODEL)
    guiding = {one.face_id for one in chosen.references}
    assert len(guiding & {faces[2], of_copy}) == 1
    assert of_poor not in guiding
    catalog.references.pin(anna, of_poor)  # but the user's word counts
    chosen = choose_references(catalog, anna, catalog.faces.get(faces[0]), count=8, model=MODEL)
    assert chosen.references[0].face_id == of_poor


def _dated(library: Library, face: FaceId, year: int) -> None:
    photo = library.catalog.faces.get(face).photo_id
    taken = PhotoDate(date(year, 1, 1), date(year, 12, 31), DatePrecision.YEAR)
    library.catalog.photos.set_date([photo], taken)


@pytest.mark.parametrize(
    ("years", "own", "state"),
    [
        ((1950, 1951, 1953, 1954, 1952), None, ReferenceState.WEAK),  # one age only
        ((1950, 1951, 1953, 1954, 1952), 1951, ReferenceState.READY),  # and just the right one
        ((1950, 1951, 1953, 1954, 1952), 1980, ReferenceState.WEAK),  # and a wrong one
        ((1930, 1951, 1970, 1954, 1940), None, ReferenceState.READY),
    ],
)
def test_photos_of_one_age_only_are_said_to_be_weak(
    library: Library,
    faces: list[FaceId],
    years: tuple[int, ...],
    own: int | None,
    state: ReferenceState,
) -> None:
    catalog = library.catalog
    for face, year in zip(faces[1:], years, strict=True):
        _dated(library, face, year)
    if own is not None:
        _dated(library, faces[0], own)
    asked = catalog.faces.get(faces[0])
    chosen = choose_references(catalog, _anna(library), asked, model=MODEL)
    assert chosen.state is state
    if state is ReferenceState.WEAK:
        assert ("of one age, 195" if own is None else "more than 15 years") in chosen.why


@pytest.mark.parametrize(
    ("own", "others", "state"),  # the nose's way from between the eyes, in distances of the eyes
    [
        (0.0, 0.0, ReferenceState.READY),
        (0.1, 0.0, ReferenceState.READY),
        (0.4, 0.0, ReferenceState.WEAK),
        (-0.3, 0.3, ReferenceState.WEAK),  # the other side
    ],
)
def test_photos_of_one_view_only_are_said_to_be_weak_for_a_face_turned_another_way(
    library: Library, own: float, others: float, state: ReferenceState
) -> None:
    catalog = library.catalog
    made = []
    for number, turn in enumerate((own, *[others] * 4)):
        vector = np.zeros(16, np.float32)
        vector[0], vector[number + 1] = 0.6, 0.8
        marks = detected().landmarks.copy()
        marks[2, 0] += turn * (marks[1, 0] - marks[0, 0])
        found = replace(detected(), landmarks=marks)
        photo = library.photo(f"{number}.jpg")
        made.append(catalog.faces.add_drawn(photo, found, new_face(number).quality, vector, MODEL))
    library.person("Anna", made)
    asked = catalog.faces.get(made[0])
    chosen = choose_references(catalog, _anna(library), asked, model=MODEL)
    assert chosen.state is state
    assert ("are one view" in chosen.why) is (state is ReferenceState.WEAK)


def test_of_photos_alike_otherwise_that_of_the_same_view_comes_first(library: Library) -> None:
    catalog = library.catalog
    made = []
    for number, turn in enumerate((0.4, 0.4, -0.4)):  # of equals the newest would come first
        vector = np.zeros(16, np.float32)
        vector[0], vector[number + 1] = 0.6, 0.8
        marks = detected().landmarks.copy()
        marks[2, 0] += turn * (marks[1, 0] - marks[0, 0])
        found = replace(detected(), landmarks=marks)
        photo = library.photo(f"{number}.jpg")
        made.append(catalog.faces.add_drawn(photo, found, new_face(0).quality, vector, MODEL))
    library.person("Anna", made)
    chosen = choose_references(catalog, _anna(library), catalog.faces.get(made[0]), model=MODEL)
    assert [one.face_id for one in chosen.references] == [made[1], made[2]]


def test_of_more_pinned_ones_than_can_guide_the_best_do(
    library: Library, faces: list[FaceId]
) -> None:
    catalog, anna = library.catalog, _anna(library)
    for face in faces[1:]:
        catalog.references.pin(anna, face)
    chosen = choose_references(catalog, anna, catalog.faces.get(faces[0]), count=3, model=MODEL)
    assert [one.face_id for one in chosen.references] == [faces[1], faces[4], faces[3]]


def _like(library: Library, *kinds: tuple[float, bool | None]) -> list[FaceId]:
    """Faces alike but for the detector's score and whether they are without colours."""
    made = []
    for number, (score, one_tone) in enumerate(kinds):
        vector = np.zeros(16, np.float32)
        vector[0], vector[number + 1] = 0.6, 0.8
        quality = replace(new_face(number).quality, one_tone=one_tone)
        found = replace(detected(), det_score=score)
        photo = library.photo(f"{number}.jpg")
        made.append(library.catalog.faces.add_drawn(photo, found, quality, vector, MODEL))
    library.person("Anna", made)
    return made


def test_photos_of_the_same_era_by_their_colours_come_first(library: Library) -> None:
    catalog = library.catalog
    # of equals the newest would come first
    asked, grey, unknown, colour = _like(
        library, (0.9, True), (0.9, True), (0.9, None), (0.9, False)
    )
    assert catalog.faces.get(grey).quality.one_tone is True
    assert catalog.faces.get(unknown).quality.one_tone is None
    chosen = choose_references(catalog, _anna(library), catalog.faces.get(asked), model=MODEL)
    assert chosen.references[-1].face_id == colour
    reasons = {one.face_id: one.reason for one in chosen.references}
    assert "also without colours" in reasons[grey]
    assert "colour" not in reasons[colour]
    assert "colour" not in reasons[unknown]


def test_a_face_that_is_harder_to_see_comes_later(library: Library) -> None:
    catalog = library.catalog
    asked, covered, free = _like(library, (0.9, None), (0.86, None), (0.93, None))
    chosen = choose_references(catalog, _anna(library), catalog.faces.get(asked), model=MODEL)
    assert [one.face_id for one in chosen.references] == [free, covered]
