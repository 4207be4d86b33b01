"""Restores a face of a plain file with references from plain files; needs no catalog."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from desktop_app.domain.errors import BadRequest, NoFaceFound
from desktop_app.domain.face import DetectedFace, Embedding, Landmarks
from desktop_app.domain.photo import RgbImage, SourcePixels
from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.restoration import Likeness, ReferenceMap, Restorer, RestoreSettings
from desktop_app.faces.alignment import align_face
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.display import to_rgb
from desktop_app.imaging.source import decode_source
from desktop_app.operations.compose import Patch, compose
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.operations.measure_likeness import likeness_to
from desktop_app.operations.restore_photos import restore_face, tell_stage

_SAME = 0.3  # overlap (intersection over union) from which two boxes are one face
_TOLD = 6  # faces of a crowd that are listed


@dataclass(frozen=True)
class RestoredFile:
    """A file's pixels with one face restored, and what was measured on the way."""

    before: SourcePixels
    after: SourcePixels
    face: DetectedFace
    faces_found: int
    references: int
    likeness: Likeness | None  # to the references, where there were any
    reference_map: ReferenceMap | None
    sharp_already: bool = False  # the face was, before; restoring may have taken detail


@dataclass(frozen=True)
class ReferencePhoto:
    """The aligned crop of a reference and its embedding."""

    crop: RgbImage
    embedding: Embedding


def restore_file(
    path: Path,
    guides: Sequence[ReferencePhoto],
    restorer: Restorer,
    eyes: Eyes,
    report: Report,
    *,
    face_number: int | None = None,
    known_face: DetectedFace | None = None,
    turned: int = 0,
    seed: int = 0,
    settings: RestoreSettings = RestoreSettings(),  # noqa: B008 - frozen
    preview: bool = False,
    max_pixels: int = MAX_PIXELS,
) -> RestoredFile:
    """Restores the face `face_number` (1 is the largest; None where there is only one).

    Or `known_face`, which a catalog knows in this photo, `turned` clockwise by so many degrees.

    A wish to stop ends even a slow engine inside the face. Raises `NoFaceFound`, `BadRequest`,
    `UnreadablePhoto`, `FileVanished`, `ModelNotInstalled` for a `preview` that the engine lacks,
    and `Cancelled` through `report`.
    """
    if len(guides) > restorer.facts.max_references:
        raise BadRequest(
            f"At most {restorer.facts.max_references} references can guide a restoration; "
            f"{len(guides)} were given."
        )
    pixels = decode_source(path, max_pixels=max_pixels, turned=turned)
    image = to_rgb(pixels)
    faces = largest_first(eyes.detector.detect(image))
    if known_face is not None and face_number is None:
        face = known_face
        faces = [face, *(other for other in faces if other.bbox.overlap(face.bbox) < _SAME)]
    else:
        likes = partial(_likes, image, guides, eyes)
        face = _face_asked_for(path, faces, face_number, likes)
    del image
    found, read = Progress(1, 3, "face found"), Progress(2, 3, "references read")
    report(found)
    with restorer.watched(partial(tell_stage, report, found)):
        memory = restorer.encode_references([guide.crop for guide in guides])
    report(read)
    with restorer.watched(partial(tell_stage, report, read)):
        fresh = restore_face(
            pixels,
            face.landmarks,
            restorer,
            memory,
            eyes,
            seed,
            settings,
            neighbours=[other.landmarks for other in faces if other is not face],
            preview=preview,
        )
    composed = compose(pixels, [Patch(fresh.crop, face.landmarks, settings)])
    report(Progress(3, 3, path.name))
    likeness = None
    if guides:
        own = np.stack([guide.embedding for guide in guides])
        likeness = likeness_to(own, fresh.before, fresh.after)
    return RestoredFile(
        before=pixels,
        after=composed,
        face=face,
        faces_found=len(faces),
        references=len(guides),
        likeness=likeness,
        reference_map=fresh.restored.reference_map,
        sharp_already=fresh.sharp_already,
    )


def read_reference(
    path: Path,
    eyes: Eyes,
    size: int,
    max_pixels: int,
    landmarks: Landmarks | None = None,
    turned: int = 0,
) -> ReferencePhoto:
    """The face of a photo as a reference: at `landmarks`, or else the largest one."""
    image = decode_photo(path, max_pixels=max_pixels, turned=turned).image
    if landmarks is None:
        faces = largest_first(eyes.detector.detect(image))
        if not faces:
            raise NoFaceFound(
                f"No face was found in the reference {path.name}. "
                "Choose another photo of this person."
            )
        landmarks = faces[0].landmarks
    return ReferencePhoto(
        align_face(image, landmarks, size).crop, eyes.embedder.embed(image, landmarks)
    )


def largest_first(faces: Sequence[DetectedFace]) -> list[DetectedFace]:
    return sorted(faces, key=lambda face: -face.bbox.width * face.bbox.height)


def _likes(
    image: RgbImage, guides: Sequence[ReferencePhoto], eyes: Eyes, face: DetectedFace
) -> float | None:
    """How like the references a face is (mean cosine); None without references."""
    if not guides:
        return None
    own = np.stack([guide.embedding for guide in guides])
    return float(np.mean(own @ eyes.embedder.embed(image, face.landmarks)))


def _face_asked_for(
    path: Path,
    faces: Sequence[DetectedFace],
    number: int | None,
    likes: Callable[[DetectedFace], float | None],
) -> DetectedFace:
    if not faces:
        raise NoFaceFound(f"No face was found in {path.name}. Choose another photo.")
    if number is None:
        if len(faces) > 1:
            raise BadRequest(_which(path, faces, likes))
        return faces[0]
    if not 1 <= number <= len(faces):
        only = "one" if len(faces) == 1 else str(len(faces))
        raise BadRequest(f"{path.name} has no face {number}: it has {only}.")
    return faces[number - 1]


def _which(
    path: Path, faces: Sequence[DetectedFace], likes: Callable[[DetectedFace], float | None]
) -> str:
    """Asks which face is meant, with what tells them apart; the choice is the user's."""
    told = []
    for number, face in enumerate(faces[:_TOLD], start=1):
        box = face.bbox
        like = likes(face)
        likeness = "" if like is None else f", likeness to the references {like:.2f}"
        place = f"{round(box.width)} px wide at {round(box.left)}, {round(box.top)}"
        told.append(f"{number} ({place}{likeness})")
    more = f" and {len(faces) - _TOLD} smaller ones" if len(faces) > _TOLD else ""
    return (
        f"{path.name} has {len(faces)} faces. Say which one with --face: {', '.join(told)}{more}."
    )
