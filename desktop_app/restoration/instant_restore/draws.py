"""The Gaussian draws of one restoration, all from one place."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from desktop_app.domain.errors import BadRequest


@dataclass(frozen=True)
class Draws:
    """The four draws in the order in which the authors' code makes them.

    Each is a tensor, or None to be drawn from `seed`: (1, 4, H/8, W/8) for the input and
    (R, 4, H/8, W/8) for the R references. `reference_seeds` gives each reference a seed of its
    own, so that what is drawn for a photo does not depend on its place among the references.
    """

    input_posterior: torch.Tensor | None = None
    reference_posterior: torch.Tensor | None = None
    reference_noise: torch.Tensor | None = None
    input_noise: torch.Tensor | None = None
    seed: int = 0
    reference_seeds: Sequence[int] | None = None

    def of(self, name: str, shape: tuple[int, ...]) -> torch.Tensor:
        """The draw called `name`, float32 on the processor: the one given, or one drawn now.

        What is drawn depends on the seed, the name and the row alone, never on the device or on
        the number of rows. Raises `BadRequest` where the one given has another shape.
        """
        given: torch.Tensor | None = getattr(self, name)
        if given is not None:
            if tuple(given.shape) != shape:
                raise BadRequest(f"The draw {name} is {tuple(given.shape)}; it must be {shape}.")
            return given.detach().to("cpu", torch.float32)
        seeds = [f"{self.seed} {row}" for row in range(shape[0])]
        if self.reference_seeds is not None and name.startswith("reference"):
            if len(self.reference_seeds) != shape[0]:
                raise BadRequest("Each reference needs one seed.")
            seeds = [str(seed) for seed in self.reference_seeds]
        return torch.stack([_normal(f"{name} {seed}", shape[1:]) for seed in seeds])


def _normal(words: str, shape: tuple[int, ...]) -> torch.Tensor:
    number = int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "little", signed=True)
    return torch.randn(shape, generator=torch.Generator().manual_seed(number))
