"""All that is kept of a user goes when they say so, and nothing else."""

import pytest
from filelock import FileLock

from desktop_app.catalog import engine
from desktop_app.catalog.catalog import Catalog
from desktop_app.cli.run import run
from desktop_app.domain.errors import CatalogBusy
from desktop_app.operations.remove_everything import kept_folders, remove_everything
from desktop_app.settings.places import places


@pytest.fixture
def where(tmp_path):
    where = places(tmp_path / "home")
    Catalog.open(where.catalog).close()
    for folder in (where.thumbnails, where.logs, where.models / "pack"):
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(b"123")
    (tmp_path / "home" / "photo.jpg").write_bytes(b"mine")
    return where


def test_all_folders_of_the_application_go_and_the_users_files_stay(where, tmp_path):
    gone = {kept.folder for kept in remove_everything(where)}
    assert gone == {where.data, where.cache, where.logs, where.models}
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["photo.jpg"]
    assert remove_everything(where) == ()
    assert not where.data.exists()


def test_the_lock_is_held_until_only_its_own_file_is_left(where, monkeypatch):
    """Windows does not let go of it sooner, and of an open file not at all."""
    left = []

    class Watched(FileLock):
        def release(self, force=False):
            if where.data.is_dir():
                left.append([path.name for path in where.data.iterdir()])
            super().release(force)

    monkeypatch.setattr(engine, "FileLock", Watched)
    remove_everything(where)
    assert left == [[f"{where.catalog.name}.lock"]]
    assert not where.data.exists()


def test_nothing_goes_while_the_catalog_is_open(where):
    with Catalog.open(where.catalog), pytest.raises(CatalogBusy):
        remove_everything(where)
    assert where.catalog.is_file()
    assert len(kept_folders(where)) == 4


def test_a_folder_within_another_is_named_once(tmp_path, where, monkeypatch):
    nested = type(where)(where.data, where.cache, where.cache / "log", where.data / "models")
    nested.logs.mkdir()
    assert [kept.folder for kept in kept_folders(nested)] == [where.cache, where.data]


def test_the_command_asks_for_a_yes(where, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("LIKENESS_HOME", str(tmp_path / "home"))
    assert run(["data", "remove"]) == 1
    assert "--yes" in capsys.readouterr().err
    assert where.catalog.is_file()
    assert run(["data", "show"]) == 0
    assert run(["data", "remove", "--yes"]) == 0
    assert not where.data.exists()
