"""What a network takes and gives is read from its file as ONNX Runtime reads it."""

from pathlib import Path

import numpy as np
import pytest

from desktop_app.domain.errors import ModelRefused
from desktop_app.faces.alignment import ARCFACE_POINTS
from desktop_app.faces.arcface import ArcFaceEmbedder, scales_itself
from desktop_app.faces.onnx_graph import read_graph
from desktop_app.models.onnx_session import open_session


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


def tiny_arcface(path: Path, *, scaling: bool) -> Path:
    """Its vector is the mean of each channel, as it is fed or scaled by itself."""
    onnx = pytest.importorskip("onnx", reason="onnx, of the extra insightface, is not installed")
    helper, floats = onnx.helper, onnx.TensorProto.FLOAT
    nodes = [helper.make_node("ReduceMean", ["x"], ["y"], name="mean", axes=[2, 3], keepdims=0)]
    weights = []
    if scaling:
        nodes = [
            helper.make_node("Sub", ["data", "grey"], ["raised"], name="_minusscalar0"),
            helper.make_node("Mul", ["raised", "gain"], ["x"], name="_mulscalar0"),
            *nodes,
        ]
        weights = [
            helper.make_tensor("grey", floats, [1], [127.5]),
            helper.make_tensor("gain", floats, [1], [1 / 128]),
        ]
    taken = "data" if scaling else "x"
    # the first ONNX versions listed the weights among the inputs, as models from MXNet do
    inputs = [helper.make_tensor_value_info(taken, floats, ["batch", 3, 112, 112])]
    inputs += [helper.make_tensor_value_info(weight.name, floats, [1]) for weight in weights]
    outputs = [helper.make_tensor_value_info("y", floats, ["batch", 3])]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, weights)
    opset = [helper.make_opsetid("", 11)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=7), path)
    return path


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
