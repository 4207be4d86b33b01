"""Trains the embedded network, step by step, and keeps it so that it can go on later."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, distributed, nn

from desktop_app.restoration.training.crops import Crop, PackedCrops
from desktop_app.restoration.training.losses import (
    PATCH,
    TensorBatch,
    losses,
    weighted,
)
from desktop_app.restoration.training.network import CompactNetwork
from desktop_app.restoration.training.onnx_network import OnnxNetwork
from desktop_app.restoration.training.perceptual import ShiftTolerantDistance
from desktop_app.restoration.training.recipe import Recipe
from desktop_app.restoration.training.samples import Batch, draw_batch


def ranks() -> tuple[int, int]:
    """This process's number and how many there are, where torchrun started several."""
    if not distributed.is_available() or not distributed.is_initialized():
        return 0, 1
    return distributed.get_rank(), distributed.get_world_size()


@dataclass(frozen=True)
class Budget:
    """When a run ends: after so many steps, or so many minutes over all its sittings."""

    steps: int | None = None
    minutes: float | None = None

    def done(self, steps: int, seconds: float) -> float:
        """The part of the budget that is used up, 1 at its end."""
        parts = [0.0]
        if self.steps is not None:
            parts.append(steps / max(1, self.steps))
        if self.minutes is not None:
            parts.append(seconds / max(1e-9, self.minutes * 60))
        return min(1.0, max(parts))


def build_network(recipe: Recipe, models: Path) -> CompactNetwork:
    """A fresh network around the frozen face embedder of `models`."""
    torch.manual_seed(recipe.training.seed)
    return CompactNetwork(recipe.network, OnnxNetwork(models / "fr_feature.onnx"))


def own_weights(network: nn.Module) -> dict[str, Tensor]:
    """The weights that are trained; the embedder's come from its own file."""
    return {k: v for k, v in network.state_dict().items() if not k.startswith("embedder.")}


