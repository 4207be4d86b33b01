"""Opens a photo's file, and says in plain words why one cannot be read."""

import contextlib
import io
import os
import stat
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL.Image import DecompressionBombError

from desktop_app.domain.errors import (
    ExpectedError,
    FileVanished,
    NotPermitted,
    PhotoTooLarge,
    UnreadablePhoto,
)
from desktop_app.domain.whole_file import DRIVE_GONE

MAX_PIXELS = 200_000_000
"""Pixels that a photo may state before it is refused; users with larger scans raise it."""

_PILLOW_REMARKS = r"PIL\."


def shown_name(path: Path) -> str:
    """The file's name alone, on one line, with a sign in place of bytes that are no text.

    "." and "/", which have no name, as they are.
    """
    name = os.fsencode(path.name or str(path)).decode("utf-8", "replace")
    return "".join("\ufffd" if unicodedata.category(sign)[0] == "C" else sign for sign in name)


def check_pixels(width: int, height: int, name: str, max_pixels: int) -> None:
    """Refuses a photo by the size its header states, before anything is decoded.

    Raises `PhotoTooLarge`, and `UnreadablePhoto` for a photo without pixels.
    """
    if width < 1 or height < 1:
        raise UnreadablePhoto(f"{name} holds no picture: it says it is {width} by {height} pixels.")
    if width * height > max_pixels:
        raise PhotoTooLarge(
            f"{name} says it is {width} by {height} pixels, more than the limit of "
            f"{max_pixels // 1_000_000} megapixels. If you trust the file, raise the limit in the "
            "settings."
        )


@dataclass(frozen=True)
class HeldPhoto:
    """A photo whose file was read once, so that hashing and decoding ask the drive no more.

    `data` is the whole file, or None where it is too large to be held: it is then opened again.
    """

    path: Path
    data: bytes | None = None


@contextlib.contextmanager
def opened(photo: Path | HeldPhoto) -> Iterator[BinaryIO]:
    """The file of a photo, open for reading; whatever goes wrong inside is said plainly.

    Raises `FileVanished`, `NotPermitted`, and `UnreadablePhoto` for everything that a reader
    of hostile files may raise. The sentences name the file, never its folder.
    """
    path = photo.path if isinstance(photo, HeldPhoto) else photo
    name = shown_name(path)
    _ignore_remarks_of_pillow()
    try:
        with _held_or_open(photo, path, name) as file:
            yield file
    except ExpectedError:
        raise
    except PermissionError as error:
        raise NotPermitted(f"{name} may not be read. Ask for permission to read it.") from error
    except DecompressionBombError as error:
        raise PhotoTooLarge(f"{name} says it has more pixels than can be read safely.") from error
    except MemoryError as error:
        raise UnreadablePhoto(f"{name} needs more memory than this computer can give.") from error
    except OSError as error:
        if error.errno in DRIVE_GONE:
            raise FileVanished(f"{name} is no longer there, or its drive is gone.") from error
        raise damaged(name) from error
    except Exception as error:  # a reader of hostile files may raise anything
        raise damaged(name) from error


def damaged(name: str) -> UnreadablePhoto:
    """The sentence for a file whose contents do not hold together."""
    return UnreadablePhoto(
        f"{name} is damaged or incomplete, and no picture could be read from it."
    )


class _HeldFile(io.BytesIO):
    """A file in memory that knows where it lies, for the readers' processes."""

    name: str


def _held_or_open(photo: Path | HeldPhoto, path: Path, name: str) -> BinaryIO:
    if isinstance(photo, HeldPhoto) and photo.data is not None:
        held = _HeldFile(photo.data)
        held.name = str(path)
        return held
    return _open_regular(path, name)


def _open_regular(path: Path, name: str) -> io.BufferedReader:
    """Opens a regular file only; a named pipe must not make us wait."""
    try:
        file = open(path, "rb", opener=_open_without_waiting)  # noqa: SIM115
    except IsADirectoryError as error:
        raise UnreadablePhoto(f"{name} is a folder, not a photo.") from error
    except ValueError as error:  # a name with a null sign
        raise UnreadablePhoto(f"{name} is no name that a file can have.") from error
    kind = os.fstat(file.fileno()).st_mode
    if not stat.S_ISREG(kind):
        file.close()
        what = "a folder" if stat.S_ISDIR(kind) else "a device or a pipe"
        raise UnreadablePhoto(f"{name} is {what}, not a photo.")
    return file


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _ignore_remarks_of_pillow() -> None:
    """Pillow warns of odd files; the filter is put back where somebody reset the filters."""
    for _, _, _, module, _ in warnings.filters:
        if getattr(module, "pattern", None) == _PILLOW_REMARKS:
            return
    warnings.filterwarnings("ignore", module=_PILLOW_REMARKS)
