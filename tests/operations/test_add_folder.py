"""Folders come into the library once, and go out of it without a loss that has no way back."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import BadRequest, FileVanished, NotPermitted
from desktop_app.operations.add_folder import add_folder, remove_folder
from tests.catalog.library import Library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(tmp_path / "own" / "catalog") as catalog:
        yield catalog


def test_a_folder_inside_the_library_is_not_added_twice(empty: Catalog, folder: Path) -> None:
    (folder / "inside").mkdir()
    first, _ = add_folder(empty, folder)
    again, changes = add_folder(empty, folder)
    assert again == first
    assert not changes
    with pytest.raises(BadRequest, match="already in the library"):
        add_folder(empty, folder / "inside")
    with pytest.raises(BadRequest, match="already in the library"):
        add_folder(empty, folder.parent)
    with pytest.raises(FileVanished):
        add_folder(empty, folder / "nowhere")


@pytest.mark.skipif(os.name == "nt", reason="links want a permission there")
def test_a_folder_that_goes_by_another_name_too_is_not_added_twice(
    empty: Catalog, folder: Path, tmp_path: Path
) -> None:
    """As where capital letters do not count on a drive, or by a link."""
    (folder / "inside").mkdir()
    other = tmp_path / "other name"
    other.symlink_to(folder)
    first, _ = add_folder(empty, folder)
    assert add_folder(empty, other)[0] == first
    with pytest.raises(BadRequest, match="already in the library"):
        add_folder(empty, other / "inside")
    assert len(empty.folders.all()) == 1


def test_a_folder_that_may_not_be_read_is_refused(
    empty: Catalog, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != folder)
    with pytest.raises(NotPermitted, match="may not be read"):
        add_folder(empty, folder)
    assert empty.folders.all() == []


def test_a_folder_goes_out_with_its_names_and_a_backup_still_knows_them(
    empty: Catalog, folder: Path
) -> None:
    library = Library(empty, folder)
    library.person("Anna", library.faces(2))
    changes = remove_folder(empty, library.folder)
    assert library.folder in changes.folders
    assert (empty.folders.all(), empty.facts().faces) == ([], 0)
    (backup,) = (each for each in empty.backups() if "before-removing-a-folder" in each.name)
    with Catalog.open(backup, read_only=True) as before:
        (anna,) = before.people.all()
        assert (anna.person.name, anna.confirmed) == ("Anna", 2)
