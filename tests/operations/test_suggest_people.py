"""Suggestions follow what the user says, and are what asking every face anew would give."""

import contextlib
import sqlite3
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.progress import Cancelled, Progress
from desktop_app.faces.fixed_point import fixed_point, floating
from desktop_app.faces.matching import AHEAD_OF_NEXT, POOR_AHEAD_OF_NEXT, SUGGEST_FROM
from desktop_app.faces.sign_codes import pairs_within, radius, sign_codes
from desktop_app.operations import suggest_people as asking
from desktop_app.operations.suggest_people import suggest_people
from tests.catalog.library import MODEL, Library, detected, new_face
from tests.faces.said import turned

PEOPLE, EACH = 5, 8


def _vectors() -> NDArray[np.float32]:
    """(PEOPLE * EACH, 512), a person's faces in a row; all are relatives, some hard to tell."""
    rng = np.random.default_rng(4)
    middles = rng.normal(size=(PEOPLE, 1, 512)) + 0.5 * rng.normal(size=512)
    middles /= np.linalg.norm(middles, axis=2, keepdims=True)
    spread = rng.uniform(0.3, 1.1, size=(PEOPLE, EACH, 1))
    faces = middles + rng.normal(size=(PEOPLE, EACH, 512)) * spread / np.sqrt(512)
    faces = faces.reshape(-1, 512)
    return (faces / np.linalg.norm(faces, axis=1, keepdims=True)).astype(np.float32)


VECTORS = _vectors()


def _add(library: Library, numbers: Sequence[int]) -> list[FaceId]:
    """Faces that a photo brings; every fourth is poor."""
    return [
        library.catalog.faces.add_drawn(
            library.photo(f"{library.catalog.photos.count()}.jpg"),
            detected(),
            new_face(0, sharpness=0.8 if number % 4 else 0.05).quality,
            VECTORS[number],
            MODEL,
        )
        for number in numbers
    ]


Said = dict[FaceId, tuple[PersonId | None, float]]


def _suggested(catalog: Catalog) -> Said:
    return {
        face.id: (face.person_id, face.suggestion_score)
        for face in catalog.faces.many(catalog.faces.unasked()[0].tolist())
    }


def _by_the_rule(catalog: Catalog) -> Said:
    """Whom each face may show, asked one by one in the words of the rule."""
    ids, vectors = catalog.faces.embeddings(MODEL)
    fixed = fixed_point(vectors)
    codes, vectors = sign_codes(fixed), floating(fixed)
    cosine = vectors @ vectors.T
    one, other = np.nonzero(cosine >= SUGGEST_FROM)
    missed = ~pairs_within(codes[:, one], codes[:, other], radius(SUGGEST_FROM))
    cosine[one[missed], other[missed]] = -1  # what `near` leaves out, nothing else does either
    faces = {face.id: face for face in catalog.faces.many(ids)}
    ignored = {one.person.id for one in catalog.people.all() if one.person.ignored}
    refused = catalog.faces.rejections()
    own: dict[PersonId, list[int]] = {}
    strangers = []
    for row, face_id in enumerate(ids):
        face = faces[face_id]
        if face.status is AssignmentStatus.CONFIRMED and face.person_id not in ignored:
            assert face.person_id is not None
            own.setdefault(face.person_id, []).append(row)
        elif face.status not in (AssignmentStatus.NONE, AssignmentStatus.SUGGESTED):
            strangers.append(row)
    said: Said = {}
    for row, face_id in enumerate(ids):
        face = faces[face_id]
        if face.status not in (AssignmentStatus.NONE, AssignmentStatus.SUGGESTED):
            continue
        said[face_id] = (None, 0.0)
        near = sorted((max(cosine[row, mine]), who) for who, mine in own.items())
        if not near or near[-1][0] < SUGGEST_FROM:
            continue
        score, who = near[-1]
        ahead = POOR_AHEAD_OF_NEXT if face.quality.poor else AHEAD_OF_NEXT
        no = [n for n, other in enumerate(ids) if who in refused.get(other, ())] + strangers
        if len(near) > 1 and score - near[-2][0] < ahead:
            continue
        if who in refused.get(face_id, ()) or any(cosine[row, n] >= score for n in no):
            continue
        said[face_id] = (who, float(score))
    return said


