"""A forgetting that was interrupted goes on at the next opening, and leaves as little."""

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from desktop_app.catalog import Catalog
from desktop_app.catalog.forgetting import Unfinished
from desktop_app.catalog.rows import packed
from desktop_app.domain.errors import CatalogBusy, NotPermitted
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.imaging.thumbnails import ThumbnailStore, face_key
from desktop_app.operations import forget_person as operation
from desktop_app.operations.forget_person import finish_forgetting, forget_person
from tests.catalog.library import MODEL, Library

NAME = "Wilhelmine Unverwechselbar"


class Home:
    """A catalog, caches and a backup, all of which know one person."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "data" / "likeness.catalog"
        self.thumbnails = ThumbnailStore(folder / "thumbnails", 10**7)
        self.memories = folder / "memories"
        self.photos = folder.parent / "photos"
        self.photos.mkdir()

    def fill(self) -> tuple[PersonId, list[FaceId]]:
        with Catalog.open(self.path) as catalog:
            library = Library(catalog, self.photos)
            faces = library.faces(4)
            person = library.person(NAME, faces[:3])
            self.vectors = [packed(catalog.faces.embedding(f, MODEL))[0] for f in faces[:3]]
            catalog.faces.matrix(MODEL)  # mapped from a file of its own
            catalog.backup_beside()
        for face in faces:
            self.thumbnails.put(face_key(face), np.zeros((8, 8, 3), np.uint8))
        (self.memories / "model").mkdir(parents=True)
        (self.memories / "model" / "one.memory").write_bytes(NAME.encode())
        stray = self.folder / "thumbnails" / "01" / ".likeness-left-by-a-kill"
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(NAME.encode())
        return person, faces

    def forget(self, catalog: Catalog, person: PersonId) -> None:
        forget_person(catalog, person, self.thumbnails, self.memories)

    def finish(self) -> None:
        with Catalog.open(self.path) as catalog:
            finish_forgetting(catalog, self.thumbnails, self.memories)

    def knows(self) -> bool:
        """Whether any byte of the person is anywhere."""
        whole = b"".join(p.read_bytes() for p in self.folder.rglob("*") if p.is_file())
        return any(secret in whole for secret in (NAME.encode(), *self.vectors))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


STEPS = (
    "Catalog.rewrite",
    "Catalog.forget_backups",
    "ThumbnailStore.forget",
    "forget_memories",
    "write_sidecars",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_forgetting_goes_on_where_it_was_killed(
    home: Home, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    person, faces = home.fill()
    assert home.knows()

    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(f"desktop_app.operations.forget_person.{step}", killed)
    with Catalog.open(home.path) as catalog, pytest.raises(Killed):
        home.forget(catalog, person)
    monkeypatch.undo()
    home.finish()
    assert not home.knows()
    assert [home.thumbnails.get(face_key(face)) is None for face in faces] == [True] * 3 + [False]
    with Catalog.open(home.path) as catalog:
        assert catalog.people.all() == []
        assert catalog.forgetting.read() is None


def test_killed_before_anything_was_forgotten_nothing_is(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, faces = home.fill()
    with Catalog.open(home.path) as catalog:

        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(catalog.people, "forget", killed)
        with pytest.raises(KeyboardInterrupt):
            home.forget(catalog, person)
    home.finish()
    with Catalog.open(home.path) as catalog:
        assert {face.id for face in catalog.faces.of_person(person)} == set(faces[:3])
        assert len(catalog.backups()) == 1


def test_a_reader_that_holds_the_log_is_told_and_the_rest_is_done_later(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = home.fill()
    monkeypatch.setattr("desktop_app.catalog.engine.BUSY_TIMEOUT_MS", 50)
    with Catalog.open(home.path) as catalog, Catalog.open(home.path, read_only=True) as reader:
        with reader._file.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM people").scalar() == 1
            with pytest.raises(CatalogBusy, match="Close that program"):
                home.forget(catalog, person)
        assert catalog.people.all() == []
        assert catalog.forgetting.read() is not None
    home.finish()
    assert not home.knows()


def test_a_picture_in_the_making_meanwhile_goes_at_the_next_opening(home: Home) -> None:
    person, faces = home.fill()
    with Catalog.open(home.path) as catalog:
        home.forget(catalog, person)
        assert not home.knows()
        late = threading.Thread(
            target=home.thumbnails.put, args=(face_key(faces[0]), np.zeros((8, 8, 3), np.uint8))
        )
        late.start()
        late.join()
    home.finish()
    assert home.thumbnails.get(face_key(faces[0])) is None


def test_names_beside_photos_go_once_their_drive_is_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = home.fill()
    away = home.photos.with_name("away")
    home.photos.rename(away)
    asked: list[int] = []
    monkeypatch.setattr(
        operation, "write_sidecars", lambda catalog, photos, *_, **__: asked.append(len(photos))
    )
    with Catalog.open(home.path) as catalog:
        home.forget(catalog, person)
    home.finish()
    with Catalog.open(home.path) as catalog:
        assert catalog.forgetting.read() == Unfinished(
            frozenset(), frozenset(catalog.photos.ids()[:3]), rewritten=True
        )
    away.rename(home.photos)
    home.finish()
    home.finish()
    assert asked == [0, 0, 3]
    with Catalog.open(home.path) as catalog:
        assert catalog.forgetting.read() is None


def test_a_note_that_cannot_be_read_has_the_bytes_removed_again(home: Home) -> None:
    home.fill()
    note = home.path.with_name("likeness.catalog.forgetting")
    note.write_bytes(b"torn")
    home.finish()
    assert not note.exists()


def test_catalogs_that_were_set_aside_are_forgotten_too(home: Home) -> None:
    person, _ = home.fill()
    aside = home.path.with_name("likeness-replaced-20260101T000000000000.catalog")
    shutil.copy(home.path, aside)
    shutil.copytree(
        home.path.with_name("likeness-backups"), aside.with_name("likeness-replaced-x-backups")
    )
    with Catalog.open(home.path) as catalog:
        home.forget(catalog, person)
    assert not home.knows()


@pytest.mark.parametrize(("in_use", "what"), [(".faces", "Descriptions"), (".jpg", "pictures")])
def test_a_file_in_use_is_said_and_goes_at_the_next_opening(
    home: Home, monkeypatch: pytest.MonkeyPatch, in_use: str, what: str
) -> None:
    """As on Windows, which lets go of no file that is open or mapped."""
    person, _ = home.fill()
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == in_use:
            raise PermissionError(13, "another process uses it")
        unlink(path, missing_ok)

    with Catalog.open(home.path) as catalog, monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        with pytest.raises(NotPermitted, match=what):
            home.forget(catalog, person)
    home.finish()
    assert not home.knows()
