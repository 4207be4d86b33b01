"""A library of painted photos: flat heads, so that no test needs a model or a real face."""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import FoundPhoto, IndexedPhoto, NewFace
from desktop_app.domain.face import BBox, DetectedFace, FaceQuality
from desktop_app.domain.ids import FaceId, PhotoId
from desktop_app.domain.photo import DatePrecision, PhotoDate, PhotoMetadata
from desktop_app.imaging.content_hash import content_hash

MODEL = "painted"
SIZE = (480, 360)
PEOPLE = 3


@dataclass
class Library:
    """What was painted: `faces[i]` are the faces of painted person i, one a photo."""

    catalog: Catalog
    photos: list[PhotoId]
    faces: list[list[FaceId]]


def paint_photo(path: Path, tone: int, places: list[tuple[int, int]]) -> None:
    """A photo of flat heads, so that no test needs a model or a real face."""
    image = Image.new("RGB", SIZE, (60 + tone, 70 + tone, 90))
    draw = ImageDraw.Draw(image)
    for x, y in places:
        draw.ellipse((x, y, x + 80, y + 100), fill=(220, 180, 150))
        for eye in (22, 52):
            draw.ellipse((x + eye, y + 35, x + eye + 8, y + 43), fill=(20, 20, 20))
    image.save(path, quality=90)


def painted_face(place: tuple[int, int], vector: np.ndarray) -> NewFace:
    x, y = place
    marks = [
        (x + 26, y + 39),
        (x + 56, y + 39),
        (x + 40, y + 58),
        (x + 28, y + 78),
        (x + 54, y + 78),
    ]
    box = BBox(x, y, x + 80, y + 100)
    detected = DetectedFace(box, np.array(marks, np.float32), 0.99)
    return NewFace(detected, FaceQuality(0.8, 0.9, 0.8, 30.0), vector)


def paint_library(catalog: Catalog, folder: Path) -> Library:
    """Six photos with three people each, all unnamed, in three groups."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    centres = [v / np.linalg.norm(v) for v in rng.normal(size=(PEOPLE, 128)).astype(np.float32)]
    folder_id = catalog.folders.add(folder)
    names = [f"photo{i}.jpg" for i in range(6)]
    spots = [(20, 120), (190, 130), (360, 110)]
    for number, name in enumerate(names):
        paint_photo(folder / name, 10 * number, spots)
    found = [
        FoundPhoto(os.fsencode(name), (folder / name).stat().st_size, number)
        for number, name in enumerate(names)
    ]
    photos = catalog.photos.record_found(folder_id, found)
    results = []
    for number, photo_id in enumerate(photos):
        faces = []
        for spot, centre in zip(spots, centres, strict=True):
            vector = centre + rng.normal(size=128).astype(np.float32) * 0.02
            faces.append(painted_face(spot, vector / np.linalg.norm(vector)))
        year = 1950 + 3 * number
        taken = PhotoDate(date(year, 1, 1), date(year, 12, 31), DatePrecision.YEAR)
        metadata = PhotoMetadata(taken, width=SIZE[0], height=SIZE[1], file_format="jpeg")
        digest = content_hash(folder / names[number])
        results.append(IndexedPhoto(photo_id, digest, metadata, faces, "painted", MODEL))
    catalog.photos.record_indexed(results)
    by_person: list[list[FaceId]] = [[], [], []]
    for photo_id in photos:
        inside = sorted(catalog.faces.of_photo(photo_id), key=lambda face: face.bbox.left)
        for number, face in enumerate(inside):
            by_person[number].append(face.id)
    catalog.faces.set_clusters(
        {face: number for number, faces in enumerate(by_person) for face in faces}
    )
    return Library(catalog, photos, by_person)
