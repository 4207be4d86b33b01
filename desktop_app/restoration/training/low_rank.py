"""Low-rank changes beside frozen weights, named as the published checkpoints name them."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

UNET_LAYERS = frozenset(
    {"to_q", "to_k", "to_v", "to_out.0", "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2"}
    | {"conv1", "conv2", "conv_shortcut", "conv", "conv_out"}
)
VAE_LAYERS = frozenset(
    {"to_q", "to_k", "to_v", "to_out.0", "conv1", "conv2", "conv_shortcut", "conv"}
    | {"conv_in", "conv_out"}
)
"""Ends of the names of the layers that are changed (the authors' lists, read from their files)."""


class LowRank(nn.Module):  # type: ignore[misc]
    """y = base(x) + (rank // 2) / rank * B A x; A is drawn, B begins at zero (LoRA, as peft)."""

    def __init__(self, base: nn.Module, rank: int, adapter: str) -> None:
        super().__init__()
        self.base_layer = base.requires_grad_(False)
        self.scale = (rank // 2) / rank
        if isinstance(base, nn.Conv2d):
            down: nn.Module = nn.Conv2d(
                base.in_channels, rank, base.kernel_size, base.stride, base.padding, bias=False
            )
            up: nn.Module = nn.Conv2d(rank, base.out_channels, 1, bias=False)
        else:
            down = nn.Linear(base.in_features, rank, bias=False)
            up = nn.Linear(rank, base.out_features, bias=False)
        nn.init.zeros_(up.weight)
        self.adapter = adapter
        self.lora_A = nn.ModuleDict({adapter: down})
        self.lora_B = nn.ModuleDict({adapter: up})

    def forward(self, x: Tensor) -> Tensor:
        change = self.lora_B[self.adapter](self.lora_A[self.adapter](x))
        return self.base_layer(x) + self.scale * change


def add_low_rank(
    network: nn.Module, layers: frozenset[str], rank: int, adapter: str
) -> dict[str, LowRank]:
    """Puts a change beside every layer whose name ends in one of `layers`, and names them."""
    added = {}
    for name, module in list(_convolutions_and_linears(network)):
        if not any(name == end or name.endswith(f".{end}") for end in layers):
            continue
        owner, _, last = name.rpartition(".")
        changed = LowRank(module, rank, adapter)
        setattr(network.get_submodule(owner), last, changed)
        added[name] = changed
    return added


def changes_by_name(added: dict[str, LowRank]) -> dict[str, Tensor]:
    """The trained matrices by their published names below the network."""
    return {
        f"{name}.lora_{side}.{layer.adapter}.weight": matrices[layer.adapter].weight.detach()
        for name, layer in added.items()
        for side, matrices in (("A", layer.lora_A), ("B", layer.lora_B))
    }


def named_weights(
    state: dict[str, Tensor], added: dict[str, LowRank], full: dict[str, Tensor]
) -> dict[str, Tensor]:
    """A network's weights under the published names: the untouched ones of `state`, below
    `base_layer` where a change stands beside them, those trained in full, and the changes."""
    told = {}
    for name, tensor in state.items():
        stem, _, last = name.rpartition(".")
        told[f"{stem}.base_layer.{last}" if stem in added else name] = full.get(name, tensor)
    return told | changes_by_name(added)


def _convolutions_and_linears(network: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            yield name, module


def trained(modules: torch.nn.Module) -> list[Tensor]:
    """The parameters that gradients reach."""
    return [weight for weight in modules.parameters() if weight.requires_grad]
