"""Lets a network of convolutions take pictures of any size, and several at once."""

from collections.abc import Iterator

_VARINT, _BYTES, _FOUR, _EIGHT = 0, 2, 5, 1
# Field numbers of onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
_MODEL_GRAPH = 7
_GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT, _GRAPH_VALUE_INFO = 5, 11, 12, 13
_VALUE_TYPE, _TYPE_TENSOR, _TENSOR_SHAPE, _SHAPE_DIMENSION, _DIMENSION_NAME = 2, 1, 2, 1, 2
_INITIALIZER_TYPE, _INITIALIZER_NUMBERS, _INITIALIZER_RAW = 2, 7, 9
_INT64 = 7
_FREE = (b"batch", None, b"height", b"width")  # None: three colours, as they are
_ONE, _REST, _COPIED = (number.to_bytes(8, "little", signed=True) for number in (1, -1, 0))

Field = tuple[int, int, bytes]
"""Number, kind on the wire, and value; a varint's value is its own bytes."""


def with_free_sides(model: bytes) -> bytes:
    """The model with an input of (batch, 3, height, width), all but the colours free.

    For a graph whose sizes are stated in three places alone: its input, the shapes noted for its
    values (which are left out), and reshapings to (1, -1, n), which then copy the batch. Such is
    YuNet, whose file fixes 640 x 640. Raises `ValueError`, `IndexError` for bytes of no model.
    """
    return _changed(model, {_MODEL_GRAPH: _graph})


def _graph(graph: bytes) -> bytes:
    graph = b"".join(_field(f) for f in _fields(graph) if f[0] != _GRAPH_VALUE_INFO)
    return _changed(
        graph,
        {_GRAPH_INITIALIZER: _initializer, _GRAPH_INPUT: _input, _GRAPH_OUTPUT: _without_shape},
    )


def _input(value: bytes) -> bytes:
    return _changed(value, {_VALUE_TYPE: lambda kind: _changed(kind, {_TYPE_TENSOR: _named})})


def _named(tensor: bytes) -> bytes:
    shape = b"".join(_field((_SHAPE_DIMENSION, _BYTES, _dimension(name))) for name in _FREE)
    return _changed(tensor, {_TENSOR_SHAPE: lambda _: shape})


def _dimension(name: bytes | None) -> bytes:
    return (
        _field((1, _VARINT, b"\x03")) if name is None else _field((_DIMENSION_NAME, _BYTES, name))
    )


def _without_shape(value: bytes) -> bytes:
    def untold(tensor: bytes) -> bytes:
        return b"".join(_field(f) for f in _fields(tensor) if f[0] != _TENSOR_SHAPE)

    return _changed(value, {_VALUE_TYPE: lambda kind: _changed(kind, {_TYPE_TENSOR: untold})})


def _initializer(tensor: bytes) -> bytes:
    """A shape (1, -1, n) becomes (0, -1, n): 0 copies the length of the batch."""
    fields = list(_fields(tensor))
    if not any(
        number == _INITIALIZER_TYPE and value == bytes([_INT64]) for number, _, value in fields
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


def _changed(message: bytes, changes: "dict[int, object]") -> bytes:
    """The message with some of its inner messages changed."""
    parts = []
    for number, kind, value in _fields(message):
        change = changes.get(number)
        if kind == _BYTES and callable(change):
            value = change(value)
        parts.append(_field((number, kind, value)))
    return b"".join(parts)


def _fields(message: bytes) -> Iterator[Field]:
    """The fields of a protobuf message: https://protobuf.dev/programming-guides/encoding/."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        start = at
        if kind == _VARINT:
            _, at = _varint(message, at)
        elif kind == _BYTES:
            length, start = _varint(message, at)
            at = start + length
        elif kind in (_FOUR, _EIGHT):
            at += 4 if kind == _FOUR else 8
        else:
            raise ValueError("no such kind of field")
        if at > len(message):
            raise ValueError("cut short")
        yield number, kind, message[start:at]


def _field(field: Field) -> bytes:
    number, kind, value = field
    length = _as_varint(len(value)) if kind == _BYTES else b""
    return _as_varint(number << 3 | kind) + length + value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        byte = message[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
    raise ValueError("a number of more than ten bytes")


def _as_varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
