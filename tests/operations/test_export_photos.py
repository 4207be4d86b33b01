"""Restored photos are exported; no photo of the user is ever written."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import (
    BadRequest,
    NameTaken,
)
from desktop_app.domain.face import AssignmentStatus, Face
from desktop_app.domain.photo import SourcePixels
from desktop_app.domain.progress import silent
from desktop_app.domain.restoration import (
    RestoreRequest,
)
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.encode import ExportSettings, format_of_suffix
from desktop_app.imaging.mark import Mark, MarkPlace
from desktop_app.imaging.source import decode_source
from desktop_app.operations.decide_faces import name_faces
from desktop_app.operations.describe_export import describe_export
from desktop_app.operations.export_photos import ExportRequest, PageWish, export_photos
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.kept_restorations import (
    restored_photo,
)
from desktop_app.operations.restore_photos import restore_photos
from desktop_app.operations.suggest_people import suggest_people

from .conftest import OFFICE, PRINT, SPEECH, MirrorRestorer

FaceIn = Callable[[str], Face]


def test_an_export_holds_the_composed_pixels_and_never_replaces_the_original(
    restored: Catalog, face_in: FaceIn, tmp_path: Path
) -> None:
    (kept,) = restored.restorations.of_face(face_in(PRINT).id)
    original = Path(restored.photos.get(kept.photo_id).path)
    before = hashlib.sha256(original.read_bytes()).digest()
    settings = ExportSettings(file_format="png")
    to_new = ExportRequest(kept.photo_id, (kept.id,), tmp_path / "new.png", settings)
    onto_it = replace(to_new, path=original, settings=replace(settings, overwrite=True))
    done, refused = export_photos(restored, [to_new, onto_it], silent)
    assert done.problem is None
    assert isinstance(refused.problem, NameTaken)
    assert hashlib.sha256(original.read_bytes()).digest() == before
    written: SourcePixels = decode_source(tmp_path / "new.png")
    assert np.array_equal(written.samples, restored_photo(restored, [kept.id]).samples)


@pytest.mark.parametrize("name", ["new in the folder.png", OFFICE])
def test_a_photo_that_the_catalog_does_not_know_as_it_is_now_is_spared_too(
    tmp_path: Path, indexed: Path, face_in: FaceIn, restored: Catalog, name: str
) -> None:
    """New in a folder of the library, or changed since it was read."""
    (kept,) = restored.restorations.of_face(face_in(PRINT).id)
    target = indexed / "library" / name
    before = target.read_bytes() if target.exists() else None
    try:
        Image.new("RGB", (60, 40), "grey").save(target)
        stands = target.read_bytes()
        settings = ExportSettings(format_of_suffix(target), overwrite=True)
        (refused,) = export_photos(
            restored, [ExportRequest(kept.photo_id, (kept.id,), target, settings)], silent
        )
        assert isinstance(refused.problem, NameTaken)
        assert not refused.replaceable
        assert target.read_bytes() == stands
    finally:
        if before is None:
            target.unlink()
        else:
            target.write_bytes(before)


def test_an_export_in_a_folder_of_the_library_is_replaced_when_asked(
    restored: Catalog, face_in: FaceIn, indexed: Path
) -> None:
    (kept,) = restored.restorations.of_face(face_in(PRINT).id)
    target = indexed / "library" / "restored.png"
    request = ExportRequest(kept.photo_id, (kept.id,), target, ExportSettings("png"))
    again = replace(request, settings=replace(request.settings, overwrite=True))
    try:
        outcomes = export_photos(restored, [request, again], silent)
        assert [outcome.problem for outcome in outcomes] == [None, None]
    finally:
        target.unlink()


def test_a_photo_that_changed_since_is_not_exported(
    restored: Catalog, face_in: FaceIn, indexed: Path
) -> None:
    (kept,) = restored.restorations.of_face(face_in(PRINT).id)
    path = indexed / "library" / PRINT
    kept_bytes = path.read_bytes()
    try:
        path.write_bytes(kept_bytes + b"\0")
        with pytest.raises(BadRequest, match="has changed"):
            restored_photo(restored, [kept.id])
    finally:
        path.write_bytes(kept_bytes)


def test_results_of_two_photos_are_not_laid_into_one(
    restored: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes, tmp_path: Path
) -> None:
    other = face_in(OFFICE)
    restore_photos(restored, restorer, [RestoreRequest(other.id)], eyes, silent)
    results = [restored.restorations.of_face(face_in(n).id)[0] for n in (PRINT, OFFICE)]
    both = tuple(result.id for result in results)
    with pytest.raises(BadRequest, match="different photos"):
        restored_photo(restored, both)
    request = ExportRequest(other.photo_id, both, tmp_path / "both.png", ExportSettings("png"))
    (refused,) = export_photos(restored, [request], silent)
    assert isinstance(refused.problem, BadRequest)
    assert list(tmp_path.glob("both*")) == []


def test_an_export_has_its_mark_and_its_page(
    restored: Catalog, face_in: FaceIn, tmp_path: Path
) -> None:
    face = face_in(PRINT)
    (kept,) = restored.restorations.of_face(face.id)
    request = ExportRequest(
        face.photo_id,
        (kept.id,),
        tmp_path / "print.png",
        ExportSettings("png"),
        caption="Restored in 2026",
        mark=Mark(MarkPlace.CORNER, "Restored"),
        page=PageWish(".pdf"),
    )
    assert [o.problem for o in export_photos(restored, [request], silent)] == [None]
    plain = restored_photo(restored, [kept.id]).samples
    marked = decode_source(tmp_path / "print.png").samples
    changed = np.nonzero((plain != marked).any(axis=2))
    assert changed[0].min() > 0.8 * plain.shape[0]
    page = tmp_path / "print before and after.pdf"
    assert page.read_bytes().startswith(b"%PDF")
    # both names are asked for before anything is written
    (tmp_path / "print.png").unlink()
    (again,) = export_photos(restored, [request], silent)
    assert isinstance(again.problem, NameTaken)
    assert sorted(file.name for file in tmp_path.glob("print*")) == [page.name]


def test_only_names_that_were_confirmed_go_into_the_file(catalog: Catalog, face_in: FaceIn) -> None:
    name_faces(catalog, [face_in(OFFICE).id], "Barack Obama")
    suggest_people(catalog, "fr_feature")
    assert face_in(SPEECH).status is AssignmentStatus.SUGGESTED
    told = {
        name: [face.name for face in _described(catalog, face_in(name)).faces]
        for name in (OFFICE, SPEECH)
    }
    assert told == {OFFICE: ["Barack Obama"], SPEECH: []}


def _described(catalog: Catalog, face: Face) -> ExportAbout:
    return describe_export(catalog, catalog.photos.get(face.photo_id), [])
