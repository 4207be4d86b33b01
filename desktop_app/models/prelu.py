"""Writes a network's PReLU layers as layers that the processor computes more quickly."""

import mmap
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from desktop_app.models.protobuf import BYTES, VARINT, field, fields, head, varint

_Field: TypeAlias = tuple[int, int, memoryview]

# Field numbers of onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
_MODEL_GRAPH, _MODEL_OPSET = 7, 8
_OPSET_DOMAIN, _OPSET_VERSION = 1, 2
_GRAPH_NODE, _GRAPH_INITIALIZER = 1, 5
_NODE_INPUT, _NODE_OUTPUT, _NODE_OPERATOR, _NODE_ATTRIBUTE, _NODE_DOMAIN = 1, 2, 4, 5, 7
_ATTRIBUTE_NAME, _ATTRIBUTE_INT, _ATTRIBUTE_TENSOR, _ATTRIBUTE_KIND = 1, 3, 5, 20
_TENSOR_LENGTHS, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW, _TENSOR_PLACE = 1, 2, 8, 9, 14
_FLOAT32, _A_TENSOR = 1, 4
_ONNX = (b"", b"ai.onnx")  # names of the domain of ONNX's own operators
_OLDEST = 9  # version of the operators: ConstantOfShape came with it


def without_prelu(model: bytes | mmap.mmap) -> bytes | None:
    """The model with `PRelu(x, slope)` written as `Relu(x) - slope * Relu(-x)`; None for none.

    To the last bit the same, for one of the two terms is always 0. ONNX Runtime 1.28 takes longer
    for the 33 PRelu of fr_feature than for its 50 convolutions, and lays all values out anew before
    and after each of them. What stands here instead it computes in the layout of the convolutions,
    as long as the factors have a value for each channel: so the -1 has the shape of the slopes.

    What stays as it is: slopes that are no float32 weights, models of the first operators, and
    weights in files of their own, for which ONNX Runtime must know where the model lies.
    Raises `ValueError`, `IndexError` for bytes of no model.
    """
    parts = list(fields(memoryview(model)))
    graphs = [value for number, kind, value in parts if (number, kind) == (_MODEL_GRAPH, BYTES)]
    if len(graphs) != 1 or _version(parts) < _OLDEST:
        return None
    graph = list(fields(graphs[0]))
    slopes = _float_weights(graph)
    if not any(_slope(part) in slopes for part in graph):
        return None
    new = uuid.uuid4().hex.encode()  # begins names that are nobody else's in the graph
    written = list(_rewritten(graph, slopes, new))
    whole: list[bytes | memoryview] = []
    for number, kind, value in parts:
        if (number, kind) == (_MODEL_GRAPH, BYTES):
            whole += [head(number, kind, sum(map(len, written))), *written]
        else:
            whole += [head(number, kind, len(value)), value]
    return b"".join(whole)


def _rewritten(
    graph: Iterable[_Field], slopes: set[bytes], new: bytes
) -> Iterator[bytes | memoryview]:
    """The graph in pieces, so that its weights are copied only once."""
    for place, part in enumerate(graph):
        if (slope := _slope(part)) in slopes:
            inputs, (output,) = _all(part[2], _NODE_INPUT), _all(part[2], _NODE_OUTPUT)
            yield from _layers(inputs[0], slope, output, b"%s_%d" % (new, place))
        else:
            number, kind, value = part
            yield head(number, kind, len(value))
            yield value


def _layers(x: bytes, slope: bytes, output: bytes, name: bytes) -> Iterator[bytes]:
    """Nodes that compute PRelu; what does not depend on x is computed as the model is opened."""
    shape, minus, factor, above, mirrored, below, product = (
        b"%s_%d" % (name, number) for number in range(7)
    )
    yield _node(b"Shape", [slope], shape)
    yield _node(b"ConstantOfShape", [shape], minus, _filled_with(b"\x00\x00\x80\xbf"))  # -1.0
    yield _node(b"Mul", [slope, minus], factor)
    yield _node(b"Relu", [x], above)
    yield _node(b"Mul", [x, minus], mirrored)
    yield _node(b"Relu", [mirrored], below)
    yield _node(b"Mul", [below, factor], product)
    yield _node(b"Add", [above, product], output)


def _node(operator: bytes, inputs: Sequence[bytes], output: bytes, attribute: bytes = b"") -> bytes:
    node = b"".join(field(_NODE_INPUT, BYTES, name) for name in inputs)
    node += field(_NODE_OUTPUT, BYTES, output) + field(_NODE_OPERATOR, BYTES, operator)
    return field(_GRAPH_NODE, BYTES, node + attribute)


def _filled_with(float32: bytes) -> bytes:
    """The attribute of ConstantOfShape."""
    value = field(_TENSOR_LENGTHS, VARINT, b"\x01") + field(_TENSOR_TYPE, VARINT, bytes([_FLOAT32]))
    attribute = field(_ATTRIBUTE_NAME, BYTES, b"value")
    attribute += field(_ATTRIBUTE_TENSOR, BYTES, value + field(_TENSOR_RAW, BYTES, float32))
    attribute += field(_ATTRIBUTE_KIND, VARINT, bytes([_A_TENSOR]))
    return field(_NODE_ATTRIBUTE, BYTES, attribute)


def _slope(part: _Field) -> bytes:
    """The name of the slopes of a PRelu; empty for another part of a graph."""
    number, kind, node = part
    if (number, kind) != (_GRAPH_NODE, BYTES) or not _is(node, b"PRelu"):
        return b""
    inputs, outputs = _all(node, _NODE_INPUT), _all(node, _NODE_OUTPUT)
    return inputs[1] if len(inputs) == 2 and len(outputs) == 1 and all(inputs + outputs) else b""


def _float_weights(graph: Iterable[_Field]) -> set[bytes]:
    """Names of weights in float32, and of what is cast to that; none where some lie elsewhere."""
    found = set()
    for number, kind, value in graph:
        if kind != BYTES:
            continue
        if number == _GRAPH_INITIALIZER:
            if _number(value, _TENSOR_PLACE):
                return set()
            if _number(value, _TENSOR_TYPE) == _FLOAT32:
                found.update(_all(value, _TENSOR_NAME))
        elif number == _GRAPH_NODE and _is(value, b"Cast"):
            to = [inner for n, k, inner in fields(value) if (n, k) == (_NODE_ATTRIBUTE, BYTES)]
            if [_number(attribute, _ATTRIBUTE_INT) for attribute in to] == [_FLOAT32]:
                found.update(_all(value, _NODE_OUTPUT))
    return found


def _is(node: memoryview, operator: bytes) -> bool:
    ours = all(domain in _ONNX for domain in _all(node, _NODE_DOMAIN))
    return ours and _all(node, _NODE_OPERATOR) == [operator]


def _version(model: Iterable[_Field]) -> int:
    """Of ONNX's own operators; 0 where it is not told."""
    versions = [
        _number(value, _OPSET_VERSION)
        for number, kind, value in model
        if (number, kind) == (_MODEL_OPSET, BYTES)
        and all(domain in _ONNX for domain in _all(value, _OPSET_DOMAIN))
    ]
    return max(versions, default=0)


def _number(message: memoryview, wanted: int) -> int:
    """The last one counts; 0 where there is none."""
    told = [
        varint(v)[0] for number, kind, v in fields(message) if (number, kind) == (wanted, VARINT)
    ]
    return told[-1] if told else 0


def _all(message: memoryview, wanted: int) -> list[bytes]:
    return [
        bytes(value) for number, kind, value in fields(message) if (number, kind) == (wanted, BYTES)
    ]
