"""Restores faces of the catalog with references of the same person; results are drafts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import NewRestoration
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import BadRequest, NoReferences, NotKnown
from desktop_app.domain.face import AssignmentStatus, Embedding, Face, Landmarks
from desktop_app.domain.ids import FaceId
from desktop_app.domain.photo import FloatImage, Photo, RgbImage, SourcePixels
from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.restoration import (
    KeptCrop,
    Likeness,
    ReferenceMemory,
    RestoredFace,
    Restorer,
    RestoreRequest,
    RestoreSettings,
)
from desktop_app.faces.alignment import align_face, warp_points
from desktop_app.faces.mask import face_mask
from desktop_app.imaging.content_hash import content_hash
from desktop_app.imaging.crops import crop_to_png, map_to_bytes
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.display import to_rgb
from desktop_app.imaging.source import decode_source
from desktop_app.operations.already_sharp import is_sharp_in
from desktop_app.operations.choose_references import choose_references
from desktop_app.operations.compose import FaceWindow, composed_window, window_around
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.operations.measure_likeness import likeness_in_catalog


@dataclass(frozen=True)
class FreshRestoration:
    """What one forward pass made of a face, and the face's embeddings before and after."""

    restored: RestoredFace
    crop: KeptCrop  # with its mask
    before: Embedding
    after: Embedding
    sharp_already: bool = False  # restoring it may take detail


def restore_photos(
    catalog: Catalog,
    restorer: Restorer,
    requests: Sequence[RestoreRequest],
    eyes: Eyes,
    report: Report,
    max_pixels: int = MAX_PIXELS,
    sharp: Callable[[FaceId], None] = lambda _face: None,
) -> CatalogChanges:
    """Restores each face and keeps the result as a draft with its whole recipe.

    `sharp` is told of faces that were sharp already; they are restored, for that was wished.

    A photo with several requests is decoded once. Each face is kept as soon as it is done; a wish
    to stop ends even a slow engine inside a face, of which nothing is kept.
    Raises `NotKnown` for a face or a reference whose photo has left the library; `NoReferences` for
    a face whose person has none; `FileVanished` and `UnreadablePhoto` for a photo that cannot be
    read any more; `BadRequest` where it changed since it was indexed.
    """
    faces = {face.id: face for face in catalog.faces.many([r.face_id for r in requests])}
    memories: dict[tuple[FaceId, ...], ReferenceMemory] = {}
    changes = CatalogChanges()
    photo: Photo | None = None
    pixels: SourcePixels | None = None
    if any(request.face_id not in faces for request in requests):
        raise _gone()
    ordered = sorted(requests, key=lambda r: faces[r.face_id].photo_id)
    for number, request in enumerate(ordered):
        face = faces[request.face_id]
        if photo is None or pixels is None or photo.id != face.photo_id:
            photo = catalog.photos.get(face.photo_id)
            pixels = _unchanged_pixels(photo, max_pixels)
        reached = Progress(number, len(ordered), Path(photo.path).name)
        report(reached)
        with restorer.watched(partial(tell_stage, report, reached)):
            chosen = _chosen_references(catalog, restorer, request, face)
            if chosen not in memories:
                memories[chosen] = restorer.encode_references(
                    reference_crops(catalog, chosen, restorer.facts.input_size, max_pixels)
                )
            fresh = restore_face(
                pixels,
                face.landmarks,
                restorer,
                memories[chosen],
                eyes,
                request.seed,
                request.settings,
                neighbours=[
                    other.landmarks
                    for other in catalog.faces.of_photo(photo.id)
                    if other.id != face.id and other.status is not AssignmentStatus.NOT_A_FACE
                ],
                preview=request.preview,
            )
        if fresh.sharp_already:
            sharp(face.id)
        changes |= _keep(catalog, restorer, request, face, photo, chosen, fresh, eyes)
    report(Progress(len(ordered), len(ordered)))
    return changes


def restore_face(
    pixels: SourcePixels,
    landmarks: Landmarks,
    restorer: Restorer,
    memory: ReferenceMemory,
    eyes: Eyes,
    seed: int,
    settings: RestoreSettings,
    *,
    neighbours: Sequence[Landmarks] = (),
    preview: bool = False,
) -> FreshRestoration:
    """Restores one face of a photo; `landmarks` are (5, 2) in the pixels of the upright photo.

    `neighbours` are the photo's other faces, over which this one's mask must not reach. The
    outline is looked for in the restored face, whose points are nearer to the true ones than those
    of the damaged one: by 4.0 against 7.1 % of the distance of the eyes (48 faces 60 to 300 px wide
    of ../shared/data/identities, against the same network on the true photo).

    The embedding after is taken from the face as it will stand in the photo, mask, tone and grain
    included, because that is what the family will see.
    """
    window = window_around(pixels, landmarks, restorer.facts.input_size)
    restored = restorer.restore(window.aligned.crop, memory, seed, preview=preview)
    crop = KeptCrop(restored.crop, _mask(window, restored.crop, eyes, neighbours))
    after = composed_window(window, crop, settings)
    return FreshRestoration(
        sharp_already=is_sharp_in(window),
        restored=restored,
        crop=crop,
        before=eyes.embedder.embed(to_rgb(window.pixels), window.landmarks),
        after=eyes.embedder.embed(to_rgb(after), window.landmarks),
    )


