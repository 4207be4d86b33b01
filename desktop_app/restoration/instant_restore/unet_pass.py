"""One pass of the diffusion network at a fixed time, its constants folded into its weights."""

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention
from diffusers.models.resnet import ResnetBlock2D

from desktop_app.restoration.instant_restore.architecture import Kind
from desktop_app.restoration.instant_restore.attention import (
    KeepReferences,
    LookAround,
    LookAtCaption,
    LookAtReferences,
    References,
)
from desktop_app.restoration.instant_restore.free_u import apply_free_u


def fold_constants(unet: UNet2DConditionModel, time: int, caption: torch.Tensor) -> None:
    """Folds the time into the convolutions' biases and the caption into its keys and values.

    Time and caption never change, so what they add is part of the weights; the layers that made
    them of it are dropped. To be called in float32, before the weights are made half.
    """
    embedded = unet.time_embedding(unet.time_proj(torch.tensor([time])).to(caption.dtype))
    embedded = torch.nn.functional.silu(embedded)[0]  # (time channels,)
    for module in unet.modules():
        if isinstance(module, ResnetBlock2D):
            bias = module.conv1.bias + module.time_emb_proj(embedded)
            module.conv1.bias = torch.nn.Parameter(bias, requires_grad=False)
            module.time_emb_proj = None
        elif isinstance(module, Attention) and module.is_cross_attention:
            for constant, part in (("caption_keys", module.to_k), ("caption_values", module.to_v)):
                heads = part(caption).unflatten(-1, (module.heads, -1)).transpose(1, 2)
                module.register_buffer(constant, heads.contiguous(), persistent=False)
            module.to_k = module.to_v = None
    unet.time_embedding = None


def set_processors(unet: UNet2DConditionModel, kind: Kind | None) -> None:
    """Gives each layer its way of looking; `kind` None makes a network that keeps references."""
    number = 0
    for name, module in unet.named_modules():
        if not isinstance(module, Attention):
            continue
        if module.is_cross_attention:
            module.set_processor(LookAtCaption())
        elif not name.startswith("up_blocks"):
            module.set_processor(LookAround())
        elif kind is None:
            module.set_processor(KeepReferences())
        else:
            module.set_processor(LookAtReferences(number, kind.use_adain, kind.own_keys))
            number += 1


def predict_noise(
    unet: UNet2DConditionModel, latents: torch.Tensor, references: References
) -> torch.Tensor:
    """The noise that the network sees in `latents` (1, 4, H/8, W/8), guided by references."""
    hidden, skipped = _down(unet, latents, references)
    for stage, block in enumerate(unet.up_blocks):
        hidden = _up(block, stage, hidden, skipped, references)
    hidden = unet.conv_act(unet.conv_norm_out(hidden))
    return unet.conv_out(hidden)


def keep_references(
    unet: UNet2DConditionModel, latents: torch.Tensor
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Keys and values (R, tokens, channels) of the nine layers, for latents (R, 4, H/8, W/8).

    Ends at the last layer's keys and values: nothing after them is needed.
    """
    references = References(kept=[])
    kept = references.kept
    assert kept is not None
    hidden, skipped = _down(unet, latents, references)
    for stage, block in enumerate(unet.up_blocks[:-1]):
        hidden = _up(block, stage, hidden, skipped, references)
    last, stage = unet.up_blocks[-1], len(unet.up_blocks) - 1
    for resnet, transformer in zip(last.resnets[:-1], last.attentions[:-1], strict=True):
        hidden = _joined(stage, hidden, skipped.pop())
        hidden = _transform(transformer, resnet(hidden, None), references)
    hidden = last.resnets[-1](_joined(stage, hidden, skipped.pop()), None)
    transformer = last.attentions[-1]
    block = transformer.transformer_blocks[0]
    tokens = block.norm1(_to_tokens(transformer, hidden))
    kept.append((block.attn1.to_k(tokens), block.attn1.to_v(tokens)))
    return kept


def _down(
    unet: UNet2DConditionModel, latents: torch.Tensor, references: References
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """The features below the up blocks, and those that skip across, the last one first out."""
    hidden = unet.conv_in(latents)
    skipped = [hidden]
    for block in unet.down_blocks:
        transformers = getattr(block, "attentions", [None] * len(block.resnets))
        for resnet, transformer in zip(block.resnets, transformers, strict=True):
            hidden = resnet(hidden, None)
            if transformer is not None:
                hidden = _transform(transformer, hidden, references)
            skipped.append(hidden)
        for downsampler in block.downsamplers or ():
            hidden = downsampler(hidden)
            skipped.append(hidden)
    middle = unet.mid_block
    hidden = middle.resnets[0](hidden, None)
    for transformer, resnet in zip(middle.attentions, middle.resnets[1:], strict=True):
        hidden = resnet(_transform(transformer, hidden, references), None)
    return hidden, skipped


def _up(
    block: torch.nn.Module,
    stage: int,
    hidden: torch.Tensor,
    skipped: list[torch.Tensor],
    references: References,
) -> torch.Tensor:
    transformers = getattr(block, "attentions", [None] * len(block.resnets))
    for resnet, transformer in zip(block.resnets, transformers, strict=True):
        hidden = resnet(_joined(stage, hidden, skipped.pop()), None)
        if transformer is not None:
            hidden = _transform(transformer, hidden, references)
    for upsampler in block.upsamplers or ():
        hidden = upsampler(hidden)
    return hidden


def _joined(stage: int, hidden: torch.Tensor, skipped: torch.Tensor) -> torch.Tensor:
    return torch.cat(apply_free_u(stage, hidden, skipped), dim=1)


def _transform(
    transformer: torch.nn.Module, hidden: torch.Tensor, references: References
) -> torch.Tensor:
    """diffusers' Transformer2DModel, whose result lies in memory as `hidden` does."""
    batch, channels, height, width = hidden.shape
    tokens = _to_tokens(transformer, hidden)
    for block in transformer.transformer_blocks:
        tokens = block(tokens, cross_attention_kwargs={"references": references})
    tokens = transformer.proj_out(tokens)  # (B, H * W, C)
    picture = tokens.view(batch, height, width, channels).permute(0, 3, 1, 2)
    return hidden + (picture.contiguous() if hidden.is_contiguous() else picture)


def _to_tokens(transformer: torch.nn.Module, hidden: torch.Tensor) -> torch.Tensor:
    """(B, C, H, W) as normalised, projected tokens (B, H * W, C)."""
    normed = transformer.norm(hidden)
    return transformer.proj_in(normed.permute(0, 2, 3, 1).flatten(1, 2))
