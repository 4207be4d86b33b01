"""A small decoder that shows in a moment roughly what the large one will show."""

import re
from pathlib import Path

import torch
from diffusers import AutoencoderTiny
from safetensors import SafetensorError, safe_open

from desktop_app.domain.errors import FileVanished, ModelRefused


def empty_decoder() -> torch.nn.Module:
    """TAESD's decoder (github.com/madebyollin/taesd): scaled latents to pictures in [-1, 1]."""
    with torch.device("meta"):
        decoder: torch.nn.Module = AutoencoderTiny().decoder
    return decoder.eval().requires_grad_(False)


def load_decoder(path: Path) -> torch.nn.Module:
    """The decoder of a safetensors file, in diffusers' names or in its makers' own.

    Raises `ModelRefused`, `FileVanished`.
    """
    if not path.is_file():
        raise FileVanished(f"There is no file {path.name}. Install the preview's weights again.")
    decoder = empty_decoder()
    wanted = {name: list(tensor.shape) for name, tensor in decoder.state_dict().items()}
    try:
        with safe_open(str(path), "pt") as file:
            stored = {_name(name): name for name in file.keys()}  # noqa: SIM118
            for name, shape in wanted.items():  # all, before the first is read
                if file.get_slice(stored[name]).get_shape() != shape:
                    raise ValueError(f"{name!r} is of another size")
            weights = {name: file.get_tensor(stored[name]).float() for name in wanted}
        decoder.load_state_dict(weights, strict=True, assign=True)
    except (SafetensorError, OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelRefused(f"{path.name} holds no tiny decoder of the TAESD layout.") from error
    return decoder.requires_grad_(False)


def _name(name: str) -> str:
    """The makers count the clamp before the first layer; diffusers does not."""
    own = re.match(r"(\d+)\.(.*)", name)
    if own is not None:
        return f"layers.{int(own[1]) - 1}.{own[2]}"
    return name.removeprefix("decoder.")
