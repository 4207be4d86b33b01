"""The four networks that a restoration needs, built empty, and the weights that each keeps."""

from collections.abc import Mapping
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

from desktop_app.domain.errors import ModelRefused
from desktop_app.restoration.instant_restore.architecture import Architecture

PARTS = ("unet", "vae", "reference_unet", "reference_vae")
Shapes = dict[str, tuple[int, ...]]


def empty_part(part: str, architecture: Architecture) -> torch.nn.Module:
    """One of `PARTS` without weights (on the meta device), without what is never run."""
    shapes = architecture.unet if part.endswith("unet") else architecture.vae
    try:
        with torch.device("meta"):
            network: torch.nn.Module = (
                UNet2DConditionModel(**shapes) if part.endswith("unet") else AutoencoderKL(**shapes)
            )
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise ModelRefused(f"The architecture of the part {part} cannot be built.") from error
    if part == "reference_vae":
        network.decoder = None
        network.post_quant_conv = None
    if part == "reference_unet":
        network.conv_norm_out = None
        network.conv_out = None
        last = network.up_blocks[-1].attentions[-1]
        block = last.transformer_blocks[0]
        last.proj_out = None
        block.attn1.to_q = block.attn1.to_out = block.attn2 = block.ff = None
        block.norm2 = block.norm3 = None
    return network.eval().requires_grad_(False)


def expected_shapes(part: str, architecture: Architecture) -> Shapes:
    """Name and shape of each weight of one of `PARTS`, or of the text encoder."""
    if part == "text_encoder":
        return _text_shapes(architecture.text_encoder)
    network = empty_part(part, architecture)
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def _text_shapes(text: Mapping[str, Any]) -> Shapes:
    try:
        hidden, middle = int(text["hidden_size"]), int(text["intermediate_size"])
        layers, words = int(text["num_hidden_layers"]), int(text["vocab_size"])
        places = int(text["max_position_embeddings"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelRefused("The architecture of the text encoder cannot be built.") from error
    shapes: Shapes = {
        "embeddings.token_embedding.weight": (words, hidden),
        "embeddings.position_embedding.weight": (places, hidden),
        "final_layer_norm.weight": (hidden,),
        "final_layer_norm.bias": (hidden,),
    }
    for number in range(layers):
        layer = f"encoder.layers.{number}"
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            shapes[f"{layer}.self_attn.{part}.weight"] = (hidden, hidden)
            shapes[f"{layer}.self_attn.{part}.bias"] = (hidden,)
        for norm in ("layer_norm1", "layer_norm2"):
            shapes[f"{layer}.{norm}.weight"] = (hidden,)
            shapes[f"{layer}.{norm}.bias"] = (hidden,)
        shapes |= {
            f"{layer}.mlp.fc1.weight": (middle, hidden),
            f"{layer}.mlp.fc1.bias": (middle,),
            f"{layer}.mlp.fc2.weight": (hidden, middle),
            f"{layer}.mlp.fc2.bias": (hidden,),
        }
    return {f"text_model.{name}": shape for name, shape in shapes.items()}
