# ruff: noqa: E402
"""The whole large engine: pictures in, a face out, memories kept, in its own process too."""

import pytest

torch = pytest.importorskip("torch", reason="torch, which runs the large engine, is not here")
pytest.importorskip("diffusers", reason="diffusers, which the large engine uses, is not here")

import os
import shutil
from dataclasses import replace

import numpy as np

from desktop_app.domain.errors import (
    BadRequest,
    DeviceFailed,
    DeviceOutOfMemory,
    DeviceUnavailable,
    ModelNotInstalled,
    ModelRefused,
)
from desktop_app.restoration.instant_restore import devices
from desktop_app.restoration.instant_restore.convert import convert
from desktop_app.restoration.instant_restore.process import InstantRestoreProcess, convert_weights
from desktop_app.restoration.instant_restore.restorer import InstantRestoreRestorer
from desktop_app.restoration.memories import forget_memories
from tests.restoration.instant_restore import tiny

LONG = pytest.mark.skipif(
    not os.environ.get("LIKENESS_COMPILE"), reason="takes minutes: asked for by LIKENESS_COMPILE=1"
)
COMPILERS = [name for name in ("c++", "g++", "clang++", "cl") if shutil.which(name)]


@pytest.fixture(scope="module")
def weights(tiny_file, tmp_path_factory):
    target = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    convert(tiny_file, target, architecture=tiny.ARCHITECTURE)
    return target


@pytest.fixture(scope="module")
def restorer(weights):
    return InstantRestoreRestorer(weights, "cpu")


def _crops(count, seed=8):
    pictures = (tiny.pictures(count, seed) + 1) * 127.5
    return list(pictures.round().to(torch.uint8).permute(0, 2, 3, 1).numpy())


def test_a_face_is_restored_in_the_range_of_pictures(restorer):
    memory = restorer.encode_references(_crops(3))
    face = restorer.restore(_crops(1, 7)[0], memory, 0)
    assert face.crop.shape == (tiny.SIDE, tiny.SIDE, 3)
    assert face.crop.dtype == np.float32
    assert face.crop.min() >= 0
    assert face.crop.max() <= 1
    assert face.reference_map.share.shape == (3,)
    assert np.array_equal(face.crop, restorer.restore(_crops(1, 7)[0], memory, 0).crop)
    assert not np.array_equal(face.crop, restorer.restore(_crops(1, 7)[0], memory, 1).crop)


def test_references_in_another_order_give_the_same_face(restorer):
    crops = _crops(3)
    faces = [
        restorer.restore(_crops(1, 7)[0], restorer.encode_references(order), 0)
        for order in (crops, crops[::-1])
    ]
    assert np.abs(faces[0].crop - faces[1].crop).max() < 1e-4
    assert np.allclose(faces[0].reference_map.share, faces[1].reference_map.share[::-1], atol=1e-5)


def test_a_second_photo_of_the_same_person_pays_no_reference_pass(weights, tmp_path, monkeypatch):
    first = InstantRestoreRestorer(weights, "cpu", tmp_path)
    crops = _crops(3)
    fresh = first.restore(_crops(1, 7)[0], first.encode_references(crops), 0)
    later = InstantRestoreRestorer(weights, "cpu", tmp_path)
    monkeypatch.setattr(later._net, "_keep_references", _never)
    kept = later.restore(_crops(1, 7)[0], later.encode_references(crops[:3]), 0)
    assert np.array_equal(fresh.crop, kept.crop)


def test_a_changed_reference_is_encoded_again(weights, tmp_path, monkeypatch):
    restorer = InstantRestoreRestorer(weights, "cpu", tmp_path)
    crops = _crops(2)
    restorer.encode_references(crops)
    changed = crops[0].copy()
    changed[0, 0, 0] ^= 1
    monkeypatch.setattr(restorer._net, "_keep_references", _never)
    restorer.encode_references(crops[::-1])
    with pytest.raises(AssertionError, match="encoded again"):
        restorer.encode_references([changed])


def test_damaged_memories_on_the_disk_are_made_again(weights, tmp_path):
    restorer = InstantRestoreRestorer(weights, "cpu", tmp_path)
    fresh = restorer.restore(_crops(1, 7)[0], restorer.encode_references(_crops(2)), 0)
    for file in tmp_path.rglob("*.*"):
        file.write_bytes(file.read_bytes()[:99])
    again = InstantRestoreRestorer(weights, "cpu", tmp_path)
    face = again.restore(_crops(1, 7)[0], again.encode_references(_crops(2)), 0)
    assert np.array_equal(fresh.crop, face.crop)


