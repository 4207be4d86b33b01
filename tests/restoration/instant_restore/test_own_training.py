# ruff: noqa: E402
"""A checkpoint of the project's own training is installed and restores as it was trained to."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch, which runs the large engine, is not here")
pytest.importorskip("diffusers", reason="diffusers, which the large engine uses, is not here")

import json

from desktop_app.__main__ import main
from desktop_app.models.store import ModelState, ModelStore
from desktop_app.restoration.instant_restore import Draws, InstantRestore
from desktop_app.restoration.training.large import LargeRecipe, LargeTrainer
from tests.restoration.training.test_large import SIDE, a_batch, base  # noqa: F401


def test_it_goes_through_models_install(
    base: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LIKENESS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    trainer = LargeTrainer(base, LargeRecipe(rank_unet=5, rank_vae=4, learning_rate=1e-2))
    batch = a_batch()
    trainer.step(batch)
    trainer.save(tmp_path / "mine.pt")
    shapes = tmp_path / "mine.json"
    shapes.write_text(json.dumps(trainer.architecture.as_json()))
    wish = ["models", "install", "instant-restore", "--from", str(tmp_path / "mine.pt")]
    assert main([*wish, "--architecture", str(shapes)]) == 0

    store = ModelStore(tmp_path / "bundled", tmp_path / "home" / "models")
    assert store.verify("instant-restore").state is ModelState.INSTALLED
    (weights,) = store.path("instant-restore").glob("*.safetensors")
    network = InstantRestore.from_safetensors(weights)
    draws = {
        name: torch.randn((1, 4, SIDE // 8, SIDE // 8), generator=torch.Generator().manual_seed(n))
        for n, name in enumerate(
            ("reference_posterior", "reference_noise", "input_posterior", "input_noise")
        )
    }
    memory = network.encode_references(batch.references[:1], Draws(**draws))
    installed = network.restore(batch.degraded[0], memory, Draws(**draws))
    waiting = list(draws.values())
    monkeypatch.setattr(trainer, "_noise", lambda like: waiting.pop(0))
    with torch.no_grad():
        layers = trainer.remember(batch.references[:1])
        mine = trainer.restore(batch.degraded[:1], layers)[0].clamp(-1, 1)
    error = ((installed - mine) / 2).square().mean()
    assert -10 * error.log10() > 50  # dB: converted weights are of half precision
