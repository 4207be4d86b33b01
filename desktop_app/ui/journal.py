"""The log: what went wrong, without names of people or places of files."""

import logging
import logging.handlers
import re
from pathlib import Path

from desktop_app.settings.places import private_folder

_FRAME = re.compile(r'File "([^"\n]+)"')
_QUOTED = re.compile(r"""(['"])(?:(?!\1).)*\1""")
_PATH = re.compile(r"(?<![\w.…])(?:[A-Za-z]:\\|\\\\|~?/)[^\n\"'<>|:]*")


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


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_private_words(super().format(record))


def start_log(folder: Path) -> logging.Handler:
    """Writes warnings and worse of everything, and all of ours, to files that roll over."""
    handler = logging.handlers.RotatingFileHandler(
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
