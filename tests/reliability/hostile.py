"""Spoils photos at random and puts each through all that reads photos; seeded, so repeatable.

python -m tests.reliability.hostile FOLDER --files 100000 [--seed 8]
"""

import argparse
import contextlib
import io
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image

from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.photo import PhotoMetadata
from desktop_app.domain.progress import silent
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.content_hash import content_hash
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.encode import ExportSettings, encode_photo
from desktop_app.imaging.face_tags.reading import FaceTagReader
from desktop_app.imaging.metadata import read_metadata
from desktop_app.imaging.scan import scan_folder
from desktop_app.imaging.source import decode_source
from desktop_app.imaging.thumbnails import ThumbnailStore, make_thumbnail
from tests.imaging.raw_files import save_dng

TOO_LONG = 10.0  # seconds for one file


@dataclass
class Findings:
    """What became of the files."""

    files: int = 0
    read: int = 0
    refused: int = 0
    readers_stopped: int = 0  # processes that a file brought down, or that took too long
    slowest: float = 0.0
    slowest_file: str = ""
    most_memory: int = 0  # bytes by which this process grew at its largest
    reasons: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Ways:
    """Everything that reads a photo on its way through the application."""

    def __init__(self, folder: Path, max_pixels: int = 50_000_000) -> None:
        self._out = folder / "out"
        self._out.mkdir(parents=True, exist_ok=True)
        self._thumbnails = ThumbnailStore(folder / "thumbnails", 10**6)
        self._max_pixels = max_pixels
        self._count = 0

    def go(self, path: Path, findings: Findings) -> None:
        """Each step ends in a result or in a sentence; anything else is a fault."""
        findings.files += 1
        self._count += 1
        began = time.monotonic()
        steps: list[Callable[[], object]] = [
            lambda: self._show(path),
            lambda: self._describe(path),
            lambda: content_hash(path),
            lambda: FaceTagReader().read(path),
        ]
        if self._count % 4 == 0:
            steps.append(lambda: self._export(path))
        read = False
        for number, step in enumerate(steps):
            try:
                step()
                read = read or number == 0
            except ExpectedError as error:
                words = str(error)
                if not words.isprintable() or not words.endswith((".", ")")):
                    findings.faults.append(f"{path.name}: says {words!r}")
                stopped = "stopped its reader" in words or "was given up" in words
                findings.readers_stopped += stopped
                if number == 0:
                    findings.reasons[type(error).__name__] += 1
            except BaseException as error:
                findings.faults.append(f"{path.name}, step {number}: {error!r}")
                if isinstance(error, KeyboardInterrupt):
                    raise
        findings.read += read
        findings.refused += not read
        took = time.monotonic() - began
        if took > findings.slowest:
            findings.slowest, findings.slowest_file = round(took, 2), path.name
        if took > TOO_LONG * len(steps):
            findings.faults.append(f"{path.name}: {took:.1f} s")

    def _show(self, path: Path) -> None:
        photo = decode_photo(path, max_pixels=self._max_pixels)
        self._thumbnails.put(f"{self._count % 64:04x}", make_thumbnail(photo.image))

    def _describe(self, path: Path) -> PhotoMetadata:
        return read_metadata(path)

    def _export(self, path: Path) -> None:
        pixels = decode_source(path, max_pixels=2_000_000)
        settings = ExportSettings(("jpeg", "png", "tiff", "webp")[self._count // 4 % 4])
        target = self._out / f"out{self._count % 8}.bin"
        target.unlink(missing_ok=True)
        encode_photo(pixels, target, settings, ExportAbout(source_path=path))


def seeds() -> dict[str, bytes]:
    """A small photo of each kind that is read, with words and profiles in it."""
    generator = np.random.default_rng(8)
    y, x = np.mgrid[0:48, 0:64]
    pixels = np.stack([x * 4, y * 5, (x + y) * 2], -1).astype(np.uint8)
    pixels = pixels // 2 + generator.integers(0, 100, pixels.shape, np.uint8)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    exif.get_ifd(0x8769)[0x9003] = "1952:06:14 10:00:00"
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 0.0)
    picture = Image.fromarray(pixels)
    made: dict[str, bytes] = {}

    def keep(name: str, image: Image.Image, kind: str, **options: object) -> None:
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        made[name] = buffer.getvalue()

    keep("plain.jpg", picture, "JPEG", exif=exif)
    keep("progressive.jpg", picture, "JPEG", progressive=True)
    keep("inks.jpg", picture.convert("CMYK"), "JPEG")
    keep("plain.png", picture, "PNG", exif=exif)
    keep("palette.png", picture.convert("P"), "PNG", transparency=3)
    keep("plain.webp", picture, "WEBP", exif=exif)
    keep("lossless.webp", picture, "WEBP", lossless=True)
    keep("plain.avif", picture, "AVIF", exif=exif)
    keep("plain.gif", picture, "GIF")
    keep("plain.bmp", picture, "BMP")
    keep("lzw.tif", picture, "TIFF", compression="tiff_lzw")
    keep("jpeg.tif", picture, "TIFF", compression="jpeg")
    keep("fax.tif", picture.convert("1"), "TIFF", compression="group4")
    deep = io.BytesIO()
    tifffile.imwrite(deep, pixels.astype(np.uint16) * 257, photometric="rgb")
    made["deep.tif"] = deep.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        raw = save_dng(Path(folder) / "raw.dng", made["plain.jpg"], (64, 48), 6)
        made["raw.dng"] = raw.read_bytes()
    return made


def more_seeds(folder: Path) -> dict[str, bytes]:
    """HEIC and RAW files of the evaluation data, small ones, for no encoder of them is here."""
    made = {}
    for suffix in (".heic", ".avif", ".dng", ".jpg", ".gif", ".webp", ".bmp", ".png", ".tif"):
        for path in sorted(folder.rglob(f"*{suffix}"))[::11][:10]:
            if path.is_file() and 0 < path.stat().st_size < 60_000:
                made[f"{len(made)}{suffix}"] = path.read_bytes()
    return made


def spoiled(data: bytes, order: random.Random) -> bytes:
    """One to four changes: bytes, bits, lengths, pieces cut, doubled, moved or zeroed."""
    left = bytearray(data)
    for _ in range(order.choice((1, 1, 1, 2, 4))):
        if len(left) < 8:
            break
        # headers decide more than pixels do
        top = len(left) if order.random() < 0.4 else min(len(left), 400)
        at = order.randrange(top)
        kind = order.choice((0, 0, 1, 1, 1, 2, 3, 4, 5, 6))
        if kind == 0:
            left[at] = order.randrange(256)
        elif kind == 1:
            left[at] ^= 1 << order.randrange(8)
        elif kind == 2:
            value = order.choice((0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, len(left)))
            size = order.choice((2, 4))
            wanted = (value & (256**size - 1)).to_bytes(size, order.choice(("big", "little")))
            left[at : at + size] = wanted
        elif kind == 3:
            del left[at : at + order.randint(1, 64)]
        elif kind == 4:
            piece = left[at : at + order.randint(1, 64)]
            left[at:at] = piece * order.randint(1, 4)
        elif kind == 5:
            del left[order.randrange(len(left)) :]
        else:
            size = order.randint(1, 64)
            left[at : at + size] = order.randbytes(size)
    return bytes(left)


def mutated_run(
    folder: Path, files: int, seed: int, originals: dict[str, bytes], until: float | None = None
) -> Findings:
    """So many spoiled files, one after another, each by its own seed."""
    findings, ways, memory = Findings(), Ways(folder), MemoryWatch()
    names = sorted(originals)
    for number in range(files):
        if until is not None and time.monotonic() > until:
            break
        order = random.Random(f"{seed}-{number}")
        name = names[number % len(names)]
        path = folder / f"{number}-{name}"
        path.write_bytes(spoiled(originals[name], order))
        before = len(findings.faults)
        ways.go(path, findings)
        if len(findings.faults) == before:
            path.unlink()
    findings.most_memory = memory.growth()
    return findings


def folder_run(folder: Path, files: Iterable[Path]) -> Findings:
    findings, ways, memory = Findings(), Ways(folder), MemoryWatch()
    for path in files:
        ways.go(path, findings)
    findings.most_memory = memory.growth()
    return findings


def scanned(folder: Path) -> list[Path]:
    return [Path(file.path) for file in scan_folder(folder, silent)]


class MemoryWatch:
    """How far this process grows from here on; what it held before, other tests' too, is not it.

    Linux forgets the peak of before when asked (proc(5), clear_refs); elsewhere only a growth
    beyond it is seen.
    """

    def __init__(self) -> None:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")
        self._before = _peak()

    def growth(self) -> int:
        """Bytes; 0 where the system does not tell."""
        return _peak() - self._before


def _peak() -> int:
    """Bytes: what the process held at most."""
    status = Path("/proc/self/status")
    if status.is_file():
        told = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)
        if told is not None:
            return int(told.group(1)) * 1024
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--files", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=8)
    asked.add_argument("--also", type=Path, help="a folder of more files to spoil")
    asked.add_argument("--seconds", type=float)
    given = asked.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    originals = seeds() | (more_seeds(given.also) if given.also else {})
    until = time.monotonic() + given.seconds if given.seconds else None
    findings = mutated_run(given.folder, given.files, given.seed, originals, until)
    print(json.dumps({"seeds": len(originals), "pid": os.getpid(), **vars(findings)}, indent=1))
    return int(bool(findings.faults))


if __name__ == "__main__":
    sys.exit(main())
