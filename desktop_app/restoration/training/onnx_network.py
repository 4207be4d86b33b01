"""Reads the small face networks from their ONNX files as torch modules, to train through them."""

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional


class OnnxNetwork(nn.Module):  # type: ignore[misc]
    """A chain of Conv, PRelu, Relu, Add and Reshape, with its weights frozen.

    Raises `ValueError` for a graph with other operators.
    """

    KNOWN = frozenset({"Conv", "PRelu", "Relu", "Add", "Reshape"})

    def __init__(self, path: Path) -> None:
        super().__init__()
        graph = onnx.load(path).graph
        unknown = {node.op_type for node in graph.node} - self.KNOWN
        if unknown:
            raise ValueError(f"{path.name} has operators that are not read here: {unknown}")
        for weight in graph.initializer:
            value = torch.from_numpy(numpy_helper.to_array(weight).copy())
            self.register_buffer(f"weight_{weight.name}", value)
        self._source = graph.node[0].input[0]
        self._steps = [
            (node.op_type, tuple(node.input), node.output[0], _convolution(node))
            for node in graph.node
        ]

    def forward(self, image: Tensor) -> Tensor:
        values = {self._source: image}
        for operator, inputs, output, (stride, padding, groups) in self._steps:
            first = values[inputs[0]]
            if operator == "Conv":
                weight, bias = self._weight(inputs[1]), self._weight(inputs[2])
                result = functional.conv2d(first, weight, bias, stride, padding, 1, groups)
            elif operator == "PRelu":
                result = functional.prelu(first, self._weight(inputs[1]).flatten())
            elif operator == "Relu":
                result = functional.relu(first)
            elif operator == "Add":
                result = first + values[inputs[1]]
            else:
                result = first.flatten(1)  # (batch, channels)
            values[output] = result
        return result

    def _weight(self, name: str) -> Tensor:
        return self.get_buffer(f"weight_{name}")


def _convolution(node: onnx.NodeProto) -> tuple[int, int, int]:
    """Stride, padding, groups; both directions are alike in these networks."""
    lists = {a.name: list(a.ints) for a in node.attribute}
    numbers = {a.name: int(a.i) for a in node.attribute}
    stride, pad = lists.get("strides", [1])[0], lists.get("pads", [0])[0]
    return int(stride), int(pad), numbers.get("group", 1)
