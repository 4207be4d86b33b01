"""Opens a published checkpoint as a stranger's file, and fuses what training added to it."""

import pickle
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from desktop_app.domain.errors import FileVanished, ModelRefused
from desktop_app.restoration.instant_restore.architecture import Architecture, Kind
from desktop_app.restoration.instant_restore.parts import (
    PARTS,
    Shapes,
    expected_shapes,
)
from desktop_app.restoration.instant_restore.text import embed_caption

CAPTION = "caption_embedding"
_SOURCES = {"unet": "unet", "vae": "vae"} | {
    "reference_unet": "original_unet",
    "reference_vae": "original_vae",
}
_LARGEST = 64 << 30  # bytes; no published file comes near


class Checkpoint:
    """A published `.pt` file: its kind, and its fused weights one after another.

    Nothing of the file is run: it is read with `weights_only=True`, its tensors stay in the
    mapped file until they are asked for.
    """

    def __init__(self, path: Path, architecture: Mapping[str, Any] | None = None) -> None:
        """Raises `ModelRefused` for a file that is damaged, foreign or malicious."""
        self.path = path
        self.architecture = Architecture.read(architecture)
        content = _read(path)
        self._tensors = _tensors_by_name(content.get("state_dict"), path)
        told = content.get("cfg")
        model = told.get("model") if isinstance(told, Mapping) else None
        if not isinstance(model, Mapping):
            raise _foreign(path)
        self._scales = {
            "unet": _lora_scale(model.get("lora_rank_unet"), path),
            "vae": _lora_scale(model.get("lora_rank_vae"), path),
        }
        self.kind = Kind(_flag(model, "use_adain", path), _flag(model, "train_input", path))
        self._shapes = {part: expected_shapes(part, self.architecture) for part in PARTS}
        self._check()

    @property
    def shapes(self) -> Shapes:
        """The shape of every tensor that `tensors` gives, by its name."""
        named = {
            f"{part}.{name}": shape for part in PARTS for name, shape in self._shapes[part].items()
        }
        hidden = int(self.architecture.text_encoder["hidden_size"])
        return named | {CAPTION: (1, 77, hidden)}

    def tensors(self) -> Iterator[tuple[str, torch.Tensor]]:
        """Every fused tensor, float32, in the order of `shapes`.

        Raises `ModelRefused` for one that holds what is no number.
        """
        for name in self.shapes:
            if name == CAPTION:
                yield name, self._finite(name, self.caption_embedding())
                continue
            part, _, own = name.partition(".")
            yield name, self._finite(name, self._fused(part, own))

    def part(self, part: str) -> dict[str, torch.Tensor]:
        """The fused weights of one part by their names within it; or the caption's embedding."""
        if part == CAPTION:
            return {CAPTION: self._finite(CAPTION, self.caption_embedding())}
        return {
            name: self._finite(f"{part}.{name}", self._fused(part, name))
            for name in self._shapes[part]
        }

    def caption_embedding(self) -> torch.Tensor:
        """(1, 77, hidden) float32."""
        return embed_caption(
            lambda name: self._tensors[f"text_encoder.text_model.{name}"],
            self.architecture.text_encoder,
        )

    def _fused(self, part: str, name: str) -> torch.Tensor:
        """W + scale * B A, where training laid a low-rank change beside a frozen weight."""
        stem, _, last = name.rpartition(".")
        source = f"{_SOURCES[part]}.{stem}"
        base = self._tensors.get(f"{source}.base_layer.{last}")
        if base is None:
            return self._tensors[f"{source}.{last}"].float()
        weight = base.float()
        down = self._low_rank(source, "A") if last == "weight" else None
        if down is None:
            return weight
        up = self._low_rank(source, "B")
        if up is None:
            raise _foreign(self.path)
        change = torch.matmul(up.float().flatten(1), down.float().flatten(1))
        return weight + self._scales[part] * change.view_as(weight)

    def _low_rank(self, source: str, side: str) -> torch.Tensor | None:
        found = [
            tensor
            for adapter in ("default", "vae_skip")
            if (tensor := self._tensors.get(f"{source}.lora_{side}.{adapter}.weight")) is not None
        ]
        return found[0] if found else None

    def _check(self) -> None:
        """Every tensor that will be needed is there and has its shape, before any is touched."""
        text = {
            name.removeprefix("text_encoder."): tuple(tensor.shape)
            for name, tensor in self._tensors.items()
            if name.startswith("text_encoder.")
        }
        wanted = expected_shapes("text_encoder", self.architecture)
        wrong = [name for name, shape in wanted.items() if text.get(name) != shape]
        for name in self.shapes:
            if name == CAPTION:
                continue
            part, _, own = name.partition(".")
            stem, _, last = own.rpartition(".")
            source = f"{_SOURCES[part]}.{stem}"
            tensor = self._tensors.get(f"{source}.base_layer.{last}")
            if tensor is None:
                tensor = self._tensors.get(f"{source}.{last}")
            shape = self._shapes[part][own]
            if tensor is None or tuple(tensor.shape) != shape:
                wrong.append(name)
                continue
            down, up = self._low_rank(source, "A"), self._low_rank(source, "B")
            if (down is None) != (up is None) or (
                down is not None
                and up is not None
                and last == "weight"
                and (up.shape[0], *down.shape[1:]) != shape
            ):
                wrong.append(name)
        if wrong:
            raise ModelRefused(
                f"{self.path.name} is not an InstantRestore checkpoint of these shapes: "
                f"{wrong[0]} is missing or of another size. Choose one of the published files."
            )

    def _finite(self, name: str, tensor: torch.Tensor) -> torch.Tensor:
        if not torch.isfinite(tensor).all():
            raise ModelRefused(
                f"{self.path.name} is damaged: {name} holds values that are no numbers. "
                "Download it again."
            )
        return tensor


