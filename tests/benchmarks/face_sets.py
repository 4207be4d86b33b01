"""Faces of people whose names are known, seen once by the application's own eyes and kept."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.photo import RgbImage
from desktop_app.imaging.decode import decode_photo
from desktop_app.models.onnx_session import open_session  # noqa: F401 - quiet before the import
from desktop_app.models.store import ModelStore
from desktop_app.operations.eyes import Eyes, open_eyes
from desktop_app.operations.look_at_photo import see_faces

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class FaceSet:
    """The largest face of each photo. `names` are people, `kinds` what sort of photo it is."""

    names: NDArray[np.str_]  # (faces,)
    kinds: NDArray[np.str_]  # (faces,)
    vectors: NDArray[np.float32]  # (faces, dimensions), of unit length
    poor: NDArray[np.bool_]  # (faces,)
    missed: int  # photos in which no face was found

    def of(self, *kinds: str) -> "FaceSet":
        chosen = np.isin(self.kinds, kinds)
        return FaceSet(
            self.names[chosen],
            self.kinds[chosen],
            self.vectors[chosen],
            self.poor[chosen],
            self.missed,
        )


def bundled_eyes() -> Eyes:
    return open_eyes(ModelStore(CHECKOUT / "resources" / "models", CHECKOUT / "nowhere"))


def identities(data: Path, kept: Path) -> FaceSet:
    """12 people: kinds `photo` (references and the true photo) and `degraded`."""
    photos = []
    for folder in sorted((data / "identities").iterdir()):
        if not folder.is_dir():
            continue
        photos.append((folder.name, "degraded", folder / "degraded.png"))
        photos.append((folder.name, "photo", folder / "gt.png"))
        photos += [(folder.name, "photo", p) for p in sorted((folder / "references").iterdir())]
    return _seen("identities", photos, kept)


def portraits(data: Path, kept: Path) -> FaceSet:
    """People with two real photos or more (`pair`), or one (`single`); both also degraded.

    Drawings among the portraits before 1931 are not told apart; flipped copies are.
    """
    with (data / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["file"].startswith("portraits/")]
    by_person: dict[str, list[Path]] = {}
    for row in rows:
        name = f"{row['source']}/{row['identity']}"
        by_person.setdefault(name, []).append(data / row["file"])
    photos = []
    for name, paths in sorted(by_person.items()):
        for number, path in enumerate(sorted(paths)):
            kind = "pair" if len(paths) > 1 else "single"
            photos.append((name, kind, path))
            if len(paths) > 1 and number == 0:
                photos.append((name, "degraded", path))
    return _seen("portraits", photos, kept)


def degraded(image: RgbImage, seed: int) -> RgbImage:
    """A small soft noisy print of a photo: about 24 to 40 px wide, blurred, grain, JPEG."""
    rng = np.random.default_rng(seed)
    height, width = image.shape[:2]
    small = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(1.0, 3.0)) * width / 256)
    side = int(rng.integers(48, 81))
    scale = side / max(height, width)
    small = cv2.resize(small, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grain = rng.normal(0, float(rng.uniform(4, 14)), small.shape[:2])[..., None]
    noisy = np.clip(small.astype(np.float32) + grain, 0, 255).astype(np.uint8)
    quality = int(rng.integers(35, 80))
    written = cv2.imencode(".jpg", noisy[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    back = cv2.imdecode(written, cv2.IMREAD_COLOR)[..., ::-1]
    return np.ascontiguousarray(
        cv2.resize(
            back,
            (512 * width // max(width, height), 512 * height // max(width, height)),
            interpolation=cv2.INTER_CUBIC,
        )
    )


def _seen(title: str, photos: list[tuple[str, str, Path]], kept: Path) -> FaceSet:
    eyes = bundled_eyes()
    told = repr([(n, k, str(p)) for n, k, p in photos]) + eyes.detector.id + eyes.embedder.id
    place = kept / f"{title}-{hashlib.sha256(told.encode()).hexdigest()[:12]}.npz"
    if not place.exists():
        kept.mkdir(parents=True, exist_ok=True)
        rows = list(_look(photos, eyes))
        found = [row for row in rows if row is not None]
        np.savez(
            place,
            names=np.array([row[0] for row in found]),
            kinds=np.array([row[1] for row in found]),
            vectors=np.stack([row[2] for row in found]),
            poor=np.array([row[3] for row in found]),
            missed=len(rows) - len(found),
        )
    with np.load(place) as file:
        return FaceSet(
            file["names"], file["kinds"], file["vectors"], file["poor"], int(file["missed"])
        )


def _look(
    photos: list[tuple[str, str, Path]], eyes: Eyes
) -> Iterator[tuple[str, str, NDArray[np.float32], bool] | None]:
    for number, (name, kind, path) in enumerate(photos):
        image = decode_photo(path, max_side=1024).image
        if kind == "degraded" and path.name != "degraded.png":
            image = degraded(image, number)
        faces = see_faces(image, eyes)
        if not faces:
            yield None
            continue
        largest = max(faces, key=lambda face: face.detected.bbox.height)
        yield name, kind, largest.embedding, largest.quality.poor
        if number % 100 == 0:
            print(f"{path.parent.parent.name}: {number} of {len(photos)}", flush=True)
