"""Describes faces with ArcFace, the recogniser of insightface's model packs."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.errors import ModelRefused
from desktop_app.domain.face import Embedding, Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.alignment import ARCFACE_POINTS, ARCFACE_SIZE, similarity_between
from desktop_app.faces.embedder import GPU_BATCH, described_together
from desktop_app.faces.onnx_graph import OnnxGraph, read_graph
from desktop_app.models.onnx_session import device_of, open_session, run


class ArcFaceEmbedder:
    """A network that turns a face of 112 px into one vector, fed RGB.

    The crop is insightface's own (bilinear, black beyond the photo): its models were trained on
    such crops. The grey value 127.5 becomes 0 and 255 becomes 1, except in a network that begins
    with this step itself.
    Raises `ModelRefused` for another kind of network.
    """

    def __init__(
        self,
        model: Path,
        model_id: str,
        device: str = "auto",
        threads: int | None = None,
        batch: int | None = None,
    ) -> None:
        graph = read_graph(model)
        if not is_arcface(graph):
            raise ModelRefused(
                f"{model.name} is no ArcFace recogniser of 112 px. "
                "Choose the folder of another pack."
            )
        self.id = model_id
        self._mean, self._spread = (0.0, 1.0) if scales_itself(graph) else (127.5, 127.5)
        self._session = open_session(model, device, threads)
        self._input = self._session.get_inputs()[0].name
        takes_many = graph.inputs[0][0] is None and device_of(self._session) != "cpu"
        self._batch = batch or (GPU_BATCH if takes_many else 1)
        nothing = np.zeros((ARCFACE_SIZE, ARCFACE_SIZE, 3), np.uint8)
        self.dimensions = self._described([nothing]).size

    def embed(self, image: RgbImage, landmarks: Landmarks) -> Embedding:
        """See `FaceEmbedder.embed`. Raises `BadRequest` where the points span no face."""
        return self.embed_all(image, [landmarks])[0]

    def embed_all(self, image: RgbImage, faces: Sequence[Landmarks]) -> list[Embedding]:
        """See `BatchEmbedder.embed_all`. Raises `BadRequest` where points span no face."""
        crops = [_cut_out(image, landmarks) for landmarks in faces]
        return described_together(crops, self._batch, self._described)

    def _described(self, crops: Sequence[RgbImage]) -> NDArray[np.float32]:
        pixels = (np.stack(crops).astype(np.float32) - self._mean) / self._spread
        pixels = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), np.float32)
        (vectors,) = run(self._session, None, {self._input: pixels})
        return vectors.reshape(len(crops), -1)


def _cut_out(image: RgbImage, landmarks: Landmarks) -> RgbImage:
    matrix = similarity_between(landmarks.astype(np.float64), ARCFACE_POINTS)
    crop: RgbImage = cv2.warpAffine(
        image, matrix, (ARCFACE_SIZE, ARCFACE_SIZE), flags=cv2.INTER_LINEAR
    )
    return crop


def is_arcface(graph: OnnxGraph) -> bool:
    """One photo of 112 px in, one vector out."""
    size = (ARCFACE_SIZE, ARCFACE_SIZE)
    return len(graph.inputs) == len(graph.outputs) == 1 and graph.inputs[0][2:] == size


def scales_itself(graph: OnnxGraph) -> bool:
    """Whether the network begins by scaling its input, as those that came from MXNet do.

    insightface's own test, by the names of the first nodes (arcface_onnx.py).
    """
    begins_with = graph.front
    return any(name.startswith(("Sub", "_minus")) for name in begins_with) and any(
        name.startswith(("Mul", "_mul")) for name in begins_with
    )
