"""The vectors beside the catalog are what it says, and never stand in anybody's way."""

import logging
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop_app.catalog import Catalog, restore_backup
from desktop_app.catalog.embeddings import _listed
from desktop_app.catalog.kept_vectors import KeptVectors, Listing
from desktop_app.catalog.vector_file import VectorFile
from desktop_app.domain.ids import FaceId
from desktop_app.faces.fixed_point import fixed_point
from desktop_app.faces.matrix import FaceMatrix
from tests.catalog.library import MODEL, Library, new_face, vector


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    return tmp_path / "kept" / "catalog.sqlite"


def _files(path: Path) -> list[Path]:
    return sorted(path.with_name(path.name + "-vectors").glob("*.faces"))


def _add(library: Library, seeds: range) -> list[FaceId]:
    return [
        library.catalog.faces.of_photo(library.photo(f"{seed}.jpg", [new_face(seed)]))[0].id
        for seed in seeds
    ]


def _holds(matrix: FaceMatrix, catalog: Catalog) -> bool:
    ids, vectors = catalog.faces.embeddings(MODEL)
    block = matrix.of_faces(np.array(ids, np.int64))
    return matrix.ids.tolist() == ids and bool((block.vectors == fixed_point(vectors)).all())


def test_the_matrix_follows_the_catalog(path: Path, tmp_path: Path) -> None:
    with Catalog.open(path) as catalog:
        assert len(catalog.faces.matrix(MODEL)) == 0
        library = Library(catalog, tmp_path / "photos")
        faces = _add(library, range(5))
        first = catalog.faces.matrix(MODEL)
        assert _holds(first, catalog)
        assert catalog.faces.matrix(MODEL) is first
        _add(library, range(5, 8))
        assert _holds(catalog.faces.matrix(MODEL), catalog)
        assert len(_files(path)) == 2
        catalog.faces.add_embeddings(MODEL, [(faces[1], vector(99))])
        assert _holds(catalog.faces.matrix(MODEL), catalog)
        catalog.folders.remove(library.folder)
        assert len(catalog.faces.matrix(MODEL)) == 0
        assert _files(path) == []


def test_a_next_session_reads_what_the_last_one_kept(path: Path, tmp_path: Path) -> None:
    with Catalog.open(path) as catalog:
        _add(Library(catalog, tmp_path / "photos"), range(6))
        catalog.faces.matrix(MODEL)
    before = _files(path)
    with Catalog.open(path) as catalog:
        assert _holds(catalog.faces.matrix(MODEL), catalog)
    assert _files(path) == before


def test_many_small_files_become_one(path: Path, tmp_path: Path) -> None:
    with Catalog.open(path) as catalog:
        library = Library(catalog, tmp_path / "photos")
        for seed in range(15):
            _add(library, range(seed, seed + 1))
            matrix = catalog.faces.matrix(MODEL)
            assert _holds(matrix, catalog)
        assert len(_files(path)) < 5


@pytest.mark.parametrize("place", [3, 9, 40, 200, -1])
def test_a_flipped_bit_is_found_and_the_file_is_made_anew(
    path: Path, tmp_path: Path, place: int, caplog: pytest.LogCaptureFixture
) -> None:
    with Catalog.open(path) as catalog:
        _add(Library(catalog, tmp_path / "photos"), range(4))
        catalog.faces.matrix(MODEL)
    (file,) = _files(path)
    whole = bytearray(file.read_bytes())
    whole[place] ^= 16
    file.write_bytes(whole)
    quietly = caplog.at_level(logging.ERROR, "desktop_app.catalog.kept_vectors")
    with quietly, Catalog.open(path) as catalog:
        assert _holds(catalog.faces.matrix(MODEL), catalog)
    (anew,) = _files(path)
    assert anew != file
    assert VectorFile.read(anew).block.ids.tolist() == [1, 2, 3, 4]


