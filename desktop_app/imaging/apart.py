"""Reads the photos whose decoders may break in processes of their own, which may die."""

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import errors
from desktop_app.domain.errors import ExpectedError, UnreadablePhoto
from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.stored import StoredPhoto, Wanted

READER_SWITCH = "--photo-reader"
"""What the frozen application is started with to be a reader's process."""

LONGEST_SECONDS = 10.0
"""For one file, and one more for each `_BYTES_A_SECOND` of it."""

_BYTES_A_SECOND = 5_000_000
_MOST_READERS = min(4, os.cpu_count() or 1)
_MOST_WORDS = 1 << 20  # bytes of JSON in one answer
_ENDS_WITHIN = 5.0  # seconds


class Broken(Exception):
    """The other process ended, or said what is no answer."""


@dataclass(frozen=True)
class Answer:
    """Plain words and plain bytes; nothing in it can run."""

    words: Mapping[str, Any]
    parts: tuple[bytes | bytearray, ...] = ()


def in_a_reader() -> bool:
    """Whether this process is a reader, which does itself what others ask it for."""
    return _here.reader


def stored_apart(file: BinaryIO, wanted: Wanted) -> StoredPhoto:
    """`source.read_stored` in a reader's process.

    Raises what that raises, and `UnreadablePhoto` where the reader broke or took too long.
    """
    asked = {
        "what": "stored",
        "max_pixels": wanted.max_pixels,
        "max_side": wanted.max_side,
    }
    answer = _ask(file, wanted.name, asked)
    words = answer.words
    samples: NDArray[Any] = np.frombuffer(answer.parts[0], str(words["kind"]))
    pixels = SourcePixels(
        samples.reshape([int(side) for side in words["shape"]]),
        ColourMode(words["mode"]),
        bool(words["has_extra_channel"]),
        bytes(answer.parts[1]) or None,
        bool(words["lossy"]),
        bool(words["transparency"]),
    )
    width, height = words["full_size"]
    return StoredPhoto(
        pixels, (int(width), int(height)), int(words["orientation"]), bool(words["complete"])
    )


def boxed_header_apart(file: BinaryIO, name: str) -> tuple[tuple[int, int], int, bytes, bytes]:
    """(width, height), orientation, EXIF and XMP of a HEIC or AVIF photo; b"" for none."""
    answer = _ask(file, name, {"what": "boxed header"})
    width, height = answer.words["size"]
    exif, xmp = (bytes(part) for part in answer.parts)
    return (int(width), int(height)), int(answer.words["orientation"]), exif, xmp


def raw_preview_apart(file: BinaryIO, name: str) -> tuple[bytes | NDArray[np.uint8], int]:
    """`read_raw.raw_preview` in a reader's process."""
    answer = _ask(file, name, {"what": "raw preview"})
    orientation = int(answer.words["orientation"])
    if answer.words["shape"] is None:
        return bytes(answer.parts[0]), orientation
    return np.frombuffer(answer.parts[0], np.uint8).reshape(answer.words["shape"]), orientation


def write_answer(pipe: BinaryIO, answer: Answer) -> None:
    """The length and the JSON, then the parts' own bytes."""
    told = json.dumps({**answer.words, "parts": [len(part) for part in answer.parts]}).encode()
    pipe.write(len(told).to_bytes(4, "little") + told)
    for part in answer.parts:
        pipe.write(part)
    pipe.flush()


def read_answer(pipe: BinaryIO) -> Answer:
    """Raises `Broken` at the end of the pipe and for what is no answer."""
    length = int.from_bytes(_exactly(pipe, 4), "little")
    if length > _MOST_WORDS:
        raise Broken("an answer is too long")
    try:
        words = dict(json.loads(_exactly(pipe, length)))
        sizes = [int(size) for size in words.pop("parts")]
    except (ValueError, KeyError, TypeError) as error:
        raise Broken("an answer cannot be read") from error
    return Answer(words, tuple(_exactly(pipe, size) for size in sizes))


