"""A run of the large network's training on packed portraits."""

import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from desktop_app.restoration.training.crops import held_out_people, read_packed
from desktop_app.restoration.training.large import LargeRecipe, LargeTrainer
from desktop_app.restoration.training.network import resampling
from desktop_app.restoration.training.onnx_network import OnnxNetwork
from desktop_app.restoration.training.perceptual import ShiftTolerantDistance
from desktop_app.restoration.training.recipe import TrainingConfig
from desktop_app.restoration.training.samples import draw_batch
from desktop_app.restoration.training.trainer import Budget, to_tensors

SAVE_EVERY = 600.0  # seconds
REFERENCES = (1, 2, 4)


class AnotherPerson(nn.Module):  # type: ignore[misc]
    """1 - cosine of the face embeddings of two pictures (n, 3, side, side) in [-1, 1]."""

    def __init__(self, embedder: Path, side: int) -> None:
        super().__init__()
        self.embedder = OnnxNetwork(embedder)
        self.register_buffer("matrices", resampling(side))

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        return 1 - functional.cosine_similarity(self._embed(one), self._embed(other))

    def _embed(self, image: Tensor) -> Tensor:
        small = self.matrices[0] @ image @ self.matrices[1].T  # (n, 3, 112, 112)
        return self.embedder(small.flip(1) * (127.5 / 128))  # BGR


def train_large(
    base: Path, work: Path, models: Path, budget: Budget, device: str, recipe: LargeRecipe
) -> None:
    """Trains on `work`/crops.npz (prepared with sides of 512) until the budget is used up.

    `base` is SD-Turbo as diffusers keeps it. `work`/large_state.pt is what a run goes on from,
    `work`/large.pt the checkpoint to be installed.
    """
    packed = read_packed(work / "crops.npz")
    held_out = set(held_out_people())
    people = [crops for name, crops in packed.people().items() if name not in held_out]
    side = people[0][0].face
    judges: dict[str, nn.Module] = {
        "perceptual": ShiftTolerantDistance(models / "alex_shift_tolerant.pth", exact=False),
        "identity": AnotherPerson(models / "fr_feature.onnx", side),
    }
    judges = {name: judge.to(device) for name, judge in judges.items()}
    trainer = LargeTrainer(base, recipe, judges, device)
    state = work / "large_state.pt"
    if state.exists():
        trainer.resume(state)
    config = TrainingConfig(seed=recipe.seed, people=recipe.people, faces=1)
    begun = saved = time.monotonic()
    while budget.done(trainer.steps, time.monotonic() - begun) < 1:
        rng = np.random.default_rng([recipe.seed, trainer.steps])
        count = int(rng.choice(REFERENCES))
        batch = to_tensors(draw_batch(packed, people, config, rng, count), torch.device(device))
        told = trainer.step(batch)
        print(trainer.steps, {name: round(loss, 4) for name, loss in told.items()}, flush=True)
        if time.monotonic() - saved > SAVE_EVERY:
            trainer.keep(state)
            saved = time.monotonic()
    trainer.keep(state)
    trainer.save(work / "large.pt")
