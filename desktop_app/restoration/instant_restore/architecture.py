"""The shapes of the networks: the published ones, or the small ones of a golden file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop_app.domain.errors import ModelRefused

CAPTION_IDS = (
    *(49406, 320, 1400, 268, 3027, 1125, 539, 320, 2533, 282, 4774, 267, 279, 330, 49407),
    *(0,) * 62,
)
"""The one prompt, "A high-quality photo of a person; professional, 8k", as 77 token ids."""

REFERENCE_TIME, INPUT_TIME = 1, 249
"""How far references and the degraded face are noised, in steps of 1000."""

MAX_REFERENCES = 8
SIDE = 512
"""Side of the aligned face that the published networks were trained on, in pixels."""

GRAIN = 64
"""Sides are multiples of this: the autoencoder shrinks by 8, the UNet by 8 again."""

LEAST_SIDE = 128
"""Below it FreeU's low pass has fewer waves than the two by two it is made of."""

PUBLISHED: Mapping[str, Mapping[str, Any]] = {
    # stabilityai/sd-turbo, unet/config.json
    "unet": {
        "sample_size": 64,
        "in_channels": 4,
        "out_channels": 4,
        "center_input_sample": False,
        "flip_sin_to_cos": True,
        "freq_shift": 0,
        "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
        "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
        "block_out_channels": [320, 640, 1280, 1280],
        "layers_per_block": 2,
        "cross_attention_dim": 1024,
        "attention_head_dim": [5, 10, 20, 20],
        "use_linear_projection": True,
        "norm_num_groups": 32,
        "act_fn": "silu",
    },
    # stabilityai/sd-vae-ft-mse, config.json
    "vae": {
        "in_channels": 3,
        "out_channels": 3,
        "latent_channels": 4,
        "block_out_channels": [128, 256, 512, 512],
        "layers_per_block": 2,
        "norm_num_groups": 32,
        "sample_size": 512,
        "down_block_types": ["DownEncoderBlock2D"] * 4,
        "up_block_types": ["UpDecoderBlock2D"] * 4,
        "scaling_factor": 0.18215,
        "act_fn": "silu",
    },
    # stabilityai/sd-turbo, text_encoder/config.json
    "text_encoder": {
        "hidden_size": 1024,
        "intermediate_size": 4096,
        "num_hidden_layers": 23,
        "num_attention_heads": 16,
        "vocab_size": 49408,
        "max_position_embeddings": 77,
        "hidden_act": "gelu",
    },
}


@dataclass(frozen=True)
class Architecture:
    """The three networks' configurations, in diffusers' and transformers' own words."""

    unet: Mapping[str, Any]
    vae: Mapping[str, Any]
    text_encoder: Mapping[str, Any]

    @classmethod
    def read(cls, stated: Mapping[str, Any] | None) -> "Architecture":
        """The architecture that `stated` (parsed JSON) names; None means the published shapes."""
        stated = PUBLISHED if stated is None else stated
        parts = {name: stated.get(name) for name in ("unet", "vae", "text_encoder")}
        for name, part in parts.items():
            if not isinstance(part, Mapping):
                raise ModelRefused(f"The architecture says nothing of the part {name}.")
        return cls(**{name: dict(part) for name, part in parts.items() if part is not None})

    def as_json(self) -> dict[str, Any]:
        return {
            "unet": dict(self.unet),
            "vae": dict(self.vae),
            "text_encoder": dict(self.text_encoder),
        }


@dataclass(frozen=True)
class Kind:
    """Which of the published ways of attending to references a checkpoint was trained for."""

    use_adain: bool  # references' values take the statistics of the input's own
    own_keys: bool  # the input's own keys and values stand before the references' (train_input)

    @property
    def name(self) -> str:
        values = "AdaIN" if self.use_adain else "plain values"
        return f"{values}, {'own keys' if self.own_keys else 'references only'}"
