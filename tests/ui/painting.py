"""A library of painted photos: flat heads, so that no test needs a model or a real face."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import NewFace
from desktop_app.domain.face import BBox, DetectedFace, FaceQuality
from desktop_app.domain.ids import FaceId, PhotoId

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
