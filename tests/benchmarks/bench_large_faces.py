"""Measures what restoring does to faces that are larger in the photo than in the engine's crop.

    python -m tests.benchmarks.bench_large_faces [--shared ../shared] [--people 14]

London portraits (faces about 500 pixels wide, twice the crop's scale), sharp, blurred and grainy;
the person's other portrait is the one reference. Prints detail after to before (fine: under 1.5
pixels, middle: under 6), likeness to the reference, to the sharp portrait, and PSNR to it.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.photo import ColourMode, RgbImage, SourcePixels
from desktop_app.imaging.decode import decode_photo
from desktop_app.models.store import ModelStore
from desktop_app.operations.eyes import open_eyes
from desktop_app.operations.look_at_photo import quality_of
from desktop_app.operations.restore_file import largest_first, read_reference
from desktop_app.restoration.engines import open_compact
from desktop_app.settings.places import resources
from tests.benchmarks.bench_wavering import people
from tests.benchmarks.restored_sheets import restored_faces

CHECKOUT = Path(__file__).resolve().parents[2]
_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
_COLUMNS = ("sharpness", "fine", "middle", "ref", "after", "true", "after", "dB", "after")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=CHECKOUT.parent / "shared")
    parser.add_argument("--people", type=int, default=14)
    asked = parser.parse_args()
    store = ModelStore(resources() / "models", Path("nowhere"))
    eyes, restorer = open_eyes(store, device="cpu"), open_compact(store, "cpu")
    rows: dict[str, list[list[float]]] = defaultdict(list)
    rng = np.random.default_rng(0)
    for paths in list(people(asked.shared / "data").values())[: asked.people]:
        sharp = decode_photo(paths[0]).image
        guide = read_reference(paths[1], eyes, restorer.facts.input_size, 10**9)
        memory = restorer.encode_references([guide.crop])
        face = largest_first(eyes.detector.detect(sharp))[0]
        true_face = eyes.embedder.embed(sharp, face.landmarks)
        for name, photo in damaged(sharp, rng).items():
            laid = restored_faces(SourcePixels(photo, ColourMode.RGB), eyes, restorer, memory, 1)
            if not laid.faces:
                continue
            inside, (fresh,) = laid.mask > 0.5, laid.fresh
            light = [np.ascontiguousarray(p @ _LUMINANCE) for p in (laid.before, laid.after, sharp)]
            rows[name].append(
                [
                    quality_of(photo, laid.faces[0]).sharpness,
                    *(
                        _detail(light[1], inside, s) / _detail(light[0], inside, s)
                        for s in (1.5, 6)
                    ),
                    *(float(e @ guide.embedding) for e in (fresh.before, fresh.after)),
                    *(float(e @ true_face) for e in (fresh.before, fresh.after)),
                    *(_psnr((one - light[2])[inside]) for one in light[:2]),
                ]
            )
    print(f"{'':16}" + "".join(f"{c:>10}" for c in _COLUMNS))
    for name, found in rows.items():
        print(f"{name:16}" + "".join(f"{v:10.3f}" for v in np.mean(found, axis=0)))


def damaged(sharp: RgbImage, rng: np.random.Generator) -> dict[str, RgbImage]:
    def grainy(photo: RgbImage, strength: float) -> RgbImage:
        noise = rng.normal(0, strength, photo.shape[:2])[..., None]
        return np.asarray(np.clip(photo + noise, 0, 255), np.uint8)

    blurred = {s: np.asarray(cv2.GaussianBlur(sharp, (0, 0), s)) for s in (2, 4, 8, 16)}
    return {
        "sharp": sharp,
        **{f"blur {s} px": photo for s, photo in blurred.items()},
        "grain 8": grainy(sharp, 8),
        "grain 20": grainy(sharp, 20),
        "blur 8, grain 12": grainy(blurred[8], 12),
    }


def _detail(light: NDArray[np.float32], inside: NDArray[np.bool_], scale: float) -> float:
    fine = light - cv2.GaussianBlur(light, (0, 0), scale)
    return float(np.sqrt((fine[inside] ** 2).mean()))


def _psnr(error: NDArray[np.float32]) -> float:
    return float(10 * np.log10(255**2 / max(float((error**2).mean()), 1e-2)))


if __name__ == "__main__":
    main()
