"""Builds the window and joins every wish to the operation that fulfils it."""

from desktop_app.app.likeness import Likeness
from desktop_app.app.run import run_window

__all__ = ["Likeness", "run_window"]
