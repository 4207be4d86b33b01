"""Reads what a network takes and gives from its file, without loading its weights."""

import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from desktop_app.domain.errors import ModelRefused
from desktop_app.models.protobuf import BYTES, VARINT, fields, varint

Shape: TypeAlias = tuple[int | None, ...]
"""Lengths of the dimensions; None for one that the network leaves open."""

_FRONT = 8  # nodes: insightface looks no further (arcface_onnx.py)

# Field numbers of onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT = 1, 5, 11, 12
_NODE_NAME, _TENSOR_NAME, _VALUE_NAME, _VALUE_TYPE = 3, 8, 1, 2
_TYPE_TENSOR, _TENSOR_SHAPE, _SHAPE_DIMENSION, _DIMENSION_LENGTH = 1, 2, 1, 1


@dataclass(frozen=True)
class OnnxGraph:
    """The outside of a network, and the names of its first nodes."""

    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    front: tuple[str, ...]


def read_graph(model: Path) -> OnnxGraph:
    """Raises `ModelRefused` for a file that is no ONNX model."""
    try:
        with model.open("rb") as file:
            return _graph_in(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
    except (OSError, ValueError, IndexError) as error:
        raise ModelRefused(
            f"{model.name} is damaged or no ONNX model. Choose the folder of another pack."
        ) from error


def _graph_in(whole: memoryview) -> OnnxGraph:
    """Raises `ValueError`, `IndexError` where the bytes are not those of a model."""
    found = [(kind, value) for number, kind, value in fields(whole) if number == _MODEL_GRAPH]
    if len(found) != 1 or found[0][0] != BYTES:
        raise ValueError("no graph")
    inputs: dict[str, Shape] = {}
    outputs: dict[str, Shape] = {}
    front: list[str] = []
    weights: set[str] = set()
    for number, kind, value in fields(found[0][1]):
        if kind != BYTES:
            continue
        if number == _GRAPH_NODE and len(front) < _FRONT:
            front.append(_name_in(value, _NODE_NAME))
        elif number == _GRAPH_INITIALIZER:
            weights.add(_name_in(value, _TENSOR_NAME))
        elif number == _GRAPH_INPUT:
            inputs[_name_in(value, _VALUE_NAME)] = _shape_in(value)
        elif number == _GRAPH_OUTPUT:
            outputs[_name_in(value, _VALUE_NAME)] = _shape_in(value)
    # files of the first ONNX versions list their weights among the inputs
    taken = tuple(shape for name, shape in inputs.items() if name not in weights)
    return OnnxGraph(taken, tuple(outputs.values()), tuple(front))


def _shape_in(value: memoryview) -> Shape:
    parts = [value]
    for wanted in (_VALUE_TYPE, _TYPE_TENSOR, _TENSOR_SHAPE, _SHAPE_DIMENSION):
        parts = [
            inner
            for part in parts
            for number, kind, inner in fields(part)
            if (number, kind) == (wanted, BYTES)
        ]
    return tuple(_length_in(part) for part in parts)


def _length_in(dimension: memoryview) -> int | None:
    for number, kind, value in fields(dimension):
        if (number, kind) == (_DIMENSION_LENGTH, VARINT) and (length := varint(value)[0]) > 0:
            return length
    return None


def _name_in(message: memoryview, wanted: int) -> str:
    for number, kind, value in fields(message):
        if (number, kind) == (wanted, BYTES):
            return bytes(value).decode("utf-8")
    return ""
