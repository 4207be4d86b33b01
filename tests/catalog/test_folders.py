"""Folders of the library."""

from pathlib import Path

import pytest

from desktop_app.catalog import Catalog, FoundPhoto
from desktop_app.domain.errors import BadRequest, NotKnown
from desktop_app.domain.ids import FolderId

from .library import Library, new_face


def test_a_folder_added_twice_is_one(catalog: Catalog, tmp_path: Path) -> None:
    assert catalog.folders.add(tmp_path) == catalog.folders.add(tmp_path / "." / "x" / "..")
    (folder,) = catalog.folders.all()
    assert folder.path == str(tmp_path)
    assert folder.last_indexed is None
    assert not folder.offline


def test_a_folder_by_a_link_is_the_folder(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "link").symlink_to("photos")
    assert catalog.folders.add(tmp_path / "link") == catalog.folders.add(tmp_path / "photos")


def test_a_folder_inside_another_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    catalog.folders.add(tmp_path / "photos")
    with pytest.raises(BadRequest, match="already in the library"):
        catalog.folders.add(tmp_path / "photos" / "1952")
    with pytest.raises(BadRequest, match="already in the library"):
        catalog.folders.add(tmp_path)
    catalog.folders.add(tmp_path / "photos of others")


def test_a_folder_tells_when_it_was_indexed_and_whether_its_drive_is_there(
    catalog: Catalog, tmp_path: Path
) -> None:
    folder = catalog.folders.add(tmp_path)
    assert catalog.folders.mark_offline(folder, True).folders == {folder}
    assert catalog.folders.get(folder).offline
    catalog.folders.mark_indexed(folder)
    assert not catalog.folders.get(folder).offline
    assert catalog.folders.get(folder).last_indexed is not None


def test_a_removed_folder_takes_all_that_is_known_of_its_photos(library: Library) -> None:
    catalog = library.catalog
    faces = library.faces(120)
    anna = library.person("Anna", faces[:60])
    library.restoration(faces[0], faces[1:4], anna)
    changes = catalog.folders.remove(library.folder)
    assert len(changes.photos) == 120
    assert changes.faces == set(faces)
    assert changes.people == {anna}
    facts = catalog.facts()
    assert (facts.folders, facts.photos, facts.faces, facts.restorations) == (0, 0, 0, 0)
    assert facts.people == 1
    assert catalog.check() == []


def test_undo_after_a_folder_was_removed_does_no_harm(library: Library) -> None:
    catalog = library.catalog
    photo = library.photo("a.jpg", [new_face(1)])
    (face,) = catalog.faces.of_photo(photo)
    anna = library.person("Anna", [face.id])
    catalog.references.pin(anna, face.id)
    catalog.references.clear(anna, face.id)
    catalog.folders.remove(library.folder)
    while catalog.people.undo() is not None:
        pass
    assert catalog.facts().people == 0
    assert catalog.check() == []


def test_a_folder_that_is_gone_is_not_known(catalog: Catalog) -> None:
    nowhere = FolderId(99)
    with pytest.raises(NotKnown):
        catalog.folders.get(nowhere)
    with pytest.raises(NotKnown):
        catalog.folders.mark_indexed(nowhere)
    with pytest.raises(NotKnown):
        catalog.photos.record_found(nowhere, [FoundPhoto(b"a.jpg", 1, 1)])
