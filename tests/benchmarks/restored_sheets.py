"""Makes sheets of restorations to be looked at: seams, colour in grey, another's face.

    python -m tests.benchmarks.restored_sheets OUT [--shared ../shared] [--only identities|family]

`identities`: each person's degraded face is set into a larger scene (60 to 300 pixels wide; in
colour, in grey with grain, in sepia, lying on its side), found, restored with four references and
laid back. `family`: the largest faces of the old family photos, without references. Seam, stray
colour, grain, tone and likeness are measured and printed. The pictures are for evaluation only:
OUT lies outside the repository.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop_app.domain.face import DetectedFace, Embedding, Landmarks
from desktop_app.domain.photo import ColourMode, RgbImage, SourcePixels
from desktop_app.domain.restoration import ReferenceMemory, Restorer, RestoreSettings
from desktop_app.faces.alignment import ffhq_matrix
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.display import to_rgb
from desktop_app.imaging.sheet import side_by_side
from desktop_app.imaging.source import decode_source
from desktop_app.models.store import ModelStore
from desktop_app.operations.compose import Patch, compose
from desktop_app.operations.eyes import Eyes, open_eyes
from desktop_app.operations.fonts import bundled_fonts
from desktop_app.operations.restore_file import ReferencePhoto, largest_first, read_reference
from desktop_app.operations.restore_photos import FreshRestoration, restore_face
from desktop_app.restoration.engines import open_compact
from desktop_app.settings.places import resources
from tests.benchmarks.patch_measures import PatchMeasures, measure_patch

CHECKOUT = Path(__file__).resolve().parents[2]
FACE_WIDTHS = (60, 90, 120, 160, 200, 300)
LOOKS = ("colour", "grey", "sepia", "lying")
FACE_IN_CROP = 0.52  # of the side of an aligned crop that its face takes
SHOWN = 420  # pixels of each picture on a sheet
ROWS = 4


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
    """Each person in each look, the widths in turn; prints what was measured, and the means."""
    people = sorted(p for p in folder.iterdir() if p.is_dir())
    guides = {p.name: _guides(p, eyes, restorer) for p in people}
    rows: list[Row] = []
    print(
        f"{'':24}{'seam':>7}{'stray':>7}{'grain':>7}{'tone':>7}  likeness to them, the truth, else"
    )
    for number, person in enumerate(people):
        crop = decode_photo(person / "degraded.png").image
        truth = decode_photo(person / "gt.png").image
        true_face = eyes.embedder.embed(truth, eyes.detector.detect(truth)[0].landmarks)
        memory = restorer.encode_references([guide.crop for guide in guides[person.name]])
        for turn, look in enumerate(LOOKS):
            width = FACE_WIDTHS[(number + 2 * turn) % len(FACE_WIDTHS)]
            name = f"{person.name}, {width} px, {look}"
            pixels = scene(crop, width, look, number)
            laid = restored_faces(pixels, eyes, restorer, memory, 1)
            if not laid.faces:
                print(f"{name}: no face was found")
                continue
            (fresh,) = laid.fresh
            own = {
                other: np.stack([guide.embedding for guide in those])
                for other, those in guides.items()
            }
            rows.append(_row(name, laid, true_face, own, person.name))
            words = [
                f"likeness {float(np.mean(own[person.name] @ e)):.2f}"
                for e in (fresh.before, fresh.after)
            ]
            yield side_by_side(
                [
                    (around(laid.before, laid.faces[0].landmarks), name, words[0]),
                    (around(laid.after, laid.faces[0].landmarks), "restored", words[1]),
                    (guides[person.name][0].crop, "a reference", ""),
                    (truth, "the truth", ""),
                ],
                bundled_fonts(),
                SHOWN,
            )
    tell_means(rows)


def _guides(person: Path, eyes: Eyes, restorer: Restorer) -> list[ReferencePhoto]:
    paths = sorted((person / "references").iterdir())[:4]
    return [read_reference(p, eyes, restorer.facts.input_size, 10**9) for p in paths]


@dataclass(frozen=True)
class Laid:
    """A photo before and after, its faces, what was made of them, and the first one's mask."""

    before: RgbImage
    after: RgbImage
    faces: list[DetectedFace]
    fresh: list[FreshRestoration]
    mask: NDArray[np.float32]


