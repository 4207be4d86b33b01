"""Looks for a new version, when the user asks for it and only then."""

import contextlib
import http.client
import json
import os
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlsplit

import desktop_app
from desktop_app.domain.errors import BadRequest, FileVanished
from desktop_app.domain.progress import Progress, Report

ADDRESS = ""
"""Of the version file: empty until the project has a place of its own, and then nothing asks.

Who packs the application may name one in the variable LIKENESS_VERSION_FILE.
"""
_MOST = 64_000  # bytes
_PATIENCE = 15.0  # seconds


@dataclass(frozen=True)
class NewestVersion:
    """What the version file says."""

    version: str
    newer: bool  # than the one that runs
    page: str  # where it is described and to be had; empty where none is named


def address_of_versions() -> str:
    """Where to look; empty: nowhere, and no button offers it."""
    return os.environ.get("LIKENESS_VERSION_FILE", "") or ADDRESS


def look_for_update(address: str, report: Report) -> NewestVersion:
    """Reads the version file: {"version": "1.2.0", "page": "https://..."}.

    Nothing is told but that somebody asks: no version, no system, no number. Raises `BadRequest`
    for an address that is neither https nor a file, `FileVanished` where it cannot be reached or
    says something else.
    """
    report(Progress(0, None))
    if urlsplit(address).scheme not in ("https", "file"):
        raise BadRequest("New versions are looked for over https alone.")
    asked = urllib.request.Request(address, headers={"User-Agent": "Likeness"})
    try:
        opener = urllib.request.build_opener(_NoRedirection)
        with contextlib.closing(opener.open(asked, timeout=_PATIENCE)) as answer:
            told = json.loads(answer.read(_MOST))
        version = str(told["version"])
        numbers = _numbers(version)
        page = str(told.get("page", ""))
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        raise FileVanished(
            "The list of versions cannot be reached. Are you online? Try again later."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileVanished("The list of versions says something else. Try again later.") from error
    return NewestVersion(
        version=version,
        newer=numbers > _numbers(desktop_app.__version__),
        page=page if page.startswith("https://") else "",
    )


def _numbers(version: str) -> tuple[int, ...]:
    """(1, 2, 0). Raises `ValueError` for anything else than numbers and dots."""
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6}){0,3}", version):
        raise ValueError(version)
    numbers = [int(part) for part in version.split(".")]
    return (*numbers, *[0] * (4 - len(numbers)))


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """The file is at its address or it is not."""

    def redirect_request(self, *_: object) -> None:
        return None
