"""Knows a picture that this application wrote by the label in it."""

from pathlib import Path

from desktop_app.domain.errors import ExpectedError
from desktop_app.imaging.header import read_header
from desktop_app.imaging.photo_file import opened, shown_name
from desktop_app.imaging.xmp import LABEL

PRODUCER = "Likeness"
"""Whom a page that is a PDF names."""

_FACTS = 65_536  # bytes from the end


def carries_label(path: Path) -> bool:
    """Whether the file's XMP says that a restoration was written into it; False where unreadable.

    Of pages for the family, those that are pictures carry it, too; a PDF names its producer.
    """
    if path.suffix.lower() == ".pdf":
        return _producer_is_ours(path)
    try:
        with opened(path) as file:
            return LABEL in read_header(file, shown_name(path)).xmp
    except ExpectedError:
        return False


def _producer_is_ours(path: Path) -> bool:
    """Whether the end of a PDF, where its facts stand, names this application."""
    try:
        with opened(path) as file:
            file.seek(max(0, path.stat().st_size - _FACTS))
            end = file.read(_FACTS)
    except (ExpectedError, OSError):
        return False
    return PRODUCER.encode("utf-16-be") in end or b"/Producer (" + PRODUCER.encode() in end
