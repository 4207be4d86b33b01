"""Looks at one photo: its pixels, what it says of itself, the faces in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop_app.domain.face import DetectedFace, Embedding, FaceQuality
from desktop_app.domain.photo import PhotoMetadata, RgbImage
from desktop_app.faces.alignment import align_for_embedding
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


@dataclass(frozen=True)
class SeenFace:
    """A face found in a photo, how good it is, and its embedding by the eyes that found it."""

    detected: DetectedFace
    quality: FaceQuality
    embedding: Embedding


@dataclass(frozen=True)
class SeenPhoto:
    """One photo as the eyes saw it; the thumbnail is upright sRGB."""

    thumbnail: RgbImage
    content_hash: str
    metadata: PhotoMetadata
    faces: tuple[SeenFace, ...]


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
    one_tone = has_one_tone(align_for_embedding(image, face.landmarks))
    return replace(measure_quality(image, face), one_tone=one_tone)


def look_at_photo(
    photo: HeldPhoto, eyes: Eyes, max_pixels: int, turned: int, room: RoomForWork
) -> SeenPhoto:
    """The photo as the user turned it, by `turned` degrees clockwise; decoded when there is room.

    Raises `UnreadablePhoto`, `PhotoTooLarge` or `FileVanished`.
    """
    named = content_hash(photo)
    metadata = read_metadata(photo)
    width, height = turned_size(metadata.width, metadata.height, turned)
    with room.taken(_bytes_of(metadata)):
        image = decode_photo(photo, max_pixels=max_pixels, turned=turned).image
        return SeenPhoto(
            thumbnail=make_thumbnail(image),
            content_hash=named,
            metadata=replace(metadata, width=width, height=height),
            faces=see_faces(image, eyes),
        )


def _bytes_of(metadata: PhotoMetadata) -> int:
    """What decoding takes: the samples, and the picture made of them."""
    return metadata.width * metadata.height * _BYTES_A_PIXEL.get(metadata.file_format, _MOST_BYTES)
