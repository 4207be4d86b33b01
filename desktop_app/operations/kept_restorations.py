"""Shows what was restored: drafts and accepted results, laid into their photos again."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import BadRequest
from desktop_app.domain.face import Landmarks
from desktop_app.domain.ids import PhotoId, RestorationId
from desktop_app.domain.photo import RgbImage, SourcePixels
from desktop_app.domain.restoration import (
    KeptCrop,
    ReferenceMap,
    Restoration,
    RestorationState,
    RestoreSettings,
)
from desktop_app.imaging.content_hash import content_hash
from desktop_app.imaging.crops import crop_from_png, map_from_bytes
from desktop_app.imaging.display import to_rgb
from desktop_app.imaging.source import decode_source
from desktop_app.operations.compose import (
    FaceWindow,
    Patch,
    compose,
    composed_window,
    lay_in,
    window_around,
)
from desktop_app.operations.index_folder import MAX_PIXELS


@dataclass(frozen=True)
class OpenedRestoration:
    """A kept result with what is needed to show it at any strength without another pass."""

    restoration: Restoration
    window: FaceWindow
    crop: KeptCrop
    landmarks: Landmarks
    reference_map: ReferenceMap | None


def open_restoration(
    catalog: Catalog, restoration_id: RestorationId, max_pixels: int = MAX_PIXELS
) -> OpenedRestoration:
    """Reads the photo around the face once; `preview` is then fast enough for a slider."""
    restoration = catalog.restorations.get(restoration_id)
    face = catalog.faces.get(restoration.face_id)
    pixels = source_of(catalog, restoration, max_pixels)
    crop = crop_from_png(catalog.restorations.crop(restoration_id))
    kept_map = catalog.restorations.reference_map(restoration_id)
    return OpenedRestoration(
        restoration=restoration,
        window=window_around(pixels, face.landmarks, crop.size),
        crop=crop,
        landmarks=face.landmarks,
        reference_map=None if kept_map is None else map_from_bytes(kept_map),
    )


def preview(opened: OpenedRestoration, settings: RestoreSettings) -> tuple[RgbImage, RgbImage]:
    """The window before and after, both (height, width, 3)."""
    after = composed_window(opened.window, opened.crop, settings)
    return to_rgb(opened.window.pixels), to_rgb(after)


def restored_photo(
    catalog: Catalog, restoration_ids: Sequence[RestorationId], max_pixels: int = MAX_PIXELS
) -> SourcePixels:
    """The whole photo with these results laid in, in its own depth and colours.

    Raises `BadRequest` where the results belong to several photos or the photo changed since.
    """
    if not restoration_ids:
        raise BadRequest("No restoration was chosen.")
    restorations = [catalog.restorations.get(i) for i in restoration_ids]
    if len({r.photo_id for r in restorations}) > 1:
        raise BadRequest("These restorations belong to different photos. Export each by itself.")
    pixels = source_of(catalog, restorations[0], max_pixels)
    return with_patches(pixels, patches_of(catalog, restorations))


def patches_of(catalog: Catalog, restorations: Sequence[Restoration]) -> list[Patch]:
    """The kept crops, and where in the photo each belongs."""
    return [_patch(catalog, restoration) for restoration in restorations]


def with_patches(pixels: SourcePixels, patches: Sequence[Patch]) -> SourcePixels:
    """The photo with all patches laid in, in the memory of `pixels`, which is given up."""
    if not pixels.samples.flags.writeable:  # some readers lend the decoder's own memory
        return compose(pixels, patches)
    lay_in(pixels, patches)
    return pixels


def accept_restoration(catalog: Catalog, restoration_id: RestorationId) -> CatalogChanges:
    """Accepts one result for its face; another one accepted before becomes a draft again.

    One undo takes both back.
    """
    restoration = catalog.restorations.get(restoration_id)
    with catalog.as_one_decision():
        changes = catalog.restorations.set_state(restoration_id, RestorationState.ACCEPTED)
        for other in catalog.restorations.of_face(restoration.face_id):
            if other.id != restoration_id and other.state is RestorationState.ACCEPTED:
                changes |= catalog.restorations.set_state(other.id, RestorationState.DRAFT)
    return changes


def refuse_restoration(catalog: Catalog, restoration_id: RestorationId) -> CatalogChanges:
    """Keeps the original; the refused result stays among the versions."""
    return catalog.restorations.set_state(restoration_id, RestorationState.REFUSED)


def keep_original(catalog: Catalog, restoration_ids: Sequence[RestorationId]) -> CatalogChanges:
    """Refuses every result of the faces that these belong to, also those not shown any more.

    One undo takes all of it back.
    """
    faces = {catalog.restorations.get(one).face_id for one in restoration_ids}
    changes = CatalogChanges()
    with catalog.as_one_decision():
        for face_id in sorted(faces):
            for result in catalog.restorations.of_face(face_id):
                if result.state is not RestorationState.REFUSED:
                    changes |= refuse_restoration(catalog, result.id)
    return changes


def change_settings(
    catalog: Catalog, restoration_id: RestorationId, settings: RestoreSettings
) -> CatalogChanges:
    return catalog.restorations.set_settings(restoration_id, settings)


def accepted_of_photo(catalog: Catalog, photo_id: PhotoId) -> list[Restoration]:
    """The accepted results of a photo, one a face."""
    return [
        restoration
        for restoration in catalog.restorations.of_photo(photo_id)
        if restoration.state is RestorationState.ACCEPTED
    ]


def source_of(catalog: Catalog, restoration: Restoration, max_pixels: int) -> SourcePixels:
    """The photo's pixels, after a look whether it still is the photo that was restored."""
    photo = catalog.photos.get(restoration.photo_id)
    path = Path(photo.path)
    if restoration.source_hash and content_hash(path) != restoration.source_hash:
        raise BadRequest(
            f"{path.name} has changed since it was restored. Index its folder, then restore again."
        )
    return decode_source(path, max_pixels=max_pixels, turned=photo.turned)


def _patch(catalog: Catalog, restoration: Restoration) -> Patch:
    face = catalog.faces.get(restoration.face_id)
    crop = crop_from_png(catalog.restorations.crop(restoration.id))
    return Patch(crop, face.landmarks, restoration.settings)
