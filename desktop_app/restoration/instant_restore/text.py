"""Reads the one caption: the text network's forward pass, run once when weights are converted."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.nn import functional

from desktop_app.restoration.instant_restore.architecture import CAPTION_IDS


def embed_caption(
    weights: Callable[[str], torch.Tensor], shapes: Mapping[str, Any]
) -> torch.Tensor:
    """The caption's embedding (1, 77, hidden), float32.

    `weights` gives a tensor of the text encoder by its name below `text_model`; `shapes` is its
    configuration. OpenCLIP's text transformer (layer norm before each part, causal mask, exact
    GELU, layer norm eps 1e-5), the last hidden state after the final layer norm.
    """
    heads = int(shapes["num_attention_heads"])
    tokens = torch.tensor(CAPTION_IDS)

    def layer_norm(hidden: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = weights(f"{name}.weight").float(), weights(f"{name}.bias").float()
        return functional.layer_norm(hidden, weight.shape, weight, bias, 1e-5)

    def linear(hidden: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(
            hidden, weights(f"{name}.weight").float(), weights(f"{name}.bias").float()
        )

    def split(hidden: torch.Tensor) -> torch.Tensor:
        return hidden.unflatten(-1, (heads, -1)).transpose(0, 1)  # (heads, 77, head channels)

    hidden = weights("embeddings.token_embedding.weight")[tokens].float()
    hidden = hidden + weights("embeddings.position_embedding.weight")[: len(tokens)].float()
    for number in range(int(shapes["num_hidden_layers"])):
        layer = f"encoder.layers.{number}"
        normed = layer_norm(hidden, f"{layer}.layer_norm1")
        query, key, value = (
            split(linear(normed, f"{layer}.self_attn.{part}_proj")) for part in "qkv"
        )
        attended = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        attended = attended.transpose(0, 1).flatten(1)  # (77, hidden)
        hidden = hidden + linear(attended, f"{layer}.self_attn.out_proj")
        normed = layer_norm(hidden, f"{layer}.layer_norm2")
        expanded = functional.gelu(linear(normed, f"{layer}.mlp.fc1"))
        hidden = hidden + linear(expanded, f"{layer}.mlp.fc2")
    return layer_norm(hidden, "final_layer_norm")[None]  # (1, 77, hidden)
