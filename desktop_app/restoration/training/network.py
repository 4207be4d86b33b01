"""The embedded network: a degraded face in, the restored face out, references attended to.

After Mangla et al., InstantRestore (arXiv 2412.06753): one step, one encoder for the degraded face
and the references, and in the decoder an attention of the degraded face to the references'
keys and values, with AdaIN on the values. Here in pixel space and small.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from desktop_app.restoration.training.recipe import NetworkConfig

EMBEDDING = 512  # of the face embedder
EMBEDDING_SIDE = 112
# The square of the FFHQ crop that ArcFace's 112 px crop shows: FFHQ has the eyes 63 of 256 px
# apart at height 120, ArcFace 35.2 of 112 px at height 51.6.
EMBEDDING_SQUARE = (0.1090, 0.1085, 0.7895)  # left, top, side, in parts of the face's side


class ResidualBlock(nn.Module):  # type: ignore[misc]
    """x + conv(silu(scale * conv(silu(norm(x))) + shift))."""

    def __init__(self, width: int, condition: int = 0) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(8, width)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.bias)
        self.second.weight.data.mul_(0.2)
        self.modulation = nn.Linear(condition, 2 * width) if condition else None
        if self.modulation is not None:
            self.modulation.weight.data.mul_(0.2)
            nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        h = self.first(functional.silu(self.norm(x)))
        if self.modulation is not None and condition is not None:
            scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, dim=1)
            h = h * (1 + scale) + shift
        return x + self.second(functional.silu(h))


class Encoder(nn.Module):  # type: ignore[misc]
    """A face to its features at 1/4, 1/8, 1/16 and 1/32; the same for degraded and reference."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        w4, w8, w16, w32 = config.widths
        self.stem = nn.Conv2d(48, w4, 3, padding=1)
        self.level4 = nn.ModuleList(ResidualBlock(w4) for _ in range(config.blocks))
        self.down8 = nn.Conv2d(w4, w8, 4, 2, 1)
        self.level8 = nn.ModuleList(ResidualBlock(w8) for _ in range(config.blocks))
        self.down16 = nn.Conv2d(w8, w16, 4, 2, 1)
        self.level16 = nn.ModuleList(ResidualBlock(w16) for _ in range(config.blocks))
        self.down32 = nn.Conv2d(w16, w32, 4, 2, 1)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.stem(functional.pixel_unshuffle(image, 4))  # (b, w4, side/4, side/4)
        for block in self.level4:
            x = block(x)
        x4, x = x, self.down8(x)
        for block in self.level8:
            x = block(x)
        x8, x = x, self.down16(x)
        for block in self.level16:
            x = block(x)
        return x4, x8, x


