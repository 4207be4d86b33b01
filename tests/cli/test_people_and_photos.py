"""People are reviewed, split and forgotten, photos dated and turned, without a window."""

import io
import json
import os
from pathlib import Path

import pytest

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import Suggestion
from desktop_app.cli import run
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId
from desktop_app.domain.person import Year
from desktop_app.domain.photo import DatePrecision
from desktop_app.settings.places import places
from tests.catalog.library import MODEL, Library, new_face
from tests.catalog.test_backups import spoil_embedding


@pytest.fixture
def faces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[FaceId]:
    """Four faces, one a photo, in one group; Anna has the first and three suggestions."""
    monkeypatch.setenv("LIKENESS_HOME", str(tmp_path / "home"))
    (tmp_path / "photos").mkdir()
    where = places(tmp_path / "home").catalog
    with Catalog.open(where) as catalog:
        library = Library(catalog, tmp_path / "photos")
        made = library.faces(4)
        library.photo("alone.jpg", [new_face(9)])
        anna = library.person("Anna", made[:1])
        catalog.faces.suggest(
            [Suggestion(face, anna, 0.9 - n / 10) for n, face in enumerate(made[1:])]
        )
    return made


def _catalog(tmp_path: Path) -> Catalog:
    return Catalog.open(places(tmp_path / "home").catalog)


