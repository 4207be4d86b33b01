"""How different two pictures look: ST-LPIPS, a perceptual distance that forgives small shifts.

Ghildyal and Liu, "Shift-tolerant Perceptual Similarity Metric" (ECCV 2022), AlexNet; the weights'
own file (BSD-2, from PyPI stlpips-pytorch). It is not the usual LPIPS: never call it so.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional


class ShiftTolerantDistance(nn.Module):  # type: ignore[misc]
    """AlexNet with blurred pooling, and the learned weight of each of its 1152 features."""

    def __init__(self, weights: Path, exact: bool = True) -> None:
        """Where not `exact`, the first convolution and the blur after it are one, which is many
        times cheaper and differs at the edges of the picture only: for training."""
        super().__init__()
        self.exact = exact
        state = torch.load(weights, map_location="cpu", weights_only=True)
        for name, value in state.items():
            self.register_buffer(name.replace(".", "_"), value)
        first, blur = state["net.slice1.0.weight"], state["net.slice1.1.filt"][:1]
        spread = functional.conv2d(first.flatten(0, 1)[:, None], blur, padding=2)
        self.register_buffer("first_and_blur", spread.reshape(*first.shape[:2], 13, 13))

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        """(batch,) distances of pictures (batch, 3, height, width) in [-1, 1]."""
        distance = one.new_zeros(one.shape[0], dtype=torch.float32)
        pairs = zip(self.features(one), self.features(other), strict=True)
        for level, (a, b) in enumerate(pairs):
            difference = (_unit(a) - _unit(b)).square()
            weight = self.get_buffer(f"lin{level}_model_1_weight")
            distance = distance + functional.conv2d(difference, weight).float().mean((1, 2, 3))
        return distance

    def features(self, image: Tensor) -> list[Tensor]:
        """The five activations, as the authors' AlexNet variant has them."""
        w = self.get_buffer
        x = (image - w("scaling_layer_shift")) / w("scaling_layer_scale")
        if self.exact:
            x = functional.conv2d(x, w("net_slice1_0_weight"), w("net_slice1_0_bias"), padding=2)
            x1 = functional.relu(_blurred(x, w("net_slice1_1_filt")))
        else:
            x1 = functional.relu(
                functional.conv2d(x, w("first_and_blur"), w("net_slice1_0_bias"), 2, padding=4)
            )
        x = _blurred(functional.max_pool2d(x1, 3, 1), w("net_slice2_4_filt"))
        x2 = functional.relu(
            functional.conv2d(x, w("net_slice2_5_weight"), w("net_slice2_5_bias"), padding=2)
        )
        x = _blurred(functional.max_pool2d(x2, 3, 1), w("net_slice3_8_filt"))
        x3 = functional.relu(
            functional.conv2d(x, w("net_slice3_9_weight"), w("net_slice3_9_bias"), padding=1)
        )
        x4 = functional.relu(
            functional.conv2d(x3, w("net_slice4_11_weight"), w("net_slice4_11_bias"), padding=1)
        )
        x5 = functional.relu(
            functional.conv2d(x4, w("net_slice5_13_weight"), w("net_slice5_13_bias"), padding=1)
        )
        return [x1, x2, x3, x4, x5]


def _blurred(x: Tensor, kernel: Tensor) -> Tensor:
    """Blurred and shrunk to a half, two pixels mirrored on each side."""
    x = functional.pad(x, (2, 2, 2, 2), mode="reflect")
    return functional.conv2d(x, kernel, stride=2, groups=x.shape[1])


def _unit(x: Tensor) -> Tensor:
    return x / (x.square().sum(dim=1, keepdim=True).add(1e-12).sqrt() + 1e-10)
