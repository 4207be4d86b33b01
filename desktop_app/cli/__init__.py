"""The same wishes without a screen: one file a command."""

from desktop_app.cli.run import run

__all__ = ["run"]
