"""Draws any number of faces that are as like and unlike as real ones are to the embedder."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.faces.fixed_point import Fixed, fixed_point
from tests.benchmarks.face_sets import FaceSet, identities, portraits

QUANTILES = (0.001, 0.01, 0.05, 0.5, 0.95, 0.99, 0.999, 0.9999)
FAR = 0.35  # how unequally far a person's faces lie from their middle: ages, turned heads
ALIKE = 0.75  # most that a person has of one real face: the tail of strangers who look alike
_AT_ONCE = 4096


@dataclass(frozen=True)
class DrawnFaces:
    """`vectors` is (faces, 512) in fixed point, `owners` (faces,) whose each is."""

    vectors: Fixed
    owners: NDArray[np.int64]


def drawn_faces(count: int, data: Path, kept: Path) -> DrawnFaces:
    """Made once and kept in files, which are mapped into memory."""
    name = f"drawn-{count}-{FAR}-{ALIKE}"
    vectors, owners = kept / f"{name}.vectors.npy", kept / f"{name}.owners.npy"
    if not owners.exists():
        kept.mkdir(parents=True, exist_ok=True)
        made = np.lib.format.open_memmap(vectors, "w+", np.int16, (count, 512))
        np.save(owners, _draw(made, portraits(data, kept), identities(data, kept)))
        made.flush()
    return DrawnFaces(np.load(vectors, mmap_mode="r"), np.load(owners))


def _draw(into: Fixed, single: FaceSet, many: FaceSet) -> NDArray[np.int64]:
    """People spread like the portraits (700 people, a face each), their faces around them like
    those of the identities (12 people, some over decades); in any order."""
    rng = np.random.default_rng(7)
    single, many = single.of("single"), many.of("photo")
    single = FaceSet(
        single.names[~single.poor], single.kinds, single.vectors[~single.poor], single.poor, 0
    )
    around = np.concatenate(
        [
            many.vectors[many.names == name] - many.vectors[many.names == name].mean(axis=0)
            for name in sorted(set(many.names.tolist()))
        ]
    )
    sizes: list[int] = []
    while sum(sizes) < len(into):
        sizes.append(int(min(400, 1 + rng.geometric(1 / 20) * rng.lognormal(0, 0.8))))
    order = rng.permutation(len(into))
    owners = np.repeat(np.arange(len(sizes)), sizes)[: len(into)][order]

    def drawn(rows: int, residuals: NDArray[np.float32]) -> NDArray[np.float32]:
        mixed = rng.normal(size=(rows, len(residuals))).astype(np.float32)
        return mixed @ residuals / np.float32(np.sqrt(len(residuals)))

    centre = single.vectors.mean(axis=0)
    # A single portrait already differs from its person's middle: that share is taken off.
    between = (single.vectors - centre) * np.sqrt(1 - (around**2).sum(axis=1).mean())
    people = np.empty((len(sizes), 512), np.float32)
    for start in range(0, len(sizes), _AT_ONCE):
        part = people[start : start + _AT_ONCE]
        share = rng.uniform(0, ALIKE, (len(part), 1)).astype(np.float32)
        like = between[rng.integers(0, len(between), len(part))]
        part[:] = centre + np.sqrt(share) * like + np.sqrt(1 - share) * drawn(len(part), between)
    for start in range(0, len(into), _AT_ONCE):
        mine = owners[start : start + _AT_ONCE]
        far = rng.lognormal(-(FAR**2) / 2, FAR, (len(mine), 1)).astype(np.float32)
        faces = people[mine] + drawn(len(mine), around) * far
        faces /= np.linalg.norm(faces, axis=1, keepdims=True)
        into[start : start + _AT_ONCE] = fixed_point(faces)
    return owners


def spread(vectors: NDArray[np.float32], owners: NDArray[np.generic]) -> dict[str, list[float]]:
    """The quantiles of the cosines of one person's faces, and of strangers'."""
    upper = np.triu_indices(len(vectors), 1)
    cosines = (vectors @ vectors.T)[upper]
    same = (owners[:, None] == owners[None])[upper]
    return {
        "same": np.quantile(cosines[same], QUANTILES).round(3).tolist(),
        "different": np.quantile(cosines[~same], QUANTILES).round(3).tolist(),
    }