def load_network(checkpoint: Path, models: Path) -> tuple[CompactNetwork, dict[str, Any]]:
    """The averaged network of a checkpoint, ready to be used, and the checkpoint's other facts."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    recipe = Recipe.from_dict(state["recipe"])
    network = build_network(recipe, models)
    network.load_state_dict(state["average"], strict=False)
    return network.eval(), state


class Trainer:
    """A network, its average, its optimiser, and the step they have come to."""

    def __init__(
        self,
        recipe: Recipe,
        packed: PackedCrops,
        people: Mapping[str, tuple[Crop, ...]],
        models: Path,
        device: str = "cpu",
    ) -> None:
        self.recipe = recipe
        self.device = torch.device(device)
        self._packed = packed
        self._people = list(people.values())
        self.network = self._placed(build_network(recipe, models))
        self.average = deepcopy(self.network).requires_grad_(False)
        self._perceptual = self._placed(
            ShiftTolerantDistance(models / "alex_shift_tolerant.pth", exact=False)
        )
        config = recipe.training
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(),
            config.learning_rate,
            betas=(0.9, 0.98),
            weight_decay=config.weight_decay,
        )
        self._rank, self._ranks = ranks()
        self.step = 0
        self.seconds = 0.0
        self.before: list[dict[str, Any]] = []  # recipe, steps, seconds of the runs begun from

    def _placed(self, module: Any) -> Any:
        return module.to(self.device, memory_format=torch.channels_last)

    def train(
        self, budget: Budget, watch: Callable[[int, dict[str, float]], None] | None = None
    ) -> None:
        """Steps until the budget is used up; `watch` is told the losses of each step."""
        with ThreadPoolExecutor(1) as artist:
            coming = artist.submit(self._draw, self.step)
            while budget.done(self.step, self.seconds) < 1:
                begun = time.monotonic()
                batch = coming.result()
                coming = artist.submit(self._draw, self.step + 1)
                told = self._one_step(batch, budget)
                self.seconds += time.monotonic() - begun
                if watch is not None:
                    watch(self.step, told)

    def _draw(self, step: int) -> Batch:
        """The pictures of a step depend on the seed and the step alone, so resuming is exact."""
        config = self.recipe.training
        shared = np.random.default_rng([config.seed, step, 2])
        count = int(shared.choice(config.reference_counts, p=config.reference_odds))
        rng = np.random.default_rng([config.seed, step, 0, self._rank])
        return draw_batch(self._packed, self._people, config, rng, count)

    def _one_step(self, batch: Batch, budget: Budget) -> dict[str, float]:
        config = self.recipe.training
        rate = config.learning_rate * min(1.0, (self.step + 1) / max(1, config.warm_up))
        part = budget.done(self.step, self.seconds)
        rate *= 0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * part)))
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        rng = np.random.default_rng([config.seed, self.step, 1])
        spare = self.recipe.network.side - PATCH
        corner = (int(rng.integers(spare // 4, spare + 1)), int(rng.integers(spare // 8, spare)))
        with torch.autocast(self.device.type, torch.bfloat16):
            found = losses(
                self.network,
                self._perceptual,
                self._tensors(batch),
                config,
                corner,
                looks=part >= config.looks_from,
            )
            total = weighted(found, config)
        self._optimiser.zero_grad(set_to_none=True)
        total.backward()
        self._share_gradients()
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        if torch.isfinite(norm):
            self._optimiser.step()
        self.step += 1
        self._follow(min(config.average, (1 + self.step) / (10 + self.step)))
        told = {name: float(loss.detach()) for name, loss in found.items()}
        return told | {"rate": rate, "gradient": float(norm), "references": batch.reference_count}

    def _share_gradients(self) -> None:
        """The mean over the processes of a run; the time used up too, so that all end together."""
        if self._ranks == 1:
            return
        weights = list(self.network.parameters())
        parts = [torch.zeros_like(w) if w.grad is None else w.grad for w in weights]
        clock = torch.tensor([self.seconds], device=self.device)
        together = torch.cat([clock, *(part.flatten() for part in parts)])
        distributed.all_reduce(together)
        together /= self._ranks
        self.seconds = float(together[0])
        grads = together[1:].split([w.numel() for w in weights])
        for weight, grad in zip(weights, grads, strict=True):
            weight.grad = grad.view_as(weight)

    def _follow(self, inertia: float) -> None:
        pairs = zip(self.average.parameters(), self.network.parameters(), strict=True)
        with torch.no_grad():
            for kept, fresh in pairs:
                kept.lerp_(fresh, 1 - inertia)

    def _tensors(self, batch: Batch) -> TensorBatch:
        return to_tensors(batch, self.device)

    def save(self, path: Path) -> None:
        """Everything that going on needs."""

        def write(target: Path) -> None:
            torch.save(
                {
                    "recipe": json.loads(json.dumps(self.recipe.as_dict())),
                    "step": self.step,
                    "seconds": self.seconds,
                    "before": self.before,
                    "network": own_weights(self.network),
                    "average": own_weights(self.average),
                    "optimiser": self._optimiser.state_dict(),
                },
                target,
            )

        _write_beside(path, write)

    def resume(self, path: Path) -> None:
        """Goes on from `save`; the recipe must be the same."""
        state = torch.load(path, map_location=self.device, weights_only=True)
        if Recipe.from_dict(state["recipe"]) != self.recipe:
            raise ValueError(f"{path.name} was made by another recipe.")
        self.network.load_state_dict(state["network"], strict=False)
        self.average.load_state_dict(state["average"], strict=False)
        self._optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.before = state.get("before", [])

    def begin_from(self, path: Path) -> None:
        """Starts a run of its own at the averaged weights of another; the network must have the
        same shape, the losses and their weights may differ."""
        state = torch.load(path, map_location=self.device, weights_only=True)
        if Recipe.from_dict(state["recipe"]).network != self.recipe.network:
            raise ValueError(f"{path.name} holds a network of another shape.")
        self.network.load_state_dict(state["average"], strict=False)
        self.average.load_state_dict(state["average"], strict=False)
        run = {name: state[name] for name in ("recipe", "step", "seconds")}
        self.before = [*state.get("before", []), run]


def to_tensors(batch: Batch, device: torch.device) -> TensorBatch:
    """Pictures to (n, 3, side, side) in [-1, 1], channels last in memory."""

    def picture(pixels: np.ndarray) -> Tensor:
        tensor = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2)
        return tensor.to(device) * 2 - 1

    return TensorBatch(
        picture(batch.degraded),
        picture(batch.clean),
        torch.from_numpy(batch.points).to(device),
        picture(batch.references),
        torch.from_numpy(batch.reference_points).to(device),
        batch.reference_count,
        batch.faces,
        torch.from_numpy(batch.right_person).to(device),
    )


def _write_beside(path: Path, write: Callable[[Path], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    write(beside)
    beside.replace(path)
