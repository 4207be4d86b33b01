"""Faces described together are described as each is alone."""

from pathlib import Path

import numpy as np
import pytest

from desktop_app.domain.errors import ModelNotInstalled, ModelRefused
from desktop_app.domain.face import Embedding, Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.alignment import ARCFACE_POINTS
from desktop_app.faces.arcface import ArcFaceEmbedder
from desktop_app.faces.embedder import BatchEmbedder, MobileFaceEmbedder
from desktop_app.imaging.decode import decode_photo
from desktop_app.operations.look_at_photo import embeddings_of
from tests.faces.tiny_arcface import tiny_arcface


@pytest.fixture(scope="module")
def portrait(samples: Path) -> RgbImage:
    return decode_photo(next(samples.rglob("oval-office-2012.jpg")), max_side=640).image


def _faces() -> list[Landmarks]:
    """Five places in a photo, each as large as another."""
    return [(ARCFACE_POINTS * (1 + 0.3 * n) + 20 * n).astype(np.float32) for n in range(5)]


@pytest.mark.parametrize("batch", [1, 2, 5, 16])
def test_faces_described_together_are_those_described_alone(
    bundled_models: Path, portrait: RgbImage, batch: int
) -> None:
    model = bundled_models / "fr_feature.onnx"
    alone = MobileFaceEmbedder(model, "cpu", 1)
    together = MobileFaceEmbedder(model, "cpu", 1, batch)
    vectors = together.embed_all(portrait, _faces())
    assert len(vectors) == 5
    for vector, landmarks in zip(vectors, _faces(), strict=True):
        np.testing.assert_allclose(vector, alone.embed(portrait, landmarks), atol=1e-6)
        assert vector.shape == (512,)
    assert together.embed_all(portrait, []) == []


def test_an_arcface_describes_together_what_it_describes_alone(
    tmp_path: Path, portrait: RgbImage
) -> None:
    model = tiny_arcface(tmp_path / "tiny.onnx", scaling=False)
    alone = ArcFaceEmbedder(model, "arcface:tiny", "cpu")
    together = ArcFaceEmbedder(model, "arcface:tiny", "cpu", batch=3)
    vectors = together.embed_all(portrait, _faces())
    for vector, landmarks in zip(vectors, _faces(), strict=True):
        np.testing.assert_allclose(vector, alone.embed(portrait, landmarks), atol=1e-6)


class _Together:
    """Says in which company a face was described."""

    id = "together"
    dimensions = 2

    def embed(self, image: RgbImage, landmarks: Landmarks) -> Embedding:
        return self.embed_all(image, [landmarks])[0]

    def embed_all(self, image: RgbImage, faces: list[Landmarks]) -> list[Embedding]:
        return [np.array([number, len(faces)], np.float32) for number in range(len(faces))]


class _OneByOne:
    id = "one by one"
    dimensions = 2

    def embed(self, image: RgbImage, landmarks: Landmarks) -> Embedding:
        return np.array([landmarks[0, 0], 1], np.float32)


def test_the_faces_of_a_photo_go_to_the_embedder_together_where_it_takes_them() -> None:
    photo = np.zeros((8, 8, 3), np.uint8)
    assert isinstance(_Together(), BatchEmbedder)
    found = embeddings_of(photo, _faces(), _Together())
    assert [vector.tolist() for vector in found] == [[n, 5] for n in range(5)]
    found = embeddings_of(photo, _faces(), _OneByOne())
    assert [vector[0] for vector in found] == [face[0, 0] for face in _faces()]


def test_a_missing_and_a_damaged_network_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ModelNotInstalled):
        MobileFaceEmbedder(tmp_path / "none.onnx", "cpu")
    (tmp_path / "bad.onnx").write_bytes(b"\x3a\xff\xff\x01no model")
    with pytest.raises(ModelRefused):
        MobileFaceEmbedder(tmp_path / "bad.onnx", "cpu")
