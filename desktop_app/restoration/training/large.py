"""Trains the large network as InstantRestore's paper does, from weights that the user has."""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import safetensors.torch
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn
from torch.nn import functional

from desktop_app.restoration.instant_restore.architecture import (
    INPUT_TIME,
    REFERENCE_TIME,
    Architecture,
    Kind,
)
from desktop_app.restoration.instant_restore.attention import (
    LayerMemory,
    LookAtReferences,
    References,
    split_heads,
)
from desktop_app.restoration.instant_restore.schedule import add_noise, take_noise_off
from desktop_app.restoration.instant_restore.text import embed_caption
from desktop_app.restoration.instant_restore.unet_pass import (
    fold_constants,
    keep_references,
    predict_noise,
    set_processors,
)
from desktop_app.restoration.training.losses import TensorBatch, stray_attention
from desktop_app.restoration.training.low_rank import (
    UNET_LAYERS,
    VAE_LAYERS,
    add_low_rank,
    named_weights,
    trained,
)

ADAPTERS = {"unet": "default", "vae": "vae_skip"}


@dataclass(frozen=True)
class LargeRecipe:
    """The paper's weights of the losses; its adversarial loss is left out here."""

    seed: int = 20261123
    people: int = 3  # faces a step, one of each person
    rank_unet: int = 32
    rank_vae: int = 32
    use_adain: bool = True
    own_keys: bool = False
    learning_rate: float = 5e-4
    weight_decay: float = 0.01
    squares: float = 5.0
    perceptual: float = 5.0
    identity: float = 1.0
    landmark_attention: float = 0.1


class WatchedLook(LookAtReferences):
    """Looks at the references and keeps its queries, for the landmark loss."""

    query: Tensor | None = None

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        references: References | None = None,
    ) -> Tensor:
        self.query = split_heads(attn.to_q(hidden_states), attn.heads)
        self.heads = attn.heads
        return super().__call__(
            attn, hidden_states, encoder_hidden_states, attention_mask, references
        )


