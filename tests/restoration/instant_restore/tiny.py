"""A tiny model in the published layout, with random weights that make every part matter."""

import functools
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch

from desktop_app.restoration.instant_restore.architecture import CAPTION_IDS
from tests.restoration.instant_restore.straight_port import StraightPort

SIDE = 128
ARCHITECTURE: dict[str, Any] = {
    "unet": {
        "sample_size": 16,
        "in_channels": 4,
        "out_channels": 4,
        "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
        "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
        "block_out_channels": [8, 8, 16, 16],
        "layers_per_block": 2,
        "cross_attention_dim": 16,
        "attention_head_dim": [1, 1, 2, 2],
        "use_linear_projection": True,
        "norm_num_groups": 2,
        "act_fn": "silu",
    },
    "vae": {
        "in_channels": 3,
        "out_channels": 3,
        "latent_channels": 4,
        "block_out_channels": [8, 8, 16, 16],
        "layers_per_block": 2,
        "norm_num_groups": 2,
        "sample_size": 128,
        "down_block_types": ["DownEncoderBlock2D"] * 4,
        "up_block_types": ["UpDecoderBlock2D"] * 4,
        "scaling_factor": 0.18215,
        "act_fn": "silu",
    },
    "text_encoder": {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "vocab_size": 49408,
        "max_position_embeddings": 77,
        "hidden_act": "gelu",
    },
}


def build(
    seed: int = 0,
    *,
    rank: int = 4,
    use_adain: bool = True,
    own_keys: bool = False,
) -> tuple[StraightPort, dict[str, Any]]:
    """The straight port, and what `torch.save` writes of it: `cfg` and `state_dict`."""
    port, published = _built(seed, rank, use_adain, own_keys)
    return port, {"cfg": deepcopy(published["cfg"]), "state_dict": dict(published["state_dict"])}


@functools.cache
def _built(
    seed: int, rank: int, use_adain: bool, own_keys: bool
) -> tuple[StraightPort, dict[str, Any]]:
    torch.manual_seed(seed)
    port = StraightPort(
        ARCHITECTURE, rank_unet=rank, rank_vae=rank + 1, use_adain=use_adain, own_keys=own_keys
    )
    for part in (port.unet, port.vae, port.original_unet, port.original_vae):
        part.load_state_dict(
            {name: _lively(name, tensor) for name, tensor in part.state_dict().items()}
        )
    words = _text_weights()
    port.caption = _read_caption(words)
    state = port.published() | {f"net.text_encoder.{name}": t for name, t in words.items()}
    model = {
        "lora_rank_unet": rank,
        "lora_rank_vae": rank + 1,
        "use_adain": use_adain,
        "train_input": own_keys,
        "net_type": "pix2pix_turbo",
    }
    return port, {"cfg": {"model": model, "optim": {"learning_rate": 5e-4}}, "state_dict": state}


def save(published: dict[str, Any], path: Path) -> Path:
    torch.save(published, path)
    return path


def pictures(count: int, seed: int = 7) -> torch.Tensor:
    """(count, 3, SIDE, SIDE) smooth random pictures in [-1, 1]."""
    small = torch.randn(count, 3, 16, 16, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(small, (SIDE, SIDE), mode="bicubic").tanh()


def draws(count: int, seed: int = 3) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    side = SIDE // 8
    return {
        "input_posterior": torch.randn(1, 4, side, side, generator=generator),
        "reference_posterior": torch.randn(count, 4, side, side, generator=generator),
        "reference_noise": torch.randn(count, 4, side, side, generator=generator),
        "input_noise": torch.randn(1, 4, side, side, generator=generator),
    }


def _lively(name: str, tensor: torch.Tensor) -> torch.Tensor:
    if tensor.dim() < 2:
        moved = torch.randn_like(tensor) * 0.1
        return moved + 1 if "norm" in name and name.endswith("weight") else moved
    spread = 1.5 if ".to_q." in name or ".to_k." in name else 1.0
    return torch.randn_like(tensor) * spread * tensor[0].numel() ** -0.5


def _text_weights() -> dict[str, torch.Tensor]:
    from desktop_app.restoration.instant_restore.architecture import Architecture
    from desktop_app.restoration.instant_restore.parts import expected_shapes

    shapes = expected_shapes("text_encoder", Architecture.read(ARCHITECTURE))
    return {name: _lively(name, torch.empty(shape)) for name, shape in shapes.items()}


def _read_caption(words: dict[str, torch.Tensor]) -> torch.Tensor:
    """CLIP's text transformer in the plainest words: one head after another."""

    def linear(x: torch.Tensor, name: str) -> torch.Tensor:
        return x @ words[f"{name}.weight"].T + words[f"{name}.bias"]

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        centred = x - x.mean(1, keepdim=True)
        scaled = centred / (x.var(1, keepdim=True, unbiased=False) + 1e-5).sqrt()
        return scaled * words[f"{name}.weight"] + words[f"{name}.bias"]

    model, shapes = "text_model", ARCHITECTURE["text_encoder"]
    x = words[f"{model}.embeddings.token_embedding.weight"][list(CAPTION_IDS)]
    x = x + words[f"{model}.embeddings.position_embedding.weight"]
    future = torch.ones(77, 77).triu(1).bool()
    width = shapes["hidden_size"] // shapes["num_attention_heads"]
    for number in range(shapes["num_hidden_layers"]):
        layer = f"{model}.encoder.layers.{number}"
        y = norm(x, f"{layer}.layer_norm1")
        q, k, v = (linear(y, f"{layer}.self_attn.{p}_proj") for p in "qkv")
        heads = []
        for start in range(0, shapes["hidden_size"], width):
            own = slice(start, start + width)
            scores = (q[:, own] @ k[:, own].T) / width**0.5
            heads.append(scores.masked_fill(future, -torch.inf).softmax(1) @ v[:, own])
        x = x + linear(torch.cat(heads, 1), f"{layer}.self_attn.out_proj")
        y = linear(norm(x, f"{layer}.layer_norm2"), f"{layer}.mlp.fc1")
        y = y * 0.5 * (1 + torch.erf(y / 2**0.5))
        x = x + linear(y, f"{layer}.mlp.fc2")
    return norm(x, f"{model}.final_layer_norm")[None]
