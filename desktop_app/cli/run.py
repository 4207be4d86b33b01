"""Reads the arguments, runs one command, and answers with an exit code."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from desktop_app import __version__
from desktop_app.cli import (
    catalog_command,
    data_command,
    demo_command,
    doctor_command,
    engine_command,
    export_command,
    faces_command,
    index_command,
    menu_command,
    models_command,
    people_command,
    photos_command,
    restore_command,
    results_command,
)
from desktop_app.cli.tools import Tools
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.progress import Cancelled

DONE, FAILED, MISUSED, CANCELLED = 0, 1, 2, 130

_COMMANDS = (
    index_command,
    people_command,
    photos_command,
    faces_command,
    restore_command,
    results_command,
    export_command,
    models_command,
    catalog_command,
    doctor_command,
    engine_command,
    data_command,
    menu_command,
    demo_command,
)


def run(arguments: Sequence[str]) -> int:
    """0 done, 1 a failure said in one sentence, 2 wrong arguments, 130 stopped by the user."""
    try:
        asked = _parser().parse_args(arguments)
    except SystemExit as stopped:
        return int(stopped.code or DONE)
    with Tools(asked) as tools:
        try:
            return int(asked.command(asked, tools))
        except ExpectedError as error:
            tools.terminal.complain(str(error))
            return FAILED
        except (KeyboardInterrupt, Cancelled):
            tools.terminal.complain("Stopped. What was finished is kept.")
            return CANCELLED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="likeness",
        description="Restores degraded faces in old photographs with other photos of the same "
        "person. Everything stays on this machine; originals are never written.",
        epilog="Without a command the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"Likeness {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="answer in JSON")
    common.add_argument(
        "--catalog", type=Path, metavar="FILE", help="another catalog than the user's own"
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands, common)
    return parser