class _Life:
    """What a user and their photos do, drawn at random."""

    def __init__(self, library: Library, rng: np.random.Generator) -> None:
        self.library, self.rng = library, rng
        self.catalog = library.catalog
        self._number: dict[FaceId, int] = {}

    def _comes(self, count: int) -> None:
        numbers = self.rng.integers(len(VECTORS), size=count).tolist()
        self._number |= zip(_add(self.library, numbers), numbers, strict=True)

    def happens(self) -> None:
        faces, people, rng = self.catalog.faces, self.catalog.people, self.rng
        known = faces.embeddings(MODEL)[0]
        if len(known) < 12:
            self._comes(6)
            return
        some = [known[n] for n in rng.integers(len(known), size=rng.integers(1, 3))]
        there = [summary.person for summary in people.all()]
        waiting = faces.with_status(AssignmentStatus.SUGGESTED)
        one = there[int(rng.integers(len(there)))] if there else None
        match int(rng.integers(18)):
            case 0 | 1:
                self._comes(2)
            case 2 | 3 | 13 | 14:  # mostly rightly
                right = rng.random() < 0.8
                who = self._number[some[0]] // EACH if right else rng.integers(PEOPLE)
                faces.name(some[:1] if right else some, f"Person {who}")
            case 4 | 5 if waiting:
                person = faces.get(waiting[0]).person_id
                assert person is not None
                faces.confirm(waiting[:1], person)
            case 6 if waiting:
                person = faces.get(waiting[-1]).person_id
                assert person is not None
                faces.reject(waiting[-1:], person)
            case 7 if one is not None:
                faces.reject(some, one.id)
            case 8:
                status = rng.choice(["NOT_A_FACE", "IGNORED", "NONE"])
                faces.set_status(some, AssignmentStatus[status])
            case 9 if one is not None:
                people.set_ignored(one.id, not one.ignored)
            case 10 if len(there) > 1:
                people.merge(there[0].id, there[-1].id)
            case 11 if one is not None and rng.random() < 0.4:
                people.forget(one.id, rewrite=False)
            case 12:
                faces.add_embeddings(MODEL, [(some[0], VECTORS[int(rng.integers(len(VECTORS)))])])
            case _:
                for _ in range(int(rng.integers(1, 4))):
                    people.undo()  # of a face just drawn: it is gone


WAYS = {"as it comes": None, "each by its signs": 10**9, "all by all cosines": 0}


