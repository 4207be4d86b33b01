"""What writing an export costs: python -m tests.benchmarks.bench_export [sizes | large FORMAT...].

`sizes`: PNG against libpng at level 6 (Pillow for 8 bits, OpenCV for 16), on photos of `../shared`.
`large`: 100 megapixels a format, each in a process of its own: seconds, and the peak of memory
above the start, counted in decoded pictures (the one that is given included).
"""

import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.encode import SUFFIX_OF, ExportSettings, encode_photo

_SHARED = Path(__file__).parents[3] / "shared" / "data"
_SETS = {
    "old photos, 8 bits": sorted((_SHARED / "old_photos" / "family").glob("*.jpg"))[:16],
    "book scans, 8 bits": sorted((_SHARED / "old_photos" / "book_scans").rglob("*.jpg"))[:8],
    "portraits, 8 bits": sorted((_SHARED / "portraits").rglob("*.jpg"))[::200][:16],
}
_LARGE = (8700, 11500)  # rows and columns: 100 megapixels


def sizes() -> None:
    """Bytes and seconds of our PNG, in parts of libpng's."""
    with tempfile.TemporaryDirectory() as folder:
        for name, paths in _SETS.items():
            told = [_against_pillow(path, Path(folder)) for path in paths]
            _say(name, told)
        told = [_against_opencv(path, Path(folder)) for path in _SETS["portraits, 8 bits"]]
        _say("portraits with grain, 16 bits", told)


def _say(name: str, told: list[tuple[float, float]]) -> None:
    if told:
        size, wall = (statistics.median(one) for one in zip(*told, strict=True))
        most = max(one[0] for one in told)
        print(f"{name}: {len(told)} photos, size {size:.3f} (at most {most:.3f}), time {wall:.2f}")


def _against_pillow(path: Path, folder: Path) -> tuple[float, float]:
    image = Image.open(path).convert("RGB")
    ours = _written(np.asarray(image), folder)
    began = time.perf_counter()
    image.save(folder / "theirs.png", compress_level=6)
    return _ratios(ours, folder, time.perf_counter() - began)


def _against_opencv(path: Path, folder: Path) -> tuple[float, float]:
    samples = np.asarray(Image.open(path).convert("RGB")).astype(np.float32) * 257
    samples += np.random.default_rng(0).normal(0, 200, samples.shape)
    deep = np.clip(samples, 0, 65535).astype(np.uint16)
    ours = _written(deep, folder)
    began = time.perf_counter()
    cv2.imwrite(
        str(folder / "theirs.png"),
        deep[..., ::-1],
        [cv2.IMWRITE_PNG_COMPRESSION, 6, cv2.IMWRITE_PNG_STRATEGY, 1, cv2.IMWRITE_PNG_FILTER, 248],
    )
    return _ratios(ours, folder, time.perf_counter() - began)


def _written(samples: NDArray[np.generic], folder: Path) -> float:
    began = time.perf_counter()
    _write(samples, folder / "ours.png")
    return time.perf_counter() - began


def _ratios(ours: float, folder: Path, theirs: float) -> tuple[float, float]:
    own, other = ((folder / name).stat().st_size for name in ("ours.png", "theirs.png"))
    return own / other, ours / theirs


def _write(samples: NDArray[np.generic], path: Path) -> None:
    pixels = SourcePixels(samples, ColourMode.RGB)
    kind = next(key for key, suffix in SUFFIX_OF.items() if suffix == path.suffix)
    encode_photo(pixels, path, ExportSettings(kind, overwrite=True), ExportAbout())


def _large(kind: str, bits: int) -> None:
    """Soft light with grain, as a scan has it; made in bands, to leave no peak of its own."""
    samples = np.empty((*_LARGE, 3), np.uint8 if bits == 8 else np.uint16)
    generator = np.random.default_rng(1)
    for top in range(0, _LARGE[0], 300):
        band = samples[top : top + 300]
        soft = cv2.resize(generator.random((3, 40, 3), np.float32), band.shape[1::-1])
        grain = generator.normal(0, 0.012, band.shape).astype(np.float32)
        band[:] = np.clip(soft * 0.8 + 0.1 + grain, 0, 1) * (2**bits - 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"out{SUFFIX_OF[kind]}"
        began = time.perf_counter()
        _write(samples, path)
        seconds, written = time.perf_counter() - began, path.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(
        f"{kind} {bits} bits: {seconds:.1f} s, {written / 1e6:.0f} MB, "
        f"peak {(peak - _BARE) / samples.nbytes:.2f} decoded pictures",
        flush=True,
    )


def _peak_now() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


_BARE = _peak_now()


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["large"]:
        for asked in arguments[1:]:
            kind, _, bits = asked.partition("-")
            process = multiprocessing.get_context("spawn").Process(
                target=_large, args=(kind, int(bits or 8))
            )
            process.start()
            process.join()
    else:
        sizes()


if __name__ == "__main__":
    main(sys.argv[1:])
