"""Opens a converted file: its facts, and its weights part by part."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from desktop_app.domain.errors import FileVanished, ModelRefused
from desktop_app.restoration.instant_restore.architecture import Architecture, Kind
from desktop_app.restoration.instant_restore.checkpoint import CAPTION
from desktop_app.restoration.instant_restore.convert import CONVERTER_VERSION, FORMAT
from desktop_app.restoration.instant_restore.parts import Shapes, expected_shapes


@dataclass(frozen=True)
class ConvertedFile:
    """A file that `convert` wrote; its tensors are read when a part is asked for."""

    path: Path
    architecture: Architecture
    kind: Kind
    weights_sha256: str
    licence: str

    @classmethod
    def open(cls, path: Path) -> "ConvertedFile":
        """Raises `ModelRefused` for a file of another kind, `FileVanished` where there is none."""
        if not path.is_file():
            raise FileVanished(f"There is no file {path.name}. Install the weights again.")
        try:
            with safe_open(str(path), "pt") as file:
                told = file.metadata() or {}
        except (SafetensorError, OSError, ValueError) as error:
            raise _damaged(path) from error
        if told.get("format") != FORMAT:
            raise ModelRefused(
                f"{path.name} holds no converted InstantRestore weights. "
                "Install a published file: likeness models install instant-restore --from PATH"
            )
        if told.get("converter") != str(CONVERTER_VERSION):
            raise ModelRefused(
                f"{path.name} was converted by another version. Install the weights again."
            )
        try:
            architecture = Architecture.read(json.loads(told["architecture"]))
            kind = Kind(*(bool(json.loads(told[flag])) for flag in ("use_adain", "own_keys")))
            return cls(path, architecture, kind, told["weights_sha256"], told["licence"])
        except (KeyError, ValueError) as error:
            raise _damaged(path) from error

    def part(self, part: str) -> dict[str, torch.Tensor]:
        """The weights of one part, half precision, by their names within it."""
        shapes: Shapes
        if part == CAPTION:
            names = {CAPTION: CAPTION}
            shapes = {CAPTION: (1, 77, int(self.architecture.text_encoder["hidden_size"]))}
        else:
            shapes = expected_shapes(part, self.architecture)
            names = {n: f"{part}.{n}" for n in shapes}
        try:
            with safe_open(str(self.path), "pt") as file:
                for own, name in names.items():  # all, before the first is read
                    if tuple(file.get_slice(name).get_shape()) != shapes[own]:
                        raise _damaged(self.path)
                return {own: file.get_tensor(name) for own, name in names.items()}
        except (SafetensorError, OSError, ValueError) as error:
            raise _damaged(self.path) from error


def _damaged(path: Path) -> ModelRefused:
    return ModelRefused(f"{path.name} is damaged. Install the weights again.")
