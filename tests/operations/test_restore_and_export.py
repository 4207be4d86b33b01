"""A face is restored with references of the same person, judged, accepted, and exported."""

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
    NoFaceFound,
    NoReferences,
    NotKnown,
)
from desktop_app.domain.face import AssignmentStatus, DetectedFace, Face
from desktop_app.domain.ids import FaceId
from desktop_app.domain.photo import SourcePixels
from desktop_app.domain.progress import Cancelled, Progress, silent
from desktop_app.domain.restoration import (
    RestorationState,
    RestoreRequest,
    RestoreSettings,
)
from desktop_app.faces.alignment import ffhq_matrix, warp_points
from desktop_app.faces.mask import face_mask
from desktop_app.imaging.encode import ExportSettings, format_of_suffix
from desktop_app.imaging.mark import Mark, MarkPlace
from desktop_app.imaging.source import decode_source
from desktop_app.models.store import ModelStore
from desktop_app.operations.decide_faces import name_faces
from desktop_app.operations.export_photos import ExportRequest, PageWish, export_photos
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.kept_restorations import (
    accept_restoration,
    accepted_of_photo,
    open_restoration,
    preview,
    restored_photo,
)
from desktop_app.operations.restore_file import read_reference, restore_file
from desktop_app.operations.restore_photos import restore_photos
from desktop_app.restoration.engines import open_compact
from desktop_app.settings.places import resources

from .conftest import OFFICE, PRINT, SPEECH, MirrorRestorer

FaceIn = Callable[[str], Face]


@pytest.fixture
def restored(named: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes) -> Catalog:
    restore_photos(named, restorer, [RestoreRequest(face_in(PRINT).id)], eyes, silent)
    return named


def test_a_restoration_is_kept_with_its_whole_recipe(
    restored: Catalog, face_in: FaceIn, restorer: MirrorRestorer
) -> None:
    (kept,) = restored.restorations.of_face(face_in(PRINT).id)
    assert kept.state is RestorationState.DRAFT
    assert set(kept.references) == {face_in(OFFICE).id, face_in(SPEECH).id}
    assert (kept.engine, kept.device, kept.seed) == ("tiny", "cpu", 0)
    assert kept.source_hash == restored.photos.get(kept.photo_id).content_hash
    assert kept.likeness is not None
    assert kept.likeness.faces == 2


