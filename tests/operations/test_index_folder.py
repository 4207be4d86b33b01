"""A folder comes into the catalog, and stays in step with the disk."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import PhotoFilter
from desktop_app.domain.errors import FileVanished
from desktop_app.domain.ids import FolderId
from desktop_app.domain.photo import PhotoState
from desktop_app.domain.progress import Cancelled, Progress, silent
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.decide_faces import name_faces
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.index_folder import index_folder, rescan_folder
from desktop_app.settings.places import resources

from .conftest import OFFICE, SPEECH

_LIBRARY = resources() / "samples" / "library"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos with a face each, and a file that is no photo."""
    folder = tmp_path / "photos"
    folder.mkdir()
    shutil.copy(_LIBRARY / OFFICE, folder / "office.jpg")
    shutil.copy(_LIBRARY / SPEECH, folder / "speech.jpg")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> Catalog:
    return Catalog.open(tmp_path / "own" / "catalog")


def _index(catalog: Catalog, folder: Path, eyes: Eyes, thumbnails: ThumbnailStore) -> FolderId:
    folder_id, _ = add_folder(catalog, folder)
    index_folder(catalog, folder_id, eyes, thumbnails, silent)
    return folder_id


def test_a_bad_file_is_recorded_with_its_reason_and_never_stops_the_run(
    empty: Catalog, folder: Path, eyes: Eyes, thumbnails: ThumbnailStore
) -> None:
    with empty as catalog:
        _index(catalog, folder, eyes, thumbnails)
        (failed,) = catalog.photos.failed()
        assert Path(failed.path).name == "broken.jpg"
        assert "broken.jpg" in failed.reason
        assert catalog.facts().faces == 2


def test_every_indexed_photo_has_a_thumbnail(
    empty: Catalog, folder: Path, eyes: Eyes, thumbnails: ThumbnailStore
) -> None:
    with empty as catalog:
        _index(catalog, folder, eyes, thumbnails)
        ids = catalog.photos.ids(PhotoFilter(state=PhotoState.INDEXED))
        for photo in catalog.photos.many(ids):
            assert thumbnails.get(photo.content_hash)


def test_a_second_look_at_an_unchanged_folder_reads_no_photo(
    empty: Catalog, folder: Path, eyes: Eyes, thumbnails: ThumbnailStore
) -> None:
    with empty as catalog:
        folder_id = _index(catalog, folder, eyes, thumbnails)
        seen: list[Progress] = []
        index_folder(catalog, folder_id, eyes, thumbnails, seen.append)
        assert not any(progress.what.endswith(".jpg") for progress in seen[-1:])
        assert seen[-1] == Progress(0, 0)


def test_a_rescan_of_an_unchanged_folder_asks_as_little_of_many_photos_as_of_few(
    empty: Catalog, tmp_path: Path
) -> None:
    statements: list[str] = []

    def note(*about: object) -> None:
        statements.append(str(about[2]))

    def asked(catalog: Catalog, count: int) -> int:
        folder = tmp_path / f"{count} photos"
        folder.mkdir()
        for number in range(count):
            (folder / f"{number}.jpg").touch()
        folder_id, _ = add_folder(catalog, folder)
        rescan_folder(catalog, folder_id, silent)
        statements.clear()
        assert not rescan_folder(catalog, folder_id, silent).photos
        return len(statements)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with empty as catalog:
            assert asked(catalog, 3) == asked(catalog, 450) > 0
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_a_moved_photo_keeps_its_faces_and_names(
    empty: Catalog, folder: Path, eyes: Eyes, thumbnails: ThumbnailStore
) -> None:
    with empty as catalog:
        folder_id = _index(catalog, folder, eyes, thumbnails)
        photo = catalog.photos.by_path(folder / "office.jpg")
        assert photo is not None
        face = catalog.faces.of_photo(photo.id)[0]
        name_faces(catalog, [face.id], "Barack Obama")
        (folder / "1990s").mkdir()
        (folder / "office.jpg").rename(folder / "1990s" / "moved.jpg")
        index_folder(catalog, folder_id, eyes, thumbnails, silent)
        moved = catalog.photos.by_path(folder / "1990s" / "moved.jpg")
        assert moved is not None
        assert moved.id == photo.id
        assert catalog.faces.of_photo(moved.id)[0].person_id is not None


def test_a_deleted_photo_is_missing_and_comes_back_with_its_file(
    empty: Catalog, folder: Path, eyes: Eyes, thumbnails: ThumbnailStore, tmp_path: Path
) -> None:
    with empty as catalog:
        folder_id = _index(catalog, folder, eyes, thumbnails)
        shutil.move(folder / "speech.jpg", tmp_path / "aside.jpg")
        index_folder(catalog, folder_id, eyes, thumbnails, silent)
        photo = catalog.photos.by_path(folder / "speech.jpg")
        assert photo is not None
        assert photo.state is PhotoState.MISSING
        shutil.move(tmp_path / "aside.jpg", folder / "speech.jpg")
        index_folder(catalog, folder_id, eyes, thumbnails, silent)
        assert catalog.photos.get(photo.id).state is PhotoState.INDEXED


def test_cancelled_indexing_keeps_the_photos_already_done(
    empty: Catalog, folder: Path, eyes: Eyes, thumbnails: ThumbnailStore
) -> None:
    def stop_at_the_third(progress: Progress) -> None:
        if progress.done >= 2:
            raise Cancelled

    with empty as catalog:
        folder_id, _ = add_folder(catalog, folder)
        with pytest.raises(Cancelled):
            index_folder(catalog, folder_id, eyes, thumbnails, stop_at_the_third)
        waiting = catalog.photos.next_to_index(folder_id, limit=10)
        assert len(waiting) == 1
        index_folder(catalog, folder_id, eyes, thumbnails, silent)
        assert catalog.facts().faces == 2


def test_a_folder_that_is_gone_is_offline_and_loses_nothing(
    empty: Catalog, folder: Path, eyes: Eyes, thumbnails: ThumbnailStore
) -> None:
    with empty as catalog:
        folder_id = _index(catalog, folder, eyes, thumbnails)
        folder.rename(folder.with_name("unplugged"))
        with pytest.raises(FileVanished):
            index_folder(catalog, folder_id, eyes, thumbnails, silent)
        assert catalog.folders.all()[0].offline
        assert catalog.facts().faces == 2
        assert all(
            p.state is not PhotoState.MISSING for p in catalog.photos.many(catalog.photos.ids())
        )


def test_an_empty_folder_where_photos_were_is_an_unplugged_drive(
    empty: Catalog, folder: Path, eyes: Eyes, thumbnails: ThumbnailStore
) -> None:
    with empty as catalog:
        folder_id = _index(catalog, folder, eyes, thumbnails)
        folder.rename(folder.with_name("unplugged"))
        folder.mkdir()
        with pytest.raises(FileVanished, match="unplugged"):
            index_folder(catalog, folder_id, eyes, thumbnails, silent)
        assert catalog.folders.all()[0].offline
        assert not catalog.photos.ids(PhotoFilter(state=PhotoState.MISSING))
