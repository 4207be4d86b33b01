"""Describes a face by a vector that is near for photos of one person."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.face import Embedding, Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.alignment import align_for_embedding
from desktop_app.faces.free_sides import BATCH, read_freed
from desktop_app.models.onnx_session import device_of, open_session, run

GPU_BATCH = 16
"""Faces described in one pass on a GPU; a processor is quickest with one (2.5 ms alone, 2.7 to 3.3
each of 2 to 16: tests/benchmarks/RESULTS.md)."""


class FaceEmbedder(Protocol):
    """Turns a face into a vector; vectors of two embedders (two ids) never compare."""

    @property
    def id(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, image: RgbImage, landmarks: Landmarks) -> Embedding:
        """The face at the five points, (dimensions,) float32 of unit length."""
        ...


@runtime_checkable
class BatchEmbedder(FaceEmbedder, Protocol):
    """An embedder that describes several faces together where that is quicker."""

    def embed_all(self, image: RgbImage, faces: Sequence[Landmarks]) -> list[Embedding]:
        """What `embed` says of each of the faces of one photo."""
        ...


class MobileFaceEmbedder:
    """`fr_feature.onnx`: a MobileFaceNet of 512 dimensions, fed BGR as (x - 127.5) / 128."""

    id = "fr_feature"
    dimensions = 512

    def __init__(
        self,
        model: Path,
        device: str = "auto",
        threads: int | None = None,
        batch: int | None = None,
    ) -> None:
        self._session = open_session(read_freed(model, BATCH), device, threads)
        self._batch = batch or (1 if device_of(self._session) == "cpu" else GPU_BATCH)

    def embed(self, image: RgbImage, landmarks: Landmarks) -> Embedding:
        """See `FaceEmbedder.embed`. Raises `BadRequest` where the points span no face."""
        return self.embed_all(image, [landmarks])[0]

    def embed_all(self, image: RgbImage, faces: Sequence[Landmarks]) -> list[Embedding]:
        """See `BatchEmbedder.embed_all`. Raises `BadRequest` where points span no face."""
        crops = [align_for_embedding(image, landmarks) for landmarks in faces]
        return described_together(crops, self._batch, self._described)

    def _described(self, crops: Sequence[RgbImage]) -> NDArray[np.float32]:
        pixels = (np.stack(crops)[..., ::-1].astype(np.float32) - 127.5) / 128  # BGR
        pixels = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), np.float32)
        (vectors,) = run(self._session, ["output"], {"input": pixels})
        return vectors


def described_together(
    crops: Sequence[RgbImage],
    batch: int,
    describe: Callable[[Sequence[RgbImage]], NDArray[np.float32]],
) -> list[Embedding]:
    """Of unit length what `describe` says, (crops, dimensions), of at most `batch` at once."""
    vectors: list[Embedding] = []
    for first in range(0, len(crops), batch):
        vectors += map(unit_length, describe(crops[first : first + batch]))
    return vectors


def unit_length(vector: Embedding) -> Embedding:
    """The vector scaled to length 1; one of length 0 stays."""
    length = float(np.linalg.norm(vector))
    return (vector / max(length, 1e-12)).astype(np.float32)
