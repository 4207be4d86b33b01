"""Draws what a training step looks at: degraded faces, their clean selves, references."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from desktop_app.domain.photo import FloatImage
from desktop_app.restoration.training.crops import MARGIN, Crop, PackedCrops
from desktop_app.restoration.training.degrade import degrade
from desktop_app.restoration.training.old_print import age, faded, toned
from desktop_app.restoration.training.recipe import TrainingConfig

# the 68 points seen in a mirror: where each point's twin stands
MIRRORED = np.concatenate(
    [
        np.arange(16, -1, -1),  # jaw
        np.arange(26, 16, -1),  # brows
        [27, 28, 29, 30, 35, 34, 33, 32, 31],  # nose
        [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40],  # eyes
        [54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65],  # mouth
    ]
)


@dataclass(frozen=True)
class Batch:
    """Pictures (n, side, side, 3) float32 in [0, 1], points (n, 68, 2) in their pixels.

    The degraded faces of one person stand together: `faces` of them share that person's
    `references`, of which there are `reference_count` in a row.
    """

    degraded: NDArray[np.float32]
    clean: NDArray[np.float32]
    points: NDArray[np.float32]
    references: NDArray[np.float32]
    reference_points: NDArray[np.float32]
    reference_count: int
    faces: int
    right_person: NDArray[np.bool_]  # of each degraded face: are the references its own?


@dataclass(frozen=True)
class Pose:
    """How a crop is moved before it is cut to the face."""

    turn: float = 0.0  # degrees
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)  # pixels of a face of 256
    mirrored: bool = False


def draw_pose(rng: Generator, strength: float) -> Pose:
    return Pose(
        float(rng.normal(0, 4 * strength)),
        float(np.exp(rng.normal(0, 0.04 * strength))),
        (float(rng.normal(0, 2.5 * strength)), float(rng.normal(0, 2.5 * strength))),
        bool(rng.random() < 0.5),
    )


def cut(crop: Crop, pose: Pose, bend: Generator | None = None) -> tuple[FloatImage, FloatImage]:
    """The face in `pose`, (face, face, 3) in [0, 1], and its 68 points; `bend` warps it."""
    face = crop.face
    margin, pixel = round(MARGIN * face), face / 256
    middle = face / 2 + margin - 0.5
    matrix = cv2.getRotationMatrix2D((middle, middle), pose.turn, pose.scale)
    matrix[:, 2] += np.array(pose.shift) * pixel - margin
    if pose.mirrored:
        matrix = np.array([[-1.0, 0, face - 1], [0, 1, 0]]) @ np.vstack([matrix, [0, 0, 1]])
    points = (crop.points68 @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    if pose.mirrored:
        points = points[MIRRORED]
    if bend is None:
        image = cv2.warpAffine(
            crop.image,
            matrix,
            (face, face),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        return image.astype(np.float32) / 255, points
    offsets = bend.normal(0, 3.5 * pixel, (4, 4, 2)).astype(np.float32)  # pixels
    field = cv2.resize(offsets, (face, face), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:face, :face].astype(np.float32)
    back = cv2.invertAffineTransform(matrix).astype(np.float32)
    place = np.stack([x + field[:, :, 0], y + field[:, :, 1]], axis=2) @ back[:, :2].T + back[:, 2]
    image = cv2.remap(
        crop.image,
        place[:, :, 0].astype(np.float32),
        place[:, :, 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    nearest = np.clip(np.round(points), 0, face - 1).astype(int)
    return image.astype(np.float32) / 255, points - field[nearest[:, 1], nearest[:, 0]]


def relit(image: FloatImage, rng: Generator, strength: float) -> FloatImage:
    """Another exposure, contrast, white balance, and light from a side."""
    gain = np.exp(rng.normal(0, 0.05 * strength, 3) + rng.normal(0, 0.12 * strength))
    image = np.clip(image, 0, 1) ** np.float32(np.exp(rng.normal(0, 0.18 * strength)))
    slope = rng.normal(0, 0.16 * strength, 2)
    line = np.linspace(-1, 1, image.shape[0], dtype=np.float32)
    light = 1 + slope[0] * line[:, None] + slope[1] * line[None]
    result: FloatImage = np.clip(image * gain * light[:, :, None], 0, 1).astype(np.float32)
    return result


def draw_face(
    crop: Crop, packed: PackedCrops, config: TrainingConfig, rng: Generator
) -> tuple[FloatImage, FloatImage, FloatImage]:
    """A degraded face, its clean self, and the 68 points.

    Fading and toning belong to the clean picture too: a restoration keeps the look.
    """
    clean, points = cut(crop, draw_pose(rng, 1.0))
    clean = relit(clean, rng, 0.5)
    old = rng.random() < config.old_print
    if old or rng.random() < 0.08:
        if rng.random() < 0.8:
            clean = toned(clean, float(rng.choice([0, rng.uniform(0.2, 1)])))
        clean = faded(clean, rng)
    degraded = clean
    if old:
        degraded = age(degraded, packed.textures, rng)
    if not old or rng.random() < 0.75:
        tone = degraded
        degraded = degrade(degraded, rng)
        if old and np.ptp(tone, axis=2).max() < 1e-3:
            degraded = toned(degraded, 0.0)  # a scan of a grey print has no colour noise
    return degraded, clean, points


def draw_reference(crop: Crop, rng: Generator, same_photo: bool) -> tuple[FloatImage, FloatImage]:
    """A photo of the person as a reference; changed strongly where it is the target's own photo,
    so that copying pixels in place does not pay."""
    strength = 2.2 if same_photo else 1.2
    image, points = cut(crop, draw_pose(rng, strength), rng if same_photo else None)
    image = relit(image, rng, 1.3 if same_photo else 0.8)
    if rng.random() < 0.15:
        image = toned(image, float(rng.uniform(0, 1)))
    if rng.random() < 0.3:
        sigma = float(rng.uniform(0.3, 1.3))
        image = cv2.GaussianBlur(image, (0, 0), sigma)
    return image, points


def draw_batch(
    packed: PackedCrops,
    people: Sequence[tuple[Crop, ...]],
    config: TrainingConfig,
    rng: Generator,
    reference_count: int | None = None,
) -> Batch:
    """One step's pictures; the same `rng` state gives the same batch."""
    weight = np.array([config.two_photos_weight if len(p) > 1 else 1.0 for p in people])
    chosen = rng.choice(len(people), config.people, replace=False, p=weight / weight.sum())
    if reference_count is None:
        reference_count = int(rng.choice(config.reference_counts, p=config.reference_odds))
    faces: list[tuple[FloatImage, FloatImage, FloatImage]] = []
    references: list[tuple[FloatImage, FloatImage]] = []
    for index in chosen:
        photos = people[int(index)]
        targets = [photos[int(rng.integers(len(photos)))] for _ in range(config.faces)]
        faces += [draw_face(target, packed, config, rng) for target in targets]
        shown = {id(target) for target in targets}
        others = [photo for photo in photos if id(photo) not in shown]
        for _ in range(reference_count):
            source = others or list(photos)
            photo = source[int(rng.integers(len(source)))]
            references.append(draw_reference(photo, rng, id(photo) in shown))
    owners = np.arange(config.people)
    if reference_count and config.people > 1:
        swapped = rng.random(config.people) < config.other_person
        owners = np.where(swapped, np.roll(owners, 1), owners)
    order = [int(o) * reference_count + k for o in owners for k in range(reference_count)]
    references = [references[i] for i in order]
    side = faces[0][0].shape[0]
    empty = np.zeros((0, side, side, 3), np.float32), np.zeros((0, 68, 2), np.float32)
    return Batch(
        degraded=np.stack([face[0] for face in faces]).astype(np.float32),
        clean=np.stack([face[1] for face in faces]).astype(np.float32),
        points=np.stack([face[2] for face in faces]),
        references=np.stack([r[0] for r in references]).astype(np.float32)
        if references
        else empty[0],
        reference_points=np.stack([r[1] for r in references]) if references else empty[1],
        reference_count=reference_count,
        faces=config.faces,
        right_person=np.repeat(owners == np.arange(config.people), config.faces),
    )
