"""Lets a network of convolutions take pictures of any size, and several at once."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from desktop_app.domain.errors import ModelNotInstalled, ModelRefused
from desktop_app.models.protobuf import BYTES, field, fields

# Field numbers of onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
_MODEL_GRAPH = 7
_GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT, _GRAPH_VALUE_INFO = 5, 11, 12, 13
_VALUE_TYPE, _TYPE_TENSOR, _TENSOR_SHAPE, _DIMENSION_NAME = 2, 1, 2, 2
_INITIALIZER_TYPE, _INITIALIZER_NUMBERS, _INITIALIZER_RAW = 2, 7, 9
_INT64 = 7
BATCH: Mapping[int, bytes] = {0: b"batch"}
"""The dimensions of an input of (batch, colours, height, width) that are freed, by their names."""

ALL_SIDES: Mapping[int, bytes] = {**BATCH, 2: b"height", 3: b"width"}

_ONE, _REST, _COPIED = (number.to_bytes(8, "little", signed=True) for number in (1, -1, 0))


def read_freed(model: Path, free: Mapping[int, bytes]) -> bytes:
    """The model in this file, see `freed`. Raises `ModelNotInstalled`, `ModelRefused`."""
    try:
        return freed(model.read_bytes(), free)
    except FileNotFoundError as error:
        raise ModelNotInstalled(
            f"The model file {model.name} is missing. Reinstall the application, "
            "or install the model again."
        ) from error
    except (ValueError, IndexError) as error:
        raise ModelRefused(
            f"{model.name} is damaged or no ONNX model. Install it again."
        ) from error


def freed(model: bytes, free: Mapping[int, bytes]) -> bytes:
    """The model with some dimensions of its inputs free.

    For a graph whose sizes are stated in three places alone: its input, the shapes noted for its
    values (which are left out), and reshapings to (1, -1) or (1, -1, n), which then copy the batch.
    Such are YuNet, whose file fixes 640 x 640, and fr_feature, whose file fixes one face.
    Raises `ValueError`, `IndexError` for bytes of no model.
    """
    return _changed(model, {_MODEL_GRAPH: partial(_graph, free)})


def _graph(free: Mapping[int, bytes], graph: bytes) -> bytes:
    return _changed(
        _without(graph, _GRAPH_VALUE_INFO),
        {
            _GRAPH_INITIALIZER: _initializer,
            _GRAPH_INPUT: partial(_input, free),
            _GRAPH_OUTPUT: _without_shape,
        },
    )


def _input(free: Mapping[int, bytes], value: bytes) -> bytes:
    shape = {_TENSOR_SHAPE: partial(_shape, free)}
    tensor = {_TYPE_TENSOR: partial(_changed, changes=shape)}
    return _changed(value, {_VALUE_TYPE: partial(_changed, changes=tensor)})


def _shape(free: Mapping[int, bytes], shape: bytes) -> bytes:
    return b"".join(
        field(number, kind, field(_DIMENSION_NAME, BYTES, free[place]) if place in free else value)
        for place, (number, kind, value) in enumerate(fields(shape))
    )


def _without_shape(value: bytes) -> bytes:
    def untold(tensor: bytes) -> bytes:
        return _without(tensor, _TENSOR_SHAPE)

    return _changed(value, {_VALUE_TYPE: lambda kind: _changed(kind, {_TYPE_TENSOR: untold})})


def _initializer(tensor: bytes) -> bytes:
    """A shape (1, -1) or (1, -1, n) becomes (0, -1 ...): 0 copies the length of the batch."""
    if not any(
        number == _INITIALIZER_TYPE and value == bytes([_INT64])
        for number, _, value in fields(tensor)
    ):
        return tensor
    return _changed(
        tensor,
        {
            _INITIALIZER_RAW: lambda raw: (
                _COPIED + raw[8:] if len(raw) in (16, 24) and raw[:16] == _ONE + _REST else raw
            ),
        },
    )


def _changed(message: bytes, changes: Mapping[int, Callable[[bytes], bytes]]) -> bytes:
    """The message with some of its inner messages changed."""
    parts = []
    for number, kind, value in fields(message):
        change = changes.get(number)
        if kind == BYTES and change is not None:
            value = change(value)
        parts.append(field(number, kind, value))
    return b"".join(parts)


def _without(message: bytes, left_out: int) -> bytes:
    return b"".join(field(*each) for each in fields(message) if each[0] != left_out)