class SharedAttention(nn.Module):  # type: ignore[misc]
    """Queries of the degraded face over the tokens of all references and of a null reference."""

    def __init__(self, width: int, heads: int, head_width: int, side: int) -> None:
        super().__init__()
        inner = heads * head_width
        self.heads = heads
        self.norm_query = nn.GroupNorm(8, width)
        self.norm_reference = nn.GroupNorm(8, width)
        self.query = nn.Conv2d(width, inner, 1)
        self.key = nn.Conv2d(width, inner, 1)
        self.value = nn.Conv2d(width, inner, 1)
        self.out = nn.Conv2d(inner, width, 1)
        self.out.weight.data.mul_(0.3)
        self.null_key = nn.Parameter(torch.randn(heads, 1, head_width) * 0.02)
        self.null_value = nn.Parameter(torch.zeros(heads, 1, head_width))
        # Tokens of aligned faces lie at like places: the same projection of the place on both
        # sides makes like places attend to each other from the first step on.
        self.register_buffer("places", sine_positions(side, head_width))  # (side^2, head_width)
        self.place_strength = nn.Parameter(torch.full((heads, 1, 1), 1.6))

    def _split(self, x: Tensor) -> Tensor:
        batch, _, rows, columns = x.shape
        x = x.reshape(batch, self.heads, -1, rows * columns)
        return x.transpose(2, 3)  # (batch, heads, tokens, head_width)

    def memory(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and normalised values of references, (references, heads, tokens, head_width)."""
        features = self.norm_reference(features)
        key = self._split(self.key(features)) + self.place_strength * self.places
        value = self._split(self.value(features)).float()
        centred = value - value.mean(dim=2, keepdim=True)
        spread = centred.square().mean(dim=2, keepdim=True).add(1e-4).sqrt()
        return key, centred / spread

    def queries(self, x: Tensor) -> Tensor:
        """(batch, heads, tokens, head_width), ready for a scaled dot product."""
        return self._split(self.query(self.norm_query(x))) + self.place_strength * self.places

    def with_null(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """The null reference put before the tokens, (batch, heads, 1 + tokens, head_width)."""
        batch = key.shape[0]
        null_key = self.null_key.expand(batch, -1, -1, -1).to(key.dtype)
        null_value = self.null_value.expand(batch, -1, -1, -1).to(value.dtype)
        return torch.cat([null_key, key], dim=2), torch.cat([null_value, value], dim=2)

    def forward(self, x: Tensor, own: Tensor, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """`own` are the degraded face's encoder features, whose statistics the values take on.

        The weights of an attention sum to one, so AdaIN's scale and shift may follow it.
        """
        batch, _, rows, columns = x.shape
        attended = functional.scaled_dot_product_attention(
            query, key.to(query.dtype), value.to(query.dtype)
        )
        mine = self._split(self.value(self.norm_reference(own))).float()
        middle = mine.mean(dim=2, keepdim=True)
        spread = (mine - middle).square().mean(dim=2, keepdim=True).add(1e-4).sqrt()
        attended = attended * spread + middle
        attended = attended.transpose(2, 3).reshape(batch, -1, rows, columns)
        return x + self.out(attended)


class CompactNetwork(nn.Module):  # type: ignore[misc]
    """`restore(degraded, memory, identity)`; images are (batch, 3, side, side) in [-1, 1]."""

    def __init__(self, config: NetworkConfig, embedder: nn.Module) -> None:
        super().__init__()
        self.config = config
        w4, w8, w16, w32 = config.widths
        condition = config.condition_width
        self.embedder = embedder  # frozen; EMBEDDING numbers from a face
        self.encoder = Encoder(config)
        self.condition = nn.Sequential(
            nn.Linear(2 * EMBEDDING + 1, 2 * condition),
            nn.SiLU(),
            nn.Linear(2 * condition, condition),
            nn.SiLU(),
        )
        self.middle = nn.ModuleList(ResidualBlock(w32, condition) for _ in range(config.blocks))
        self.up16 = nn.Conv2d(w32, 4 * w16, 1)
        self.attend16 = SharedAttention(
            w16, config.heads_coarse, config.head_width, config.side // 16
        )
        self.level16 = nn.ModuleList(ResidualBlock(w16, condition) for _ in range(config.blocks))
        self.up8 = nn.Conv2d(w16, 4 * w8, 1)
        self.attend8 = SharedAttention(w8, config.heads_fine, config.head_width, config.side // 8)
        self.level8 = nn.ModuleList(ResidualBlock(w8, condition) for _ in range(config.blocks))
        self.up4 = nn.Conv2d(w8, 4 * w4, 1)
        self.level4 = nn.ModuleList(ResidualBlock(w4, condition) for _ in range(config.blocks))
        self.up2 = nn.Conv2d(w4, 4 * config.finishing_width, 3, padding=1)
        self.finish = nn.Conv2d(config.finishing_width + 12, config.finishing_width, 3, padding=1)
        self.correction = nn.Conv2d(config.finishing_width, 16, 3, padding=1)
        nn.init.zeros_(self.correction.bias)
        self.correction.weight.data.mul_(0.1)
        self.register_buffer("to_embedder", resampling(config.side))  # (112, side), two of them

    def embed(self, image: Tensor) -> Tensor:
        """Faces (batch, 3, side, side) as the embedder sees them: (batch, 512), unit length."""
        rows, columns = self.to_embedder[0], self.to_embedder[1]
        small = rows @ image.float() @ columns.T  # (batch, 3, 112, 112)
        vector = self.embedder(small.flip(1) * (127.5 / 128)).float()  # BGR, (x - 127.5) / 128
        return functional.normalize(vector, dim=1)

    def remember(self, references: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Keys and values at 1/16 and 1/8 of each reference, (references, heads, tokens, width)."""
        _, x8, x16 = self.encoder(references)
        return *self.attend16.memory(x16), *self.attend8.memory(x8)

    def restore(
        self,
        degraded: Tensor,
        memory: tuple[Tensor, Tensor, Tensor, Tensor],
        identity: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """The restored faces, and the queries and keys of both attentions.

        `memory` holds keys and values at 1/16 and 1/8, (batch, heads, tokens, width), tokens of
        all references of a face in a row; `identity` is the mean of the references' embeddings,
        zeros where there is none.
        """
        with torch.no_grad():
            seen = self.embed(degraded)
        known = identity.square().sum(dim=1, keepdim=True).sqrt()  # 0 without references
        condition = self.condition(torch.cat([seen * 16, identity * 16, known], dim=1))
        key16, value16 = self.attend16.with_null(*memory[:2])
        key8, value8 = self.attend8.with_null(*memory[2:])
        x4, x8, x16 = self.encoder(degraded)
        x = self.encoder.down32(x16)  # (batch, w32, side/32, side/32)
        for block in self.middle:
            x = block(x, condition)
        x = functional.pixel_shuffle(self.up16(x), 2) + x16
        query16 = self.attend16.queries(x)
        x = self.attend16(x, x16, query16, key16, value16)
        for block in self.level16:
            x = block(x, condition)
        x = functional.pixel_shuffle(self.up8(x), 2) + x8
        query8 = self.attend8.queries(x)
        x = self.attend8(x, x8, query8, key8, value8)
        for block in self.level8:
            x = block(x, condition)
        x = functional.pixel_shuffle(self.up4(x), 2) + x4
        for block in self.level4:
            x = block(x, condition)
        x = functional.pixel_shuffle(self.up2(x), 2)  # (batch, finishing, side/2, side/2)
        fine = functional.pixel_unshuffle(degraded, 2).to(x.dtype)
        x = functional.silu(self.finish(torch.cat([functional.silu(x), fine], dim=1)))
        x = functional.pixel_shuffle(self.correction(x), 2).float()  # (batch, 4, side, side)
        correction, keep = x[:, :3], x[:, 3:].sigmoid()
        # Noise is fine, and so is what a sharp photo has to keep: the network says which it is.
        coarse = smoothed(degraded)
        restored = coarse + keep * (degraded - coarse) + correction
        return restored, query16, key16, query8, key8


def smoothed(image: Tensor) -> Tensor:
    """Averages of 5 x 5 pixels, twice; (batch, 3, side, side), mirrored at the edges."""
    for _ in range(2):
        image = functional.avg_pool2d(functional.pad(image, (2, 2, 2, 2), mode="reflect"), 5, 1)
    return image


def sine_positions(side: int, width: int) -> Tensor:
    """(side * side, width): sine and cosine of both coordinates, so near places have like codes."""
    waves = width // 4
    frequency = math.pi * 2.0 ** (torch.arange(waves) * (math.log2(side / 2) / max(1, waves - 1)))
    place = (torch.arange(side) + 0.5) / side
    angle = place[:, None] * frequency  # (side, waves)
    strength = (frequency / frequency[0]) ** -0.5  # slow waves first: a few places around match
    strength = strength / strength.square().mean().sqrt()
    line = torch.cat([angle.sin() * strength, angle.cos() * strength], dim=1)  # (side, width / 2)
    down = line[:, None].expand(side, side, -1)
    across = line[None].expand(side, side, -1)
    return torch.cat([down, across], dim=2).reshape(side * side, -1)


def resampling(side: int) -> Tensor:
    """(2, 112, side): the matrices that take the FFHQ crop to the embedder's, rows and columns."""
    left, top, extent = (part * side for part in EMBEDDING_SQUARE)
    scale = extent / EMBEDDING_SIDE  # pixels of the crop for one of the embedder's

    def line(start: float) -> Tensor:
        centre = start + (torch.arange(EMBEDDING_SIDE) + 0.5) * scale - 0.5
        distance = (torch.arange(side)[None] - centre[:, None]).abs() / max(scale, 1.0)
        weight = (1 - distance).clamp(min=0)
        return weight / weight.sum(dim=1, keepdim=True)

    return torch.stack([line(top), line(left)])
