"""A slow, plain port of the published method, written apart from the engine: what right is.

References are encoded, denoised and decoded at every call, LoRA stays beside its weights,
attention is an explicit softmax, FreeU is diffusers' own Fourier filter, as the authors run it.
"""

from collections.abc import Mapping
from typing import Any

import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from torch import nn

SHARED = "shared"


class LowRank(nn.Module):
    """A frozen layer with training's low-rank change beside it."""

    def __init__(self, base: nn.Module, rank: int) -> None:
        super().__init__()
        self.base_layer = base
        self.scale = (rank // 2) / rank
        if isinstance(base, nn.Conv2d):
            self.down = nn.Conv2d(
                base.in_channels, rank, base.kernel_size, base.stride, base.padding, bias=False
            )
            self.up = nn.Conv2d(rank, base.out_channels, 1, bias=False)
        else:
            assert isinstance(base, nn.Linear)
            self.down = nn.Linear(base.in_features, rank, bias=False)
            self.up = nn.Linear(rank, base.out_features, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.base_layer(x) + self.up(self.down(x)) * self.scale


UNET_TARGETS = (
    *("to_k", "to_q", "to_v", "to_out.0", "conv", "conv1", "conv2", "conv_shortcut"),
    *("conv_out", "proj_in", "proj_out", "ff.net.2", "ff.net.0.proj"),
)
VAE_TARGETS = (
    *("conv1", "conv2", "conv_in", "conv_shortcut", "conv", "conv_out"),
    *("to_k", "to_q", "to_v", "to_out.0"),
)


def add_low_rank(network: nn.Module, targets: tuple[str, ...], rank: int) -> None:
    for name, module in list(network.named_modules()):
        if not isinstance(module, nn.Conv2d | nn.Linear):
            continue
        if any(name == t or name.endswith(f".{t}") for t in targets):
            owner, _, own = name.rpartition(".")
            setattr(network.get_submodule(owner), own, LowRank(module, rank))


class ExplicitAttention:
    """The authors' processor: softmax written out; in shared layers, keys of the references."""

    def __init__(self, port: "StraightPort", mode: str, layer: int = -1) -> None:
        self.port, self.mode, self.layer = port, mode, layer

    def __call__(  # type: ignore[no-untyped-def]
        self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, **_
    ):
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = attn.to_q(hidden_states), attn.to_k(context), attn.to_v(context)
        if self.mode == "keep":
            self.port.kept.append((key, value))

        def split(x: torch.Tensor) -> torch.Tensor:
            return x.unflatten(-1, (attn.heads, -1)).transpose(1, 2)

        query, key, value = split(query), split(key), split(value)
        if self.mode == SHARED:
            keys, values = self.port.kept[self.layer]
            keys, values = split(keys), split(values)  # (R, heads, tokens, channels)
            if self.port.use_adain:
                values = (values - values.mean(2, keepdim=True)) / (
                    values.std(2, keepdim=True) + 1e-5
                )
                values = values * (value.std(2, keepdim=True) + 1e-5) + value.mean(2, keepdim=True)
            keys = torch.cat(list(keys[:, None]), dim=2)
            values = torch.cat(list(values[:, None]), dim=2)
            if self.port.own_keys:
                keys, values = torch.cat([key, keys], 2), torch.cat([value, values], 2)
            key, value = keys, values
        weights = (query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5).softmax(-1)
        out = (weights @ value).transpose(1, 2).flatten(2)
        return attn.to_out[0](out)


class StraightPort(nn.Module):
    """Built with random weights; `published()` gives them in the published layout."""

    def __init__(
        self,
        architecture: Mapping[str, Any],
        *,
        rank_unet: int = 4,
        rank_vae: int = 4,
        use_adain: bool = True,
        own_keys: bool = False,
        caption: torch.Tensor | None = None,
    ) -> None:
        super().__init__()
        self.use_adain, self.own_keys = use_adain, own_keys
        self.kept: list[tuple[torch.Tensor, torch.Tensor]] = []
        self.unet = UNet2DConditionModel(**architecture["unet"])
        self.vae = AutoencoderKL(**architecture["vae"])
        self.original_unet = UNet2DConditionModel(**architecture["unet"])
        self.original_vae = AutoencoderKL(**architecture["vae"])
        add_low_rank(self.unet, UNET_TARGETS, rank_unet)
        add_low_rank(self.vae, VAE_TARGETS, rank_vae)
        self.caption = caption
        for unet in (self.unet, self.original_unet):
            unet.enable_freeu(s1=0.9, s2=0.2, b1=1.4, b2=1.6)
        self._set_processors(self.unet, SHARED)
        self._set_processors(self.original_unet, "keep")
        with torch.device("cpu"):
            self.scheduler = DDPMScheduler(
                num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012,
                beta_schedule="scaled_linear", clip_sample=False,
            )  # fmt: skip
        self.eval().requires_grad_(False)

    def _set_processors(self, unet: UNet2DConditionModel, mode: str) -> None:
        processors = {}
        layer = 0
        for name in unet.attn_processors:
            if name.startswith("up_blocks") and "attn1" in name:
                processors[name] = ExplicitAttention(self, mode, layer)
                layer += 1
            else:
                processors[name] = ExplicitAttention(self, "")
        unet.set_attn_processor(processors)

    @torch.no_grad()
    def forward(
        self, degraded: torch.Tensor, references: torch.Tensor, draws: Mapping[str, torch.Tensor]
    ) -> torch.Tensor:
        """(3, H, W) in [-1, 1]; `draws` by the golden files' names."""
        scaling = 0.18215
        assert self.caption is not None
        posterior = self.vae.encode(degraded[None]).latent_dist
        latent = (posterior.mean + posterior.std * draws["input_posterior"]) * scaling
        posterior = self.original_vae.encode(references).latent_dist
        looked = (posterior.mean + posterior.std * draws["reference_posterior"]) * scaling
        count = references.shape[0]

        self.kept.clear()
        time = torch.full((count,), 1)
        noised = self.scheduler.add_noise(looked, draws["reference_noise"], time)
        noise = self.original_unet(
            noised, time, encoder_hidden_states=self.caption.expand(count, -1, -1)
        ).sample
        self.original_vae.decode(self._clean(noised, noise, 1) / scaling)  # and thrown away

        time = torch.full((1,), 249)
        noised = self.scheduler.add_noise(latent, draws["input_noise"], time)
        noise = self.unet(noised, time, encoder_hidden_states=self.caption).sample
        clean = self._clean(noised, noise, 249) / scaling
        return self.vae.decode(clean).sample[0].clamp(-1, 1)

    def _clean(self, noised: torch.Tensor, noise: torch.Tensor, time: int) -> torch.Tensor:
        kept = self.scheduler.alphas_cumprod[time]
        return (noised - (1 - kept).sqrt() * noise) / kept.sqrt()

    def published(self, *, module: bool = False) -> dict[str, torch.Tensor]:
        """The state dict under the names of the published files."""
        state = {}
        for part in ("unet", "vae", "original_unet", "original_vae"):
            adapter = "vae_skip" if part == "vae" else "default"
            for name, tensor in getattr(self, part).state_dict().items():
                name = name.replace(".down.weight", f".lora_A.{adapter}.weight")
                name = name.replace(".up.weight", f".lora_B.{adapter}.weight")
                state[f"net.{part}.{'module.' if module else ''}{name}"] = tensor
        return state

    def load_published(self, state: Mapping[str, torch.Tensor], *, assign: bool = False) -> None:
        own = {}
        for name, tensor in state.items():
            if name.startswith("net.text_encoder"):
                continue
            for adapter in ("default", "vae_skip"):
                name = name.replace(f".lora_A.{adapter}.weight", ".down.weight")
                name = name.replace(f".lora_B.{adapter}.weight", ".up.weight")
            own[name.removeprefix("net.")] = tensor.float()
        self.load_state_dict(own, assign=assign)