def test_missing_files_are_made_anew(path: Path, tmp_path: Path) -> None:
    with Catalog.open(path) as catalog:
        _add(Library(catalog, tmp_path / "photos"), range(4))
        catalog.faces.matrix(MODEL)
    for file in _files(path):
        file.unlink()
    with Catalog.open(path) as catalog:
        assert _holds(catalog.faces.matrix(MODEL), catalog)
        for file in _files(path):
            file.unlink()
        _add(Library(catalog, tmp_path / "photos"), range(4, 5))
        assert _holds(catalog.faces.matrix(MODEL), catalog)


def test_another_model_has_files_of_its_own(path: Path, tmp_path: Path) -> None:
    with Catalog.open(path) as catalog:
        faces = _add(Library(catalog, tmp_path / "photos"), range(4))
        catalog.faces.add_embeddings("another", [(faces[0], vector(50, 128))])
        assert catalog.faces.matrix("another").blocks[0].vectors.shape == (1, 128)
        assert _holds(catalog.faces.matrix(MODEL), catalog)
        assert len(_files(path)) == 2


def test_a_reader_beside_the_window_writes_nothing_and_sees_everything(
    path: Path, tmp_path: Path
) -> None:
    with Catalog.open(path) as catalog, Catalog.open(path, read_only=True) as reader:
        library = Library(catalog, tmp_path / "photos")
        _add(library, range(4))
        assert _holds(reader.faces.matrix(MODEL), catalog)
        assert _files(path) == []
        for seed in range(4, 20):
            _add(library, range(seed, seed + 1))
            if seed % 3:
                catalog.faces.matrix(MODEL)
            before = _files(path)
            assert _holds(reader.faces.matrix(MODEL), catalog)
            assert _files(path) == before


def test_the_files_are_their_owners_alone(path: Path, tmp_path: Path) -> None:
    with Catalog.open(path) as catalog:
        _add(Library(catalog, tmp_path / "photos"), range(2))
        catalog.faces.matrix(MODEL)
    for file in _files(path):
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700


def test_of_a_face_that_is_gone_no_byte_stays(path: Path, tmp_path: Path) -> None:
    with Catalog.open(path) as catalog:
        faces = _add(Library(catalog, tmp_path / "photos"), range(6))
        catalog.faces.name([faces[2]], "Anna")
        gone = catalog.faces.matrix(MODEL).of_faces(np.array([faces[2]])).vectors.tobytes()
        assert gone in _files(path)[0].read_bytes()
        anna = catalog.people.by_name("Anna")
        assert anna is not None
        catalog.people.forget(anna.id)
        assert _holds(catalog.faces.matrix(MODEL), catalog)
        (file,) = _files(path)
        assert gone not in file.read_bytes()
        catalog.faces.forget_vectors()
        assert _files(path) == []
        assert _holds(catalog.faces.matrix(MODEL), catalog)


