"""Describes a face by a vector that is near for photos of one person."""

from pathlib import Path
from typing import Protocol

import numpy as np

from desktop_app.domain.face import Embedding, Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.alignment import align_for_embedding
from desktop_app.models.onnx_session import open_session, run


class FaceEmbedder(Protocol):
    """Turns a face into a vector; vectors of two embedders (two ids) never compare."""

    @property
    def id(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, image: RgbImage, landmarks: Landmarks) -> Embedding:
        """The face at the five points, (dimensions,) float32 of unit length."""
        ...


class MobileFaceEmbedder:
    """`fr_feature.onnx`: a MobileFaceNet of 512 dimensions, fed BGR as (x - 127.5) / 128."""

    id = "fr_feature"
    dimensions = 512

    def __init__(self, model: Path, device: str = "auto", threads: int | None = None) -> None:
        self._session = open_session(model, device, threads)

    def embed(self, image: RgbImage, landmarks: Landmarks) -> Embedding:
        """See `FaceEmbedder.embed`. Raises `BadRequest` where the points span no face."""
        crop = align_for_embedding(image, landmarks)
        pixels = (crop[:, :, ::-1].astype(np.float32) - 127.5) / 128  # (112, 112, 3) BGR
        pixels = np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])  # (1, 3, 112, 112)
        (vector,) = run(self._session, ["output"], {"input": pixels})
        return unit_length(vector[0])


def unit_length(vector: Embedding) -> Embedding:
    """The vector scaled to length 1; one of length 0 stays."""
    length = float(np.linalg.norm(vector))
    return (vector / max(length, 1e-12)).astype(np.float32)
