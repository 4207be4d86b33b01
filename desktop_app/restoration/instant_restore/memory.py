"""What the network remembers of a person's photos: all that a restoration needs of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from desktop_app.restoration.instant_restore.attention import LayerMemory


@dataclass(frozen=True)
class Memory:
    """Keys and values of the nine layers for R references, of one set of weights."""

    layers: tuple[LayerMemory, ...]
    model: str  # the weights that made it
    side: tuple[int, int]  # (height, width) of the references, in pixels

    @property
    def count(self) -> int:
        """R, the number of references."""
        return int(self.layers[0].keys.shape[0])

    @property
    def keys(self) -> list[torch.Tensor]:
        """(R, tokens, channels) a layer, as they leave `to_k`."""
        return [layer.keys for layer in self.layers]

    @property
    def values(self) -> list[torch.Tensor]:
        """(R, tokens, channels) a layer, as they leave `to_v`, in whatever form they are kept."""
        return [layer.plain_values for layer in self.layers]

    def to(self, device: torch.device | str, dtype: torch.dtype) -> "Memory":
        return self._each(lambda tensor: tensor.to(device, dtype))

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(t.nbytes for layer in self.layers for t in layer.tensors if t is not None)

    def _each(self, change: Callable[[torch.Tensor], torch.Tensor]) -> "Memory":
        layers = tuple(
            LayerMemory.of_tensors([None if t is None else change(t) for t in layer.tensors])
            for layer in self.layers
        )
        return Memory(layers, self.model, self.side)


def joined(memories: Sequence[Memory]) -> Memory:
    """One memory of several references, in the order given."""
    first = memories[0]
    if len(memories) == 1:
        return first
    layers = []
    for number in range(len(first.layers)):
        rows = zip(*(memory.layers[number].tensors for memory in memories), strict=True)
        layers.append(
            LayerMemory.of_tensors(
                [
                    None if row[0] is None else torch.cat([t for t in row if t is not None])
                    for row in rows
                ]
            )
        )
    return Memory(tuple(layers), first.model, first.side)
