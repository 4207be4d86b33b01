"""A recogniser small enough to know what it must say."""

from pathlib import Path

import pytest


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
