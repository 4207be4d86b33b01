"""Aligned portraits packed into one file, and the people who are kept aside."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.photo import RgbImage

FACE = 256  # side of the embedded network's face, in pixels
MARGIN = 1 / 8  # of that side, packed around the FFHQ square so that a crop can be moved and turned

SPLIT = Path(__file__).with_name("split.json")


@dataclass(frozen=True)
class Crop:
    """One portrait with its margin, (320, 320, 3) for a face of 256, its points in pixels."""

    image: RgbImage
    points: NDArray[np.float32]  # (5, 2)
    points68: NDArray[np.float32]  # (68, 2)
    source: str
    person: str

    @property
    def face(self) -> int:
        """The side of the FFHQ square in the middle of the picture, in pixels."""
        side: int = self.image.shape[0]
        return round(side / (1 + 2 * MARGIN))


@dataclass(frozen=True)
class PackedCrops:
    """All portraits by person, and the textures of old prints."""

    crops: tuple[Crop, ...]
    textures: tuple[RgbImage, ...]  # as large as the crops, scans of old printed faces

    def people(self, names: Sequence[str] | None = None) -> Mapping[str, tuple[Crop, ...]]:
        """The crops of each person, of all people or of those in `names`."""
        wanted = None if names is None else frozenset(names)
        by_person: dict[str, list[Crop]] = defaultdict(list)
        for crop in self.crops:
            if wanted is None or crop.person in wanted:
                by_person[crop.person].append(crop)
        return {name: tuple(by_person[name]) for name in sorted(by_person)}


def write_packed(packed: PackedCrops, path: Path) -> None:
    """One .npz file; the pictures are kept as JPEG of quality 96."""

    def encoded(images: Sequence[RgbImage]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        parts = [
            cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 96])[1].ravel()
            for image in images
        ]
        ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
        return np.concatenate(parts) if parts else np.zeros(0, np.uint8), ends

    pictures, ends = encoded([crop.image for crop in packed.crops])
    textures, texture_ends = encoded(packed.textures)
    with path.open("wb") as file:
        np.savez(
            file,
            pictures=pictures,
            ends=ends,
            textures=textures,
            texture_ends=texture_ends,
            points=np.stack([crop.points for crop in packed.crops]).astype(np.float32),
            points68=np.stack([crop.points68 for crop in packed.crops]).astype(np.float32),
            source=np.array([crop.source for crop in packed.crops]),
            person=np.array([crop.person for crop in packed.crops]),
        )


def read_packed(path: Path) -> PackedCrops:
    """What `write_packed` wrote."""
    with np.load(path, allow_pickle=False) as data:

        def decoded(pictures: str, ends: str) -> list[RgbImage]:
            stops = data[ends]
            parts = np.split(data[pictures], stops[:-1]) if len(stops) else []
            return [np.ascontiguousarray(decoded_jpeg(part)[:, :, ::-1]) for part in parts]

        images = decoded("pictures", "ends")
        crops = tuple(
            Crop(image, points, points68, str(source), str(person))
            for image, points, points68, source, person in zip(
                images,
                data["points"],
                data["points68"],
                data["source"],
                data["person"],
                strict=True,
            )
        )
        return PackedCrops(crops, tuple(decoded("textures", "texture_ends")))


def packed_side(face: int) -> int:
    """The side of a crop with its margin."""
    return face + 2 * round(MARGIN * face)


def decoded_jpeg(data: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture of a JPEG that was encoded here, its channels as they were given."""
    picture: NDArray[np.uint8] | None = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("the packed file is damaged")
    return picture


def held_out_people() -> tuple[str, ...]:
    """The people no network is trained on: by them training is watched and chosen."""
    return tuple(json.loads(SPLIT.read_text(encoding="utf-8"))["held_out"])