def test_two_faces_of_one_person_pay_for_their_references_once(
    named: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    references = (face_in(OFFICE).id, face_in(SPEECH).id)
    request = RestoreRequest(face_in(PRINT).id, references)
    restore_photos(named, restorer, [request, replace(request, seed=1)], eyes, silent)
    assert restorer.encoded == [2]
    assert [r.seed for r in named.restorations.of_face(face_in(PRINT).id)] in ([0, 1], [1, 0])


def test_cancelled_restoring_keeps_the_faces_already_done(
    named: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    def stop_after_one(progress: Progress) -> None:
        if progress.done == 1:
            raise Cancelled

    requests = [RestoreRequest(face_in(n).id) for n in (PRINT, OFFICE)]
    with pytest.raises(Cancelled):
        restore_photos(named, restorer, requests, eyes, stop_after_one)
    assert len(named.restorations.ids()) == 1


def test_a_preview_is_recorded_as_one(
    named: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    restorer.facts = replace(restorer.facts, preview_hash="1" * 64)  # type: ignore[misc]
    request = RestoreRequest(face_in(PRINT).id, preview=True)
    restore_photos(named, restorer, [request], eyes, silent)
    (kept,) = named.restorations.of_face(face_in(PRINT).id)
    assert restorer.previews == 1
    assert kept.engine == "tiny-preview"
    assert kept.model_hash == "0" * 64 + "+" + "1" * 64


def test_a_restoration_stopped_inside_a_face_leaves_nothing_of_it(
    named: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    """A slow engine looks up while it works; the wish to stop comes while the second face is."""
    said: list[Progress] = []

    def report(progress: Progress) -> None:
        said.append(progress)
        if progress.what == "Working":
            raise Cancelled

    requests = [RestoreRequest(face_in(n).id) for n in (PRINT, OFFICE)]
    restorer.slow_from = 2
    with pytest.raises(Cancelled):
        restore_photos(named, restorer, requests, eyes, report)
    assert len(named.restorations.ids()) == 1
    assert (said[-1].done, said[-1].total) == (1, 2)


def test_a_face_without_references_is_refused_in_a_sentence(
    catalog: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    request = RestoreRequest(face_in(PRINT).id)
    with pytest.raises(NoReferences, match="who this is"):
        restore_photos(catalog, restorer, [request], eyes, silent)
    name_faces(catalog, [face_in(PRINT).id], "Barack Obama")
    with pytest.raises(NoReferences, match="Confirm other photos"):
        restore_photos(catalog, restorer, [request], eyes, silent)


def test_photos_taken_out_while_a_restoration_waits_are_a_sentence(
    named: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    face = face_in(PRINT).id
    gone = RestoreRequest(face, references=(face_in(OFFICE).id, FaceId(10_000)))
    with pytest.raises(NotKnown, match="has left the library"):
        restore_photos(named, restorer, [gone], eyes, silent)
    (folder,) = named.folders.all()
    named.folders.remove(folder.id)
    with pytest.raises(NotKnown, match="has left the library"):
        restore_photos(named, restorer, [RestoreRequest(face)], eyes, silent)


def test_strength_zero_is_the_photo_itself(restored: Catalog, face_in: FaceIn) -> None:
    (kept,) = restored.restorations.of_face(face_in(PRINT).id)
    opened = open_restoration(restored, kept.id)
    before, nothing = preview(opened, RestoreSettings(strength=0))
    assert np.array_equal(before, nothing)
    _, full = preview(opened, RestoreSettings(strength=1))
    assert np.abs(full.astype(int) - before).max() > 20


def test_outside_the_face_the_photo_is_untouched(restored: Catalog, face_in: FaceIn) -> None:
    (kept,) = restored.restorations.of_face(face_in(PRINT).id)
    source = decode_source(Path(restored.photos.get(kept.photo_id).path))
    composed = restored_photo(restored, [kept.id])
    changed = np.argwhere((composed.samples != source.samples).any(axis=2))
    box = face_in(PRINT).bbox
    low, high = changed.min(axis=0), changed.max(axis=0)
    assert low[1] > box.left - box.width
    assert high[1] < box.right + box.width
    assert low[0] > box.top - box.height
    assert high[0] < box.bottom + box.height


def test_a_result_keeps_its_mask_and_so_needs_no_network_to_be_laid_in_again(
    restored: Catalog, face_in: FaceIn
) -> None:
    (kept,) = restored.restorations.of_face(face_in(PRINT).id)
    opened = open_restoration(restored, kept.id)
    assert opened.crop.mask is not None
    points = warp_points(opened.window.landmarks, opened.window.aligned.matrix)
    oval = face_mask(opened.crop.size, points)
    assert 0.5 < opened.crop.mask.sum() / oval.sum() < 2
    assert np.abs(opened.crop.mask - oval).max() > 0.1  # by 68 points, not by five
    bare = replace(opened, crop=replace(opened.crop, mask=None))  # as kept by an older version
    assert not np.array_equal(
        preview(opened, RestoreSettings())[1], preview(bare, RestoreSettings())[1]
    )


def test_a_mask_does_not_reach_over_another_face_of_the_photo(
    named: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    face = face_in(PRINT)
    apart = np.float32([face.bbox.width * 0.7, 0])
    beside = DetectedFace(face.bbox, (face.landmarks + apart).astype(np.float32), 0.9)
    vector = np.eye(1, 512, dtype=np.float32)[0]
    request = [RestoreRequest(face.id)]
    restore_photos(named, restorer, request, eyes, silent)
    neighbour = named.faces.add_drawn(face.photo_id, beside, face.quality, vector, eyes.embedder.id)
    restore_photos(named, restorer, request, eyes, silent)
    named.faces.set_status([neighbour], AssignmentStatus.NOT_A_FACE)
    restore_photos(named, restorer, request, eyes, silent)
    kept = sorted(k.id for k in named.restorations.of_face(face.id))
    alone, crowded, again = (open_restoration(named, i).crop.mask for i in kept)
    assert alone is not None
    assert crowded is not None
    x, y = warp_points(beside.landmarks, ffhq_matrix(face.landmarks, 64))[0].astype(int)
    assert alone[y, x] > 0.3
    assert crowded[y, x] == 0
    assert np.array_equal(alone, again)


def test_all_confirmed_faces_judge_not_only_the_references_that_guided(
    named: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    face = face_in(PRINT)
    request = RestoreRequest(face.id, references=(face_in(OFFICE).id,))
    restore_photos(named, restorer, [request], eyes, silent)
    (kept,) = named.restorations.of_face(face.id)
    assert len(kept.references) == 1
    assert kept.likeness is not None
    assert kept.likeness.faces == 2
    assert kept.likeness.spread > 0


def test_the_same_face_references_and_seed_give_the_same_photo_to_the_bit(
    samples: Path, eyes: Eyes
) -> None:
    restorer = open_compact(ModelStore(resources() / "models", Path("nowhere")), "cpu")
    size = restorer.facts.input_size
    guide = read_reference(samples / "library" / OFFICE, eyes, size, 10**9)
    one, two = (
        restore_file(samples / "library" / PRINT, [guide], restorer, eyes, silent, seed=7)
        for _ in "12"
    )
    assert np.array_equal(one.after.samples, two.after.samples)
    assert not np.array_equal(one.after.samples, one.before.samples)


def test_one_result_a_face_is_accepted(
    restored: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    restore_photos(restored, restorer, [RestoreRequest(face_in(PRINT).id, seed=2)], eyes, silent)
    first, second = restored.restorations.of_face(face_in(PRINT).id)
    accept_restoration(restored, first.id)
    accept_restoration(restored, second.id)
    assert [r.id for r in accepted_of_photo(restored, first.photo_id)] == [second.id]


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


def test_a_plain_file_is_restored_without_any_catalog(
    indexed: Path, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    library = indexed / "library"
    guides = [read_reference(library / n, eyes, 64, 10**8) for n in (OFFICE, SPEECH)]
    restored = restore_file(library / PRINT, guides, restorer, eyes, silent)
    assert restored.references == 2
    assert restored.likeness is not None
    assert restored.after.samples.shape == restored.before.samples.shape
    blind = restore_file(library / PRINT, [], restorer, eyes, silent)
    assert blind.likeness is None


def test_a_plain_file_is_refused_in_one_sentence(
    indexed: Path, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    library = indexed / "library"
    guide = read_reference(library / OFFICE, eyes, 64, 10**8)
    with pytest.raises(BadRequest, match="At most 4"):
        restore_file(library / PRINT, [guide] * 5, restorer, eyes, silent)
    with pytest.raises(BadRequest, match="has no face 7"):
        restore_file(library / PRINT, [guide], restorer, eyes, silent, face_number=7)


def test_a_reference_without_a_face_is_named(tmp_path: Path, eyes: Eyes) -> None:
    Image.new("RGB", (200, 200), "grey").save(tmp_path / "wall.png")
    with pytest.raises(NoFaceFound, match=r"wall\.png"):
        read_reference(tmp_path / "wall.png", eyes, 64, 10**8)


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
