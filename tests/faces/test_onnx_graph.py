"""What a network takes and gives is read from its file as ONNX Runtime reads it."""

from pathlib import Path

import numpy as np
import pytest

from desktop_app.domain.errors import ModelRefused
from desktop_app.faces.alignment import ARCFACE_POINTS
from desktop_app.faces.arcface import ArcFaceEmbedder, scales_itself
from desktop_app.faces.onnx_graph import read_graph
from desktop_app.models.onnx_session import open_session
from tests.faces.tiny_arcface import tiny_arcface


@pytest.mark.parametrize(
    "name", ["face_detection_yunet_2023mar.onnx", "fr_feature.onnx", "fr_landmark.onnx"]
)
def test_shapes_are_those_of_the_session(bundled_models: Path, name: str) -> None:
    graph = read_graph(bundled_models / name)
    session = open_session(bundled_models / name, "cpu")
    assert [list(shape) for shape in graph.inputs] == [i.shape for i in session.get_inputs()]
    assert [list(shape) for shape in graph.outputs] == [o.shape for o in session.get_outputs()]


def test_a_model_cut_short_is_refused(bundled_models: Path, tmp_path: Path) -> None:
    whole = (bundled_models / "fr_landmark.onnx").read_bytes()
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut.onnx").write_bytes(whole[:length])
        with pytest.raises(ModelRefused):
            read_graph(tmp_path / "cut.onnx")


@pytest.mark.parametrize("scaling", [False, True])
def test_a_face_is_fed_as_rgb_and_scaled_once(tmp_path: Path, scaling: bool) -> None:
    model = tiny_arcface(tmp_path / "tiny.onnx", scaling=scaling)
    assert read_graph(model).inputs == ((None, 3, 112, 112),)
    assert scales_itself(read_graph(model)) is scaling
    embedder = ArcFaceEmbedder(model, "arcface:tiny", "cpu")
    assert embedder.dimensions == 3
    photo = np.empty((112, 112, 3), np.uint8)
    photo[:] = [255, 153, 51]  # red, green, blue: 1, 0.2 and -0.6 around the middle grey
    vector = embedder.embed(photo, ARCFACE_POINTS.astype(np.float32))
    np.testing.assert_allclose(vector, np.array([1, 0.2, -0.6]) / np.sqrt(1.4), atol=1e-3)
