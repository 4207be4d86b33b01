"""Adds faces that were missed: by a box that the user draws, or by a harder look at one photo."""

from pathlib import Path

import cv2
import numpy as np

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import BadRequest
from desktop_app.domain.face import SAME_FACE, BBox, DetectedFace, Landmarks
from desktop_app.domain.ids import FaceId, PhotoId
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.detector import FaceDetector
from desktop_app.faces.yunet import YuNetDetector
from desktop_app.imaging.decode import decode_photo
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.operations.look_at_photo import quality_of

_SMALLEST = 12.0  # pixels; a smaller box holds no features to speak of
_LOOK_SIDE = 480  # pixels of the enlarged surroundings in which a drawn face is looked for
# The eyes, the nose and the corners of the mouth in a face's box: means over frontal faces, as
# the template of ArcFace (insightface, arcface_dst) has them, in parts of the box.
_POINTS = ((0.31, 0.41), (0.69, 0.41), (0.50, 0.60), (0.35, 0.79), (0.65, 0.79))


def draw_face(
    catalog: Catalog,
    photo_id: PhotoId,
    drawn: BBox,
    eyes: Eyes,
    max_pixels: int = MAX_PIXELS,
) -> CatalogChanges:
    """Keeps a face that the user drew a box around, in pixels of the upright photo.

    It is looked for again inside the box, enlarged; where nothing is found it is kept as drawn.
    Raises `BadRequest` for a box that is too small or about a face that is known already, and
    `UnreadablePhoto`, `FileVanished`, `NotKnown`.
    """
    image = _upright(catalog, photo_id, max_pixels)
    box = _inside(drawn, image)
    if min(box.width, box.height) < _SMALLEST:
        raise BadRequest("This box is too small to hold a face. Draw it around the whole face.")
    if box.is_among(face.bbox for face in catalog.faces.of_photo(photo_id)):
        raise BadRequest("This face is known already: click on its box to say who it is.")
    found = _found_inside(image, box, eyes.detector) or DetectedFace(box, _points_in(box), 0.0)
    face_id = _keep(catalog, photo_id, image, found, eyes)
    return CatalogChanges.of(photos=[photo_id], faces=[face_id])


def rescan_photo(
    catalog: Catalog, photo_id: PhotoId, eyes: Eyes, max_pixels: int = MAX_PIXELS
) -> CatalogChanges:
    """Looks harder for faces in one photo and keeps those that were missed; one undo takes them.

    Faces that are known, also those marked as none, stay as they are.
    Raises `UnreadablePhoto`, `FileVanished`, `NotKnown`.
    """
    image = _upright(catalog, photo_id, max_pixels)
    known = [face.bbox for face in catalog.faces.of_photo(photo_id)]
    detector = eyes.detector
    if isinstance(detector, YuNetDetector):
        seen = detector.detect_harder(image)
    else:
        seen = detector.detect(image)
    missed = [face for face in seen if not face.bbox.is_among(known)]
    with catalog.as_one_decision():
        added = [_keep(catalog, photo_id, image, face, eyes) for face in missed]
    return CatalogChanges.of(photos=[photo_id] if added else [], faces=added)


def _upright(catalog: Catalog, photo_id: PhotoId, max_pixels: int) -> RgbImage:
    photo = catalog.photos.get(photo_id)
    return decode_photo(Path(photo.path), max_pixels=max_pixels, turned=photo.turned).image


def _inside(box: BBox, image: RgbImage) -> BBox:
    height, width = image.shape[:2]
    return BBox(
        min(max(box.left, 0.0), width),
        min(max(box.top, 0.0), height),
        min(max(box.right, 0.0), width),
        min(max(box.bottom, 0.0), height),
    )


def _found_inside(image: RgbImage, box: BBox, detector: FaceDetector) -> DetectedFace | None:
    """The face that the detector sees where the box is, in its surroundings enlarged."""
    margin = 0.6 * max(box.width, box.height)
    around = _inside(
        BBox(box.left - margin, box.top - margin, box.right + margin, box.bottom + margin), image
    )
    left, top = int(around.left), int(around.top)
    part = image[top : int(around.bottom), left : int(around.right)]
    scale = max(1.0, _LOOK_SIDE / max(part.shape[:2]))
    enlarged = np.asarray(
        cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8
    )
    corner = np.array([left, top], np.float32)
    best: DetectedFace | None = None
    for face in detector.detect(enlarged):
        edges = (np.array(face.bbox, np.float32).reshape(2, 2) / scale + corner).ravel()
        bbox = BBox(*(float(edge) for edge in edges))
        if bbox.overlap(box) > max(SAME_FACE, best.bbox.overlap(box) if best else 0.0):
            points = (face.landmarks / scale + corner).astype(np.float32)
            best = DetectedFace(bbox, points, face.det_score)
    return best


def _points_in(box: BBox) -> Landmarks:
    points = np.array(_POINTS) * [box.width, box.height] + [box.left, box.top]
    return points.astype(np.float32)


def _keep(
    catalog: Catalog, photo_id: PhotoId, image: RgbImage, face: DetectedFace, eyes: Eyes
) -> FaceId:
    return catalog.faces.add_drawn(
        photo_id,
        face,
        quality_of(image, face),
        eyes.embedder.embed(image, face.landmarks),
        eyes.embedder.id,
    )
