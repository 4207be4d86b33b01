"""A reader's own process: is asked for photos on its input, answers on its output."""

import contextlib
import json
import os
import select
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from desktop_app.domain.errors import ExpectedError
from desktop_app.imaging.apart import Answer, be_a_reader, write_answer
from desktop_app.imaging.header import boxed_header
from desktop_app.imaging.photo_file import MAX_PIXELS, opened
from desktop_app.imaging.read_raw import raw_preview
from desktop_app.imaging.source import read_stored
from desktop_app.imaging.stored import Wanted

IDLE_SECONDS = 60.0
_BYTES_A_PIXEL = 16  # 16 bits of 4 channels, and once more while it is turned or converted
_BYTES_BESIDE = 1 << 30


def answer_to(asked: Mapping[str, Any]) -> Answer:
    """What was asked for, or why it cannot be had."""
    path = Path(os.fsdecode(bytes.fromhex(asked["path"])))
    try:
        with opened(path) as file:
            if asked["what"] == "boxed header":
                size, orientation, exif, xmp = boxed_header(file, str(asked["name"]))
                return Answer({"size": size, "orientation": orientation}, (exif, xmp))
            if asked["what"] == "raw preview":
                preview, orientation = raw_preview(file, str(asked["name"]))
                shape = None if isinstance(preview, bytes) else list(preview.shape)
                data = preview if isinstance(preview, bytes) else preview.tobytes()
                return Answer({"orientation": orientation, "shape": shape}, (data,))
            wanted = Wanted(str(asked["name"]), int(asked["max_pixels"]), asked["max_side"])
            stored = read_stored(file, wanted)
    except ExpectedError as error:
        return Answer({"refused": type(error).__name__, "why": str(error)})
    pixels = stored.pixels
    samples = np.ascontiguousarray(pixels.samples)
    words = {
        "kind": samples.dtype.name,
        "shape": list(samples.shape),
        "mode": pixels.mode.value,
        "has_extra_channel": pixels.has_extra_channel,
        "lossy": pixels.lossy,
        "transparency": pixels.transparency,
        "full_size": list(stored.full_size),
        "orientation": stored.orientation,
        "complete": stored.complete,
    }
    return Answer(words, (samples.data.cast("B"), pixels.icc_profile or b""))  # type: ignore[arg-type]


def limit_memory(max_pixels: int) -> None:
    """So much beyond what the process has now; where the system has no such limit, nothing."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * resource.getpagesize() + max_pixels * _BYTES_A_PIXEL + _BYTES_BESIDE
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def main() -> int:
    """Serves until the other side ends, or asks nothing for `IDLE_SECONDS`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other side decides what Ctrl+C ends
    with contextlib.suppress(OSError):  # where memory runs out, Linux shall end this one first
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not come between the answers
    be_a_reader()
    asked = sys.stdin.buffer
    while True:
        if os.name != "nt" and not select.select([asked], [], [], IDLE_SECONDS)[0]:
            return 0
        line = asked.readline()
        if not line:
            return 0
        wish = json.loads(line)
        limit_memory(int(wish.get("max_pixels", MAX_PIXELS)))
        try:
            write_answer(answers, answer_to(wish))
        except BrokenPipeError:
            return 0


if __name__ == "__main__":
    sys.exit(main())
