"""What looks at photos: the models that find faces and describe them."""

from dataclasses import dataclass
from pathlib import Path

from desktop_app.faces.detector import FaceDetector
from desktop_app.faces.embedder import FaceEmbedder, MobileFaceEmbedder
from desktop_app.faces.insightface_library import open_library_pack
from desktop_app.faces.insightface_pack import open_pack
from desktop_app.faces.landmarks68 import LandmarkFinder
from desktop_app.faces.yunet import YuNetDetector
from desktop_app.models.store import ModelStore

_THREADS = 1  # of the processor for one pass: photos are looked at beside each other, one a core


@dataclass(frozen=True)
class Eyes:
    """A detector and an embedder that belong together, and what outlines a restored face."""

    detector: FaceDetector
    embedder: FaceEmbedder
    outliner: LandmarkFinder | None = None  # without it masks are ovals


def open_eyes(
    store: ModelStore,
    face_models: str = "embedded",
    insightface_folder: str = "",
    device: str = "auto",
) -> Eyes:
    """The face models that the settings name. Raises `ModelNotInstalled`, `ModelRefused`."""
    outliner = LandmarkFinder(store.path("fr_landmark"), device, _THREADS)
    if face_models in ("insightface", "insightface-library"):
        folder = Path(insightface_folder) if insightface_folder else store.path("insightface-pack")
        if face_models == "insightface":
            pack = open_pack(folder, device, _THREADS)
        else:
            pack = open_library_pack(folder, device)
        return Eyes(pack.detector, pack.embedder, outliner)
    return Eyes(
        YuNetDetector(store.path("yunet"), device, _THREADS),
        MobileFaceEmbedder(store.path("fr_feature"), device, _THREADS),
        outliner,
    )
