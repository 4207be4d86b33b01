"""Cuts the portraits of the training folders out upright and packs them."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from desktop_app.domain.photo import RgbImage
from desktop_app.faces.alignment import align_face, ffhq_matrix, warp_points, warp_upright
from desktop_app.faces.landmarks68 import LandmarkFinder
from desktop_app.faces.yunet import YuNetDetector
from desktop_app.restoration.training.crops import (
    FACE,
    MARGIN,
    Crop,
    PackedCrops,
    packed_side,
    write_packed,
)

SMALLEST_FACE = 110  # pixels across; a smaller face teaches blur


def prepare(data: Path, models: Path, out: Path, face_side: int = FACE) -> PackedCrops:
    """Packs `data`/portraits and `data`/old_photos/book_scans (see README.md) into `out`.

    `data`/manifest.csv has the columns `file` and `identity`; a person is the folder of the
    file. `models` holds the detector and the finder of the 68 points. Files without a face, or
    with one under `SMALLEST_FACE` pixels, are left out and printed.
    """
    detector = YuNetDetector(models / "face_detection_yunet_2023mar.onnx", device="cpu")
    finder = LandmarkFinder(models / "fr_landmark.onnx", device="cpu")
    side = packed_side(face_side)
    with (data / "manifest.csv").open(encoding="utf-8", newline="") as file:
        names = sorted(row["file"] for row in csv.DictReader(file))
    crops = []
    for name in names:
        if not name.startswith("portraits/"):
            continue
        image = upright(data / name)
        faces = detector.detect(image)
        if not faces:
            print("no face:", name)
            continue
        face = max(faces, key=lambda found: found.bbox.width * found.det_score)
        if face.bbox.width < SMALLEST_FACE:
            print(f"face of {face.bbox.width:.0f} px:", name)
            continue
        matrix = ffhq_matrix(face.landmarks, face_side)
        matrix[:, 2] += round(MARGIN * face_side)
        source, person = Path(name).parts[1:3]
        crops.append(
            Crop(
                warp_upright(image, matrix, side),
                warp_points(face.landmarks, matrix),
                warp_points(finder.find(image, face.landmarks), matrix),
                source,
                f"{source}/{person}",
            )
        )
    textures = tuple(
        _texture(path, side) for path in sorted((data / "old_photos" / "book_scans").glob("*.*"))
    )
    packed = PackedCrops(tuple(crops), textures)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_packed(packed, out)
    return packed


def upright(path: Path) -> RgbImage:
    """A picture of the training folders, (height, width, 3) sRGB."""
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def faces_of(path: Path, models: Path, side: int, largest: int = 2) -> list[RgbImage]:
    """The `largest` faces of a photo, aligned, (side, side, 3) each."""
    detector = YuNetDetector(models / "face_detection_yunet_2023mar.onnx", device="cpu")
    image = upright(path)
    faces = sorted(detector.detect(image), key=lambda face: -face.bbox.width)
    return [align_face(image, face.landmarks, side).crop for face in faces[:largest]]


def _texture(path: Path, side: int) -> RgbImage:
    """The middle of a scan, mirrored out to (side, side, 3) where it is smaller."""
    image = upright(path)
    height, width = image.shape[:2]
    top, left = max(0, (height - side) // 2), max(0, (width - side) // 2)
    part = image[top : top + side, left : left + side]
    missing = ((0, side - part.shape[0]), (0, side - part.shape[1]), (0, 0))
    return np.pad(part, missing, mode="symmetric")