class LargeTrainer:
    """SD-Turbo's UNet and the autoencoder, with low-rank changes; the frozen ones beside them.

    `base` is a folder as diffusers writes it: unet/, vae/, text_encoder/ with their config.json
    and weights. It is read from the disk alone. `judges` are the perceptual distance and the face
    embedding, called as judge(restored, clean) -> (n,); pass none to train without them.
    """

    def __init__(
        self,
        base: Path,
        recipe: LargeRecipe,
        judges: Mapping[str, nn.Module] | None = None,
        device: str = "cpu",
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.device = torch.device(device)
        self.architecture = Architecture.read(
            {part: _config(base / part) for part in ("unet", "vae", "text_encoder")}
        )
        self._text = safetensors.torch.load_file(base / "text_encoder" / "model.safetensors")
        unet, vae = (
            kind.from_pretrained(base / part, local_files_only=True, low_cpu_mem_usage=False)
            .float()
            .requires_grad_(False)
            for kind, part in ((UNet2DConditionModel, "unet"), (AutoencoderKL, "vae"))
        )
        self._originals = {
            "unet": {name: weight.clone() for name, weight in unet.state_dict().items()},
            "vae": {name: weight.clone() for name, weight in vae.state_dict().items()},
        }
        caption = embed_caption(
            lambda name: self._text[f"text_model.{name}"], self.architecture.text_encoder
        )
        frozen = copy.deepcopy(unet)
        fold_constants(frozen, REFERENCE_TIME, caption)
        set_processors(frozen, None)
        fold_constants(unet, INPUT_TIME, caption)
        kind = Kind(recipe.use_adain, recipe.own_keys)
        set_processors(unet, kind)
        self._looks: list[WatchedLook] = []
        for module in unet.modules():
            if isinstance(module, Attention) and isinstance(module.processor, LookAtReferences):
                look = WatchedLook(len(self._looks), kind.use_adain, kind.own_keys)
                module.set_processor(look)
                self._looks.append(look)
        self._reference_unet = frozen.eval().to(device)
        self._reference_vae = copy.deepcopy(vae).eval().to(device)
        self._added = {
            "unet": add_low_rank(unet, UNET_LAYERS, recipe.rank_unet, ADAPTERS["unet"]),
            "vae": add_low_rank(vae, VAE_LAYERS, recipe.rank_vae, ADAPTERS["vae"]),
        }
        unet.conv_in.requires_grad_(True)
        self._unet, self._vae = unet.eval().to(device), vae.eval().to(device)
        self._scaling = float(vae.config.scaling_factor)
        self._judges = dict(judges or {})
        self._trained = [*trained(self._unet), *trained(self._vae)]
        self._optimiser = torch.optim.AdamW(
            self._trained,
            recipe.learning_rate,
            weight_decay=recipe.weight_decay,
        )
        self._draws = torch.Generator().manual_seed(recipe.seed)
        self.steps = 0

    def step(self, batch: TensorBatch) -> dict[str, float]:
        """One step on pictures (n, 3, side, side) in [-1, 1], sides multiples of 64 pixels."""
        self._optimiser.zero_grad(set_to_none=True)
        told: dict[str, float] = {}
        faces = batch.degraded.shape[0]
        for number in range(faces):
            found = self.losses(batch, number)
            weights = [getattr(self.recipe, name) for name in found]
            total = torch.stack(list(found.values())) @ torch.tensor(weights, device=self.device)
            (total / faces).backward()
            for name, loss in found.items():
                told[name] = told.get(name, 0.0) + float(loss.detach()) / faces
        nn.utils.clip_grad_norm_(self._trained, 1.0)
        self._optimiser.step()
        self.steps += 1
        return told

    def losses(self, batch: TensorBatch, number: int) -> dict[str, Tensor]:
        """Each loss of one face of the batch, unweighted.

        Raises `ValueError` for a batch without references: this network cannot do without.
        """
        count = batch.reference_count
        if not count:
            raise ValueError("the large network needs at least one reference")
        person = number // batch.faces
        mine = slice(person * count, (person + 1) * count)
        layers = self.remember(batch.references[mine])
        restored = self.restore(batch.degraded[number : number + 1], layers)
        clean = batch.clean[number : number + 1]
        found = {"squares": functional.mse_loss(restored, clean)}
        for name, judge in self._judges.items():
            found[name] = judge(restored, clean).mean()
        if bool(batch.right_person[number]):
            own, others = batch.points[number][None], batch.reference_points[mine][None]
            found["landmark_attention"] = self._stray(layers, own, others, clean.shape[3])
        return found

    def remember(self, references: Tensor) -> tuple[LayerMemory, ...]:
        """Keys and values of references (R, 3, side, side), by the frozen networks."""
        with torch.no_grad():
            latents = self._encode(self._reference_vae, references)
            noised = add_noise(latents, self._noise(latents), REFERENCE_TIME)
            return tuple(
                LayerMemory.of(key, value, self.recipe.use_adain)
                for key, value in keep_references(self._reference_unet, noised)
            )

    def restore(self, degraded: Tensor, layers: Sequence[LayerMemory]) -> Tensor:
        """(1, 3, side, side) restored in one step, with gradients; not clamped."""
        latents = self._encode(self._vae, degraded)
        noised = add_noise(latents, self._noise(latents), INPUT_TIME)
        predicted = predict_noise(self._unet, noised, References(tuple(layers)))
        latents = take_noise_off(noised, predicted, INPUT_TIME) / self._scaling
        return self._vae.decoder(self._vae.post_quant_conv(latents))

    def save(self, path: Path) -> None:
        """A checkpoint in the published layout, to be installed like a published one."""
        recipe = self.recipe
        conv_in = {f"conv_in.{k}": v.detach() for k, v in self._unet.conv_in.state_dict().items()}
        parts = {
            "unet": named_weights(self._originals["unet"], self._added["unet"], conv_in),
            "vae": named_weights(self._originals["vae"], self._added["vae"], {}),
            "original_unet": self._originals["unet"],
            "original_vae": self._originals["vae"],
            "text_encoder": self._text,
        }
        state = {
            f"net.{part}.{name}": weight.cpu().contiguous()
            for part, weights in parts.items()
            for name, weight in weights.items()
        }
        model = {
            "lora_rank_unet": recipe.rank_unet,
            "lora_rank_vae": recipe.rank_vae,
            "use_adain": recipe.use_adain,
            "train_input": recipe.own_keys,
            "noise_timestep": INPUT_TIME,
        }
        torch.save({"cfg": {"model": model}, "state_dict": state}, path)

    def keep(self, path: Path) -> None:
        """What `resume` goes on from; the frozen weights are not in it."""
        state = {
            "recipe": asdict(self.recipe),
            "steps": self.steps,
            "weights": [weight.detach() for weight in self._trained],
            "optimiser": self._optimiser.state_dict(),
            "draws": self._draws.get_state(),
        }
        torch.save(state, path)

    def resume(self, path: Path) -> None:
        """Goes on where `keep` was called; the recipe must be the same."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state["recipe"] != asdict(self.recipe):
            raise ValueError(f"{path.name} was made by another recipe.")
        with torch.no_grad():
            for weight, kept in zip(self._trained, state["weights"], strict=True):
                weight.copy_(kept)
        self._optimiser.load_state_dict(state["optimiser"])
        self._draws.set_state(state["draws"])
        self.steps = state["steps"]

    def _encode(self, vae: nn.Module, pictures: Tensor) -> Tensor:
        moments = vae.quant_conv(vae.encoder(pictures.to(self.device)))
        mean, log_variance = moments.chunk(2, dim=1)
        deviation = (log_variance.clamp(-30, 20) / 2).exp()
        return (mean + deviation * self._noise(mean)) * self._scaling

    def _noise(self, like: Tensor) -> Tensor:
        return torch.randn(like.shape, generator=self._draws).to(self.device)

    def _stray(
        self, layers: Sequence[LayerMemory], own: Tensor, others: Tensor, side: int
    ) -> Tensor:
        """The landmark attention loss of the paper, the mean over the nine layers."""
        found = []
        for look, memory in zip(self._looks, layers, strict=True):
            query = look.query
            if query is None:
                raise ValueError("the attention was not run")
            across = round(query.shape[2] ** 0.5)
            keys = split_heads(memory.keys.flatten(0, 1)[None], look.heads)
            scale = across / side  # tokens for one pixel
            found.append(
                stray_attention(
                    query, keys, (own + 0.5) * scale, (others + 0.5) * scale, across, 0
                ).mean()
            )
        return torch.stack(found).mean()


def _config(folder: Path) -> dict[str, object]:
    told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return {name: value for name, value in told.items() if not name.startswith("_")}
