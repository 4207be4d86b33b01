"""Faces that were missed are drawn by hand, or found by a harder look."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import FoundPhoto, IndexedPhoto
from desktop_app.domain.errors import BadRequest
from desktop_app.domain.face import BBox
from desktop_app.domain.ids import PhotoId
from desktop_app.imaging.content_hash import content_hash
from desktop_app.imaging.metadata import read_metadata
from desktop_app.operations.add_missed_faces import draw_face, rescan_photo
from desktop_app.operations.decide_faces import undo_decision
from desktop_app.operations.eyes import Eyes
from desktop_app.settings.places import resources

from .conftest import SPEECH


@pytest.fixture
def blind(tmp_path: Path) -> Iterator[tuple[Catalog, PhotoId]]:
    """A photo of a face that nobody found."""
    folder = tmp_path / "photos"
    folder.mkdir()
    file = folder / "speech.jpg"
    shutil.copy(resources() / "samples" / "library" / SPEECH, file)
    with Catalog.open(tmp_path / "own" / "catalog") as catalog:
        folder_id = catalog.folders.add(folder)
        found = FoundPhoto(b"speech.jpg", file.stat().st_size, 1)
        (photo_id,) = catalog.photos.record_found(folder_id, [found])
        about = read_metadata(file)
        catalog.photos.record_indexed(
            [IndexedPhoto(photo_id, content_hash(file), about, [], "none", "none")]
        )
        yield catalog, photo_id


def test_a_harder_look_keeps_the_faces_that_were_missed_and_one_undo_takes_them(
    blind: tuple[Catalog, PhotoId], eyes: Eyes
) -> None:
    catalog, photo_id = blind
    assert rescan_photo(catalog, photo_id, eyes).faces
    assert not rescan_photo(catalog, photo_id, eyes).faces
    undo_decision(catalog)
    assert catalog.faces.of_photo(photo_id) == []


def test_a_drawn_face_is_looked_for_inside_the_box(
    blind: tuple[Catalog, PhotoId], eyes: Eyes
) -> None:
    catalog, photo_id = blind
    rescan_photo(catalog, photo_id, eyes)
    true = max(catalog.faces.of_photo(photo_id), key=lambda face: face.bbox.height)
    undo_decision(catalog)
    box = true.bbox
    roughly = BBox(box.left - 10, box.top - 6, box.right + 12, box.bottom + 9)
    (face_id,) = draw_face(catalog, photo_id, roughly, eyes).faces
    drawn = catalog.faces.get(face_id)
    assert drawn.drawn_by_hand
    assert drawn.bbox.overlap(box) > 0.7
    assert abs(drawn.landmarks - true.landmarks).max() < 0.1 * box.width
    with pytest.raises(BadRequest, match="known already"):
        draw_face(catalog, photo_id, roughly, eyes)


def test_a_box_without_a_face_is_kept_as_drawn(blind: tuple[Catalog, PhotoId], eyes: Eyes) -> None:
    catalog, photo_id = blind
    photo = catalog.photos.get(photo_id)
    box = BBox(4, photo.height - 84, 64, photo.height - 4)
    (face_id,) = draw_face(catalog, photo_id, box, eyes).faces
    assert catalog.faces.get(face_id).bbox == pytest.approx(box)


def test_a_box_of_a_few_pixels_is_refused(blind: tuple[Catalog, PhotoId], eyes: Eyes) -> None:
    catalog, photo_id = blind
    with pytest.raises(BadRequest, match="too small"):
        draw_face(catalog, photo_id, BBox(-50, 10, 5, 60), eyes)
