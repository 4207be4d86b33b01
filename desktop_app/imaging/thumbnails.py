"""Keeps small pictures of photos and faces, so that a grid need not decode the photos again."""

import contextlib
import errno
import logging
import os
import re
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import simplejpeg

from desktop_app.domain.errors import DiskFull, ExpectedError, NotPermitted
from desktop_app.domain.photo import RgbImage
from desktop_app.domain.private_folder import private_folder
from desktop_app.domain.whole_file import TEMPORARY, write_whole
from desktop_app.imaging.decode import shrink

_log = logging.getLogger(__name__)

_KEY = re.compile(r"[0-9a-z][0-9a-z-]{0,127}")
_SUFFIX = ".jpg"
_QUALITY = 88
_ROOM_AFTER_CLEARING = 0.9
_USED_TO_THE_S = 24 * 3600  # a look is noted at most once in so long: most looks write nothing
_BEGIN, _END = b"\xff\xd8", b"\xff\xd9"


def make_thumbnail(image: RgbImage, side: int = 320) -> RgbImage:
    """The picture with a longer side of at most `side` pixels."""
    while max(image.shape[:2]) >= 4 * side and min(image.shape[:2]) > 1:
        height, width = image.shape[0] // 2, image.shape[1] // 2  # OpenCV is quickest at halving
        image = image[: 2 * height, : 2 * width]
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(shrink(image, side))


def photo_key(content_hash: str, turned: int = 0) -> str:
    """Where the picture of a photo is kept, which the user turned by so many degrees."""
    return f"{content_hash}-{turned}" if turned else content_hash


def face_key(face_id: int, turned: int = 0) -> str:
    """Where the picture of a face is kept, in a photo that was turned by so many degrees."""
    return f"face-{face_id}-{turned}" if turned else f"face-{face_id}"


def face_keys(face_ids: Iterable[int]) -> list[str]:
    """Everywhere that pictures of these faces may be kept."""
    return [face_key(face_id, turned) for face_id in face_ids for turned in (0, 90, 180, 270)]


class ThumbnailStore:
    """A folder of JPEG files, readable by this user only, of at most `limit_bytes` in sum.

    The pictures that nobody looked at for longest leave first: a file's time of writing is that of
    its last use, to the day. What is used is counted from the files themselves at the first
    writing, so that no kill makes the count wrong. Everything here can be made again, so nothing
    is flushed to the disk, and a damaged file counts as none. A picture that cannot be kept, for
    the disk is full or the folder not to be written, stops nobody's work; on a full disk the others
    are given up as well, for the catalog needs the room more. May be used from several threads.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._used_bytes: int | None = None  # counted at the first writing
        self._told = False  # that nothing can be kept, said once in the log

    def put(self, key: str, image: RgbImage) -> None:
        """Keeps `image` under `photo_key` or `face_key`, in place of an earlier one, if it can."""
        data = simplejpeg.encode_jpeg(
            np.ascontiguousarray(image), quality=_QUALITY, colorsubsampling="420"
        )
        path = self._path(key)
        with self._lock:
            try:
                self._write(path, data)
            except (ExpectedError, OSError) as error:
                if _is_full(error):
                    self._clear_oldest(down_to=0)
                self._used_bytes = None
                if not self._told:
                    _log.warning("Small pictures are not kept: %s", type(error).__name__)
                self._told = True
            else:
                self._told = False

    def give_up(self) -> bool:
        """Removes every picture, where the room is needed for more; whether that freed any."""
        with self._lock:
            freed = self._clear_oldest(down_to=0)
            self._used_bytes = None
        return freed > 0

    def get(self, key: str) -> bytes | None:
        """A whole JPEG file, or None where there is none, or a damaged one."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                data = file.read()
                written = os.fstat(file.fileno()).st_mtime
        except OSError:
            return None
        if not (data.startswith(_BEGIN) and data.endswith(_END)):
            return None
        if time.time() - written > _USED_TO_THE_S:
            with contextlib.suppress(OSError):
                os.utime(path)
        return data

    def picture(self, key: str) -> RgbImage | None:
        """What was put, decoded; None where there is none, or a damaged one."""
        data = self.get(key)
        if data is None:
            return None
        try:
            return np.asarray(simplejpeg.decode_jpeg(data, colorspace="RGB"), np.uint8)
        except ValueError:
            return None

    def forget(self, keys: Iterable[str]) -> None:
        """Removes these pictures; those that are not there are passed over.

        Pictures without a name, which a kill left half-way, may be of anybody and go as well.
        Raises `NotPermitted` where one is in use, as Windows does not let go of it then; the others
        are gone.
        """
        with self._lock:
            self._used_bytes = None
            paths = [*self._folder.glob(f"*/{TEMPORARY}*"), *map(self._path, keys)]
            if [path for path in paths if not _removed(path)]:
                raise NotPermitted(
                    "Small pictures of faces are in use at this moment and were not all removed. "
                    "Close Likeness and open it again: it goes on with that by itself."
                )

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a key of a thumbnail: {key!r}")
        return self._folder / key[-2:].replace("-", "0") / f"{key}{_SUFFIX}"

    def _files(self) -> Iterator[tuple[int, int, str]]:
        """(time of the last use, bytes, path) of every file."""
        with contextlib.suppress(FileNotFoundError), os.scandir(self._folder) as folders:
            for folder in folders:
                with contextlib.suppress(OSError), os.scandir(folder) as files:
                    for file in files:
                        status = file.stat(follow_symlinks=False)
                        yield status.st_mtime_ns, status.st_size, file.path

    def _write(self, path: Path, data: bytes) -> None:
        private_folder(self._folder)
        private_folder(path.parent)
        if self._used_bytes is None:
            self._used_bytes = sum(size for _, size, _ in self._files())
        self._used_bytes -= _size(path)
        with write_whole(path, mode=0o600, durable=False) as file:
            file.write(data)
        self._used_bytes += _size(path)
        if self._used_bytes > self._limit_bytes:
            self._used_bytes -= self._clear_oldest(int(self._limit_bytes * _ROOM_AFTER_CLEARING))

    def _clear_oldest(self, down_to: int) -> int:
        """Makes room until at most so many bytes are left; returns the bytes that were freed.

        What a kill left of a file being written counts, and goes with the others.
        """
        files = sorted(self._files())
        left = before = sum(size for _, size, _ in files)
        for _, size, path in files:
            if left <= down_to:
                break
            with contextlib.suppress(OSError):
                Path(path).unlink()
                left -= size
        return before - left


def _is_full(error: BaseException) -> bool:
    full = (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, DiskFull) or getattr(error, "errno", None) in full


def _removed(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
