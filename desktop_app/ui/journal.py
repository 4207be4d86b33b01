"""The log: what went wrong, without names of people or places of files."""

import copy
import logging
import logging.handlers
import re
import traceback
from io import TextIOWrapper
from pathlib import Path

from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.private_folder import private_folder, tighten

_FRAME = re.compile(r'File "([^"\n]+)"')
_QUOTED = re.compile(r"""(['"])(?:(?!\1).)*\1""", re.DOTALL)
_PATH = re.compile(r"(?<![\w.…])(?:[A-Za-z]:\\|\\\\|~?/)[^\n\"'<>|:]*")


def told_privately(error: BaseException) -> str:
    """The traceback of an exception and of what led to it, as the log and a report may hold it.

    An expected error speaks to the user, often by the name of a file, and is told by its kind
    alone. What other exceptions say of values stands in quotes, as Python itself does it.
    """
    leading = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = f"{told_privately(leading)}\nwhich led to:\n\n" if leading is not None else ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    said = "" if isinstance(error, ExpectedError) else str(error)
    words = _PATH.sub(_short, _QUOTED.sub(r"\1…\1", said)).replace("\n", " ")
    kind = f"{type(error).__qualname__}: {words}".removesuffix(": ")
    return f"{before}{without_private_words(frames)}{kind}\n"


def without_private_words(text: str) -> str:
    """`text` without paths and without what stands in quotes; frames keep the module's place."""
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    frame = _FRAME.search(line)
    if frame:
        parts = re.split(r"[/\\]", frame.group(1))
        start = parts.index("desktop_app") if "desktop_app" in parts else max(0, len(parts) - 2)
        return line.replace(frame.group(1), "/".join(parts[start:]))
    return _PATH.sub(_short, _QUOTED.sub(r"\1…\1", line))


def _short(path: re.Match[str]) -> str:
    suffix = re.search(r"\.\w{1,5}(?=\W*$)", path.group(0))
    return "…" + (suffix.group(0) if suffix else "")


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A log that only its owner may read."""

    def _open(self) -> TextIOWrapper:
        opened = super()._open()
        tighten(Path(self.baseFilename))
        return opened


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        words = without_private_words(super().format(_without_exception(record)))
        error = record.exc_info[1] if record.exc_info else None
        return words if error is None else f"{words}\n{told_privately(error)}"


def _without_exception(record: logging.LogRecord) -> logging.LogRecord:
    bare = copy.copy(record)
    bare.exc_info, bare.exc_text = None, None
    return bare


def start_log(folder: Path) -> logging.Handler:
    """Writes warnings and worse of everything, and all of ours, to files that roll over."""
    handler = _PrivateFile(
        private_folder(folder) / "likeness.log",
        maxBytes=1_000_000,
        backupCount=3,
        encoding="utf-8",
        delay=True,
    )
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger("desktop_app").setLevel(logging.INFO)
    return handler
