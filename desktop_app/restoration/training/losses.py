"""What a restoration is blamed for: wrong pixels, a grid, wrong look, another person, stray
attention."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from desktop_app.restoration.training.network import CompactNetwork, smoothed
from desktop_app.restoration.training.perceptual import ShiftTolerantDistance
from desktop_app.restoration.training.recipe import TrainingConfig

PATCH = 128  # side of the part that the perceptual loss looks at, of a face of 256
GRID = 8  # pixels after which a pattern of the network's own making repeats: it works at 1/2 to 1/8


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
    found = {
        "pixel": (restored - batch.clean).square().add(1e-4).sqrt().mean(),
        "grid": grid(restored - batch.clean).mean(),
    }
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


def grid(difference: Tensor) -> Tensor:
    """(n,): how much of a difference (n, 3, side, side) repeats every GRID pixels.

    What 8 x 8 cells of GRID x GRID pixels around a place share, without its own mean, is a
    pattern; a photograph has hardly any, a network that shuffles pixels up may leave much. The
    root of its mean square, in units of the pictures.
    """
    fine = (difference - smoothed(difference)).float()
    cells = functional.pixel_unshuffle(fine, GRID)  # (n, 3 * GRID^2, rows, columns)
    shared = functional.avg_pool2d(cells, 8, 4)
    n, _, rows, columns = shared.shape
    shared = shared.reshape(n, 3, GRID * GRID, rows, columns)
    pattern = shared - shared.mean(dim=2, keepdim=True)
    return pattern.square().mean(dim=(1, 2)).add(1e-8).sqrt().mean(dim=(1, 2))


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
    side, count = network.config.side, batch.reference_count
    right = batch.right_person.float()
    points = batch.reference_points.reshape(-1, count, 68, 2)
    points = points.repeat_interleave(batch.faces, dim=0)  # (n, count, 68, 2)
    total = batch.points.new_zeros(())
    for query, key, step in ((query16, key16, 16), (query8, key8, 8)):
        across = side // step
        own, others = (batch.points + 0.5) / step, (points + 0.5) / step
        loss = stray_attention(query, key, own, others, across, 1)  # one null reference
        total = total + (loss * right).sum() / right.sum().clamp(min=1)
    return total


def stray_attention(
    query: Tensor, key: Tensor, own: Tensor, others: Tensor, across: int, before: int
) -> Tensor:
    """(n,): minus the logarithm of the attention that goes where it should, over the landmarks.

    `query` is (n, heads, across^2, width); `key` (n, heads, before + references * across^2,
    width), whose first `before` keys belong to no reference; the points `own` (n, p, 2) and
    `others` (n, references, p, 2) are in tokens. Each head may look elsewhere: their mean counts.
    """
    heads, width = query.shape[1], query.shape[3]
    index = _token(own, across)[:, None, :, None].expand(-1, heads, -1, width)
    asked = torch.gather(query, 2, index)  # (n, heads, p, width)
    logits = (asked @ key.to(asked.dtype).transpose(2, 3)).float() * width**-0.5
    share = logits.softmax(dim=3).mean(dim=1)  # (n, p, before + tokens)
    first = torch.arange(others.shape[1], device=own.device) * across * across + before
    goal = _token(others, across) + first[None, :, None]  # (n, references, p)
    hit = torch.gather(share, 2, goal.transpose(1, 2)).sum(dim=2)  # (n, p)
    return -(hit + 1e-4).log().mean(dim=1)


def _token(points: Tensor, across: int) -> Tensor:
    """The number of the token that a point (..., 2), in tokens, lies in."""
    cell = points.long().clamp(0, across - 1)
    return cell[..., 1] * across + cell[..., 0]
