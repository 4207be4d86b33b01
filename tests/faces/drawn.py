"""Faces drawn around people who do not exist."""

import numpy as np
from numpy.typing import NDArray


def faces_of(people: int, each: int, spread: float, seed: int = 0) -> NDArray[np.float32]:
    """(people * each, 128): `each` unit vectors around the direction of each person."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(people, 1, 128))
    faces = centres / np.linalg.norm(centres, axis=2, keepdims=True)
    faces = faces + rng.normal(size=(people, each, 128)) * spread / np.sqrt(128)
    faces = faces.reshape(-1, 128)
    return (faces / np.linalg.norm(faces, axis=1, keepdims=True)).astype(np.float32)
