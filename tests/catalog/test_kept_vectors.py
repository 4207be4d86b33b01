"""The vectors beside the catalog are what it says, and never stand in anybody's way."""

import logging
from pathlib import Path

import numpy as np
import pytest

from desktop_app.catalog import Catalog
from desktop_app.catalog.kept_vectors import KeptVectors
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
