"""Lets a network of convolutions take pictures of any size, and several at once."""

from collections.abc import Callable

from desktop_app.models.protobuf import BYTES, VARINT, field, fields

# Field numbers of onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
_MODEL_GRAPH = 7
_GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT, _GRAPH_VALUE_INFO = 5, 11, 12, 13
_VALUE_TYPE, _TYPE_TENSOR, _TENSOR_SHAPE, _SHAPE_DIMENSION, _DIMENSION_NAME = 2, 1, 2, 1, 2
_INITIALIZER_TYPE, _INITIALIZER_NUMBERS, _INITIALIZER_RAW = 2, 7, 9
_INT64 = 7
_FREE = (b"batch", None, b"height", b"width")  # None: three colours, as they are
_ONE, _REST, _COPIED = (number.to_bytes(8, "little", signed=True) for number in (1, -1, 0))


def with_free_sides(model: bytes) -> bytes:
    """The model with an input of (batch, 3, height, width), all but the colours free.

    For a graph whose sizes are stated in three places alone: its input, the shapes noted for its
    values (which are left out), and reshapings to (1, -1, n), which then copy the batch. Such is
    YuNet, whose file fixes 640 x 640. Raises `ValueError`, `IndexError` for bytes of no model.
    """
    return _changed(model, {_MODEL_GRAPH: _graph})


def _graph(graph: bytes) -> bytes:
    return _changed(
        _without(graph, _GRAPH_VALUE_INFO),
        {_GRAPH_INITIALIZER: _initializer, _GRAPH_INPUT: _input, _GRAPH_OUTPUT: _without_shape},
    )


def _input(value: bytes) -> bytes:
    return _changed(value, {_VALUE_TYPE: lambda kind: _changed(kind, {_TYPE_TENSOR: _named})})


def _named(tensor: bytes) -> bytes:
    shape = b"".join(field(_SHAPE_DIMENSION, BYTES, _dimension(name)) for name in _FREE)
    return _changed(tensor, {_TENSOR_SHAPE: lambda _: shape})


def _dimension(name: bytes | None) -> bytes:
    return field(1, VARINT, b"\x03") if name is None else field(_DIMENSION_NAME, BYTES, name)


def _without_shape(value: bytes) -> bytes:
    def untold(tensor: bytes) -> bytes:
        return _without(tensor, _TENSOR_SHAPE)

    return _changed(value, {_VALUE_TYPE: lambda kind: _changed(kind, {_TYPE_TENSOR: untold})})


def _initializer(tensor: bytes) -> bytes:
    """A shape (1, -1, n) becomes (0, -1, n): 0 copies the length of the batch."""
    if not any(
        number == _INITIALIZER_TYPE and value == bytes([_INT64])
        for number, _, value in fields(tensor)
    ):
        return tensor
    return _changed(
        tensor,
        {
            _INITIALIZER_RAW: lambda raw: (
                _COPIED + raw[8:] if len(raw) == 24 and raw[:16] == _ONE + _REST else raw
            ),
        },
    )


def _changed(message: bytes, changes: dict[int, Callable[[bytes], bytes]]) -> bytes:
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
