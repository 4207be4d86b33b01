"""What the window's process and the engine's process say to each other, and how it is packed."""

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import errors

MOST_WORDS = 1 << 20  # bytes of JSON in one message
MOST_ARRAYS = 16
MOST_BYTES = 1 << 28  # of one array
_KINDS = ("uint8", "int8", "float32")


class EngineFailed(Exception):
    """A bug in the engine's process, in that process's words."""


class Broken(Exception):
    """The other side ended, or said what is no message."""


@dataclass(frozen=True)
class Message:
    """Words (plain JSON values) and arrays; nothing in it can run."""

    words: Mapping[str, Any]
    arrays: Sequence[NDArray[Any]] = field(default=())


def write_message(pipe: BinaryIO, message: Message) -> None:
    """The length and the JSON, then the arrays' own bytes, uncopied. Raises `Broken`."""
    arrays = [np.ascontiguousarray(array) for array in message.arrays]
    told = {
        "words": dict(message.words),
        "arrays": [{"kind": array.dtype.name, "shape": list(array.shape)} for array in arrays],
    }
    words = json.dumps(told).encode()
    try:
        pipe.write(struct.pack("<I", len(words)))
        pipe.write(words)
        for array in arrays:
            if array.size:
                pipe.write(array.data.cast("B"))
        pipe.flush()
    except (OSError, ValueError) as error:
        raise Broken("the pipe is closed") from error


def read_message(pipe: BinaryIO) -> Message:
    """Raises `Broken` at the end of the pipe and for what is no message."""
    (length,) = struct.unpack("<I", _exactly(pipe, 4))
    if length > MOST_WORDS:
        raise Broken("a message is too long")
    try:
        told = json.loads(_exactly(pipe, length))
        words, described = dict(told["words"]), list(told["arrays"])
        kinds = [str(each["kind"]) for each in described]
        shapes = [tuple(int(side) for side in each["shape"]) for each in described]
    except (ValueError, KeyError, TypeError) as error:
        raise Broken("a message cannot be read") from error
    if len(described) > MOST_ARRAYS or any(kind not in _KINDS for kind in kinds):
        raise Broken("a message holds arrays that nobody sends")
    arrays = []
    for kind, shape in zip(kinds, shapes, strict=True):
        if any(side < 0 for side in shape) or 4 * math.prod(shape) > MOST_BYTES:
            raise Broken("a message holds an array that is too large")
        array = np.empty(shape, kind)
        if array.size:
            _fill(pipe, array.data.cast("B"))
        arrays.append(array)
    return Message(words, arrays)


def failure(error: BaseException) -> Message:
    """An error as a message: the name of an expected one and its sentence, or a bug's."""
    if isinstance(error, errors.ExpectedError):
        return Message({"failed": type(error).__name__, "why": str(error)})
    return Message({"failed": "bug", "why": f"{type(error).__name__}: {error}"})


def raise_failure(words: Mapping[str, Any]) -> None:
    """Raises what `failure` packed; does nothing for other messages."""
    if "failed" not in words:
        return
    kind = getattr(errors, str(words["failed"]), None)
    why = str(words.get("why", ""))
    if isinstance(kind, type) and issubclass(kind, errors.ExpectedError):
        raise kind(why)
    raise EngineFailed(why)


def _exactly(pipe: BinaryIO, length: int) -> bytes:
    block = bytearray(length)
    _fill(pipe, memoryview(block))
    return bytes(block)


def _fill(pipe: BinaryIO, block: memoryview) -> None:
    done = 0
    while done < len(block):
        try:
            count = pipe.readinto(block[done:])  # type: ignore[attr-defined]
        except (OSError, ValueError) as error:
            raise Broken("the pipe is closed") from error
        if not count:
            raise Broken("the other side ended")
        done += count