def _in_small_steps(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(asking, "_AT_ONCE", 3)
    monkeypatch.setattr(asking, "_SAID_AT_ONCE", 2)
    monkeypatch.setattr("desktop_app.catalog.suggesting._NOTES", 3)
    monkeypatch.setattr("desktop_app.faces.matching._AT_ONCE", 5)
    copied = WAYS[way]
    if copied is not None:
        monkeypatch.setattr(asking, "_COPIED", copied)
        monkeypatch.setattr("desktop_app.faces.within_reach._FEW", 10**9 if copied else 0)


@pytest.mark.parametrize(("seed", "way"), list(enumerate([*WAYS, *WAYS])))
def test_suggestions_are_those_of_asking_everybody_anew(
    library: Library, monkeypatch: pytest.MonkeyPatch, seed: int, way: str
) -> None:
    _in_small_steps(monkeypatch, way)
    life = _Life(library, np.random.default_rng(seed))
    catalog, held = library.catalog, 0
    for _ in range(70):
        life.happens()
        if life.rng.random() < 0.5:
            suggest_people(catalog, MODEL)
            said = _suggested(catalog)
            assert said == _by_the_rule(catalog)
            held += sum(person is not None for person, _ in said.values())
    assert held > 5
    suggest_people(catalog, MODEL)
    with monkeypatch.context() as patched:
        patched.setattr(asking, "_RULE", "another")
        assert not suggest_people(catalog, MODEL)  # all are asked, and none says anything else
    assert catalog.check() == []


@pytest.mark.parametrize(("seed", "way"), list(enumerate([*WAYS, *WAYS])))
def test_what_happens_meanwhile_and_a_kill_make_no_difference(
    library: Library, monkeypatch: pytest.MonkeyPatch, seed: int, way: str
) -> None:
    _in_small_steps(monkeypatch, way)
    life = _Life(library, np.random.default_rng(100 + seed))
    catalog = library.catalog

    def meanwhile(_progress: Progress) -> None:
        if life.rng.random() < 0.4:
            life.happens()
        if life.rng.random() < 0.2:
            raise Cancelled

    for _ in range(25):
        for _ in range(int(life.rng.integers(4))):
            life.happens()
        with contextlib.suppress(Cancelled):
            suggest_people(catalog, MODEL, meanwhile)
        if life.rng.random() < 0.4:
            suggest_people(catalog, MODEL)
            assert _suggested(catalog) == _by_the_rule(catalog)
    suggest_people(catalog, MODEL)
    assert _suggested(catalog) == _by_the_rule(catalog)


def test_the_order_of_arrival_makes_no_difference(library: Library) -> None:
    catalog = library.catalog
    first = _add(library, range(0, len(VECTORS), 2))
    for person in range(PEOPLE):
        catalog.faces.name([first[person * EACH // 2 + 1]], f"Person {person}")
    suggest_people(catalog, MODEL)
    for number in np.random.default_rng(0).permutation(np.arange(1, len(VECTORS), 2)).tolist():
        _add(library, [number])
        suggest_people(catalog, MODEL)
    assert _suggested(catalog) == _by_the_rule(catalog)
    assert sum(person is not None for person, _ in _suggested(catalog).values()) > 3


def _asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The faces that are asked from now on."""
    asked: list[int] = []
    grounds = asking._Library._grounds

    def noting(library: asking._Library, ids: NDArray[np.int64], *about: NDArray[np.bool_]):  # type: ignore[no-untyped-def]
        asked.extend(ids.tolist())
        return grounds(library, ids, *about)

    monkeypatch.setattr(asking._Library, "_grounds", noting)
    return asked


def test_only_those_are_asked_whose_answer_may_be_another(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = library.catalog
    faces = _add(library, range(len(VECTORS)))
    catalog.faces.name([faces[1]], "Anna")
    suggest_people(catalog, MODEL)
    asked = _asked(monkeypatch)
    suggest_people(catalog, MODEL)
    assert asked == []
    (new,) = _add(library, [2])
    suggest_people(catalog, MODEL)
    assert asked == [new]
    asked.clear()
    stranger = min(
        range(EACH, len(VECTORS)), key=lambda n: float(max(VECTORS[n] @ VECTORS.T[:, :n]))
    )
    catalog.faces.set_status([faces[stranger]], AssignmentStatus.IGNORED)
    suggest_people(catalog, MODEL)
    assert len(asked) < 4


def test_a_new_name_holds_back_a_weak_suggestion_though_it_is_out_of_reach(
    library: Library,
) -> None:
    vectors = np.zeros((3, 512), np.float32)
    vectors[0, 0] = 1
    vectors[1, :2] = 0.46, np.sqrt(1 - 0.46**2)
    vectors[2, [0, 2]] = 0.32, np.sqrt(1 - 0.32**2)
    catalog = library.catalog
    face, anna, berta = (
        catalog.faces.add_drawn(
            library.photo(f"{n}.jpg"), detected(), new_face(0).quality, vector, MODEL
        )
        for n, vector in enumerate(turned(vectors))
    )
    catalog.faces.name([anna], "Anna")
    suggest_people(catalog, MODEL)
    assert catalog.faces.get(face).status is AssignmentStatus.SUGGESTED
    catalog.faces.name([berta], "Berta")
    suggest_people(catalog, MODEL)
    assert catalog.faces.get(face).status is AssignmentStatus.NONE
    catalog.people.undo()
    suggest_people(catalog, MODEL)
    assert catalog.faces.get(face).status is AssignmentStatus.SUGGESTED


def test_another_model_is_asked_anew_and_the_first_one_again(library: Library) -> None:
    catalog = library.catalog
    faces = _add(library, range(EACH))
    catalog.faces.name([faces[1]], "Anna")
    suggest_people(catalog, MODEL)
    before = _suggested(catalog)
    assert any(person is not None for person, _ in before.values())
    catalog.faces.add_embeddings("other", list(zip(faces, VECTORS[EACH : 2 * EACH], strict=True)))
    suggest_people(catalog, "other")
    assert _suggested(catalog) != before
    suggest_people(catalog, MODEL)
    assert _suggested(catalog) == before


def test_without_a_description_a_suggestion_stays_as_it_was(library: Library) -> None:
    catalog = library.catalog
    faces = _add(library, range(EACH))
    catalog.faces.name([faces[1]], "Anna")
    suggest_people(catalog, MODEL)
    face, *_ = catalog.faces.with_status(AssignmentStatus.SUGGESTED)
    other = sqlite3.connect(catalog.path)
    other.execute("DELETE FROM embeddings WHERE face_id = ?", (face,))
    other.commit()
    other.close()
    before = _suggested(catalog)
    assert not suggest_people(catalog, MODEL)
    assert _suggested(catalog) == before
    catalog.faces.add_embeddings(MODEL, [(face, VECTORS[-1])])
    suggest_people(catalog, MODEL)
    assert _suggested(catalog) == _by_the_rule(catalog)
