"""Looks at one photo: its pixels, what it says of itself, the faces in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from desktop_app.domain.face import BBox, DetectedFace, Embedding, FaceQuality
from desktop_app.domain.photo import PhotoMetadata, RgbImage
from desktop_app.faces.alignment import align_for_embedding
from desktop_app.faces.detector import QuickDetector, SmallPictureDetector
from desktop_app.faces.quality import measure_quality
from desktop_app.imaging.content_hash import content_hash
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.formats import FileFormat
from desktop_app.imaging.metadata import read_metadata
from desktop_app.imaging.photo_file import HeldPhoto
from desktop_app.imaging.thumbnails import make_thumbnail
from desktop_app.imaging.upright import turned_size
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.room_for_work import RoomForWork
from desktop_app.restoration.colour import has_one_tone

_BYTES_A_PIXEL = {FileFormat.JPEG.value: 6, FileFormat.WEBP.value: 7, FileFormat.GIF.value: 5}
_MOST_BYTES = 11  # a pixel: four samples of 16 bits, and their picture
_LARGEST_WHOLE = 60_000_000  # pixels of a photo that is kept whole for a second look
_EYES_APART = 40.0
"""Pixels between the eyes from which a face needs no more: the crop that is described has 35.2."""


@dataclass(frozen=True)
class SeenFace:
    """A face found in a photo, how good it is, and its embedding by the eyes that found it."""

    detected: DetectedFace
    quality: FaceQuality
    embedding: Embedding


@dataclass(frozen=True)
class SeenPhoto:
    """One photo as the eyes saw it; the thumbnail is upright sRGB.

    `closely`: no closer look would show more.
    """

    thumbnail: RgbImage
    content_hash: str
    metadata: PhotoMetadata
    faces: tuple[SeenFace, ...]
    closely: bool = True


@dataclass(frozen=True)
class Rooms:
    """Memory for decoded photos, shared by all that look; a second look has a room of its own,
    so that those who wait for it never wait for one another."""

    first: RoomForWork
    second: RoomForWork


def see_faces(image: RgbImage, eyes: Eyes) -> tuple[SeenFace, ...]:
    """The faces of an upright photo, the surest first."""
    return describe_faces(image, eyes.detector.detect(image), eyes)


def describe_faces(
    image: RgbImage, faces: Sequence[DetectedFace], eyes: Eyes
) -> tuple[SeenFace, ...]:
    return tuple(
        SeenFace(face, quality_of(image, face), eyes.embedder.embed(image, face.landmarks))
        for face in faces
    )


def quality_of(image: RgbImage, face: DetectedFace) -> FaceQuality:
    """How good a face is, and whether it is in colours."""
    aligned = align_for_embedding(image, face.landmarks)
    return replace(measure_quality(aligned, face.landmarks), one_tone=has_one_tone(aligned))


def look_at_photo(
    photo: HeldPhoto,
    eyes: Eyes,
    max_pixels: int,
    turned: int,
    rooms: Rooms,
    *,
    quickly: bool = False,
    known: Sequence[BBox] = (),
) -> SeenPhoto:
    """The photo as the user turned it, by `turned` degrees clockwise; decoded when there is room.

    A large JPEG is decoded once at the scale that the detector needs, for the thumbnail, the search
    and the larger faces; only for small faces is it decoded again. `quickly`: a large photo is
    searched once as a whole, and what that shows is described from the one decode. `known` faces
    are not described.
    Raises `UnreadablePhoto`, `PhotoTooLarge` or `FileVanished`.
    """
    named = content_hash(photo)
    metadata = read_metadata(photo)
    width, height = turned_size(metadata.width, metadata.height, turned)
    side = _side_needed(metadata, eyes)
    small = 1.0 if side is None else min(1.0, side / max(width, height, 1)) ** 2
    with rooms.first.taken(round(_bytes_of(metadata) * small)):
        decoded = decode_photo(
            photo, max_side=side, max_pixels=max_pixels, turned=turned, exactly=False
        )
        picture = decoded.image
        thumbnail = make_thumbnail(picture)
        longest = max(decoded.full_size)
        ratio = decoded.full_size[0] / picture.shape[1], decoded.full_size[1] / picture.shape[0]
        if quickly and isinstance(eyes.detector, QuickDetector):
            quickly = eyes.detector.is_quicker(longest)
        else:
            quickly = False
        faces = _faces_in(picture, longest, eyes, quickly)
        faces = [face for face in faces if not _in_whole(face, ratio).bbox.is_among(known)]
        whole = quickly or ratio == (1.0, 1.0)
        near = [face for face in faces if whole or _eyes_apart(face) >= _EYES_APART]
        seen = {id(face): _enlarged(one, ratio) for face, one in _described(picture, near, eyes)}
        far = [face for face in faces if id(face) not in seen]
        del picture, decoded
    if far:
        with rooms.second.taken(_bytes_of(metadata)):
            image = decode_photo(photo, max_pixels=max_pixels, turned=turned).image
            for face in far:
                closer = _closer(image, _in_whole(face, ratio), eyes)
                seen[id(face)] = describe_faces(image, [closer], eyes)[0]
    return SeenPhoto(
        thumbnail=thumbnail,
        content_hash=named,
        metadata=replace(metadata, width=width, height=height),
        faces=tuple(seen[id(face)] for face in faces),
        closely=not quickly,
    )


def _side_needed(metadata: PhotoMetadata, eyes: Eyes) -> int | None:
    """The longer side to decode to; None for the whole photo.

    Only a JPEG costs less when it is decoded small: others are kept whole where they are not huge.
    """
    whole = metadata.width * metadata.height
    if not isinstance(eyes.detector, SmallPictureDetector) or not whole:
        return None
    if metadata.file_format != FileFormat.JPEG.value and whole <= _LARGEST_WHOLE:
        return None
    return eyes.detector.side_needed(max(metadata.width, metadata.height))


def _faces_in(picture: RgbImage, longest: int, eyes: Eyes, quickly: bool) -> list[DetectedFace]:
    """In the pixels of `picture`, which may be a smaller one of a photo of this longer side."""
    detector = eyes.detector
    if quickly and isinstance(detector, QuickDetector):
        return detector.detect_quickly(picture)
    if isinstance(detector, SmallPictureDetector):
        return detector.detect_in(picture, longest)
    return detector.detect(picture)


def _described(
    picture: RgbImage, faces: Sequence[DetectedFace], eyes: Eyes
) -> list[tuple[DetectedFace, SeenFace]]:
    return list(zip(faces, describe_faces(picture, faces, eyes), strict=True))


def _closer(image: RgbImage, face: DetectedFace, eyes: Eyes) -> DetectedFace:
    detector = eyes.detector
    return detector.look_closer(image, face) if isinstance(detector, SmallPictureDetector) else face


def _eyes_apart(face: DetectedFace) -> float:
    return float(np.hypot(*(face.landmarks[1] - face.landmarks[0])))


def _enlarged(seen: SeenFace, ratio: tuple[float, float]) -> SeenFace:
    """What was seen in a smaller picture, in the pixels of the whole photo."""
    if ratio == (1.0, 1.0):
        return seen
    quality = replace(seen.quality, size=seen.quality.size * sum(ratio) / 2)
    return SeenFace(_in_whole(seen.detected, ratio), quality, seen.embedding)


def _in_whole(face: DetectedFace, ratio: tuple[float, float]) -> DetectedFace:
    """Boxes are counted from the photo's edge, points from the middle of its first pixel."""
    across, down = ratio
    box = face.bbox
    points = (face.landmarks + 0.5) * np.array(ratio) - 0.5
    return DetectedFace(
        BBox(box.left * across, box.top * down, box.right * across, box.bottom * down),
        points.astype(np.float32),
        face.det_score,
    )


def _bytes_of(metadata: PhotoMetadata) -> int:
    """What decoding takes: the samples, and the picture made of them."""
    return metadata.width * metadata.height * _BYTES_A_PIXEL.get(metadata.file_format, _MOST_BYTES)
