"""Knows a picture that this application wrote by the label in it."""

from pathlib import Path

from desktop_app.domain.errors import ExpectedError
from desktop_app.imaging.header import read_header
from desktop_app.imaging.photo_file import opened, shown_name
from desktop_app.imaging.xmp import LABEL


def carries_label(path: Path) -> bool:
    """Whether the file's XMP says that a restoration was written into it; False where unreadable.

    Pages for the family carry none.
    """
    try:
        with opened(path) as file:
            return LABEL in read_header(file, shown_name(path)).xmp
    except ExpectedError:
        return False
