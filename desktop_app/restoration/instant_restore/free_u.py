"""FreeU as a constant matrix: quietens the coarsest waves of what skips across the network."""

import functools
import math

import torch

BACKBONE_GAINS = (1.4, 1.6)
SKIP_GAINS = (0.9, 0.2)
"""FreeU's b1, b2 and s1, s2 (arXiv 2309.11497), as the authors set them in both networks."""


@functools.lru_cache(maxsize=32)
def low_waves(height: int, width: int) -> torch.Tensor:
    """(7, height * width): an orthogonal basis of FreeU's low pass, float64.

    The published filter scales, in the shifted spectrum, the two by two coefficients around the
    middle: frequencies -1 and 0 each way. On a real picture, real part taken, that is
    the projection on the cosines and sines of (0, 0), (1, 0), (0, 1) and (1, 1), each with
    weight 1 / (height * width): so the filter is x + (gain - 1) * waves^T (waves x).
    """
    down = torch.arange(height, dtype=torch.float64)[:, None] * (2 * math.pi / height)
    across = torch.arange(width, dtype=torch.float64)[None, :] * (2 * math.pi / width)
    angles = [down + 0 * across, across + 0 * down, down + across]
    waves = [torch.ones(height, width, dtype=torch.float64)]
    for angle in angles:
        waves += [angle.cos(), angle.sin()]
    return torch.stack(waves).flatten(1) / math.sqrt(height * width)


def apply_free_u(
    stage: int, hidden: torch.Tensor, skipped: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The backbone's features (B, C, H, W) amplified, the skipped ones filtered.

    `stage` counts the up blocks; only the first two are touched.
    """
    if stage >= len(BACKBONE_GAINS):
        return hidden, skipped
    half = hidden.shape[1] // 2
    hidden = torch.cat([hidden[:, :half] * BACKBONE_GAINS[stage], hidden[:, half:]], dim=1)
    height, width = skipped.shape[-2:]
    waves = low_waves(height, width).to(skipped)
    flat = skipped.flatten(2)  # (B, C, H * W)
    low = (flat @ waves.T) @ waves
    return hidden, skipped + (SKIP_GAINS[stage] - 1) * low.view_as(skipped)
