"""Makes sheets of restorations to be looked at: seams, colour in grey, another's face.

    python tests/benchmarks/restored_sheets.py OUT [--shared ../shared] [--only identities|family]

`identities`: each person's degraded face is set into a larger scene (60 to 300 pixels wide; in
colour, in grey with grain, in sepia, lying on its side), found, restored with four references and
laid back. `family`: the largest faces of the old family photos, without references. The pictures
are for evaluation only: OUT lies outside the repository.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from desktop_app.domain.face import Landmarks
from desktop_app.domain.photo import ColourMode, RgbImage, SourcePixels
from desktop_app.domain.restoration import Restorer, RestoreSettings
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.display import to_rgb
from desktop_app.imaging.sheet import side_by_side
from desktop_app.imaging.source import decode_source
from desktop_app.models.store import ModelStore
from desktop_app.operations.compose import Patch, compose
from desktop_app.operations.eyes import Eyes, open_eyes
from desktop_app.operations.fonts import bundled_fonts
from desktop_app.operations.restore_file import largest_first, read_reference
from desktop_app.operations.restore_photos import restore_face
from desktop_app.restoration.engines import open_compact
from desktop_app.settings.places import resources

CHECKOUT = Path(__file__).resolve().parents[2]
FACE_WIDTHS = (60, 90, 120, 160, 200, 300)
LOOKS = ("colour", "grey", "sepia", "lying")
FACE_IN_CROP = 0.52  # of the side of an aligned crop that its face takes
SHOWN = 420  # pixels of each picture on a sheet
ROWS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--shared", type=Path, default=CHECKOUT.parent / "shared")
    parser.add_argument("--only", choices=("identities", "family"))
    asked = parser.parse_args()
    if asked.out.resolve().is_relative_to(CHECKOUT):
        parser.error("these pictures do not go into the repository: choose another folder")
    asked.out.mkdir(parents=True, exist_ok=True)
    store = ModelStore(resources() / "models", Path("nowhere"))
    eyes, restorer = open_eyes(store, device="cpu"), open_compact(store, "cpu")
    if asked.only != "family":
        rows = identities(asked.shared / "data" / "identities", eyes, restorer)
        write_sheets(rows, asked.out, "identities")
    if asked.only != "identities":
        write_sheets(
            family(asked.shared / "data" / "old_photos" / "family", eyes, restorer),
            asked.out,
            "family",
        )


def identities(folder: Path, eyes: Eyes, restorer: Restorer) -> Iterator[RgbImage]:
    for number, person in enumerate(sorted(p for p in folder.iterdir() if p.is_dir())):
        width, look = FACE_WIDTHS[number % len(FACE_WIDTHS)], LOOKS[number % len(LOOKS)]
        crop = decode_photo(person / "degraded.png").image
        truth = decode_photo(person / "gt.png").image
        pixels = scene(crop, width, look, number)
        paths = sorted((person / "references").iterdir())[:4]
        guides = [read_reference(p, eyes, restorer.facts.input_size, 10**9) for p in paths]
        faces = largest_first(eyes.detector.detect(to_rgb(pixels)))
        if not faces:
            print(f"{person.name}: no face found at {width} px, {look}")
            continue
        memory = restorer.encode_references([guide.crop for guide in guides])
        landmarks = faces[0].landmarks
        fresh = restore_face(pixels, landmarks, restorer, memory, eyes, 0, RestoreSettings())
        after = compose(pixels, [Patch(fresh.restored.crop, landmarks, RestoreSettings())])
        own = np.stack([guide.embedding for guide in guides])
        before_words, after_words = (
            f"likeness {float(np.mean(own @ embedding)):.2f}"
            for embedding in (fresh.before, fresh.after)
        )
        name = f"{person.name}, {width} px, {look}"
        yield side_by_side(
            [
                (around(to_rgb(pixels), landmarks), name, before_words),
                (around(to_rgb(after), landmarks), "restored", after_words),
                (guides[0].crop, "a reference", ""),
                (truth, "the truth", ""),
            ],
            bundled_fonts(),
            SHOWN,
        )


def scene(crop: RgbImage, face_width: int, look: str, seed: int) -> SourcePixels:
    """A grainy wall of soft light with the crop in its middle, its edges blended in."""
    rng = np.random.default_rng(seed)
    side = round(face_width / FACE_IN_CROP)
    wall = cv2.resize(rng.integers(70, 170, (6, 8, 3)).astype(np.float32), (4 * side, 3 * side))
    if look == "lying":
        crop = np.ascontiguousarray(np.rot90(crop))
    small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    ramp = np.clip(np.minimum(np.arange(side), np.arange(side)[::-1]) / (0.08 * side), 0, 1)
    soft = (ramp[:, None] * ramp[None])[:, :, None]
    part = wall[side : 2 * side, side : 2 * side]
    part[:] = small * soft + part * (1 - soft)
    if look in ("grey", "sepia"):
        grey = wall @ np.array([0.299, 0.587, 0.114], np.float32)
        grey += cv2.GaussianBlur(rng.normal(0, 9, grey.shape).astype(np.float32), (0, 0), 0.7)
        tint = [1, 1, 1] if look == "grey" else [0.98, 0.86, 0.68]
        lift = [0, 0, 0] if look == "grey" else [20, 14, 6]
        wall = np.clip(grey, 0, 255)[:, :, None] * np.float32(tint) + np.float32(lift)
    samples = np.round(np.clip(wall, 0, 255)).astype(np.uint8)
    return SourcePixels(samples, ColourMode.RGB)


def family(folder: Path, eyes: Eyes, restorer: Restorer) -> Iterator[RgbImage]:
    memory = restorer.encode_references([])
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp"):
            continue
        pixels = decode_source(path, max_pixels=10**9)
        faces = largest_first(eyes.detector.detect(to_rgb(pixels)))[:6]
        settings = RestoreSettings()
        fresh = [
            restore_face(pixels, f.landmarks, restorer, memory, eyes, 0, settings) for f in faces
        ]
        after = compose(
            pixels,
            [
                Patch(made.restored.crop, face.landmarks, settings)
                for face, made in zip(faces, fresh, strict=True)
            ],
        )
        before_rgb, after_rgb = to_rgb(pixels), to_rgb(after)
        tint = (
            np.ptp(after_rgb.astype(int), axis=2).max()
            - np.ptp(before_rgb.astype(int), axis=2).max()
        )
        for face in faces[:2]:
            title = f"{path.stem[:28]} {int(face.bbox.width)} px"
            yield side_by_side(
                [
                    (around(before_rgb, face.landmarks), title, ""),
                    (around(after_rgb, face.landmarks), "restored", f"more colour: {tint}"),
                ],
                bundled_fonts(),
                SHOWN,
            )


def around(image: RgbImage, landmarks: Landmarks) -> RgbImage:
    """The face and its surroundings, square, enlarged without smoothing away the grain."""
    middle = landmarks.mean(axis=0)
    half = int(3.2 * max(np.ptp(landmarks[:, 0]), np.ptp(landmarks[:, 1])) / 1.4)
    padded = np.pad(image, ((half, half), (half, half), (0, 0)), mode="edge")
    left, top = int(middle[0]), int(middle[1])
    part = padded[top : top + 2 * half, left : left + 2 * half]
    return np.asarray(cv2.resize(part, (SHOWN, SHOWN), interpolation=cv2.INTER_CUBIC), np.uint8)


def write_sheets(rows: Iterator[RgbImage], out: Path, name: str) -> None:
    kept: list[RgbImage] = []
    number = 0
    for row in rows:
        kept.append(row)
        if len(kept) == ROWS:
            number += 1
            write_sheet(kept, out / f"{name}-{number:02}.png")
            kept = []
    if kept:
        write_sheet(kept, out / f"{name}-{number + 1:02}.png")


def write_sheet(rows: list[RgbImage], path: Path) -> None:
    width = max(row.shape[1] for row in rows)
    padded = [
        np.pad(r, ((0, 0), (0, width - r.shape[1]), (0, 0)), constant_values=245) for r in rows
    ]
    Image.fromarray(np.vstack(padded)).save(path)
    print(path)


if __name__ == "__main__":
    main()