def _exactly(pipe: BinaryIO, length: int) -> bytearray:
    block = bytearray(length)
    view, done = memoryview(block), 0
    while done < length:
        count = pipe.readinto(view[done:])  # type: ignore[attr-defined]
        if not count:
            raise Broken("the other side ended")
        done += count
    return block


class _Reader:
    """One process that reads one file after another."""

    def __init__(self) -> None:
        environment = dict(os.environ)
        command = [sys.executable, READER_SWITCH]
        if getattr(sys, "frozen", False):
            if "LD_LIBRARY_PATH_ORIG" in environment:
                environment["LD_LIBRARY_PATH"] = environment["LD_LIBRARY_PATH_ORIG"]
        else:
            package = str(Path(__file__).resolve().parents[2])
            paths = [package, *filter(None, [environment.get("PYTHONPATH")])]
            environment["PYTHONPATH"] = os.pathsep.join(paths)
            command = [sys.executable, "-m", "desktop_app.imaging.apart_reader"]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.pid = self._process.pid

    def ask(self, asked: Mapping[str, Any], longest: float) -> Answer:
        """Raises `Broken`, and `TimeoutError` after `longest` seconds; then it is at an end."""
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(longest, give_up)
        timer.daemon = True
        timer.start()
        try:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
            return read_answer(self._process.stdout)  # type: ignore[arg-type]
        except (OSError, ValueError, Broken) as error:
            if late.is_set():
                raise TimeoutError from error
            raise Broken from error
        finally:
            timer.cancel()

    def end(self) -> None:
        with contextlib.suppress(OSError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDS_WITHIN)


class _Readers:
    """As many readers as there is work for at one time, at most `_MOST_READERS`."""

    def __init__(self) -> None:
        self.reader = False  # whether this very process is one
        self._turns = threading.Semaphore(_MOST_READERS)
        self._lock = threading.Lock()
        self._idle: list[_Reader] = []

    def ask(self, asked: Mapping[str, Any], longest: float) -> Answer:
        with self._turns:
            with self._lock:
                reader = self._idle.pop() if self._idle else None
            if reader is not None:
                # one that sat idle may have ended long ago: that is not this file's fault
                with contextlib.suppress(Broken):
                    return self._asked(reader, asked, longest)
            return self._asked(_Reader(), asked, longest + _STARTS_WITHIN)

    def _asked(self, reader: _Reader, asked: Mapping[str, Any], longest: float) -> Answer:
        try:
            answer = reader.ask(asked, longest)
        except BaseException:
            reader.end()
            raise
        with self._lock:
            self._idle.append(reader)
        return answer

    def pids(self) -> list[int]:
        with self._lock:
            return [reader.pid for reader in self._idle]

    def end(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.end()


_STARTS_WITHIN = 20.0  # seconds, on a busy machine with a cold disk
_here = _Readers()
atexit.register(_here.end)


def be_a_reader() -> None:
    """From here on this process reads for itself."""
    _here.reader = True


def readers() -> list[int]:
    """The processes that wait for work."""
    return _here.pids()


def _ask(file: BinaryIO, name: str, asked: dict[str, Any]) -> Answer:
    path = os.fsencode(file.name)
    longest = LONGEST_SECONDS + file.seek(0, os.SEEK_END) / _BYTES_A_SECOND
    try:
        answer = _here.ask({**asked, "path": path.hex(), "name": name}, longest)
    except TimeoutError:
        raise UnreadablePhoto(
            f"{name} was given up: reading it took longer than {longest:.0f} seconds."
        ) from None
    except Broken:
        raise UnreadablePhoto(
            f"{name} is damaged in a way that stopped its reader; the file was left alone."
        ) from None
    except OSError as error:
        raise UnreadablePhoto(
            f"{name} could not be read: the reader of such files does not start."
        ) from error
    if "refused" in answer.words:
        kind = getattr(errors, str(answer.words["refused"]), None)
        known = isinstance(kind, type) and issubclass(kind, ExpectedError)
        raise (kind if known else UnreadablePhoto)(str(answer.words["why"]))  # type: ignore[misc]
    return answer
