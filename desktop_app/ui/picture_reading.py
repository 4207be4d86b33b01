"""Reads thumbnails and pictures for the screen, on a lane beside the window."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.face import BBox, Face
from desktop_app.domain.ids import FaceId, PhotoId
from desktop_app.domain.photo import Photo, PhotoState, RgbImage
from desktop_app.domain.progress import Progress, Report
from desktop_app.imaging.decode import decode_photo, shrink
from desktop_app.imaging.first_picture import first_picture
from desktop_app.imaging.thumbnails import ThumbnailStore, face_key, make_thumbnail, photo_key
from desktop_app.ui.pictures import PictureKey

FACE_SIDE = 256
_THUMBNAIL_SIDE = 320


def to_qimage(image: RgbImage) -> QImage:
    """A QImage with pixels of its own, in the form that the window paints without changing it."""
    rows = np.ascontiguousarray(image)
    height, width = rows.shape[:2]
    shown = QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return shown.convertToFormat(QImage.Format.Format_RGB32)


def read_photo_image(photo: Photo, max_side: int | None, report: Report) -> QImage:
    """The upright photo, its longest side at most about `max_side`; raises `ExpectedError`."""
    report(Progress(0, None))
    decoded = decode_photo(Path(photo.path), max_side=max_side, turned=photo.turned)
    return to_qimage(decoded.image)


def read_pictures(
    catalog: Catalog, thumbnails: ThumbnailStore, keys: Sequence[PictureKey], report: Report
) -> list[tuple[PictureKey, QImage | None]]:
    """Thumbnails from the store, made anew where the store has given them up."""
    report(Progress(0, len(keys)))
    faces = {
        face.id: face
        for face in catalog.faces.many([FaceId(key.number) for key in keys if key.is_face])
    }
    wanted = {PhotoId(key.number) for key in keys if not key.is_face}
    wanted |= {face.photo_id for face in faces.values()}
    photos = {photo.id: photo for photo in catalog.photos.many(sorted(wanted))}
    found: list[tuple[PictureKey, QImage | None]] = []
    for done, key in enumerate(keys, 1):
        if key.is_face:
            face = faces.get(FaceId(key.number))
            photo = photos.get(face.photo_id) if face else None
            picture = _face(thumbnails, face, photo) if face and photo else None
        else:
            photo = photos.get(PhotoId(key.number))
            picture = _photo(thumbnails, photo) if photo else None
        found.append(
            (key, None if picture is None else to_qimage(shrink(picture, key.side or None)))
        )
        report(Progress(done, len(keys)))
    return found


def _photo(thumbnails: ThumbnailStore, photo: Photo) -> RgbImage | None:
    """Of a photo that waits to be looked at, the camera's own small picture stands in."""
    if not photo.content_hash:
        waits = photo.state is PhotoState.FOUND
        return first_picture(Path(photo.path), photo.turned) if waits else None
    key = photo_key(photo.content_hash, photo.turned)
    kept = thumbnails.picture(key)
    if kept is not None:
        return kept
    try:
        decoded = decode_photo(Path(photo.path), max_side=_THUMBNAIL_SIDE, turned=photo.turned)
    except ExpectedError:
        return None  # the tile says so; the photo's own reason stands in the catalog
    small = make_thumbnail(decoded.image, _THUMBNAIL_SIDE)
    thumbnails.put(key, small)
    return small


def _face(thumbnails: ThumbnailStore, face: Face, photo: Photo) -> RgbImage | None:
    key = face_key(face.id, photo.turned)
    kept = thumbnails.picture(key)
    if kept is not None:
        return kept
    left, top, side = face_square(face.bbox, photo.width, photo.height)
    longest = max(photo.width, photo.height)
    # small faces are decoded in full, large ones no larger than the picture of the face needs
    max_side = math.ceil(longest * min(1.0, FACE_SIDE / max(side, 1)))
    try:
        image = decode_photo(Path(photo.path), max_side=max_side, turned=photo.turned).image
    except ExpectedError:
        return None
    scale = image.shape[1] / photo.width
    x, y, s = round(left * scale), round(top * scale), max(1, round(side * scale))
    small = make_thumbnail(image[y : y + s, x : x + s], FACE_SIDE)
    thumbnails.put(key, small)
    return small


def face_square(bbox: BBox, width: int, height: int) -> tuple[float, float, float]:
    """(left, top, side) of a square around a face with some hair and chin, inside the photo."""
    side = min(1.5 * max(bbox.width, bbox.height), width, height)
    left = (bbox.left + bbox.right - side) / 2
    top = (bbox.top + bbox.bottom - side) / 2 - 0.04 * side
    return max(0.0, min(left, width - side)), max(0.0, min(top, height - side)), side
