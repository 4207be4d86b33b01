"""Measures how much a likeness wavers where nothing was restored.

    python tests/benchmarks/bench_wavering.py [--shared ../shared] [--people N] [--side N]

Each portrait of a person is compared with the person's other portrait, as it is and after changes
that are none: encoded as JPEG, enlarged and shrunk, a little noise, points a little elsewhere.
Prints how far the cosine moves, for people with an even and with an odd number apart.
"""

import argparse
import csv
import io
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from desktop_app.domain.face import Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.imaging.decode import decode_photo
from desktop_app.models.store import ModelStore
from desktop_app.operations.eyes import open_eyes
from desktop_app.operations.restore_file import largest_first
from desktop_app.settings.places import resources

CHECKOUT = Path(__file__).resolve().parents[2]
Change = Callable[[RgbImage, Landmarks, np.random.Generator], tuple[RgbImage, Landmarks]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=CHECKOUT.parent / "shared")
    parser.add_argument("--people", type=int, default=86)
    parser.add_argument("--side", type=int, default=900, help="pixels: small ones stand for prints")
    asked = parser.parse_args()
    eyes = open_eyes(ModelStore(resources() / "models", Path("nowhere")), device="cpu")
    moved: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    rng = np.random.default_rng(0)
    for number, paths in enumerate(list(people(asked.shared / "data").values())[: asked.people]):
        found = []
        for path in paths[:2]:
            image = decode_photo(path, max_side=900).image
            scale = asked.side / max(image.shape[:2])
            if scale < 1:
                image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            faces = largest_first(eyes.detector.detect(image))
            if faces:
                found.append((image, faces[0].landmarks))
        if len(found) < 2:
            continue
        own = [eyes.embedder.embed(image, landmarks) for image, landmarks in found]
        for place, (image, landmarks) in enumerate(found):
            before = float(own[place] @ own[1 - place])
            for name, change in CHANGES.items():
                changed = eyes.embedder.embed(*change(image, landmarks, rng))
                moved[name][number % 2].append(abs(float(changed @ own[1 - place]) - before))
    even, odd = ([value for m in moved.values() for value in m[k]] for k in (0, 1))
    rows = {**moved, "all of them": (even, odd)}
    print(f"{'|change of the cosine|':32}  even: mean   95 %   99 %   odd: mean   95 %   99 %")
    for name, sides in rows.items():
        told = []
        for side in sides:
            told += [float(np.mean(side)), *np.quantile(side, [0.95, 0.99]).tolist()]
        print(f"{name:32}     " + "  ".join(f"{value:.4f}" for value in told), len(sides[0]))


def people(data: Path) -> Mapping[str, list[Path]]:
    """The London portraits by person."""
    found: dict[str, list[Path]] = defaultdict(list)
    with (data / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["file"].startswith("portraits/london/"):
                found[row["identity"]].append(data / row["file"])
    return found


def _jpeg(quality: int) -> Change:
    def change(
        image: RgbImage, landmarks: Landmarks, rng: np.random.Generator
    ) -> tuple[RgbImage, Landmarks]:
        encoded = io.BytesIO()
        Image.fromarray(image).save(encoded, "JPEG", quality=quality)
        return np.asarray(Image.open(encoded)), landmarks

    return change


def _resampled(
    image: RgbImage, landmarks: Landmarks, rng: np.random.Generator
) -> tuple[RgbImage, Landmarks]:
    larger = cv2.resize(image, None, fx=1.31, fy=1.31, interpolation=cv2.INTER_CUBIC)
    height, width = image.shape[:2]
    back = cv2.resize(larger, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(back, np.uint8), landmarks


def _noisy(
    image: RgbImage, landmarks: Landmarks, rng: np.random.Generator
) -> tuple[RgbImage, Landmarks]:
    noisy = image + rng.normal(0, 3, image.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8), landmarks


def _elsewhere(
    image: RgbImage, landmarks: Landmarks, rng: np.random.Generator
) -> tuple[RgbImage, Landmarks]:
    between = float(np.hypot(*(landmarks[1] - landmarks[0])))
    return image, (landmarks + rng.normal(0, 0.01 * between, (5, 2))).astype(np.float32)


CHANGES: dict[str, Change] = {
    "JPEG of quality 90": _jpeg(90),
    "JPEG of quality 60": _jpeg(60),
    "enlarged by 1.31 and back": _resampled,
    "noise of 3 of 255": _noisy,
    "points moved by 1 % of the eyes": _elsewhere,
}

if __name__ == "__main__":
    main()