def test_suggestions_are_judged_a_letter_each_and_undone(
    faces: list[FaceId],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\nn\nu\nhm\nx\nq\n"))
    assert run(["people", "review", "anna"]) == 0
    said = capsys.readouterr().out
    assert "Is this Anna? 0001.jpg" in said
    assert "2 decided" in said
    with _catalog(tmp_path) as catalog:
        status = [catalog.faces.get(face).status for face in faces]
        assert status == [
            AssignmentStatus.CONFIRMED,
            AssignmentStatus.CONFIRMED,
            AssignmentStatus.IGNORED,
            AssignmentStatus.SUGGESTED,
        ]
        assert catalog.faces.rejections() == {}


def test_the_end_of_the_answers_ends_the_review(
    faces: list[FaceId], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run(["people", "review", "Anna"]) == 0
    assert run(["people", "review", "Anna", "--json"]) == 0
    assert capsys.readouterr().out.count('"score"') == 3
    assert run(["people", "review", "Nobody"]) == 1


def test_a_group_is_split(faces: list[FaceId], tmp_path: Path) -> None:
    with _catalog(tmp_path) as catalog:
        catalog.faces.suggest([Suggestion(face) for face in faces[1:]])
        catalog.faces.set_clusters(dict.fromkeys(faces[1:], 0))
    assert run(["people", "split", "--face", str(faces[1])]) == 0
    with _catalog(tmp_path) as catalog:
        groups = {frozenset(group.faces) for group in catalog.faces.clusters()}
        assert {frozenset(faces[1:2]), frozenset(faces[2:])} <= groups
    assert run(["people", "split", *(w for f in faces[2:] for w in ("--face", str(f)))]) == 1
    assert run(["people", "undo"]) == 0
    with _catalog(tmp_path) as catalog:
        assert frozenset(faces[1:]) in {
            frozenset(group.faces) for group in catalog.faces.clusters()
        }


def test_people_and_groups_are_listed(
    faces: list[FaceId], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["people", "list"]) == 0
    assert "Anna: 1 confirmed, 3 suggested" in capsys.readouterr().out
    assert run(["people", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["people"] == [{"name": "Anna", "born": None, "confirmed": 1, "suggested": 3}]


def test_two_people_are_one_and_are_parted_again(
    faces: list[FaceId], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["people", "name", "Anne", "--face", str(faces[1])]) == 0
    assert run(["people", "merge", "Anna", "anna"]) == 1
    assert "themselves" in capsys.readouterr().err
    assert run(["people", "merge", "Anna", "Anne"]) == 0
    with _catalog(tmp_path) as catalog:
        (anna,) = catalog.people.all()
        assert (anna.person.name, anna.confirmed) == ("Anna", 2)
    assert run(["people", "undo"]) == 0
    with _catalog(tmp_path) as catalog:
        counts = {one.person.name: one.confirmed for one in catalog.people.all()}
        assert counts == {"Anna": 1, "Anne": 1}


def test_the_same_person_twice_in_one_photo_is_flagged(
    faces: list[FaceId], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with _catalog(tmp_path) as catalog:
        anna = catalog.people.by_name("Anna")
        assert anna is not None
        beside = new_face(5, left=200)
        photo = catalog.faces.get(faces[0]).photo_id
        again = catalog.faces.add_drawn(
            photo, beside.detected, beside.quality, beside.embedding, MODEL
        )
        catalog.faces.confirm([again], anna.id)
    assert run(["people", "faces", "Anna", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["faces"]
    assert {row["id"] for row in told if row["twice_in_photo"]} == {faces[0], again}
    assert run(["people", "faces", "Anna"]) == 0
    assert capsys.readouterr().out.count("twice in this photo") == 2


def test_years_are_kept_with_about(faces: list[FaceId], tmp_path: Path) -> None:
    assert run(["people", "years", "Anna", "--born", "1925", "--about"]) == 0
    assert run(["people", "years", "Anna", "--died", "1990"]) == 0
    with _catalog(tmp_path) as catalog:
        anna = catalog.people.by_name("anna")
        assert anna is not None
        assert (anna.born, anna.died) == (Year(1925, True), Year(1990, False))


def test_many_photos_are_dated_turned_and_taken_back(
    faces: list[FaceId], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "photos")
    assert run(["photos", "date", "about 1952", folder]) == 0
    assert run(["photos", "turn", "90", f"{folder}/0001.jpg"]) == 0
    with _catalog(tmp_path) as catalog:
        photos = catalog.photos.many(catalog.photos.ids())
        assert {photo.taken.precision for photo in photos} == {DatePrecision.RANGE}
        assert sorted(photo.turned for photo in photos) == [0, 0, 0, 0, 90]
    capsys.readouterr()
    assert run(["photos", "list", "--from", "1954", "--json"]) == 0
    assert capsys.readouterr().out.count('"range"') == 5
    assert run(["photos", "list", "--from", "1955", "--json"]) == 0
    assert '"range"' not in capsys.readouterr().out
    assert run(["people", "undo"]) == 0
    assert run(["people", "undo"]) == 0
    with _catalog(tmp_path) as catalog:
        photos = catalog.photos.many(catalog.photos.ids())
        assert {photo.taken.precision for photo in photos} == {DatePrecision.UNKNOWN}
        assert {photo.turned for photo in photos} == {0}
    assert run(["photos", "date", "yesterday", folder]) == 1
    assert run(["photos", "date", "1952", str(tmp_path / "elsewhere")]) == 1


def test_no_byte_of_anybody_stays_when_all_face_data_is_dropped(
    faces: list[FaceId], tmp_path: Path
) -> None:
    name = "Annabella-Somebody"
    assert run(["people", "rename", "Anna", name]) == 0
    with _catalog(tmp_path) as catalog:
        vector = catalog.faces.embedding(faces[0], "test-embedder").astype("<f2").tobytes()[:64]
        assert catalog.people.by_name(name) is not None
        catalog.backup_beside()
    data = places(tmp_path / "home").catalog.parent
    held = [p for p in data.rglob("*") if p.is_file() and name.encode() in p.read_bytes()]
    assert held
    assert run(["people", "forget-all"]) == 1
    assert run(["people", "forget-all", "--yes"]) == 0
    for path in data.rglob("*"):
        if path.is_file():
            assert name.encode() not in path.read_bytes()
            assert vector not in path.read_bytes()
    with _catalog(tmp_path) as catalog:
        assert (catalog.facts().faces, catalog.facts().people) == (0, 0)
        assert catalog.facts().photos == 5
        assert not catalog.people.undo()


def test_a_damaged_description_is_found_and_made_again(
    faces: list[FaceId], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = places(tmp_path / "home").catalog
    spoil_embedding(home)
    assert run(["catalog", "check"]) == 1
    assert "can be made again" in capsys.readouterr().out
    assert run(["catalog", "check", "--mend"]) == 0
    assert "sound" in capsys.readouterr().out


def test_a_new_catalog_wants_folders_where_the_old_one_cannot_tell_them(
    faces: list[FaceId], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = places(tmp_path / "home").catalog
    home.write_bytes(home.read_bytes()[:5000])
    assert run(["catalog", "rebuild-from-sidecars", str(tmp_path / "new")]) == 1
    assert "Name them" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_backup_is_brought_back_and_what_stood_there_is_kept(
    faces: list[FaceId], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = places(tmp_path / "home").catalog
    assert run(["catalog", "restore"]) == 1
    assert "no sound backup" in capsys.readouterr().err
    with _catalog(tmp_path) as catalog:
        catalog.backup_beside("daily")
        catalog.people.add("Berta")
    home.write_bytes(home.read_bytes()[:5000])  # torn
    assert run(["people", "list"]) == 1
    capsys.readouterr()
    assert run(["catalog", "restore", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert Path(told["set_aside"]).stat().st_size == 5000
    with _catalog(tmp_path) as catalog:
        assert [one.person.name for one in catalog.people.all()] == ["Anna"]
    copy = tmp_path / "copy.catalog"
    assert run(["catalog", "backup", str(copy)]) == 0
    with _catalog(tmp_path) as catalog:
        catalog.people.add("Carl")
    assert run(["catalog", "restore", str(copy)]) == 0
    with _catalog(tmp_path) as catalog:
        assert catalog.people.by_name("Carl") is None


@pytest.mark.parametrize(
    "wish", [("name", "Berta"), ("confirm", "Anna"), ("reject", "Anna"), ("ignore",), ("split",)]
)
def test_a_face_that_nobody_has_changes_nothing(
    faces: list[FaceId],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    wish: tuple[str, ...],
) -> None:
    before = _decided(tmp_path, faces)
    assert run(["people", *wish, "--face", str(faces[1]), "--face", "4711", "--json"]) == 1
    assert "There is no face 4711" in json.loads(capsys.readouterr().out)["error"]
    assert _decided(tmp_path, faces) == before


def _decided(tmp_path: Path, faces: list[FaceId]) -> tuple[object, ...]:
    with _catalog(tmp_path) as catalog:
        people = [summary.person.name for summary in catalog.people.all()]
        status = [(face.status, face.person_id) for face in catalog.faces.many(faces)]
        return people, status, catalog.faces.rejections()


def test_the_catalog_is_backed_up_once_a_day_before_it_is_changed(
    faces: list[FaceId], tmp_path: Path
) -> None:
    assert run(["people", "name", "Berta", "--face", str(faces[3])]) == 0
    assert run(["people", "name", "Clara", "--face", str(faces[2])]) == 0
    with _catalog(tmp_path) as catalog:
        (backup,) = catalog.backups()
    with Catalog.open(backup, read_only=True) as before:
        assert [one.person.name for one in before.people.all()] == ["Anna"]


def test_a_forgetting_that_was_killed_is_finished_by_the_next_command(
    faces: list[FaceId], tmp_path: Path
) -> None:
    memory = places(tmp_path / "home").memories / "model" / "one.memory"
    memory.parent.mkdir(parents=True)
    memory.write_bytes(b"Anna")
    with _catalog(tmp_path) as catalog:
        catalog.forgetting.add([faces[0]], [])
    assert run(["people", "undo"]) == 0
    assert not memory.exists()
    with _catalog(tmp_path) as catalog:
        assert catalog.forgetting.read() is None


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be there")
def test_names_of_files_cannot_steer_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIKENESS_HOME", str(tmp_path / "home"))
    (tmp_path / "photos").mkdir()
    with _catalog(tmp_path) as catalog:
        Library(catalog, tmp_path / "photos").photo("a\x1b[31m\x9b\u202egpj.jpg")
    assert run(["photos", "list"]) == 0
    said = capsys.readouterr().out
    assert "gpj.jpg" in said
    assert not {"\x1b", "\x9b", "\u202e"} & set(said)
