"""What a restoration is blamed for: wrong pixels, wrong look, another person, stray attention."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from desktop_app.restoration.training.network import CompactNetwork
from desktop_app.restoration.training.perceptual import ShiftTolerantDistance
from desktop_app.restoration.training.recipe import TrainingConfig

PATCH = 128  # side of the part that the perceptual loss looks at, of a face of 256


@dataclass(frozen=True)
class TensorBatch:
    """A batch on the device; pictures (n, 3, side, side) in [-1, 1], as in `samples.Batch`."""

    degraded: Tensor
    clean: Tensor
    points: Tensor
    references: Tensor
    reference_points: Tensor
    reference_count: int
    faces: int
    right_person: Tensor


def joined(memory: Tensor, count: int, faces: int) -> Tensor:
    """Keys or values of single references, put in a row for each degraded face.

    (people * count, heads, tokens, width) to (people * faces, heads, count * tokens, width).
    """
    _, heads, tokens, width = memory.shape
    memory = memory.reshape(-1, count, heads, tokens, width).transpose(1, 2)
    memory = memory.reshape(-1, heads, count * tokens, width)
    return memory.repeat_interleave(faces, dim=0)


def losses(
    network: CompactNetwork,
    perceptual: ShiftTolerantDistance,
    batch: TensorBatch,
    config: TrainingConfig,
    corner: tuple[int, int],
    looks: bool = True,
) -> dict[str, Tensor]:
    """Each loss by name, unweighted; `corner` is where the perceptual loss's patch begins.

    Without `looks`, the two losses that judge by other networks are left out.
    """
    restored, attention = restored_batch(network, batch)
    found = {"pixel": (restored - batch.clean).square().add(1e-4).sqrt().mean()}
    if batch.reference_count:
        found["landmark_attention"] = _landmark_attention(network, batch, attention)
    if not looks:
        return found
    top, left = corner
    window = (..., slice(top, top + PATCH), slice(left, left + PATCH))
    found["perceptual"] = perceptual(restored[window], batch.clean[window]).mean()
    some = slice(None, None, config.identity_every)
    with torch.no_grad():
        target = network.embed(batch.clean[some])
    found["identity"] = 1 - (network.embed(restored[some]) * target).sum(dim=1).mean()
    return found


def weighted(found: dict[str, Tensor], config: TrainingConfig) -> Tensor:
    """Their sum as the recipe weighs them."""
    return torch.stack([getattr(config, name) * loss for name, loss in found.items()]).sum()


def restored_batch(
    network: CompactNetwork, batch: TensorBatch
) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor, Tensor]]:
    """The restored faces of a batch; queries and keys of both attentions."""
    count = batch.reference_count
    config = network.config
    if count:
        memory = tuple(
            joined(part, count, batch.faces) for part in network.remember(batch.references)
        )
        with torch.no_grad():
            identity = network.embed(batch.references)
            identity = identity.reshape(-1, count, identity.shape[1]).mean(dim=1)
            identity = identity.repeat_interleave(batch.faces, dim=0)
    else:
        n, width = batch.degraded.shape[0], config.head_width
        coarse = batch.degraded.new_zeros(n, config.heads_coarse, 0, width)
        fine = batch.degraded.new_zeros(n, config.heads_fine, 0, width)
        memory = (coarse, coarse, fine, fine)
        identity = batch.degraded.new_zeros(n, 512)
    restored, *attention = network.restore(batch.degraded, memory, identity)
    return restored, tuple(attention)


def _landmark_attention(
    network: CompactNetwork, batch: TensorBatch, attention: tuple[Tensor, Tensor, Tensor, Tensor]
) -> Tensor:
    """Cross entropy of the attention of the landmarks' queries to the references' landmarks.

    The target is shared out evenly between the same landmark of all references (the paper pulls
    the attention map of each landmark to that landmark in the references); faces whose references
    are another person's are left out.
    """
    query16, key16, query8, key8 = attention
    side = network.config.side
    total = batch.points.new_zeros(())
    count = batch.reference_count
    right = batch.right_person.float()
    points = batch.reference_points.reshape(-1, count, 68, 2)
    points = points.repeat_interleave(batch.faces, dim=0)  # (n, count, 68, 2)
    for query, key, step in ((query16, key16, 16), (query8, key8, 8)):
        across = side // step
        own = _token(batch.points, step, across)  # (n, 68)
        goal = _token(points, step, across)  # (n, count, 68)
        offset = torch.arange(count, device=goal.device) * across * across + 1  # 0 is the null
        goal = goal + offset[None, :, None]
        heads, width = query.shape[1], query.shape[3]
        index = own[:, None, :, None].expand(-1, heads, -1, width)
        asked = torch.gather(query, 2, index)  # (n, heads, 68, width)
        logits = (asked @ key.to(asked.dtype).transpose(2, 3)).float() * width**-0.5
        # the mean over the heads, so that a single head may look elsewhere
        share = functional.log_softmax(logits, dim=3).exp().mean(dim=1)  # (n, 68, 1 + tokens)
        hit = torch.gather(share, 2, goal.transpose(1, 2)).sum(dim=2)  # (n, 68)
        loss = -(hit + 1e-4).log().mean(dim=1)
        total = total + (loss * right).sum() / right.sum().clamp(min=1)
    return total


def _token(points: Tensor, step: int, across: int) -> Tensor:
    """The number of the token that a point (..., 2) in pixels lies in."""
    cell = ((points + 0.5) / step).long().clamp(0, across - 1)
    return cell[..., 1] * across + cell[..., 0]
