"""The embedded restorer as it ships."""

import hashlib
import json
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from desktop_app.domain.errors import BadRequest, ModelNotInstalled
from desktop_app.domain.photo import RgbImage
from desktop_app.domain.restoration import ReferenceMemory
from desktop_app.models.store import ModelStore
from desktop_app.restoration.compact import CompactRestorer
from desktop_app.restoration.engines import open_restorer

SIDE = 256
FILES = ("compact_encoder.onnx", "compact_restorer.onnx")


@pytest.fixture(scope="module")
def restorer(bundled_models: Path) -> CompactRestorer:
    return CompactRestorer(*(bundled_models / name for name in FILES), "cpu")


def a_picture(seed: int) -> RgbImage:
    """Soft blobs of colour: no face, but as smooth as one."""
    rng = np.random.default_rng(seed)
    small = rng.integers(40, 220, (9, 9, 3), np.uint8)
    return cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("count", [0, 1, 4, 8])
def test_any_number_of_references_gives_a_whole_picture(
    restorer: CompactRestorer, count: int
) -> None:
    memory = restorer.encode_references([a_picture(n) for n in range(1, count + 1)])
    restored = restorer.restore(a_picture(0), memory, seed=0)
    assert memory.count == count
    assert restored.crop.shape == (SIDE, SIDE, 3)
    assert restored.crop.dtype == np.float32
    assert restored.crop.min() >= 0
    assert restored.crop.max() <= 1
    assert restored.reference_map is not None
    assert restored.reference_map.winner.dtype == np.int8
    assert restored.reference_map.winner.min() >= -1
    assert restored.reference_map.winner.max() < max(count, 0) or count == 0
    assert restored.reference_map.share.shape == (count,)
    assert restored.reference_map.share.sum() <= 1 + 1e-5


def test_without_references_no_reference_wins(restorer: CompactRestorer) -> None:
    restored = restorer.restore(a_picture(0), restorer.encode_references([]), seed=0)
    assert restored.reference_map is not None
    assert (restored.reference_map.winner == -1).all()


def test_the_same_question_gets_the_same_answer(restorer: CompactRestorer) -> None:
    memory = restorer.encode_references([a_picture(1)])
    first, second = (restorer.restore(a_picture(0), memory, seed=s).crop for s in (0, 7))
    assert np.array_equal(first, second)


def test_the_order_of_the_references_changes_nothing(restorer: CompactRestorer) -> None:
    references = [a_picture(n) for n in range(1, 5)]
    turned = [references[n] for n in (2, 0, 3, 1)]
    one, other = (
        restorer.restore(a_picture(0), restorer.encode_references(given), seed=0)
        for given in (references, turned)
    )
    assert np.array_equal(one.crop, other.crop)
    assert one.reference_map is not None
    assert other.reference_map is not None
    assert np.array_equal(one.reference_map.share[[2, 0, 3, 1]], other.reference_map.share)


def test_a_grey_photo_stays_grey(restorer: CompactRestorer) -> None:
    grey = np.repeat(a_picture(0)[:, :, :1], 3, axis=2)
    crop = restorer.restore(grey, restorer.encode_references([a_picture(1)]), seed=0).crop
    assert np.ptp(crop, axis=2).max() == 0


def test_a_brown_photo_stays_brown(restorer: CompactRestorer) -> None:
    grey = a_picture(0)[:, :, :1].astype(np.float32)
    brown = np.clip(grey * [1.05, 0.95, 0.75], 0, 255).astype(np.uint8)
    crop = restorer.restore(brown, restorer.encode_references([a_picture(1)]), seed=0).crop
    before, after = (
        cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)[:, :, 1:].mean(axis=(0, 1))
        for picture in (brown / np.float32(255), crop)
    )
    assert np.abs(before - after).max() < 0.02


def test_crops_of_another_size_and_too_many_are_refused(restorer: CompactRestorer) -> None:
    memory = restorer.encode_references([])
    with pytest.raises(BadRequest):
        restorer.restore(np.zeros((512, 512, 3), np.uint8), memory, seed=0)
    with pytest.raises(BadRequest):
        restorer.encode_references([a_picture(n) for n in range(9)])


def test_the_memory_of_another_network_is_refused(restorer: CompactRestorer) -> None:
    memory = restorer.encode_references([])
    foreign = ReferenceMemory(memory.engine, "0" * 64, 0, memory.state)
    with pytest.raises(BadRequest, match="another engine"):
        restorer.restore(a_picture(0), foreign, seed=0)


def test_the_shipped_files_are_those_of_their_sums_and_small(bundled_models: Path) -> None:
    sums = json.loads((bundled_models / "checksums.json").read_text(encoding="utf-8"))
    contents = {name: (bundled_models / name).read_bytes() for name in FILES}
    for name, content in contents.items():
        assert sums[name]["size"] == len(content)
        assert sums[name]["sha256"] == hashlib.sha256(content).hexdigest()
    assert sum(map(len, contents.values())) < 40_000_000


def test_the_restorer_opens_within_seconds(bundled_models: Path) -> None:
    begun = time.perf_counter()
    CompactRestorer(*(bundled_models / name for name in FILES), "cpu")
    assert time.perf_counter() - begun < 5  # 0.2 s on a machine at rest


def test_the_store_names_the_weights_as_the_restorer_does(
    bundled_models: Path, tmp_path: Path
) -> None:
    store = ModelStore(bundled_models, tmp_path)
    for engine in ("automatic", "compact"):
        facts = open_restorer(engine, store, "cpu").facts
        assert facts.engine == "compact"
        assert facts.model_hash == store.hash_of("compact")
        assert facts.input_size == SIDE


def test_an_engine_that_is_not_there_is_refused_not_swapped(
    bundled_models: Path, tmp_path: Path
) -> None:
    store = ModelStore(bundled_models, tmp_path)
    with pytest.raises(ModelNotInstalled):
        open_restorer("instant-restore", store, "cpu")
    with pytest.raises(BadRequest):
        open_restorer("magic", store, "cpu")