def _mask(
    window: FaceWindow, restored: FloatImage, eyes: Eyes, neighbours: Sequence[Landmarks]
) -> NDArray[np.float32]:
    outline = None
    if eyes.outliner is not None:
        picture = np.round(np.clip(restored, 0, 1) * 255).astype(np.uint8)
        outline = eyes.outliner.find_in(picture)
    corner = np.array([window.left, window.top], np.float32)
    matrix = window.aligned.matrix
    return face_mask(
        restored.shape[0],
        warp_points(window.landmarks, matrix),
        outline,
        [warp_points(other - corner, matrix) for other in neighbours],
    )


def tell_stage(report: Report, reached: Progress, stage: str) -> None:
    """Says again how far the work is, with the stage where there is one; see `Restorer.watched`.

    Raises `Cancelled` through `report`.
    """
    report(replace(reached, what=stage or reached.what))


def reference_crops(
    catalog: Catalog, face_ids: Sequence[FaceId], size: int, max_pixels: int = MAX_PIXELS
) -> list[RgbImage]:
    """The aligned crops of the references, (size, size, 3) each, in the order asked for."""
    faces = {face.id: face for face in catalog.faces.many(face_ids)}
    photos = {p.id: p for p in catalog.photos.many([f.photo_id for f in faces.values()])}
    if any(i not in faces or faces[i].photo_id not in photos for i in face_ids):
        raise _gone()
    return [
        reference_crop(photos[faces[i].photo_id], faces[i].landmarks, size, max_pixels)
        for i in face_ids
    ]


def reference_crop(photo: Photo, landmarks: Landmarks, size: int, max_pixels: int) -> RgbImage:
    decoded = decode_photo(Path(photo.path), max_pixels=max_pixels, turned=photo.turned)
    scale = decoded.image.shape[1] / decoded.full_size[0]
    return align_face(decoded.image, (landmarks * scale).astype(np.float32), size).crop


def _gone() -> NotKnown:
    """Photos may be taken out of the library while a restoration waits its turn."""
    return NotKnown("A photo of this restoration has left the library. Add its folder again.")


def _chosen_references(
    catalog: Catalog, restorer: Restorer, request: RestoreRequest, face: Face
) -> tuple[FaceId, ...]:
    if request.references is not None:
        if len(request.references) > restorer.facts.max_references:
            raise BadRequest(
                f"At most {restorer.facts.max_references} references can guide a restoration."
            )
        return request.references
    if face.person_id is None:
        raise NoReferences("Say who this is first: references are photos of the same person.")
    chosen = choose_references(catalog, face.person_id, face)
    if not chosen.references:
        raise NoReferences(f"{chosen.why} Confirm other photos of the same person first.")
    return tuple(reference.face_id for reference in chosen.references)


def _unchanged_pixels(photo: Photo, max_pixels: int) -> SourcePixels:
    path = Path(photo.path)
    if photo.content_hash and content_hash(path) != photo.content_hash:
        raise BadRequest(f"{path.name} has changed since it was indexed. Index its folder again.")
    return decode_source(path, max_pixels=max_pixels, turned=photo.turned)


def _keep(
    catalog: Catalog,
    restorer: Restorer,
    request: RestoreRequest,
    face: Face,
    photo: Photo,
    references: tuple[FaceId, ...],
    fresh: FreshRestoration,
    eyes: Eyes,
) -> CatalogChanges:
    likeness: Likeness | None = None
    if face.person_id is not None:
        likeness = likeness_in_catalog(
            catalog, eyes.embedder.id, face.person_id, photo.id, fresh.before, fresh.after
        )
    reference_map = fresh.restored.reference_map
    facts = restorer.facts.previewed if request.preview else restorer.facts
    restoration_id = catalog.restorations.add(
        NewRestoration(
            photo_id=photo.id,
            face_id=face.id,
            person_id=face.person_id,
            references=references,
            engine=facts.engine,
            model_hash=facts.model_hash,
            device=facts.device,
            seed=request.seed,
            settings=request.settings,
            likeness=likeness,
            source_hash=photo.content_hash,
            crop_png=crop_to_png(fresh.crop),
            reference_map=None if reference_map is None else map_to_bytes(reference_map),
        )
    )
    return CatalogChanges.of(restorations=[restoration_id], photos=[photo.id])
