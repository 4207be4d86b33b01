"""The training of the large network, in small."""

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the extra `restore` is not installed")
pytest.importorskip("diffusers", reason="the extra `restore` is not installed")

import safetensors.torch  # noqa: E402
from diffusers import AutoencoderKL, UNet2DConditionModel  # noqa: E402

from desktop_app.restoration.instant_restore.architecture import Architecture  # noqa: E402
from desktop_app.restoration.instant_restore.checkpoint import Checkpoint  # noqa: E402
from desktop_app.restoration.instant_restore.parts import expected_shapes  # noqa: E402
from desktop_app.restoration.training.large import LargeRecipe, LargeTrainer  # noqa: E402
from desktop_app.restoration.training.losses import TensorBatch  # noqa: E402

SIDE = 128
UNET = {
    "sample_size": 16,
    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
    "block_out_channels": [16, 16, 32, 32],
    "layers_per_block": 2,
    "cross_attention_dim": 16,
    "attention_head_dim": [1, 1, 2, 2],
    "use_linear_projection": True,
    "norm_num_groups": 8,
}
VAE = {
    "block_out_channels": [16, 16, 16, 16],
    "layers_per_block": 1,
    "latent_channels": 4,
    "norm_num_groups": 8,
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "scaling_factor": 0.18215,
}
TEXT = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "vocab_size": 49408,
    "max_position_embeddings": 77,
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights in the layout of diffusers."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("turbo")
    UNet2DConditionModel(**UNET).save_pretrained(folder / "unet")
    AutoencoderKL(**VAE).save_pretrained(folder / "vae")
    (folder / "text_encoder").mkdir()
    (folder / "text_encoder" / "config.json").write_text(json.dumps(TEXT))
    shapes = expected_shapes("text_encoder", Architecture(UNET, VAE, TEXT))
    text = {name: torch.randn(shape) * 0.1 for name, shape in shapes.items()}
    safetensors.torch.save_file(text, folder / "text_encoder" / "model.safetensors")
    return folder


def a_batch() -> TensorBatch:
    draw = torch.Generator().manual_seed(1)
    clean = torch.nn.functional.interpolate(
        torch.rand((2, 3, 8, 8), generator=draw) * 2 - 1, size=SIDE, mode="bilinear"
    )
    points = torch.rand((2, 68, 2), generator=draw) * (SIDE - 1)
    return TensorBatch(clean * 0.5, clean, points, clean.flip(3), points, 1, 1, torch.ones(2) > 0)


def test_the_losses_fall_and_attention_moves_to_the_landmarks(base: Path) -> None:
    recipe = LargeRecipe(rank_unet=4, rank_vae=4, learning_rate=3e-3, landmark_attention=1.0)
    trainer = LargeTrainer(base, recipe)
    batch = a_batch()
    told = [trainer.step(batch) for _ in range(12)]
    assert set(told[0]) == {"squares", "landmark_attention"}
    for name in told[0]:
        first, last = (sum(t[name] for t in part) / 3 for part in (told[:3], told[-3:]))
        assert last < first


def test_a_resumed_run_ends_as_an_unbroken_one(base: Path, tmp_path: Path) -> None:
    recipe = LargeRecipe(rank_unet=4, rank_vae=4)
    batch = a_batch()
    unbroken = LargeTrainer(base, recipe)
    first = [unbroken.step(batch) for _ in range(2)]
    broken = LargeTrainer(base, recipe)
    broken.step(batch)
    broken.keep(tmp_path / "state.pt")
    resumed = LargeTrainer(base, recipe)
    resumed.resume(tmp_path / "state.pt")
    assert resumed.step(batch) == first[1]


def test_the_checkpoint_is_read_as_a_published_one(base: Path, tmp_path: Path) -> None:
    from desktop_app.restoration.instant_restore.draws import Draws
    from desktop_app.restoration.instant_restore.network import InstantRestore

    trainer = LargeTrainer(base, LargeRecipe(rank_unet=5, rank_vae=4, learning_rate=1e-2))
    batch = a_batch()
    trainer.step(batch)
    trainer.save(tmp_path / "mine.pt")
    architecture = trainer.architecture.as_json()
    checkpoint = Checkpoint(tmp_path / "mine.pt", architecture)
    assert checkpoint.kind.use_adain
    network = InstantRestore.from_checkpoint(tmp_path / "mine.pt", architecture)
    draws = {
        name: torch.randn((1, 4, SIDE // 8, SIDE // 8), generator=torch.Generator().manual_seed(n))
        for n, name in enumerate(
            ("reference_posterior", "reference_noise", "input_posterior", "input_noise")
        )
    }
    memory = network.encode_references(batch.references[:1], Draws(**draws))
    published = network.restore(batch.degraded[0], memory, Draws(**draws))
    waiting = list(draws.values())
    trainer._noise = lambda like: waiting.pop(0)  # type: ignore[method-assign]
    with torch.no_grad():
        layers = trainer.remember(batch.references[:1])
        mine = trainer.restore(batch.degraded[:1], layers)[0].clamp(-1, 1)
    assert (published - mine).abs().max() < 1e-4
