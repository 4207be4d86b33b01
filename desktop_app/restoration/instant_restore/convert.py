"""Turns a published checkpoint into the one file that the engine loads."""

import hashlib
import json
import shutil
import struct
import zipfile
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import torch

from desktop_app.domain.errors import DiskFull, ModelRefused
from desktop_app.domain.progress import Progress, Report, silent
from desktop_app.domain.whole_file import write_whole
from desktop_app.restoration.instant_restore.checkpoint import Checkpoint

FORMAT = "likeness-instant-restore"
CONVERTER_VERSION = 1
LICENCE_NOTE = (
    "The authors of InstantRestore state no licence. SD-Turbo, on which it is built, is under "
    "Stability AI's community licence: non-commercial, or under a revenue limit after "
    "registration. sd-vae-ft-mse is MIT. Not to be passed on."
)
_BLOCK = 1 << 22  # bytes read at a time
_ROOM_TO_SPARE = 100_000_000


def convert(
    source: Path,
    target: Path,
    report: Report = silent,
    architecture: Mapping[str, Any] | None = None,
) -> None:
    """Writes `target`, one fp16 safetensors file with the LoRA fused and the caption read.

    Tensor by tensor: beyond the mapped input, a few tensors are in memory at a time. `target` is
    written whole or not at all.
    Raises `ModelRefused`, `FileVanished`, `DiskFull`, `NotPermitted`, and `Cancelled` through
    `report`.
    """
    checkpoint = Checkpoint(source, architecture)
    shapes = checkpoint.shapes
    size = 2 * sum(prod(shape) for shape in shapes.values())
    if shutil.disk_usage(target.parent).free < size + _ROOM_TO_SPARE:
        raise DiskFull(
            f"The converted weights need {size / 1e9:.1f} GB and there is less free. "
            "Free some space, then install them again."
        )
    work = source.stat().st_size + size
    metadata = {
        "format": FORMAT,
        "converter": str(CONVERTER_VERSION),
        "source": source.name,
        "source_sha256": _checked_sha256(source, report, work),
        "use_adain": json.dumps(checkpoint.kind.use_adain),
        "own_keys": json.dumps(checkpoint.kind.own_keys),
        "kind": checkpoint.kind.name,
        "architecture": json.dumps(checkpoint.architecture.as_json()),
        "licence": LICENCE_NOTE,
        "weights_sha256": "0" * 64,
    }
    done = source.stat().st_size
    with write_whole(target) as file:
        file.write(_header(shapes, metadata))
        digest = hashlib.sha256()
        for _, tensor in checkpoint.tensors():
            half = tensor.half()
            if not torch.isfinite(half).all():
                raise ModelRefused(f"{source.name} holds values too large for half precision.")
            block = memoryview(half.contiguous().numpy()).cast("B")
            digest.update(block)
            file.write(block)
            done += len(block)
            report(Progress(done, work, "Converting the weights"))
        file.seek(0)
        file.write(_header(shapes, metadata | {"weights_sha256": digest.hexdigest()}))


def _header(shapes: Mapping[str, tuple[int, ...]], metadata: Mapping[str, str]) -> bytes:
    """safetensors' opening: the length of the JSON, then the JSON, filled up to eight bytes."""
    told: dict[str, Any] = {"__metadata__": dict(metadata)}
    offset = 0
    for name, shape in shapes.items():
        end = offset + 2 * prod(shape)
        told[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    words = json.dumps(told).encode()
    words += b" " * (-len(words) % 8)
    return struct.pack("<Q", len(words)) + words


def _checked_sha256(path: Path, report: Report, work: int) -> str:
    """The file's sha256, after each of its records was compared with the checksum beside it."""
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as record:
                    while record.read(_BLOCK):
                        pass
    except zipfile.BadZipFile as error:
        raise ModelRefused(
            f"{path.name} is damaged: its checksums do not fit. Download it again."
        ) from error
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            done += len(block)
            report(Progress(done, work, "Reading the checkpoint"))
    return digest.hexdigest()
