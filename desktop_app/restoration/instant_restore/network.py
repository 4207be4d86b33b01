"""The large restorer's tensors: references to a memory, a degraded face to a restored one."""

import contextlib
import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, overload

import torch

from desktop_app.domain.errors import BadRequest, ModelNotInstalled, ModelRefused
from desktop_app.domain.restoration import ReferenceMap
from desktop_app.restoration.instant_restore.architecture import (
    GRAIN,
    INPUT_TIME,
    LEAST_SIDE,
    MAX_REFERENCES,
    REFERENCE_TIME,
    Architecture,
    Kind,
)
from desktop_app.restoration.instant_restore.attention import LayerMemory, References
from desktop_app.restoration.instant_restore.checkpoint import CAPTION, Checkpoint
from desktop_app.restoration.instant_restore.converted import ConvertedFile
from desktop_app.restoration.instant_restore.draws import Draws
from desktop_app.restoration.instant_restore.free_u import low_waves
from desktop_app.restoration.instant_restore.memory import Memory
from desktop_app.restoration.instant_restore.parts import empty_part
from desktop_app.restoration.instant_restore.pieces import in_strips
from desktop_app.restoration.instant_restore.preview import load_decoder
from desktop_app.restoration.instant_restore.reference_map import reference_map
from desktop_app.restoration.instant_restore.schedule import add_noise, take_noise_off
from desktop_app.restoration.instant_restore.unet_pass import (
    fold_constants,
    keep_references,
    predict_noise,
    set_processors,
)

Weights = Callable[[str], Mapping[str, torch.Tensor]]
"""The weights of one part ("unet", "vae", ...) by their names within it."""


