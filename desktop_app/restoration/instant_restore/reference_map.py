"""Draws which reference was followed where, from each layer's share of the attention."""

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional

from desktop_app.domain.restoration import ReferenceMap


def reference_map(shares: Sequence[torch.Tensor], height: int, width: int) -> ReferenceMap:
    """The map (height, width) of a face of 8 * height by 8 * width pixels.

    `shares` holds, for each layer, (R, tokens): how much of each query's attention went to each
    reference. Layers of coarser grain are spread over the finest; all count the same.
    A place whose largest share is its own keys' has no winner (-1).
    """
    pictures = []
    for share in shares:
        count, tokens = share.shape
        rows = round((tokens * height / width) ** 0.5)
        small = share.float().reshape(1, count, rows, tokens // rows)
        pictures.append(functional.interpolate(small, size=(height, width), mode="nearest")[0])
    mean = torch.stack(pictures).mean(0).clamp(0, 1)  # (R, height, width)
    own = 1 - mean.sum(0)
    best, winner = mean.max(0)
    winner = torch.where(own > best, -1, winner)
    return ReferenceMap(
        winner=winner.cpu().numpy().astype(np.int8),
        share=mean.mean((1, 2)).cpu().numpy().astype(np.float32),
    )
