"""Looks at one photo: its pixels, what it says of itself, the faces in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from desktop_app.domain.face import (
    BBox,
    DetectedFace,
    Embedding,
    Face,
    FaceQuality,
    Landmarks,
)
from desktop_app.domain.photo import Photo, PhotoMetadata, RgbImage
from desktop_app.faces.alignment import align_for_embedding
from desktop_app.faces.detector import QuickDetector, SmallPictureDetector
from desktop_app.faces.embedder import BatchEmbedder, FaceEmbedder
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
_READ_SMALL = {FileFormat.JPEG.value, FileFormat.TIFF.value}  # the others are decoded whole
_MOST_BYTES = 11  # a pixel: four samples of 16 bits, and their picture
_LARGEST_WHOLE = 60_000_000  # pixels of a photo that is kept whole for a second look
_EYES_APART = 40.0
"""Pixels between the eyes from which a face needs no more: the crop that is described has 35.2."""
_EYES_SMALL = 20.0
"""Pixels between the eyes up to which a face that is known is described again from more: of those
80 px high that the quick look finds the cosine rises from 0.83 to 0.98 (see RESULTS.md)."""


@dataclass(frozen=True)
class SeenFace:
    """A face found in a photo, how good it is, and its embedding by the eyes that found it."""

    detected: DetectedFace
    quality: FaceQuality
    embedding: Embedding


@dataclass(frozen=True)
class SeenPhoto:
    """One photo as the eyes saw it; the thumbnail is upright sRGB, of the first look alone.

    `closely`: no closer look would show more.
    """

    thumbnail: RgbImage | None
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
    vectors = embeddings_of(image, [face.landmarks for face in faces], eyes.embedder)
    return tuple(
        SeenFace(face, quality_of(image, face), vector)
        for face, vector in zip(faces, vectors, strict=True)
    )


def embeddings_of(
    image: RgbImage, faces: Sequence[Landmarks], embedder: FaceEmbedder
) -> list[Embedding]:
    """Of several faces of one photo, together where the embedder knows how."""
    if isinstance(embedder, BatchEmbedder):
        return embedder.embed_all(image, faces)
    return [embedder.embed(image, landmarks) for landmarks in faces]


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
    known: Sequence[DetectedFace] | None = None,
) -> SeenPhoto:
    """The photo as the user turned it, by `turned` degrees clockwise; decoded when there is room.

    A large JPEG is decoded once at the scale that the detector needs. At the first look (`known`
    is None) it is searched once as a whole, and what that shows is described from the one decode.
    A closer look finds all other faces than those `known`, whose boxes and points are in pixels of
    the whole photo; for small ones the photo is decoded again.
    Raises `UnreadablePhoto`, `PhotoTooLarge` or `FileVanished`.
    """
    named = content_hash(photo)
    metadata = read_metadata(photo)
    width, height = turned_size(metadata.width, metadata.height, turned)
    side = _side_needed(metadata.file_format, width, height, eyes)
    small = 1.0
    if side is not None and metadata.file_format in _READ_SMALL:
        small = min(1.0, side / max(width, height, 1)) ** 2
    with rooms.first.taken(round(_bytes_of(metadata) * small)):
        decoded = decode_photo(
            photo, max_side=side, max_pixels=max_pixels, turned=turned, exactly=False
        )
        picture = decoded.image
        longest = max(decoded.full_size)
        ratio = decoded.full_size[0] / picture.shape[1], decoded.full_size[1] / picture.shape[0]
        view = picture  # from which the thumbnail is made: a smaller one, where there is one
        quick = _quicker(eyes, longest) if known is None else None
        if quick is not None:
            view = quick.quick_view(picture)
            faces = quick.detect_quickly(picture, view)
        else:
            faces = _faces_in(picture, longest, eyes, known or (), ratio)
        quickly = quick is not None
        thumbnail = make_thumbnail(view) if known is None else None
        whole = quickly or ratio == (1.0, 1.0)
        near = [face for face in faces if whole or _eyes_apart(face) >= _EYES_APART]
        seen = {id(face): _enlarged(one, ratio) for face, one in _described(picture, near, eyes)}
        far = [face for face in faces if id(face) not in seen]
        del picture, view, decoded
    if far:
        with rooms.second.taken(_bytes_of(metadata)):
            image = decode_photo(photo, max_pixels=max_pixels, turned=turned).image
            for face in far:
                closer = _closer(image, _scaled(face, ratio), eyes)
                seen[id(face)] = describe_faces(image, [closer], eyes)[0]
    return SeenPhoto(
        thumbnail=thumbnail,
        content_hash=named,
        metadata=replace(metadata, width=width, height=height),
        faces=tuple(seen[id(face)] for face in faces),
        closely=not quickly,
    )


def was_small(face: Face, photo: Photo, eyes: Eyes) -> bool:
    """Whether the first look described the face from so few pixels that more would tell more."""
    side = _side_needed(photo.file_format, photo.width, photo.height, eyes)
    if side is None:
        return False
    return face.quality.size * side / max(photo.width, photo.height) < _EYES_SMALL


def _side_needed(file_format: str, width: int, height: int, eyes: Eyes) -> int | None:
    """The longer side to decode to; None for the whole photo.

    Only a JPEG costs less when it is decoded small: others are kept whole where they are not huge.
    """
    if not isinstance(eyes.detector, SmallPictureDetector) or not width * height:
        return None
    if file_format != FileFormat.JPEG.value and width * height <= _LARGEST_WHOLE:
        return None
    return eyes.detector.side_needed(max(width, height))


def _quicker(eyes: Eyes, longest: int) -> QuickDetector | None:
    """What finds the larger faces of a photo of this longer side sooner than all of them."""
    detector = eyes.detector
    return (
        detector if isinstance(detector, QuickDetector) and detector.is_quicker(longest) else None
    )


def _faces_in(
    picture: RgbImage,
    longest: int,
    eyes: Eyes,
    known: Sequence[DetectedFace],
    ratio: tuple[float, float],
) -> list[DetectedFace]:
    """In the pixels of `picture`, which may be a smaller one of a photo of this longer side."""
    detector = eyes.detector
    if isinstance(detector, SmallPictureDetector):
        smaller = 1 / ratio[0], 1 / ratio[1]
        found = detector.detect_in(picture, longest, [_scaled(face, smaller) for face in known])
    else:
        found = detector.detect(picture)
    boxes = [face.bbox for face in known]
    return [face for face in found if not _scaled(face, ratio).bbox.is_among(boxes)]


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
    return SeenFace(_scaled(seen.detected, ratio), quality, seen.embedding)


def _scaled(face: DetectedFace, ratio: tuple[float, float]) -> DetectedFace:
    """In a picture so many times as large; boxes are counted from the photo's edge, points from the
    middle of its first pixel."""
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
