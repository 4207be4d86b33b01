"""Groups grow as photos come, and are the same in whatever order they came."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.catalog.subject import batches as by_size
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId
from desktop_app.faces.clustering import group_linked
from desktop_app.operations.group_faces import regroup_people
from desktop_app.operations.suggest_people import suggest_people
from tests.catalog.library import MODEL, Library, detected, new_face

PEOPLE, EACH = 6, 5


def _vectors() -> NDArray[np.float32]:
    """(PEOPLE * EACH, 128), a person's faces in a row."""
    rng = np.random.default_rng(2)
    middles = rng.normal(size=(PEOPLE, 1, 128))
    faces = middles / np.linalg.norm(middles, axis=2, keepdims=True)
    faces = (faces + rng.normal(size=(PEOPLE, EACH, 128)) * 0.5 / np.sqrt(128)).reshape(-1, 128)
    return (faces / np.linalg.norm(faces, axis=1, keepdims=True)).astype(np.float32)


VECTORS = _vectors()


def _add(library: Library, numbers: Sequence[int]) -> dict[int, FaceId]:
    added = {}
    for number in numbers:
        photo = library.photo(f"{number}.jpg")
        added[number] = library.catalog.faces.add_drawn(
            photo, detected(), new_face(0).quality, VECTORS[number], MODEL
        )
    return added


def _groups(library: Library, faces: dict[int, FaceId]) -> set[frozenset[int]]:
    numbers = {face: number for number, face in faces.items()}
    return {
        frozenset(numbers[face] for face in group.faces)
        for group in library.catalog.faces.clusters()
    }


def test_photos_that_come_later_join_as_if_all_had_come_at_once(library: Library) -> None:
    order = np.random.default_rng(5).permutation(len(VECTORS)).tolist()
    faces: dict[int, FaceId] = {}
    for start in range(0, len(order), 7):
        faces |= _add(library, order[start : start + 7])
        regroup_people(library.catalog, MODEL)
    in_steps = _groups(library, faces)
    assert in_steps == {frozenset(range(p * EACH, p * EACH + EACH)) for p in range(PEOPLE)}
    library.catalog.faces.forget_links(MODEL)
    assert not regroup_people(library.catalog, MODEL)
    assert _groups(library, faces) == in_steps


