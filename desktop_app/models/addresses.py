"""The addresses from which a model may come: named here, and reached by https alone."""

import fnmatch
import urllib.parse

from desktop_app.domain.errors import ModelRefused

NAMED = (
    "https://huggingface.co",  # where the models are published
    "https://*.huggingface.co",  # and where it keeps large files, to which it sends on:
    "https://*.hf.co",  # https://huggingface.co/docs/hub/storage-regions, xet
)
"""Scheme and host; a star stands for what comes before a dot."""


def require_named(url: str) -> None:
    """Raises `ModelRefused` for an address that is not among those named, whoever sent us there."""
    parts = urllib.parse.urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if not any(fnmatch.fnmatchcase(f"{parts.scheme}://{host}", pattern) for pattern in NAMED):
        raise ModelRefused(
            f"The download leads to {host or 'an address'}, from which Likeness fetches nothing. "
            "Download the file yourself, then install it from that file."
        )