def test_without_room_on_the_disk_the_vectors_stay_in_memory(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Catalog.open(path) as catalog:
        _add(Library(catalog, tmp_path / "photos"), range(3))
        kept = KeptVectors(path, read_only=False)
        monkeypatch.setattr(kept, "_make_folder", lambda: False)
        monkeypatch.setattr(catalog.faces, "_kept", kept)
        assert _holds(catalog.faces.matrix(MODEL), catalog)
        assert _files(path) == []


def _further_on(path: Path, last: int) -> None:
    """The next face of the catalog has a number above `last`, as in a large one."""
    connection = sqlite3.connect(path)
    connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'faces'", (last,))
    connection.commit()
    connection.close()


def test_after_a_change_only_its_part_of_the_catalog_is_listed(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[Listing] = []

    def noted(*asked: Any) -> Listing:
        listed.append(_listed(*asked))
        return listed[-1]

    monkeypatch.setattr("desktop_app.catalog.embeddings._listed", noted)
    with Catalog.open(path) as catalog:
        library = Library(catalog, tmp_path / "photos")
        few = _add(library, range(3))
        _further_on(path, 5000)
        far = _add(library, range(3, 5))
        assert far == [5001, 5002]
        catalog.faces.matrix(MODEL)
        catalog.faces.add_embeddings(MODEL, [(few[1], vector(99))])
        assert _holds(catalog.faces.matrix(MODEL), catalog)
        assert [one.ids.tolist() for one in listed] == [few + far, few]
        catalog.faces.matrix(MODEL)
        catalog.faces.name(far, "Anna")  # no description changes
        assert _holds(catalog.faces.matrix(MODEL), catalog)
        assert [len(one.ids) for one in listed[2:]] == [0, 0]


def test_two_catalogs_of_one_past_never_show_the_same_stamp(path: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.sqlite"
    with Catalog.open(path) as catalog:
        (face,) = _add(Library(catalog, tmp_path / "photos"), range(1))
        catalog.backup(backup)
        before = _stamps(path)
        catalog.faces.add_embeddings(MODEL, [(face, vector(7))])
        one = _stamps(path)
        catalog.faces.matrix(MODEL)
    restore_backup(path, backup)
    assert _stamps(path) == before
    with Catalog.open(path) as catalog:
        catalog.faces.add_embeddings(MODEL, [(face, vector(8))])
        assert _holds(catalog.faces.matrix(MODEL), catalog)
    assert len({*before, *one, *_stamps(path)}) == 3


def _stamps(path: Path) -> list[int]:
    connection = sqlite3.connect(path)
    try:
        return [row[0] for row in connection.execute("SELECT stamp FROM embedding_stamps")]
    finally:
        connection.close()


def test_a_kill_between_new_files_and_the_removal_of_old_ones_does_no_harm(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    def killed(_path: Path) -> bool:
        raise Killed

    with Catalog.open(path) as catalog:
        faces = _add(Library(catalog, tmp_path / "photos"), range(6))
        catalog.faces.matrix(MODEL)
        catalog.faces.add_embeddings(MODEL, [(faces[2], vector(50))])
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr("desktop_app.catalog.kept_vectors._removed", killed)
            catalog.faces.matrix(MODEL)
    assert len(_files(path)) == 2
    with Catalog.open(path) as catalog:
        assert _holds(catalog.faces.matrix(MODEL), catalog)
    assert len(_files(path)) == 1


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_no_vector_is_stale(
    path: Path, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changes, restarts, catalogs brought back from a backup; asked here and in a reader beside."""
    monkeypatch.setattr("desktop_app.catalog.kept_vectors.FULL", 4)
    monkeypatch.setattr("desktop_app.catalog.kept_vectors._MOST_SMALL", 2)
    rng = np.random.default_rng(seed)
    backup, made = tmp_path / "backup.sqlite", 0
    catalog = Catalog.open(path)
    library = Library(catalog, tmp_path / "photos")
    catalog.backup(backup)
    reader = Catalog.open(path, read_only=True)
    for _ in range(60):
        known, _vectors = catalog.faces.embeddings(MODEL)
        match int(rng.integers(8)):
            case 0 | 1:
                _further_on(path, made * 700)
                _add(library, range(made, made + 1))
                made += 1
            case 2 | 3 if known:
                face = known[int(rng.integers(len(known)))]
                catalog.faces.add_embeddings(MODEL, [(face, vector(int(rng.integers(99))))])
            case 4 if len(known) > 3:
                anna = library.person("Anna", known[:1])
                catalog.people.forget(anna, rewrite=False)
            case 5:
                catalog.backup(backup)
            case 6:
                catalog.close()
                reader.close()
                if rng.random() < 0.5:
                    restore_backup(path, backup)
                catalog = Catalog.open(path)
                library.catalog = catalog
                reader = Catalog.open(path, read_only=True)
            case 7:
                assert _holds(catalog.faces.matrix(MODEL), catalog)
        if rng.random() < 0.4:
            assert _holds(reader.faces.matrix(MODEL), catalog)
    assert _holds(catalog.faces.matrix(MODEL), catalog)
    assert _holds(reader.faces.matrix(MODEL), catalog)
    catalog.close()
    reader.close()
