"""Lets a screen show an expected error in its own place instead of over its edge."""

from collections.abc import Callable
from typing import TypeVar

from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.progress import Report

T = TypeVar("T")


def or_error(work: Callable[[Report], T], report: Report) -> T | ExpectedError:
    """What `work` returns, or the expected error that it raised."""
    try:
        return work(report)
    except ExpectedError as error:
        return error
