"""Speaks to a person at a terminal, or to a program that reads JSON."""

import json
import sys
import time
from typing import Any

from desktop_app.domain.progress import Progress, Report

_EVERY_SECONDS = 0.1  # how often the progress line is drawn


class Terminal:
    """Results go to standard output; progress and complaints to standard error."""

    def __init__(self, json_wanted: bool) -> None:
        self.json_wanted = json_wanted
        self._line_open = False

    def say(self, text: str) -> None:
        """A line for a person; silent where JSON was asked for."""
        if not self.json_wanted:
            self._close_line()
            print(_printable(text, sys.stdout))

    def result(self, values: dict[str, Any]) -> None:
        """The whole answer for a program; silent where none asked for it."""
        if self.json_wanted:
            print(json.dumps(values, ensure_ascii=True, indent=1))

    def complain(self, text: str, kind: str = "") -> None:
        """`kind` is the name of what happened, for a program: "NameTaken", "DiskFull" ..."""
        self._close_line()
        if self.json_wanted:
            print(json.dumps({"error": text, **({"kind": kind} if kind else {})}))
        else:
            print(_printable(text, sys.stderr), file=sys.stderr)

    def report(self, title: str) -> Report:
        """A report that draws one line over and over, where somebody is watching."""
        watched = sys.stderr.isatty() and not self.json_wanted
        drawn_at = 0.0

        def draw(progress: Progress) -> None:
            nonlocal drawn_at
            now = time.monotonic()
            last = progress.total is not None and progress.done >= progress.total
            if not watched or (now - drawn_at < _EVERY_SECONDS and not last):
                return
            drawn_at = now
            of = "" if progress.total is None else f" of {progress.total}"
            line = _printable(f"{title}: {progress.done}{of} {progress.what}", sys.stderr)[:100]
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
            self._line_open = True

        return draw

    def _close_line(self) -> None:
        if self._line_open:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._line_open = False


def _printable(text: str, stream: Any) -> str:
    """The text without signs that could steer a terminal or that the stream cannot write."""
    shown = "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)
    encoding = stream.encoding or "ascii"
    return shown.encode(encoding, "replace").decode(encoding)
