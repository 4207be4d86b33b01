"""How the degraded face looks at the references: the network's own attention processors."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from diffusers.models.attention_processor import Attention
from torch.nn import functional

EPSILON = 1e-5
"""Added to each standard deviation by the authors' AdaIN."""


@dataclass(frozen=True)
class LayerMemory:
    """What one layer remembers of R references.

    `keys` and `values` are (R, tokens, channels). With AdaIN the values are kept normalised over
    their tokens, because softmax weights sum to one: the input's scale and shift can come after.
    `mean` and `deviation` (R, 1, channels), already with EPSILON, give back the plain values.
    """

    keys: torch.Tensor
    values: torch.Tensor
    mean: torch.Tensor | None = None
    deviation: torch.Tensor | None = None

    @classmethod
    def of(cls, keys: torch.Tensor, values: torch.Tensor, use_adain: bool) -> "LayerMemory":
        if not use_adain:
            return cls(keys, values)
        mean, deviation = statistics(values)
        return cls(keys, (values - mean) / deviation, mean, deviation)

    @classmethod
    def of_tensors(cls, tensors: Sequence[torch.Tensor | None]) -> "LayerMemory":
        """The opposite of `tensors`."""
        keys, values, mean, deviation = tensors
        if keys is None or values is None:
            raise ValueError("a layer's memory has keys and values")
        return cls(keys, values, mean, deviation)

    @property
    def tensors(self) -> tuple[torch.Tensor | None, ...]:
        """Keys, values, mean, deviation; the first dimension of each counts the references."""
        return self.keys, self.values, self.mean, self.deviation

    @property
    def plain_values(self) -> torch.Tensor:
        if self.mean is None or self.deviation is None:
            return self.values
        return self.values * self.deviation + self.mean


@dataclass
class References:
    """What goes along with one pass: memories to read, or a list that memories are put into."""

    read: tuple[LayerMemory, ...] = ()
    kept: list[tuple[torch.Tensor, torch.Tensor]] | None = None
    shares: list[torch.Tensor] | None = None  # (R, tokens) a layer, on request


def statistics(values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and unbiased standard deviation (plus EPSILON) over tokens, (R, 1, channels)."""
    exact = values.float()
    deviation, mean = torch.std_mean(exact, dim=1, keepdim=True)
    return mean.to(values.dtype), (deviation + EPSILON).to(values.dtype)


def split_heads(tokens: torch.Tensor, heads: int) -> torch.Tensor:
    """(B, tokens, channels) as (B, heads, tokens, channels / heads)."""
    return tokens.unflatten(-1, (heads, -1)).transpose(1, 2)


def join_heads(attended: torch.Tensor) -> torch.Tensor:
    return attended.transpose(1, 2).flatten(2)


class KeepReferences:
    """A reference's own attention, whose keys and values are kept on the way."""

    def __call__(
        self,
        attn: Attention,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        references: References | None = None,
    ) -> torch.Tensor:
        key, value = attn.to_k(hidden_states), attn.to_v(hidden_states)
        if references is not None and references.kept is not None:
            references.kept.append((key, value))
        query = split_heads(attn.to_q(hidden_states), attn.heads)
        attended = functional.scaled_dot_product_attention(
            query, split_heads(key, attn.heads), split_heads(value, attn.heads)
        )
        return attn.to_out[0](join_heads(attended))


class LookAtReferences:
    """The degraded face's queries over the tokens of all references, side by side."""

    def __init__(self, layer: int, use_adain: bool, own_keys: bool) -> None:
        self.layer = layer
        self.use_adain = use_adain
        self.own_keys = own_keys

    def __call__(
        self,
        attn: Attention,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        references: References | None = None,
    ) -> torch.Tensor:
        if references is None:
            raise ValueError("this layer attends to references and was given none")
        memory = references.read[self.layer]
        count, tokens = memory.keys.shape[:2]
        keys, values = memory.keys.flatten(0, 1), memory.values.flatten(0, 1)  # (R * tokens, C)
        mean = deviation = None
        if self.use_adain or self.own_keys:
            own_values = attn.to_v(hidden_states)  # (1, tokens, C)
            if self.use_adain:
                mean, deviation = statistics(own_values)
                own_values = (own_values - mean) / deviation
            if self.own_keys:
                keys = torch.cat([attn.to_k(hidden_states)[0], keys])
                values = torch.cat([own_values[0], values])
        query = split_heads(attn.to_q(hidden_states), attn.heads)
        key, value = split_heads(keys[None], attn.heads), split_heads(values[None], attn.heads)
        if references.shares is None:
            attended = functional.scaled_dot_product_attention(query, key, value)
        else:
            attended, share = attend_with_shares(query, key, value, count, tokens)
            references.shares.append(share)
        out = join_heads(attended)  # (1, tokens, C)
        if mean is not None and deviation is not None:
            out = out * deviation + mean
        return attn.to_out[0](out)


def attend_with_shares(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, count: int, tokens: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention (1, heads, queries, channels) and each reference's share of it, (R, queries).

    The share is what the same attention makes of values that say "I am reference r": R columns
    beside the values, queries and keys filled up with zeros, so that the fast attention, which
    never holds the full matrix, does both at once. The last `count` * `tokens` keys are the
    references'; the mean is over heads.
    """
    channels = query.shape[-1]
    extra = -(-count // 8) * 8  # fast attention wants multiples of eight
    says = query.new_zeros(key.shape[2], extra)
    rows = torch.arange(count * tokens, device=query.device)
    says[key.shape[2] - count * tokens + rows, rows // tokens] = 1
    both = torch.cat([value, says.expand(*value.shape[:2], -1, -1)], dim=-1)
    attended = functional.scaled_dot_product_attention(
        functional.pad(query, (0, extra)),
        functional.pad(key, (0, extra)),
        both,
        scale=channels**-0.5,
    )
    share = attended[0, :, :, channels : channels + count].float().mean(0).T
    return attended[..., :channels], share


class LookAtCaption:
    """Attention to the one caption, whose keys and values are constants of the layer."""

    def __call__(
        self,
        attn: Attention,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        references: References | None = None,
    ) -> torch.Tensor:
        query = split_heads(attn.to_q(hidden_states), attn.heads)
        shape = (query.shape[0], -1, -1, -1)
        attended = functional.scaled_dot_product_attention(
            query, attn.caption_keys.expand(shape), attn.caption_values.expand(shape)
        )
        return attn.to_out[0](join_heads(attended))


class LookAround:
    """Ordinary attention of a picture to itself."""

    def __call__(
        self,
        attn: Attention,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        references: References | None = None,
    ) -> torch.Tensor:
        query, key, value = (
            split_heads(part(hidden_states), attn.heads)
            for part in (attn.to_q, attn.to_k, attn.to_v)
        )
        attended = functional.scaled_dot_product_attention(query, key, value)
        return attn.to_out[0](join_heads(attended))