class InstantRestore:
    """The published network, LoRA fused, constants folded, nothing computed that is thrown away.

    Pictures are RGB in [-1, 1], (3, H, W), H and W multiples of 64 (512 as published).
    The frozen networks that look at references are loaded when the first reference comes.
    """

    def __init__(
        self,
        weights: Weights,
        architecture: Architecture,
        kind: Kind,
        model: str,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.architecture = architecture
        self.kind = kind
        self.model = model
        self.device = torch.device(device)
        self.dtype = dtype
        # on the processor, torch's group norm of channels_last pictures loses four digits
        self._layout = (
            torch.channels_last if self.device.type == "cuda" else torch.contiguous_format
        )
        self._weights = weights
        self._scaling = float(architecture.vae.get("scaling_factor", 0.18215))
        self._unet = self._load_unet("unet", INPUT_TIME, kind)
        self._vae = self._load_vae("vae")
        self._predict_noise = predict_noise
        self._keep_references = keep_references
        self._preview: torch.nn.Module | None = None
        self._reference_unet: torch.nn.Module | None = None
        self._reference_vae: torch.nn.Module | None = None

    @classmethod
    def from_checkpoint(
        cls,
        path: Path | str,
        architecture: Mapping[str, Any] | None = None,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> "InstantRestore":
        """The network of a published `.pt` file, read as it is.

        `architecture` is the parsed JSON that comes with a golden file; None means the published
        shapes. Raises `ModelRefused`, `FileVanished`.
        """
        path = Path(path)
        checkpoint = Checkpoint(path, architecture)
        return cls(
            checkpoint.part,
            checkpoint.architecture,
            checkpoint.kind,
            _identity(path),
            device,
            dtype,
        )

    @classmethod
    def from_safetensors(
        cls,
        path: Path | str,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> "InstantRestore":
        """The network of a file that `models install` converted.

        Raises `ModelRefused`, `FileVanished`.
        """
        file = ConvertedFile.open(Path(path))
        return cls(file.part, file.architecture, file.kind, file.weights_sha256, device, dtype)

    @property
    def caption_embedding(self) -> torch.Tensor:
        """The embedding of the one caption (1, 77, channels), float32."""
        return self._weights(CAPTION)[CAPTION].float()

    @property
    def max_references(self) -> int:
        return MAX_REFERENCES

    def encode_references(self, references: torch.Tensor, draws: Draws | None = None) -> Memory:
        """The memory of R photos of a person, (R, 3, H, W) in [-1, 1], 1 to 8 of them.

        Raises `BadRequest`.
        """
        draws = draws or Draws()
        _check_pictures(references, 4, "References", "(R, 3, H, W)")
        count, _, height, width = references.shape
        if not 1 <= count <= MAX_REFERENCES:
            raise BadRequest(
                f"InstantRestore needs 1 to {MAX_REFERENCES} references; {count} were given."
            )
        shape = (count, 4, height // 8, width // 8)
        latents = self.reference_latents(references, draws)
        return self.remember(latents, draws.of("reference_noise", shape))

    def reference_latents(self, references: torch.Tensor, draws: Draws) -> torch.Tensor:
        """The latents (R, 4, H/8, W/8) of references, float32: small enough to keep for all."""
        shape = (references.shape[0], 4, references.shape[2] // 8, references.shape[3] // 8)
        with torch.no_grad():
            vae = self._reference_networks()[1]
            return self._encode(vae, references, draws.of("reference_posterior", shape))

    def _encode(
        self, vae: torch.nn.Module, pictures: torch.Tensor, draw: torch.Tensor
    ) -> torch.Tensor:
        """Latents (B, 4, H/8, W/8), float32: mean + deviation * draw, scaled."""
        pictures = pictures.to(self.device, self.dtype, memory_format=self._layout)
        moments = vae.quant_conv(vae.encoder(pictures)).float()
        mean, log_variance = moments.chunk(2, dim=1)
        deviation = (log_variance.clamp(-30, 20) / 2).exp()
        return (mean + deviation * draw.to(self.device)) * self._scaling

    def remember(self, latents: torch.Tensor, noise: torch.Tensor) -> Memory:
        """The memory of references whose latents (R, 4, H/8, W/8) are known already."""
        with torch.no_grad():
            unet = self._reference_networks()[0]
            noised = add_noise(
                latents.to(self.device).float(), noise.to(self.device), REFERENCE_TIME
            )
            noised = noised.to(self.dtype, memory_format=self._layout)
            layers = tuple(
                LayerMemory.of(key, value, self.kind.use_adain)
                for key, value in self._keep_references(unet, noised)
            )
        return Memory(layers, self.model, (8 * latents.shape[2], 8 * latents.shape[3]))

    @overload
    def restore(
        self,
        degraded: torch.Tensor,
        memory: Memory,
        draws: Draws | None = None,
        *,
        with_map: Literal[False] = False,
        preview: bool = False,
    ) -> torch.Tensor: ...

    @overload
    def restore(
        self,
        degraded: torch.Tensor,
        memory: Memory,
        draws: Draws | None = None,
        *,
        with_map: Literal[True],
        preview: bool = False,
    ) -> tuple[torch.Tensor, ReferenceMap]: ...

    def restore(
        self,
        degraded: torch.Tensor,
        memory: Memory,
        draws: Draws | None = None,
        *,
        with_map: bool = False,
        preview: bool = False,
    ) -> torch.Tensor | tuple[torch.Tensor, ReferenceMap]:
        """The restored face (3, H, W) in [-1, 1], float32; `with_map`, also who was followed.

        `preview` decodes by the small decoder that `use_preview_decoder` loaded.

        Raises `BadRequest`.
        """
        draws = draws or Draws()
        _check_pictures(degraded, 3, "The degraded face", "(3, H, W)")
        if memory.model != self.model:
            raise BadRequest("This memory was made by other weights. Encode the references again.")
        height, width = degraded.shape[-2:]
        if memory.side != (height, width):
            raise BadRequest("The references have another size than the degraded face.")
        with torch.no_grad():
            return self._restore(degraded, memory, draws, with_map, preview)

    def _restore(
        self,
        degraded: torch.Tensor,
        memory: Memory,
        draws: Draws,
        with_map: bool,
        preview: bool,
    ) -> torch.Tensor | tuple[torch.Tensor, ReferenceMap]:
        height, width = degraded.shape[-2:]
        shape = (1, 4, height // 8, width // 8)
        latents = self._encode(self._vae, degraded[None], draws.of("input_posterior", shape))
        noise = draws.of("input_noise", shape).to(self.device)
        noised = add_noise(latents, noise, INPUT_TIME)
        shares: list[torch.Tensor] | None = [] if with_map else None
        references = References(memory.to(self.device, self.dtype).layers, shares=shares)
        half = noised.to(self.dtype, memory_format=self._layout)
        predicted = self._predict_noise(self._unet, half, references).float()
        clean = take_noise_off(noised, predicted, INPUT_TIME)
        image = self._decode_preview(clean) if preview else self._decode(clean)
        if shares is None:
            return image
        return image, reference_map(shares, height // 8, width // 8)

    def _decode(self, latents: torch.Tensor) -> torch.Tensor:
        latents = (latents / self._scaling).to(self.dtype, memory_format=self._layout)
        decoded = self._vae.decoder(self._vae.post_quant_conv(latents))
        return decoded[0].float().clamp(-1, 1)

    def _decode_preview(self, latents: torch.Tensor) -> torch.Tensor:
        if self._preview is None:
            raise ModelNotInstalled("The preview's small decoder is not installed.")
        latents = latents.to(self.dtype, memory_format=self._layout)
        decoded: torch.Tensor = self._preview(latents)
        return decoded[0].float().clamp(-1, 1)

    def use_preview_decoder(self, path: Path) -> None:
        """Loads TAESD's decoder for previews. Raises `ModelRefused`, `FileVanished`."""
        self._preview = self._placed(load_decoder(path))

    def load_reference_networks(self) -> None:
        """Loads what only references need now, and not when the first reference comes."""
        self._reference_networks()

    def compile(self, wanted: bool = True) -> None:
        """Makes the passes ready by torch.compile: the first call of each size takes minutes.

        On GPUs a pass is a thousand small operations; compiled, they are started as one graph.
        Not `wanted`, the passes run as they are written again.
        """
        self._predict_noise, self._keep_references = predict_noise, keep_references
        if wanted:
            # else the constant waves would be worked out anew in each compiled pass
            torch.compiler.assume_constant_result(low_waves.__wrapped__)
            self._predict_noise = torch.compile(predict_noise, dynamic=False)
            self._keep_references = torch.compile(keep_references, dynamic=False)
        for network in (self._vae.encoder, self._vae.decoder):
            if wanted:
                network.compile(dynamic=False)
            else:
                network._compiled_call_impl = None

    def _reference_networks(self) -> tuple[torch.nn.Module, torch.nn.Module]:
        if self._reference_unet is None or self._reference_vae is None:
            self._reference_vae = self._load_vae("reference_vae")
            self._reference_unet = self._load_unet("reference_unet", REFERENCE_TIME, None)
        return self._reference_unet, self._reference_vae

    def small_pieces(self) -> contextlib.AbstractContextManager[None]:
        """Within the block, encoding and decoding need less memory at a time and more time."""
        return in_strips(self._vae, *filter(None, [self._reference_vae]))

    def release_reference_networks(self) -> None:
        """Gives back the memory of what only references need; loaded again when asked for."""
        self._reference_unet = self._reference_vae = None

    def _load_unet(self, part: str, time: int, kind: Kind | None) -> torch.nn.Module:
        unet = self._load(part)
        fold_constants(unet, time, self.caption_embedding)
        set_processors(unet, kind)
        return self._placed(unet)

    def _load_vae(self, part: str) -> torch.nn.Module:
        return self._placed(self._load(part))

    def _placed(self, network: torch.nn.Module) -> torch.nn.Module:
        """On its device; by torch's own `to`, since diffusers' speaks of each call in the log."""
        return torch.nn.Module.to(network, self.device, self.dtype, memory_format=self._layout)

    def _load(self, part: str) -> torch.nn.Module:
        network = empty_part(part, self.architecture)
        weights = {name: tensor.float() for name, tensor in self._weights(part).items()}
        try:
            network.load_state_dict(weights, assign=True)
        except RuntimeError as error:
            raise ModelRefused("The weights do not fit their own architecture.") from error
        return network.requires_grad_(False)


def _check_pictures(pictures: torch.Tensor, dimensions: int, who: str, shape: str) -> None:
    if (
        not isinstance(pictures, torch.Tensor)
        or pictures.dim() != dimensions
        or pictures.shape[-3] != 3
        or not pictures.is_floating_point()
    ):
        raise BadRequest(f"{who} must be pictures {shape} of floating-point numbers in [-1, 1].")
    height, width = pictures.shape[-2:]
    if height % GRAIN or width % GRAIN or min(height, width) < LEAST_SIDE:
        raise BadRequest(
            f"{who} must have sides that are multiples of {GRAIN} pixels, at least {LEAST_SIDE}, "
            f"not {height} by {width}."
        )
    if pictures.numel() and not bool((pictures.abs() <= 1 + 1e-3).all()):
        raise BadRequest(f"{who} must lie in [-1, 1]; some values do not, or are no numbers.")


def _identity(path: Path) -> str:
    """What a checkpoint holds, by the names, sizes and checksums of its own directory."""
    with zipfile.ZipFile(path) as archive:
        told = [(entry.filename, entry.file_size, entry.CRC) for entry in archive.infolist()]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
