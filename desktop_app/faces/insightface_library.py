"""Looks at faces through the library insightface, where it is installed, with the user's pack."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from desktop_app.domain.errors import DeviceUnavailable, ModelNotInstalled, ModelRefused
from desktop_app.domain.face import DetectedFace, Embedding, Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.detector import clipped
from desktop_app.faces.embedder import unit_length
from desktop_app.faces.insightface_pack import Pack, files_of_pack
from desktop_app.models.onnx_session import PROVIDERS, devices_available, load_runtime

SIZES = (128, 640)  # in which insightface 2.1 looks by itself (face_analysis.py)


class LibraryDetector:
    """`SCRFD` of insightface; the same weights have the same id as in `ScrfdDetector`."""

    def __init__(self, model: Any, model_id: str) -> None:
        self.id = model_id
        self._model = model

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        """See `FaceDetector.detect`."""
        height, width = image.shape[:2]
        boxes, points = self._model.detect(_as_bgr(image))
        return [
            DetectedFace(clipped(box[:4], width, height), five.astype(np.float32), float(box[4]))
            for box, five in zip(boxes, points, strict=True)
        ]


class LibraryEmbedder:
    """`ArcFaceONNX` of insightface.

    The same weights have the same id as in `ArcFaceEmbedder`, for their vectors are the same too.
    """

    def __init__(self, model: Any, model_id: str) -> None:
        self.id = model_id
        self.dimensions = int(model.output_shape[-1])
        self._model = model

    def embed(self, image: RgbImage, landmarks: Landmarks) -> Embedding:
        """See `FaceEmbedder.embed`."""
        from insightface.app.common import Face

        return unit_length(self._model.get(_as_bgr(image), Face(kps=landmarks)))


def open_library_pack(folder: Path, device: str = "auto", sizes: Sequence[int] = SIZES) -> Pack:
    """The pack as `insightface.app.FaceAnalysis` reads it; `sizes` are its `det_size`.

    Nothing is ever downloaded: insightface fetches a pack only by a name that is no folder, and
    what is no folder is refused here.
    Raises `ModelNotInstalled` where the folder or the library is missing, `ModelRefused`,
    `DeviceUnavailable`.
    """
    files = files_of_pack(folder)
    devices = devices_available()
    if device not in ("auto", *devices):
        raise DeviceUnavailable(
            f"The installed ONNX Runtime offers no device {device}, only: {', '.join(devices)}. "
            "Choose one of these."
        )
    load_runtime()  # first, so that its telemetry is off
    try:
        from insightface.app import FaceAnalysis
    except ImportError as error:
        raise ModelNotInstalled(
            "The library insightface is not installed. Install it with the extra `insightface`, "
            "or let the application read the pack by itself."
        ) from error
    names = dict.fromkeys((PROVIDERS[devices[0] if device == "auto" else device], PROVIDERS["cpu"]))
    analysis = FaceAnalysis(
        str(folder.resolve()),
        allowed_modules=["detection", "recognition"],
        providers=list(names),
    )
    analysis.prepare(ctx_id=0, det_size=[(side, side) for side in sizes])
    chosen = analysis.models.get("recognition")
    if chosen is None or Path(chosen.model_file).name != files.embedder.name:
        raise ModelRefused(
            f"The pack {folder.name} holds several recognisers. Leave one of them in the folder."
        )
    return Pack(
        LibraryDetector(analysis.det_model, files.detector_id),
        LibraryEmbedder(chosen, files.embedder_id),
    )


def _as_bgr(image: RgbImage) -> RgbImage:
    return np.ascontiguousarray(image[:, :, ::-1])
