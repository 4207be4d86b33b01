"""Does the autoencoder's large convolutions in strips, where memory is too small for the whole."""

import contextlib
from collections.abc import Callable, Iterator

import torch
from torch import nn
from torch.nn import functional

STRIP = 64  # rows of the result worked out at a time


@contextlib.contextmanager
def in_strips(*networks: nn.Module) -> Iterator[None]:
    """Within the block, convolutions of tall pictures need a strip's workspace, not a picture's.

    The result is the same: each strip is given the rows that its edges look at.
    """
    changed = [
        module
        for network in networks
        for module in network.modules()
        if isinstance(module, nn.Conv2d) and module.stride == (1, 1)
    ]
    try:
        for module in changed:
            module.forward = _strips_of(module)
        yield
    finally:
        for module in changed:
            del module.forward


def _strips_of(module: nn.Conv2d) -> Callable[[torch.Tensor], torch.Tensor]:
    down, across = int(module.padding[0]), int(module.padding[1])
    reach = module.kernel_size[0] - 1

    def forward(pictures: torch.Tensor) -> torch.Tensor:
        padded = functional.pad(pictures, (across, across, down, down))
        rows = padded.shape[2] - reach
        strips = []
        for top in range(0, rows, STRIP):
            part = padded[:, :, top : min(top + STRIP, rows) + reach]
            strips.append(functional.conv2d(part, module.weight, module.bias))
        return torch.cat(strips, dim=2)

    return forward
