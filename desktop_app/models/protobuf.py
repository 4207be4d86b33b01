"""Reads and writes the fields of a protobuf message, in which ONNX models are kept.

The format on the wire: https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Iterator
from typing import TypeVar

Message = TypeVar("Message", bytes, memoryview)

VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5
"""Kinds of a field on the wire; groups, which nothing writes any more, are refused."""


def fields(message: Message) -> Iterator[tuple[int, int, Message]]:
    """Number, kind and value of each field; a varint's value is its own bytes.

    Raises `ValueError`, `IndexError` where the bytes are no message.
    """
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        number, kind = key >> 3, key & 7
        start = at
        if kind == VARINT:
            _, at = varint(message, at)
        elif kind == BYTES:
            length, start = varint(message, at)
            at = start + length
        elif kind in (FOUR, EIGHT):
            at += 4 if kind == FOUR else 8
        else:
            raise ValueError("no such kind of field")
        if at > len(message):
            raise ValueError("cut short")
        yield number, kind, message[start:at]


def field(number: int, kind: int, value: bytes) -> bytes:
    """One field as bytes, from what `fields` gives."""
    return head(number, kind, len(value)) + value


def head(number: int, kind: int, length: int) -> bytes:
    """What stands before a field's value of so many bytes."""
    return _as_varint(number << 3 | kind) + (_as_varint(length) if kind == BYTES else b"")


def varint(message: bytes | memoryview, at: int = 0) -> tuple[int, int]:
    """A number of seven bits a byte, low ones first, and the place after it.

    Raises `ValueError` for one of more than ten bytes, `IndexError` where it is cut short.
    """
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
