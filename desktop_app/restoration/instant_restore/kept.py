"""Keeps what was made of reference photos, so that a second photo of a person costs less."""

import contextlib
import hashlib
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from desktop_app.domain.errors import DiskFull, NotPermitted
from desktop_app.domain.photo import RgbImage
from desktop_app.domain.private_folder import private_folder
from desktop_app.domain.whole_file import write_whole
from desktop_app.restoration.instant_restore.attention import LayerMemory
from desktop_app.restoration.instant_restore.memory import Memory

_FIELDS = ("keys", "values", "mean", "deviation")


def photo_key(crop: RgbImage) -> str:
    """The content of a reference's crop, as a name: another pixel is another name."""
    shape = "x".join(str(side) for side in crop.shape)
    return hashlib.sha256(shape.encode() + np.ascontiguousarray(crop).tobytes()).hexdigest()


class KeptMemories:
    """Memories of single references, half precision, by photo content and model.

    The latest stay on the device, up to `device_bytes`; all go to `folder`, up to `disk_bytes`,
    where the longest unused leave first; latents (32 KiB each) stay there for everyone.
    `folder` None keeps nothing on the disk. Reading back gives the very same numbers.
    """

    def __init__(
        self,
        folder: Path | None,
        model: str,
        *,
        device_bytes: int = 1 << 30,
        disk_bytes: int = 2 << 30,
        latent_bytes: int = 1 << 26,
    ) -> None:
        self._folder = None if folder is None else folder / model[:32]
        self._model = model
        self._device_bytes = device_bytes
        self._limits = {".memory": disk_bytes, ".latents": latent_bytes}
        self._near: OrderedDict[str, Memory] = OrderedDict()

    def memory(self, key: str) -> Memory | None:
        """The memory of one reference, fp16, or None where there is none any more."""
        if key in self._near:
            self._near.move_to_end(key)
            return self._near[key]
        tensors, told = self._read(key, ".memory")
        if not tensors:
            return None
        try:
            layers = tuple(
                LayerMemory.of_tensors([tensors.get(f"{name}.{number}") for name in _FIELDS])
                for number in range(int(told["layers"]))
            )
            memory = Memory(layers, self._model, (int(told["height"]), int(told["width"])))
        except (KeyError, ValueError):
            return None
        return memory

    def keep(self, key: str, memory: Memory) -> None:
        """Keeps the memory of one reference near; and on the disk, where it is not there yet."""
        self._near[key] = memory
        self._near.move_to_end(key)
        while len(self._near) > 1 and self._size() > self._device_bytes:
            self._near.popitem(last=False)
        if self._path(key, ".memory", exists=True) is not None:
            return
        tensors = {
            f"{name}.{number}": tensor.contiguous().cpu()
            for number, layer in enumerate(memory.layers)
            for name, tensor in zip(_FIELDS, layer.tensors, strict=True)
            if tensor is not None
        }
        height, width = memory.side
        told = {"layers": str(len(memory.layers)), "height": str(height), "width": str(width)}
        self._write(key, ".memory", tensors, told)

    def latents(self, key: str) -> torch.Tensor | None:
        """(1, 4, H/8, W/8), half precision."""
        return self._read(key, ".latents")[0].get("latents")

    def keep_latents(self, key: str, latents: torch.Tensor) -> None:
        self._write(key, ".latents", {"latents": latents.contiguous().cpu()}, {})

    def forget_near(self) -> None:
        """Gives the device's memory back."""
        self._near.clear()

    def _size(self) -> int:
        return sum(memory.size for memory in self._near.values())

    def _path(self, key: str, kind: str, *, exists: bool) -> Path | None:
        if self._folder is None:
            return None
        path = self._folder / f"{key}{kind}"
        return path if path.is_file() or not exists else None

    def _read(self, key: str, kind: str) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
        path = self._path(key, kind, exists=True)
        if path is None:
            return {}, {}
        try:
            with safe_open(str(path), "pt") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                told = file.metadata() or {}
            path.touch()
        except (SafetensorError, OSError, ValueError):
            with contextlib.suppress(OSError):  # damaged or gone: it is made again
                path.unlink(missing_ok=True)
            return {}, {}
        return tensors, told

    def _write(
        self, key: str, kind: str, tensors: dict[str, torch.Tensor], told: dict[str, str]
    ) -> None:
        path = self._path(key, kind, exists=False)
        if path is None:
            return
        try:
            private_folder(path.parent)
            with write_whole(path, mode=0o600, durable=False) as file:
                file.write(save(tensors, metadata=told or None))
        except (OSError, DiskFull, NotPermitted):
            return  # a cache that cannot be written costs time, not the restoration
        self._thin_out(kind)

    def _thin_out(self, kind: str) -> None:
        assert self._folder is not None
        files = []
        for path in self._folder.glob(f"*{kind}"):
            with contextlib.suppress(OSError):
                state = path.stat()
                files.append((state.st_mtime_ns, state.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files, key=lambda each: each[0]):
            if total <= self._limits[kind]:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size
