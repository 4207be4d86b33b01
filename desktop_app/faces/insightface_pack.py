"""Opens the face models of an insightface pack: a folder that the user brought."""

import json
from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain.errors import ModelNotInstalled, ModelRefused
from desktop_app.faces.arcface import ArcFaceEmbedder, is_arcface
from desktop_app.faces.detector import FaceDetector
from desktop_app.faces.embedder import FaceEmbedder
from desktop_app.faces.onnx_graph import read_graph
from desktop_app.faces.scrfd import ScrfdDetector
from desktop_app.models.store import sha256_of

_DETECTOR_OUTPUTS = 5  # or more: a detector (insightface, model_zoo.py)
_ID_LENGTH = 12  # digits of the file's sha256


@dataclass(frozen=True)
class Pack:
    """A detector and a recogniser of one folder."""

    detector: FaceDetector
    embedder: FaceEmbedder


@dataclass(frozen=True)
class PackFiles:
    """The two files of a pack that count here, and the ids of what they hold.

    The ids name the bytes of the files, so that the vectors of two recognisers never compare.
    """

    detector: Path
    embedder: Path

    @property
    def detector_id(self) -> str:
        return f"scrfd:{sha256_of(self.detector)[:_ID_LENGTH]}"

    @property
    def embedder_id(self) -> str:
        return f"arcface:{sha256_of(self.embedder)[:_ID_LENGTH]}"


def open_pack(folder: Path, device: str = "auto", threads: int | None = None) -> Pack:
    """The pack's SCRFD and ArcFace networks, read without the library insightface.

    `threads` of the processor as in `open_session`.
    Raises `ModelNotInstalled`, `ModelRefused`, `DeviceUnavailable`, `DeviceOutOfMemory`.
    """
    files = files_of_pack(folder)
    return Pack(
        ScrfdDetector(files.detector, files.detector_id, device, threads),
        ArcFaceEmbedder(files.embedder, files.embedder_id, device, threads),
    )


def files_of_pack(folder: Path) -> PackFiles:
    """The first detector and the first recogniser by name, told by shape as insightface does.

    Raises `ModelNotInstalled` where there is no such folder, `ModelRefused` where one of the two
    is missing, a file is no network, or the pack is of the newer kind with a manifest.
    """
    if not folder.is_dir():
        raise ModelNotInstalled(
            f"There is no folder {folder.name} with an insightface pack. "
            "Choose the folder of a pack that you downloaded, for instance buffalo_l."
        )
    if _has_manifest(folder):
        raise ModelRefused(
            f"The pack {folder.name} is of the newer kind with a manifest, which is not supported. "
            "Choose an older one, for instance buffalo_l."
        )
    detectors, embedders = [], []
    for file in sorted(folder.glob("*.onnx")):
        graph = read_graph(file)
        if len(graph.outputs) >= _DETECTOR_OUTPUTS:
            detectors.append(file)
        elif is_arcface(graph):
            embedders.append(file)
    if not detectors or not embedders:
        missing = "network that finds faces" if not detectors else "network that describes faces"
        raise ModelRefused(
            f"The folder {folder.name} holds no {missing}. Choose the folder of a whole pack."
        )
    return PackFiles(detectors[0], embedders[0])


def _has_manifest(folder: Path) -> bool:
    """Whether the pack says itself how it is fed (insightface, package_manifest.py)."""
    try:
        told = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and told.get("manifest_version") == 2