def test_kept_memories_stay_within_their_bytes(tmp_path, restorer):
    from desktop_app.restoration.instant_restore.kept import KeptMemories

    memory = restorer.encode_references(_crops(1)).state
    kept = KeptMemories(
        tmp_path, "m", device_bytes=2 * memory.size, disk_bytes=3 * memory.size + 30_000
    )
    for number in range(6):
        kept.keep(f"{number:064x}", memory)
    assert kept._size() <= 2 * memory.size
    files = list(tmp_path.rglob("*.memory"))
    assert 1 <= len(files) <= 3
    assert kept.memory(f"{0:064x}") is None
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)


def test_bad_wishes_are_refused_in_a_sentence(restorer, weights):
    with pytest.raises(BadRequest, match="1 to 8 references; 0"):
        restorer.encode_references([])
    with pytest.raises(BadRequest, match="1 to 8 references; 9"):
        restorer.encode_references(_crops(1) * 9)
    with pytest.raises(BadRequest, match="128 by 128"):
        restorer.encode_references([np.zeros((64, 64, 3), np.uint8)])
    with pytest.raises(DeviceUnavailable, match="can use"):
        InstantRestoreRestorer(weights, "tpu")
    memory = restorer.encode_references(_crops(1))
    for bad in (np.zeros((64, 64, 3), np.uint8), np.zeros((128, 128, 3), np.float32)):
        with pytest.raises(BadRequest, match="8 bits, is needed"):
            restorer.restore(bad, memory, 0)
    with pytest.raises(BadRequest, match="another engine"):
        restorer.restore(_crops(1)[0], replace(memory, model_hash="0" * 64), 0)


def test_a_model_of_another_kind_is_refused_in_a_sentence(tmp_path):
    from safetensors.torch import save_file

    foreign = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.zeros(2)}, foreign)
    with pytest.raises(ModelRefused, match="no converted InstantRestore weights"):
        InstantRestoreRestorer(foreign, "cpu")


def test_memory_that_runs_out_is_tried_once_more_in_smaller_pieces(restorer, monkeypatch):
    memory = restorer.encode_references(_crops(2))
    right = restorer.restore(_crops(1, 7)[0], memory, 0)
    whole, tries = restorer._net._predict_noise, []

    def scarce(*given):
        tries.append(1)
        if len(tries) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return whole(*given)

    sliced = []
    monkeypatch.setattr(restorer._net, "_predict_noise", scarce)
    decode = restorer._net._decode
    monkeypatch.setattr(
        restorer._net,
        "_decode",
        lambda latents: (
            sliced.append("forward" in vars(restorer._net._vae.decoder.conv_out)) or decode(latents)
        ),
    )
    face = restorer.restore(_crops(1, 7)[0], memory, 0)
    assert np.abs(face.crop - right.crop).max() < 1e-4
    assert len(tries) == 2
    assert sliced == [True]

    def none_left(*given):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(restorer._net, "_predict_noise", none_left)
    with pytest.raises(DeviceOutOfMemory, match="too little memory"):
        restorer.restore(_crops(1, 7)[0], memory, 0)
    monkeypatch.undo()
    later = restorer.restore(_crops(1, 7)[0], memory, 0)
    assert np.array_equal(later.crop, right.crop)


@pytest.mark.parametrize(
    "fault",
    [
        torch.AcceleratorError("CUDA error: an illegal memory access was encountered"),
        RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
    ],
)
def test_a_fault_of_the_device_is_told_and_not_tried_again(weights, monkeypatch, fault):
    restorer = InstantRestoreRestorer(weights, "cpu")
    memory = restorer.encode_references(_crops(1))
    tries = []

    def faulty(*given):
        tries.append(1)
        raise fault

    monkeypatch.setattr(restorer._net, "_predict_noise", faulty)
    with pytest.raises(DeviceFailed, match="reported a fault"):
        restorer.restore(_crops(1, 7)[0], memory, 0)
    assert len(tries) == 1


def test_memory_that_runs_out_over_references_is_tried_once_more_too(weights, monkeypatch):
    restorer = InstantRestoreRestorer(weights, "cpu")
    tries, whole = [], restorer._net._keep_references

    def scarce(*given):
        tries.append("forward" in vars(restorer._net._reference_vae.encoder.conv_in))
        if len(tries) == 1:
            raise RuntimeError("[enforce fail at alloc_cpu.cpp] can't allocate memory")
        return whole(*given)

    monkeypatch.setattr(restorer._net, "_keep_references", scarce)
    assert restorer.encode_references(_crops(1)).count == 1
    assert tries == [False, True]


