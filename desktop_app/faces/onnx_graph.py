"""Reads what a network takes and gives from its file, without loading its weights."""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from desktop_app.domain.errors import ModelRefused

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
    found = [value for field, value in _fields(whole) if field == _MODEL_GRAPH]
    if len(found) != 1 or isinstance(found[0], int):
        raise ValueError("no graph")
    inputs: dict[str, Shape] = {}
    outputs: dict[str, Shape] = {}
    front: list[str] = []
    weights: set[str] = set()
    for field, value in _fields(found[0]):
        if isinstance(value, int):
            continue
        if field == _GRAPH_NODE and len(front) < _FRONT:
            front.append(_name_in(value, _NODE_NAME))
        elif field == _GRAPH_INITIALIZER:
            weights.add(_name_in(value, _TENSOR_NAME))
        elif field == _GRAPH_INPUT:
            inputs[_name_in(value, _VALUE_NAME)] = _shape_in(value)
        elif field == _GRAPH_OUTPUT:
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
            for field, inner in _fields(part)
            if field == wanted and not isinstance(inner, int)
        ]
    return tuple(_length_in(part) for part in parts)


def _length_in(dimension: memoryview) -> int | None:
    for field, value in _fields(dimension):
        if field == _DIMENSION_LENGTH and isinstance(value, int) and value > 0:
            return value
    return None


def _name_in(message: memoryview, wanted: int) -> str:
    for field, value in _fields(message):
        if field == wanted and not isinstance(value, int):
            return bytes(value).decode("utf-8")
    return ""


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field of a protobuf message, its wire format being
    https://protobuf.dev/programming-guides/encoding/; fixed-width values are passed over.
    """
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 0:
            number, at = _varint(message, at)
            yield key >> 3, number
        elif kind == 2:
            length, at = _varint(message, at)
            if at + length > len(message):
                raise ValueError("cut short")
            yield key >> 3, message[at : at + length]
            at += length
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            raise ValueError("no such kind of field")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, low ones first, and the place after it."""
    number = 0
    for shift in range(0, 70, 7):
        byte = message[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
    raise ValueError("a number of more than ten bytes")