def _read(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise FileVanished(f"There is no file {path.name}. Choose another one.")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
        if any(e.compress_type != zipfile.ZIP_STORED for e in entries):
            raise _foreign(path)
        if sum(e.file_size for e in entries) > min(path.stat().st_size, _LARGEST):
            raise _foreign(path)
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except ModelRefused:
        raise
    except pickle.UnpicklingError as error:
        raise ModelRefused(
            f"{path.name} holds more than weights and is refused as unsafe. "
            "Choose one of the published files."
        ) from error
    except (zipfile.BadZipFile, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise _foreign(path) from error
    except (TypeError, AttributeError, IndexError, struct.error, UnicodeError) as error:
        raise _foreign(path) from error
    if not isinstance(content, Mapping):
        raise _foreign(path)
    return content


def _tensors_by_name(state: Any, path: Path) -> dict[str, torch.Tensor]:
    """By names without `net.` and without the `.module.` of files saved from several GPUs."""
    if not isinstance(state, Mapping):
        raise _foreign(path)
    tensors = {}
    for name, tensor in state.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor):
            raise _foreign(path)
        if tensor.layout != torch.strided or tensor.device.type != "cpu":
            raise _foreign(path)
        if tensor.is_floating_point():
            tensors[re.sub(r"^net\.((?:\w+\.)?)module\.", r"net.\1", name).removeprefix("net.")] = (
                tensor
            )
    return tensors


def _lora_scale(rank: Any, path: Path) -> float:
    """(rank // 2) / rank: the authors train with lora_alpha = rank // 2."""
    if not isinstance(rank, int) or isinstance(rank, bool) or not 1 <= rank <= 4096:
        raise ModelRefused(f"{path.name} does not say the rank of its LoRA; it cannot be used.")
    return (rank // 2) / rank


def _flag(model: Mapping[str, Any], name: str, path: Path) -> bool:
    value = model.get(name, False)
    if not isinstance(value, bool):
        raise _foreign(path)
    return value


def _foreign(path: Path) -> ModelRefused:
    return ModelRefused(
        f"{path.name} is damaged or no InstantRestore checkpoint. "
        "Choose one of the published files, or download it again."
    )