def test_a_fast_preview_is_another_recipe(weights, tmp_path):
    from diffusers import AutoencoderTiny
    from safetensors.torch import save_file

    small = tmp_path / "taesd.safetensors"
    save_file(AutoencoderTiny().state_dict(), small)
    restorer = InstantRestoreRestorer(weights, "cpu", preview=small)
    memory = restorer.encode_references(_crops(2))
    full = restorer.restore(_crops(1, 7)[0], memory, 0)
    rough = restorer.restore(_crops(1, 7)[0], memory, 0, preview=True)
    assert rough.crop.shape == full.crop.shape
    assert not np.allclose(rough.crop, full.crop)
    assert np.array_equal(rough.reference_map.winner, full.reference_map.winner)
    facts = restorer.facts
    assert facts.previewed.engine == "instant-restore-preview"
    assert facts.previewed.model_hash == f"{facts.model_hash}+{facts.preview_hash}"
    assert len(facts.preview_hash) == 64


def test_a_preview_without_its_weights_is_refused_in_a_sentence(restorer):
    memory = restorer.encode_references(_crops(1))
    with pytest.raises(ModelNotInstalled, match="fast preview is not installed"):
        restorer.restore(_crops(1, 7)[0], memory, 0, preview=True)


def test_an_engine_that_cannot_be_compiled_says_so_and_works(weights, monkeypatch):
    restorer = InstantRestoreRestorer(weights, "cpu")
    memory = restorer.encode_references(_crops(1))
    plain = restorer.restore(_crops(1, 7)[0], memory, 0)

    def no_compiler(function, **options):
        def run(*given):
            raise RuntimeError("InvalidCxxCompiler: no working C++ compiler found")

        return run

    monkeypatch.setattr(torch, "compile", no_compiler)
    told = []
    assert not restorer.make_ready(told.append)
    assert "takes minutes" in told[0]
    assert "cannot be compiled" in told[1]
    assert np.array_equal(restorer.restore(_crops(1, 7)[0], memory, 0).crop, plain.crop)


@pytest.mark.timeout(3600)
@LONG
def test_the_passes_can_be_captured_for_compiling(weights, monkeypatch):
    """By dynamo alone, whose graphs then run as they are: no compiler is needed for that."""
    compile_whole = torch.compile
    monkeypatch.setattr(
        torch, "compile", lambda made, **options: compile_whole(made, backend="eager", **options)
    )
    _check_ready(weights)


@pytest.mark.timeout(3600)
@pytest.mark.skipif(not COMPILERS, reason="no C++ compiler is here for torch.compile to use")
@LONG
def test_a_compiled_engine_restores_the_same_face(weights):
    _check_ready(weights)


def _check_ready(weights):
    restorer = InstantRestoreRestorer(weights, "cpu")
    memory = restorer.encode_references(_crops(2))
    plain = restorer.restore(_crops(1, 7)[0], memory, 0)
    told = []
    assert restorer.make_ready(told.append), told
    assert "is ready" in told[-1]
    ready = restorer.restore(_crops(1, 7)[0], restorer.encode_references(_crops(2)), 0)
    assert np.abs(ready.crop - plain.crop).max() < 1e-4


def test_convolutions_in_strips_give_the_same_picture():
    from desktop_app.restoration.instant_restore.pieces import in_strips

    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3, padding=1), torch.nn.Conv2d(4, 2, 1))
    pictures = torch.randn(1, 3, 150, 40)
    whole = network(pictures)
    with in_strips(network):
        assert (network(pictures) - whole).abs().max() < 1e-5
    assert torch.equal(network(pictures), whole)


def test_the_device_decides_the_precision():
    assert devices.choose_dtype("cpu") == torch.float32
    assert devices.choose_dtype("cuda") == torch.float16
    assert devices.devices_here()[-1] == "cpu"


def test_the_engine_runs_in_its_own_process(tiny_file, restorer, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    seen = []
    weights = tmp_path / "weights.safetensors"
    convert_weights(tiny_file, weights, seen.append, tiny.ARCHITECTURE)
    assert seen
    assert list(tmp_path.iterdir()) == [weights]
    apart = InstantRestoreProcess(weights, "cpu")
    try:
        memory = apart.encode_references(_crops(2))
        face = apart.restore(_crops(1, 7)[0], memory, 5)
        assert apart.facts == restorer.facts
    finally:
        apart.close()
    here = restorer.restore(_crops(1, 7)[0], restorer.encode_references(_crops(2)), 5)
    assert np.abs(face.crop - here.crop).max() < 1e-4
    assert np.array_equal(face.reference_map.winner, here.reference_map.winner)


def _never(*given):
    raise AssertionError("encoded again")


def test_forgotten_references_leave_the_disk_and_the_engine(weights, tmp_path):
    cache = tmp_path / "memories"
    apart = InstantRestoreProcess(weights, "cpu", cache=cache)
    try:
        apart.encode_references(_crops(2))
        pid = apart.pid
        assert [p.suffix for p in sorted(cache.rglob("*.*"))] == [".latents", ".memory"] * 2
    finally:
        apart.close()  # what the window does on the restoring lane
    forget_memories(cache)
    assert not [path for path in cache.rglob("*") if path.is_file()]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