def _regrouped(library: Library, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many faces each grouping since looked at; none where nothing was touched."""
    asked: list[int] = []

    def counting(vectors: NDArray[np.int16], *args: Any) -> NDArray[np.int64]:
        asked.append(len(vectors))
        return group_linked(vectors, *args)

    monkeypatch.setattr("desktop_app.operations.group_faces.group_linked", counting)
    return asked


def _something_happens(
    library: Library, rng: np.random.Generator, faces: dict[int, FaceId]
) -> None:
    """A decision, or a face that goes, comes back or is described anew."""
    catalog = library.catalog
    there = {face.id for face in catalog.faces.many(faces.values())}
    known = [face for face in faces.values() if face in there]
    if not known:
        return
    some = known[int(rng.integers(len(known)))]
    match int(rng.integers(8)):
        case 0 | 1:
            catalog.faces.name([some], f"Person {rng.integers(2)}")
        case 2:
            status = rng.choice(["NOT_A_FACE", "IGNORED", "NONE"])
            catalog.faces.set_status([some], AssignmentStatus[status])
        case 3 if people := catalog.people.all():
            catalog.faces.reject([some], people[0].person.id)
        case 4 | 5:
            catalog.people.undo()  # of a face just drawn: it is gone
        case 6 if groups := [one for one in catalog.faces.clusters() if len(one.faces) > 1]:
            catalog.faces.split(groups[0].faces[:1], groups[0].faces[1:])
        case 7:
            other = VECTORS[int(rng.integers(len(VECTORS)))]
            catalog.faces.add_embeddings(MODEL, [(some, other)])


class _Killed(Exception):
    pass


def _between_writes(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator, happens: Callable[[], None]
) -> None:
    """Two faces a transaction; between two of them it happens once in a while."""

    def batches(rows: Iterable[int]) -> Iterator[Sequence[int]]:
        for batch in by_size(rows, 2):
            if rng.integers(6) == 0:
                happens()
            yield batch
        if rng.integers(6) == 0:
            happens()

    monkeypatch.setattr("desktop_app.catalog.touched.batches", batches)


@pytest.mark.parametrize("broken", ["not", "killed", "changed"])
@pytest.mark.parametrize("seed", range(4))
def test_decisions_and_photos_in_any_order_end_in_the_groups_of_one_go(
    library: Library, monkeypatch: pytest.MonkeyPatch, seed: int, broken: str
) -> None:
    rng = np.random.default_rng(seed)
    catalog = library.catalog
    faces: dict[int, FaceId] = {}
    if broken == "killed":

        def happens() -> None:
            raise _Killed

        _between_writes(monkeypatch, rng, happens)
    elif broken == "changed":
        _between_writes(monkeypatch, rng, lambda: _something_happens(library, rng, faces))
    order = rng.permutation(len(VECTORS)).tolist()
    while order:
        size = int(rng.integers(1, 5))
        faces |= _add(library, order[:size])
        order = order[size:]
        for _ in range(int(rng.integers(3))):
            with contextlib.suppress(_Killed):
                regroup_people(catalog, MODEL)
            _something_happens(library, rng, faces)
    monkeypatch.undo()
    regroup_people(catalog, MODEL)
    assert not regroup_people(catalog, MODEL)
    step_by_step = _groups(library, faces)
    catalog.faces.forget_vectors()
    catalog.faces.forget_links(MODEL)
    catalog.faces.set_clusters(dict.fromkeys(faces.values()))
    regroup_people(catalog, MODEL)
    assert _groups(library, faces) == step_by_step


def _before_batch(
    monkeypatch: pytest.MonkeyPatch, number: int, happens: Callable[[], None]
) -> None:
    """Two faces a transaction; it happens before the transaction of this number, from 0."""

    def batches(rows: Iterable[int]) -> Iterator[Sequence[int]]:
        for count, batch in enumerate(by_size(rows, 2)):
            if count == number:
                happens()
            yield batch

    monkeypatch.setattr("desktop_app.catalog.touched.batches", batches)


def test_a_component_that_was_half_written_is_found_again_as_a_whole(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = library.catalog
    faces = _add(library, range(2 * EACH))
    late = [faces[EACH], faces[EACH + 1]]  # their rows alone name the others of their person
    catalog.faces.name([faces[0], faces[2 * EACH - 1]], "Anna")  # from the first: one piece
    catalog.faces.set_status(late, AssignmentStatus.IGNORED)
    regroup_people(catalog, MODEL)
    catalog.faces.set_status(late, AssignmentStatus.NONE)
    regroup_people(catalog, MODEL)
    catalog.faces.set_status([faces[0]], AssignmentStatus.NOT_A_FACE)

    def killed() -> None:
        raise _Killed

    _before_batch(monkeypatch, 3, killed)  # of the five that split off two are written
    with pytest.raises(_Killed):
        regroup_people(catalog, MODEL)
    monkeypatch.undo()
    asked = _regrouped(library, monkeypatch)
    regroup_people(catalog, MODEL)
    assert asked == [2 * EACH - 1]
    catalog.faces.set_status([faces[2 * EACH - 1]], AssignmentStatus.NONE)
    regroup_people(catalog, MODEL)
    assert asked == [2 * EACH - 1, EACH]
    assert _groups(library, faces) == {frozenset(range(1, EACH)), frozenset(range(EACH, 2 * EACH))}


def test_a_bundle_that_was_half_written_is_found_again_as_a_whole(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = library.catalog
    faces = _add(library, range(3 * EACH))
    regroup_people(catalog, MODEL)
    asked = _regrouped(library, monkeypatch)
    catalog.faces.name([faces[0], faces[EACH], faces[2 * EACH]], "Anna")  # three pieces, joined

    def killed() -> None:
        raise _Killed

    written: list[list[int]] = []

    def batches(rows: Iterable[int]) -> Iterator[Sequence[int]]:
        rows = list(rows)
        written.append(rows)
        for batch in by_size(rows, 2):
            yield batch
            if len(written) == 2:  # of the three pieces two are joined
                killed()

    monkeypatch.setattr("desktop_app.catalog.touched.batches", batches)
    with pytest.raises(_Killed):
        regroup_people(catalog, MODEL)
    assert len(written[1]) == 3
    monkeypatch.undo()
    asked = _regrouped(library, monkeypatch)
    regroup_people(catalog, MODEL)
    catalog.faces.set_status([faces[2 * EACH + 1]], AssignmentStatus.IGNORED)
    regroup_people(catalog, MODEL)
    assert asked == [3 * EACH, 3 * EACH - 1]


def test_what_is_joined_and_parted_is_not_written_face_by_face(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = library.catalog
    faces = _add(library, range(3 * EACH))
    regroup_people(catalog, MODEL)
    pieces = catalog.faces.components()
    catalog.faces.name([faces[0], faces[EACH], faces[2 * EACH]], "Anna")
    regroup_people(catalog, MODEL)
    assert np.array_equal(catalog.faces.components(), pieces)
    assert len(catalog.faces.bundles()) == 3
    assert len(set(catalog.faces.bundles().values())) == 1
    catalog.people.undo()
    regroup_people(catalog, MODEL)
    assert np.array_equal(catalog.faces.components(), pieces)
    assert catalog.faces.bundles() == {}


def test_a_face_that_goes_while_its_group_is_written_is_missed_there(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    catalog = library.catalog
    faces = _add(library, range(5 * EACH))
    first, second = range(3), range(3, 5)  # people whose groups one name joins
    catalog.faces.name([faces[p * EACH + 1] for p in first], "Anna")
    catalog.faces.name([faces[p * EACH + 1] for p in second], "Bertha")
    catalog.faces.name([faces[0], faces[3 * EACH]], "Clara")  # and all of them
    regroup_people(catalog, MODEL)
    catalog.faces.set_status([faces[0]], AssignmentStatus.NOT_A_FACE)

    def gone() -> None:
        connection = sqlite3.connect(tmp_path / "kept" / "catalog.sqlite", isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM faces WHERE id = ?", (faces[4 * EACH + 1],))
        connection.close()

    _before_batch(monkeypatch, 0, gone)
    regroup_people(catalog, MODEL)
    monkeypatch.undo()
    regroup_people(catalog, MODEL)
    apart = frozenset(range(4 * EACH, 5 * EACH)) - {4 * EACH + 1}
    assert apart in _groups(library, faces)


def test_of_what_is_not_touched_nothing_is_read(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    faces = _add(library, range(len(VECTORS)))
    regroup_people(library.catalog, MODEL)
    read: list[set[int]] = []
    for name in ("links", "groupable", "splits", "components"):
        of = getattr(type(library.catalog.faces), name)

        def reading(*args: Any, of: Any = of) -> Any:
            read.append(set(args[-1].tolist()))
            return of(*args)

        monkeypatch.setattr(type(library.catalog.faces), name, reading)
    assert not regroup_people(library.catalog, MODEL)
    assert read == []
    library.catalog.faces.reject([faces[EACH]], library.catalog.people.add("Anna"))
    regroup_people(library.catalog, MODEL)
    theirs = {faces[number] for number in range(EACH, 2 * EACH)}
    assert set().union(*read) == theirs


def test_another_model_or_rule_groups_all_anew(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    faces = _add(library, range(3 * EACH))
    asked = _regrouped(library, monkeypatch)
    regroup_people(library.catalog, MODEL)
    library.catalog.faces.add_embeddings(
        "another", [(faces[number], VECTORS[number // 3]) for number in range(6)]
    )
    regroup_people(library.catalog, "another")
    assert _groups(library, faces) == {frozenset(range(6))}
    monkeypatch.setattr("desktop_app.operations.group_faces._RULE", "another rule")
    regroup_people(library.catalog, MODEL)
    assert asked == [3 * EACH, 6, 3 * EACH]


def test_a_decision_regroups_only_what_hangs_together_with_its_face(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    faces = _add(library, range(3 * EACH))
    asked = _regrouped(library, monkeypatch)
    regroup_people(library.catalog, MODEL)
    regroup_people(library.catalog, MODEL)
    assert asked == [3 * EACH]
    library.catalog.faces.name([faces[0]], "Anna")
    regroup_people(library.catalog, MODEL)
    assert asked == [3 * EACH, EACH]
    library.catalog.faces.set_status([faces[EACH]], AssignmentStatus.IGNORED)
    regroup_people(library.catalog, MODEL)
    assert asked == [3 * EACH, EACH, EACH - 1]
    _add(library, range(3 * EACH, 4 * EACH))
    regroup_people(library.catalog, MODEL)
    assert asked == [3 * EACH, EACH, EACH - 1, EACH]
    assert not regroup_people(library.catalog, MODEL)


def test_groups_that_something_else_changed_are_found_again(library: Library) -> None:
    faces = _add(library, range(2 * EACH))
    regroup_people(library.catalog, MODEL)
    before = _groups(library, faces)
    library.catalog.faces.set_clusters({faces[0]: 77, faces[EACH]: 77})
    regroup_people(library.catalog, MODEL)
    assert _groups(library, faces) == before


def test_one_name_on_two_groups_makes_their_other_faces_one(library: Library) -> None:
    faces = _add(library, range(2 * EACH))
    regroup_people(library.catalog, MODEL)
    assert len(_groups(library, faces)) == 2
    library.catalog.faces.name([faces[0], faces[EACH]], "Anna")
    regroup_people(library.catalog, MODEL)
    rest = frozenset(range(1, EACH)) | frozenset(range(EACH + 1, 2 * EACH))
    assert _groups(library, faces) == {rest}
    anna = library.catalog.people.by_name("Anna")
    assert anna is not None
    library.catalog.faces.reject([faces[1], faces[2]], anna.id)
    regroup_people(library.catalog, MODEL)
    assert _groups(library, faces) == {frozenset([1, 2]), rest - {1, 2}}


def _compared(library: Library) -> int:
    """How many faces a grouping compares with all others, which is the first that it tells."""
    told: list[int | None] = []
    regroup_people(library.catalog, MODEL, lambda progress: told.append(progress.total))
    assert told[0] is not None
    return told[0]


def test_only_new_faces_are_compared(library: Library) -> None:
    _add(library, range(10))
    assert _compared(library) == 10
    assert _compared(library) == 0
    _add(library, range(10, 12))
    assert _compared(library) == 2


def test_a_face_that_is_described_anew_is_compared_anew(library: Library) -> None:
    faces = _add(library, [0, 1, EACH, EACH + 1])
    regroup_people(library.catalog, MODEL)
    library.catalog.faces.add_embeddings(MODEL, [(faces[1], VECTORS[EACH + 2])])
    assert _compared(library) == 1
    assert _groups(library, faces) == {frozenset([0]), frozenset([1, EACH, EACH + 1])}


def test_a_group_keeps_its_number_while_others_grow(library: Library) -> None:
    faces = _add(library, [0, 1, 2, EACH])
    regroup_people(library.catalog, MODEL)
    before = library.catalog.faces.groups()
    faces |= _add(library, range(EACH + 1, 2 * EACH))
    changes = regroup_people(library.catalog, MODEL)
    after = library.catalog.faces.groups()
    assert {face: after[face] for face in before} == before
    assert faces[0] not in changes.faces


def test_a_poor_face_is_never_grouped_on_its_own(library: Library) -> None:
    faces = _add(library, [0, 1])
    photo = library.photo("poor.jpg")
    poor = library.catalog.faces.add_drawn(
        photo, detected(), new_face(0, sharpness=0.05).quality, VECTORS[2], MODEL
    )
    regroup_people(library.catalog, MODEL)
    assert set(library.catalog.faces.groups()) == set(faces.values())
    library.catalog.faces.name([faces[0]], "Anna")
    suggest_people(library.catalog, MODEL)
    assert library.catalog.faces.get(poor).status is AssignmentStatus.SUGGESTED


def test_a_split_group_stays_split_until_it_is_taken_back(library: Library) -> None:
    faces = _add(library, range(EACH))
    regroup_people(library.catalog, MODEL)
    library.catalog.faces.split([faces[0], faces[1]], [faces[2], faces[3], faces[4]])
    parted = {frozenset([0, 1]), frozenset([2, 3, 4])}
    assert _groups(library, faces) == parted
    regroup_people(library.catalog, MODEL)
    assert _groups(library, faces) == parted
    assert library.catalog.people.undo() is not None
    assert _groups(library, faces) == {frozenset(range(EACH))}
    regroup_people(library.catalog, MODEL)
    assert _groups(library, faces) == {frozenset(range(EACH))}
    assert library.catalog.faces.splits() == []


def test_a_split_without_a_second_side_is_none(library: Library) -> None:
    faces = _add(library, range(3))
    assert not library.catalog.faces.split(faces.values(), [])
    library.catalog.faces.name([faces[2]], "Anna")
    assert not library.catalog.faces.split([faces[0], faces[1]], [faces[2]])


def test_a_no_speaks_against_faces_like_it(library: Library) -> None:
    faces = _add(library, range(EACH))
    catalog = library.catalog
    catalog.faces.name([faces[0]], "Anna")
    anna = catalog.people.by_name("Anna")
    assert anna is not None
    suggest_people(catalog, MODEL)
    assert catalog.faces.get(faces[2]).person_id == anna.id
    for number in (1, 3, 4):
        catalog.faces.reject([faces[number]], anna.id)
    suggest_people(catalog, MODEL)
    nearest_no = max(float(VECTORS[2] @ VECTORS[n]) for n in (1, 3, 4))
    refuted = nearest_no >= float(VECTORS[2] @ VECTORS[0])
    assert (catalog.faces.get(faces[2]).person_id is None) == refuted
    catalog.people.undo()
    catalog.people.undo()
    catalog.people.undo()
    suggest_people(catalog, MODEL)
    assert catalog.faces.get(faces[2]).person_id == anna.id
