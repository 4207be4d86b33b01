"""Measures the way of a whole photo with the embedded engine on the processor.


Cases: `one` and `eight` (a JPEG of 24 megapixels with so many faces), `scan` (a TIFF of 100
megapixels and 16 bits with three). Each runs in a process of its own. Prints the seconds of each
stage, and the most memory that the process held, also as a multiple of the decoded photo.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import tifffile
from PIL import Image

from desktop_app.domain.photo import RgbImage
from desktop_app.domain.restoration import RestoreSettings
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.display import to_rgb
from desktop_app.imaging.encode import ExportSettings, encode_photo
from desktop_app.imaging.source import decode_source
from desktop_app.models.store import ModelStore
from desktop_app.operations.compose import Patch, lay_in
from desktop_app.operations.eyes import open_eyes
from desktop_app.operations.restore_file import largest_first, read_reference
from desktop_app.operations.restore_photos import restore_face
from desktop_app.restoration.engines import open_compact
from desktop_app.settings.places import resources

REFERENCES = 4
LIBRARY = resources() / "samples" / "library"


@dataclass(frozen=True)
class Case:
    """A photo to be restored: its size, its faces, how it is kept."""

    size: tuple[int, int]
    faces: int
    source: str
    result: str


CASES = {
    "one": Case((6000, 4000), 1, "photo.jpg", "out.jpg"),
    "eight": Case((6000, 4000), 8, "photo.jpg", "out.jpg"),
    "scan": Case((12_248, 8165), 3, "scan.tif", "out.tif"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        print(json.dumps(measure(CASES[asked.child], asked.folder)))
        return
    for name in asked.cases or CASES:
        with tempfile.TemporaryDirectory() as folder:
            paint(CASES[name], Path(folder))
            command = [sys.executable, __file__, "--child", name, "--folder", folder]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            tell(name, CASES[name], json.loads(done.stdout))


def paint(case: Case, folder: Path) -> None:
    """A grainy wall with portraits in a row, as large as in a group photo."""
    width, height = case.size
    rng = np.random.default_rng(0)
    wall = cv2.resize(rng.integers(90, 150, (30, 40, 3)).astype(np.uint8), case.size)
    grain = rng.normal(0, 3, (512, 512, 1)).astype(np.float32)
    portrait = portraits()[0]
    side = height // 4
    small = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
    for number in range(case.faces):
        column, row = number % 4, number // 4
        left, top = width // 5 * (column + 1) - side // 2, height // 3 * (row + 1) - side // 2
        wall[top : top + side, left : left + side] = small
    for top in range(0, height, 512):
        for left in range(0, width, 512):
            tile = wall[top : top + 512, left : left + 512]
            noisy = tile + grain[: tile.shape[0], : tile.shape[1]]
            tile[:] = np.clip(noisy, 0, 255).astype(np.uint8)
    path = folder / case.source
    if path.suffix == ".tif":
        tifffile.imwrite(path, wall.astype(np.uint16) * 257, photometric="rgb")
    else:
        Image.fromarray(wall).save(path, quality=92)


def portraits() -> list[RgbImage]:
    """The bundled photos around their largest face, square."""
    eyes = open_eyes(ModelStore(resources() / "models", Path("nowhere")), device="cpu")
    cut = []
    for path in sorted(LIBRARY.rglob("*.jpg")):
        image = decode_photo(path).image
        faces = largest_first(eyes.detector.detect(image))
        if not faces:
            continue
        box = faces[0].bbox
        half = int(max(box.width, box.height))
        middle_x, middle_y = int(box.left + box.right) // 2, int(box.top + box.bottom) // 2
        top, left = max(0, middle_y - half), max(0, middle_x - half)
        part = image[top : middle_y + half, left : middle_x + half]
        side = min(part.shape[:2])
        cut.append(part[:side, :side])
    return cut


def measure(case: Case, folder: Path) -> dict[str, float]:
    """Seconds of each stage, and bytes: of the decoded photo, before it, at the most."""
    taken: dict[str, float] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        taken[name] = taken.get(name, 0.0) + time.perf_counter() - start

    store = ModelStore(resources() / "models", Path("nowhere"))
    with stage("models opened"):
        eyes = open_eyes(store, device="cpu")
        restorer = open_compact(store, "cpu")
    size = restorer.facts.input_size
    paths = sorted(LIBRARY.rglob("*.jpg"))[:REFERENCES]
    with stage("references read"):
        guides = [read_reference(path, eyes, size, 10**9).crop for path in paths]
        memory = restorer.encode_references(guides)
    # a first pass outside the clock: the networks reserve their memory once
    restorer.restore(guides[0], memory, 0)
    before = peak()
    with stage("decoded"):
        pixels = decode_source(folder / case.source, max_pixels=10**9)
    with stage("faces found"):
        faces = largest_first(eyes.detector.detect(to_rgb(pixels)))[: case.faces]
    after_finding = peak()
    settings = RestoreSettings()
    with stage("faces restored"):
        patches = []
        for face in faces:
            fresh = restore_face(pixels, face.landmarks, restorer, memory, eyes, 0, settings)
            patches.append(Patch(fresh.crop, face.landmarks, settings))
    with stage("laid into the photo"):
        lay_in(pixels, patches)
    with stage("written"):
        file_format = {".jpg": "jpeg", ".tif": "tiff"}[Path(case.result).suffix]
        about = ExportAbout(source_path=folder / case.source)
        encode_photo(pixels, folder / case.result, ExportSettings(file_format), about)
    facts = {"faces": float(len(faces)), "decoded": float(pixels.samples.nbytes)}
    facts |= {"before": before, "finding": after_finding, "peak": peak()}
    return facts | {f"s {name}": seconds for name, seconds in taken.items()}


def peak() -> float:
    """The most bytes this process has held so far."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage tells there begins with the peak of the parent
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return float(lines["VmHWM"].split()[0]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


def tell(name: str, case: Case, facts: dict[str, float]) -> None:
    megapixels = case.size[0] * case.size[1] / 1e6
    print(f"{name}: {megapixels:.0f} megapixels, {facts['faces']:.0f} of {case.faces} faces found")
    for key, value in facts.items():
        if key.startswith("s "):
            print(f"  {key[2:]:22}{value:8.2f} s")
    decoded = facts["decoded"]
    print(f"  decoded photo         {decoded / 1e6:8.0f} MB")
    for words, key in (("networks open", "before"), ("faces found", "finding"), ("peak", "peak")):
        ratio, above = facts[key] / decoded, (facts[key] - facts["before"]) / decoded
        print(
            f"  {words:22}{facts[key] / 1e6:8.0f} MB  {ratio:5.2f} x, {above:5.2f} x above models"
        )


if __name__ == "__main__":
    main()
