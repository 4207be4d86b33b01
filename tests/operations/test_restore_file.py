"""A face of a plain file is restored with references from plain files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.domain.errors import (
    BadRequest,
    NoFaceFound,
)
from desktop_app.domain.progress import silent
from desktop_app.models.store import ModelStore
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.restore_file import read_reference, restore_file
from desktop_app.restoration.engines import open_compact
from desktop_app.settings.places import resources

from .conftest import OFFICE, PRINT, SPEECH, MirrorRestorer


def test_the_same_face_references_and_seed_give_the_same_photo_to_the_bit(
    samples: Path, eyes: Eyes
) -> None:
    restorer = open_compact(ModelStore(resources() / "models", Path("nowhere")), "cpu")
    size = restorer.facts.input_size
    guide = read_reference(samples / "library" / OFFICE, eyes, size, 10**9)
    one, two = (
        restore_file(samples / "library" / PRINT, [guide], restorer, eyes, silent, seed=7)
        for _ in "12"
    )
    assert np.array_equal(one.after.samples, two.after.samples)
    assert not np.array_equal(one.after.samples, one.before.samples)


def test_a_plain_file_is_restored_without_any_catalog(
    indexed: Path, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    library = indexed / "library"
    guides = [read_reference(library / n, eyes, 64, 10**8) for n in (OFFICE, SPEECH)]
    restored = restore_file(library / PRINT, guides, restorer, eyes, silent)
    assert restored.references == 2
    assert restored.likeness is not None
    assert restored.after.samples.shape == restored.before.samples.shape
    blind = restore_file(library / PRINT, [], restorer, eyes, silent)
    assert blind.likeness is None


def test_a_plain_file_is_refused_in_one_sentence(
    indexed: Path, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    library = indexed / "library"
    guide = read_reference(library / OFFICE, eyes, 64, 10**8)
    with pytest.raises(BadRequest, match="At most 4"):
        restore_file(library / PRINT, [guide] * 5, restorer, eyes, silent)
    with pytest.raises(BadRequest, match="has no face 7"):
        restore_file(library / PRINT, [guide], restorer, eyes, silent, face_number=7)


def test_a_reference_without_a_face_is_named(tmp_path: Path, eyes: Eyes) -> None:
    Image.new("RGB", (200, 200), "grey").save(tmp_path / "wall.png")
    with pytest.raises(NoFaceFound, match=r"wall\.png"):
        read_reference(tmp_path / "wall.png", eyes, 64, 10**8)