def restored_faces(
    pixels: SourcePixels, eyes: Eyes, restorer: Restorer, memory: ReferenceMemory, most: int
) -> Laid:
    """The `most` largest faces restored, each leaving its neighbours alone."""
    before = to_rgb(pixels)
    found = largest_first(eyes.detector.detect(before))
    faces, settings = found[:most], RestoreSettings()
    fresh = [
        restore_face(
            pixels,
            face.landmarks,
            restorer,
            memory,
            eyes,
            0,
            settings,
            neighbours=[other.landmarks for other in found if other is not face],
        )
        for face in faces
    ]
    patches = [
        Patch(f.crop, face.landmarks, settings) for f, face in zip(fresh, faces, strict=True)
    ]
    after = to_rgb(compose(pixels, patches))
    mask = np.zeros(before.shape[:2], np.float32)
    if faces:
        kept = fresh[0].crop
        assert kept.mask is not None
        matrix = ffhq_matrix(faces[0].landmarks, kept.size)
        height, width = mask.shape
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        mask = cv2.warpAffine(kept.mask, matrix, (width, height), flags=flags)
    return Laid(before, after, faces, fresh, mask)


@dataclass(frozen=True)
class Row:
    """What was measured of one face."""

    name: str
    patch: PatchMeasures
    own: tuple[float, float]  # likeness to the references, before and after
    truth: tuple[float, float]
    other: tuple[float, float]  # to the nearest other person


def _row(
    name: str,
    laid: Laid,
    true_face: Embedding,
    own: dict[str, NDArray[np.float32]],
    person: str,
) -> Row:
    fresh = laid.fresh[0]
    patch = measure_patch(laid.before, laid.after, laid.mask)
    pair = (fresh.before, fresh.after)
    to = {other: [float(np.mean(those @ e)) for e in pair] for other, those in own.items()}
    mine = to.pop(person)
    row = Row(
        name,
        patch,
        (mine[0], mine[1]),
        (float(true_face @ pair[0]), float(true_face @ pair[1])),
        (max(v[0] for v in to.values()), max(v[1] for v in to.values())),
    )
    tell(row)
    return row


def tell(row: Row) -> None:
    p = row.patch
    print(
        f"{row.name:24}{p.seam:7.2f}{p.stray:7.1f}{p.grain:7.2f}{p.tone:7.1f}"
        f"  {row.own[0]:.2f} {row.own[1]:.2f}, {row.truth[0]:.2f} {row.truth[1]:.2f},"
        f" {row.other[0]:.2f} {row.other[1]:.2f}"
    )


def tell_means(rows: list[Row]) -> None:
    for look in ("", *LOOKS):
        some = [row for row in rows if row.name.endswith(look)]
        if not some:
            continue
        patches = [row.patch for row in some]
        means = (
            float(np.nanmean([getattr(p, f.name) for p in patches])) for f in fields(patches[0])
        )
        own, truth, other = (
            (
                float(np.mean([pair[0] for pair in pairs])),
                float(np.mean([pair[1] for pair in pairs])),
            )
            for pairs in ([r.own for r in some], [r.truth for r in some], [r.other for r in some])
        )
        tell(Row(f"mean of {len(some)} {look}", PatchMeasures(*means), own, truth, other))
    fell = sum(row.own[1] < row.own[0] for row in rows)
    nearer = sum(row.other[1] > row.own[1] for row in rows)
    nearer_before = sum(row.other[0] > row.own[0] for row in rows)
    print(f"likeness fell in {fell} of {len(rows)}; nearer to somebody else in {nearer}", end=" ")
    print(f"(before: {nearer_before})")
    print(f"worst seam {max(row.patch.seam for row in rows):.2f}", end=", ")
    print(f"most stray {max(row.patch.stray for row in rows if 'colour' not in row.name):.1f}")


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
    measured: list[PatchMeasures] = []
    print(f"{'':34}{'seam':>7}{'stray':>7}{'grain':>7}{'tone':>7}")
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp"):
            continue
        pixels = decode_source(path, max_pixels=10**9)
        laid = restored_faces(pixels, eyes, restorer, memory, 6)
        if not laid.faces:
            continue
        p = measure_patch(laid.before, laid.after, laid.mask)
        measured.append(p)
        print(f"{path.stem[:32]:34}{p.seam:7.2f}{p.stray:7.1f}{p.grain:7.2f}{p.tone:7.1f}")
        for face in laid.faces[:2]:
            title = f"{path.stem[:28]} {int(face.bbox.width)} px"
            yield side_by_side(
                [
                    (around(laid.before, face.landmarks), title, ""),
                    (around(laid.after, face.landmarks), "restored", ""),
                ],
                bundled_fonts(),
                SHOWN,
            )
    for name in (field.name for field in fields(PatchMeasures)):
        values = [getattr(p, name) for p in measured]
        low, middle, high = (float(np.nanquantile(values, part)) for part in (0.05, 0.5, 0.95))
        print(f"{name}: median {middle:.2f}, nine in ten from {low:.2f} to {high:.2f}")


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
