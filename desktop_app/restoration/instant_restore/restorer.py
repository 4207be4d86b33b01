"""The large engine as a restorer of pictures: crops in, faces out, memories kept."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from desktop_app.domain.errors import BadRequest, ModelNotInstalled
from desktop_app.domain.photo import RgbImage
from desktop_app.domain.restoration import (
    ReferenceMap,
    ReferenceMemory,
    RestoredFace,
    RestorerFacts,
)
from desktop_app.models.store import sha256_of
from desktop_app.restoration.instant_restore.architecture import MAX_REFERENCES
from desktop_app.restoration.instant_restore.devices import (
    choose_device,
    choose_dtype,
    free_cached,
    within_memory,
)
from desktop_app.restoration.instant_restore.draws import Draws
from desktop_app.restoration.instant_restore.kept import KeptMemories, photo_key
from desktop_app.restoration.instant_restore.memory import Memory, joined
from desktop_app.restoration.instant_restore.network import InstantRestore

ENGINE = "instant-restore"
LICENCE = "No licence stated; SD-Turbo's own terms (non-commercial, or under a revenue limit)"
_log = logging.getLogger(__name__)
_ROOMY = 8 << 30  # bytes of device memory from which the reference networks stay loaded


class InstantRestoreRestorer:
    """`InstantRestore` behind the protocol that all restorers share; to be run where torch may be.

    What is drawn for a reference depends on its pixels alone and is rounded to half precision
    before it is used, so that a kept memory and a fresh one restore the same face.
    """

    def __init__(
        self,
        weights: Path,
        device: str = "auto",
        cache: Path | None = None,
        *,
        preview: Path | None = None,
    ) -> None:
        """`preview` are the weights of the fast preview.

        Raises `DeviceUnavailable`, `ModelRefused`, `FileVanished`, `DeviceOutOfMemory`."""
        self._device = choose_device(device)

        def load() -> InstantRestore:
            return InstantRestore.from_safetensors(
                weights, self._device, choose_dtype(self._device)
            )

        self._net = within_memory(load, load, self._device)
        self._kept = KeptMemories(cache, self._net.model)
        self._preview_hash = ""
        if preview is not None:
            self._net.use_preview_decoder(preview)
            self._preview_hash = sha256_of(preview)

    @property
    def facts(self) -> RestorerFacts:
        return RestorerFacts(
            engine=ENGINE,
            model_hash=self._net.model,
            input_size=int(self._net.architecture.vae.get("sample_size", 512)),
            max_references=MAX_REFERENCES,
            deterministic=False,
            device=self._device,
            licence=LICENCE,
            preview_hash=self._preview_hash,
        )

    def make_ready(self, tell: Callable[[str], None]) -> bool:
        """Compiles the passes and runs each once; whether that could be done.

        Where it cannot (no C++ compiler, no Triton, too little memory), the engine works as it is,
        and `tell` is given that in a sentence too.
        """
        tell("Making the engine ready: the first time this takes minutes")
        began = time.monotonic()
        side = self.facts.input_size
        empty = torch.zeros(3, side, side)
        self._net.compile()
        try:
            self._net.restore(empty, self._net.encode_references(empty[None]), with_map=True)
        except (RuntimeError, OSError, ImportError) as error:
            # torch's own words for it: BackendCompilerFailed, InvalidCxxCompiler, TritonMissing
            self._net.compile(False)
            _log.warning("the engine is not compiled: %s: %s", type(error).__name__, error)
            tell("The engine cannot be compiled on this machine: it works without, and slower")
            return False
        tell(f"The engine is ready, after {time.monotonic() - began:.0f} seconds")
        return True

    def watched(self, look: Callable[[str], None]) -> AbstractContextManager[None]:
        """See `Restorer.watched`: a pass cannot be stopped here; the process around it can."""
        return nullcontext()

    def encode_references(self, crops: Sequence[RgbImage]) -> ReferenceMemory:
        """Raises `BadRequest` for no reference or too many, `DeviceOutOfMemory`."""
        if not 1 <= len(crops) <= MAX_REFERENCES:
            raise BadRequest(
                f"InstantRestore needs 1 to {MAX_REFERENCES} references; {len(crops)} were given."
            )
        for crop in crops:
            self._check(crop)
        memories = []
        encoded = False
        for crop in crops:
            key = photo_key(crop)
            memory = self._kept.memory(key)
            if memory is None:
                memory = within_memory(
                    lambda crop=crop, key=key: self._remembered(crop, key),  # type: ignore[misc]
                    lambda crop=crop, key=key: self._remembered_alone(crop, key),  # type: ignore[misc]
                    self._device,
                )
                encoded = True
            memory = memory.to(self._net.device, torch.float16)
            self._kept.keep(key, memory)
            memories.append(memory)
        if encoded and self._is_cramped():
            self._net.release_reference_networks()
            free_cached(self._device)
        return ReferenceMemory(ENGINE, self._net.model, len(crops), joined(memories))

    def restore(
        self, crop: RgbImage, memory: ReferenceMemory, seed: int, *, preview: bool = False
    ) -> RestoredFace:
        """Raises `BadRequest` for a memory of another model, `DeviceOutOfMemory`.

        `preview` raises `ModelNotInstalled` where its weights are not here.
        """
        self._check(crop)
        if preview and not self._preview_hash:
            raise ModelNotInstalled(
                "The fast preview is not installed. Install it in Models, or restore without it."
            )
        state = memory.state
        if not isinstance(state, Memory) or memory.model_hash != self._net.model:
            raise BadRequest("This memory was made by another engine. Encode the references again.")
        picture, draws = _as_tensor(crop), Draws(seed=seed)

        def in_one() -> RestoredFace:
            made = self._net.restore(picture, state, draws, with_map=True, preview=preview)
            return _restored(*made)

        def in_pieces() -> RestoredFace:
            self._kept.forget_near()
            self._net.release_reference_networks()
            free_cached(self._device)
            with self._net.small_pieces():
                return in_one()

        return within_memory(in_one, in_pieces, self._device)

    def close(self) -> None:
        self._kept.forget_near()
        self._net.release_reference_networks()

    def _remembered(self, crop: RgbImage, key: str) -> Memory:
        draws = Draws(reference_seeds=[int(key[:15], 16)])
        latents = self._kept.latents(key)
        if latents is None:
            latents = self._net.reference_latents(_as_tensor(crop)[None], draws).half().cpu()
            self._kept.keep_latents(key, latents)
        noise = draws.of("reference_noise", tuple(latents.shape))
        return self._net.remember(latents, noise)

    def _remembered_alone(self, crop: RgbImage, key: str) -> Memory:
        self._kept.forget_near()
        free_cached(self._device)
        with self._net.small_pieces():
            return self._remembered(crop, key)

    def _is_cramped(self) -> bool:
        """Whether the device is too small to keep the networks that only references need."""
        if self._device != "cuda":
            return False
        return bool(torch.cuda.mem_get_info()[1] < _ROOMY)

    def _check(self, crop: RgbImage) -> None:
        side = self.facts.input_size
        if crop.shape != (side, side, 3) or crop.dtype != np.uint8:
            raise BadRequest(f"An aligned face of {side} by {side} pixels, 8 bits, is needed.")


def _as_tensor(crop: RgbImage) -> torch.Tensor:
    """(H, W, 3) of 0 to 255 as (3, H, W) in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(crop)).permute(2, 0, 1).float() / 127.5 - 1


def _restored(image: torch.Tensor, told: ReferenceMap) -> RestoredFace:
    pixels: NDArray[np.float32] = ((image.cpu() + 1) / 2).permute(1, 2, 0).contiguous().numpy()
    return RestoredFace(pixels, told)
