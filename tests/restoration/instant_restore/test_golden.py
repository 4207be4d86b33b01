# ruff: noqa: E402
"""The engine gives what the authors' own code gave on the same weights and draws."""

import pytest

torch = pytest.importorskip("torch", reason="torch, which runs the large engine, is not here")
pytest.importorskip("diffusers", reason="diffusers, which the large engine uses, is not here")

import json

from safetensors.torch import load_file

from desktop_app.restoration.instant_restore import Draws, InstantRestore

DRAWS = ("input_posterior", "reference_posterior", "reference_noise", "input_noise")


@pytest.fixture(scope="module")
def golden(shared):
    folder = shared / "data" / "golden"
    if not (folder / "final.ckpt.pt").exists():
        pytest.skip("../shared has no golden files")
    torch.set_num_threads(1)
    told = load_file(folder / "final.safetensors")
    architecture = json.loads((folder / "final.architecture.json").read_text())
    net = InstantRestore.from_checkpoint(folder / "final.ckpt.pt", architecture=architecture)
    draws = Draws(*(told[f"draw.{name}"] for name in DRAWS))
    memory = net.encode_references(told["references"] / 127.5 - 1, draws)
    return net, told, draws, memory


def test_references_leave_the_authors_keys_and_values(golden):
    _, told, _, memory = golden
    assert len(memory.keys) == len(memory.values) == 9
    for layer in range(7):
        key, value = told[f"reference_key.{layer}"], told[f"reference_value.{layer}"]
        assert (memory.keys[layer] - key.float()).abs().max() < 2e-3
        assert (memory.values[layer] - value.float()).abs().max() < 2e-3


def test_the_restored_face_is_the_authors(golden):
    net, told, draws, memory = golden
    image = net.restore(told["input"] / 127.5 - 1, memory, draws)
    assert image.shape == (3, 512, 512)
    assert (image - told["output"]).abs().max() < 1e-4


def test_the_caption_reads_as_the_authors_text_network_reads_it(golden):
    net, told, _, _ = golden
    caption = net.caption_embedding
    assert (caption - told["caption_embedding"]).abs().max() < 1e-5
