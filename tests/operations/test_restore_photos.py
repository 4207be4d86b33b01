"""A face is restored with references of the same person, and laid into its photo."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import (
    BadRequest,
    NoReferences,
    NotKnown,
)
from desktop_app.domain.face import AssignmentStatus, DetectedFace, Face
from desktop_app.domain.ids import FaceId
from desktop_app.domain.progress import Cancelled, Progress, silent
from desktop_app.domain.restoration import (
    RestorationState,
    RestoreRequest,
    RestoreSettings,
)
from desktop_app.faces.alignment import ffhq_matrix, warp_points
from desktop_app.faces.mask import face_mask
from desktop_app.imaging.source import decode_source
from desktop_app.operations.decide_faces import name_faces
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.kept_restorations import (
    open_restoration,
    patches_of,
    preview,
    restored_photo,
    with_patches,
)
from desktop_app.operations.restore_photos import restore_photos

from .conftest import OFFICE, PRINT, SPEECH, MirrorRestorer

FaceIn = Callable[[str], Face]


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


def test_a_photo_that_changed_since_it_was_looked_at_is_not_restored(
    named: Catalog, face_in: FaceIn, indexed: Path, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    path = indexed / "library" / PRINT
    kept_bytes = path.read_bytes()
    try:
        path.write_bytes(kept_bytes + b"\0")
        with pytest.raises(BadRequest, match="has changed"):
            restore_photos(named, restorer, [RestoreRequest(face_in(PRINT).id)], eyes, silent)
    finally:
        path.write_bytes(kept_bytes)
    assert named.restorations.of_face(face_in(PRINT).id) == []


def test_more_references_than_the_engine_takes_are_refused(
    named: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    request = RestoreRequest(face_in(PRINT).id, (face_in(OFFICE).id,) * 5)
    with pytest.raises(BadRequest, match="At most 4"):
        restore_photos(named, restorer, [request], eyes, silent)
    assert restorer.encoded == []


def test_results_are_laid_into_pixels_that_a_reader_only_lends(
    restored: Catalog, face_in: FaceIn
) -> None:
    (kept,) = restored.restorations.of_face(face_in(PRINT).id)
    pixels = decode_source(Path(restored.photos.get(kept.photo_id).path))
    pixels.samples.flags.writeable = False
    before = pixels.samples.copy()
    after = with_patches(pixels, patches_of(restored, [kept]))
    assert np.array_equal(pixels.samples, before)
    assert np.array_equal(after.samples, restored_photo(restored, [kept.id]).samples)
