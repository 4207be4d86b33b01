"""Reads the arguments, runs one command, and answers with an exit code."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

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
    presets_command,
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
    presets_command,
    models_command,
    catalog_command,
    doctor_command,
    engine_command,
    data_command,
    menu_command,
    demo_command,
)


_EXIT_CODES = """exit codes:
  0    done
  1    something could not be done; what was done before is kept, and why is said in one sentence
       (with --json: {"error": sentence, "kind": what happened}, or a list "failed" or "problems")
  2    wrong arguments
  130  stopped by you (Ctrl+C), or by the program that read the answer
"""


class Misused(Exception):
    """The arguments are wrong; how they should be is in `usage`."""

    def __init__(self, message: str, usage: str) -> None:
        super().__init__(message)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """Raises `Misused` where argparse would write and exit, so that --json holds for that, too."""

    def error(self, message: str) -> NoReturn:
        raise Misused(message, self.format_usage())


def run(arguments: Sequence[str]) -> int:
    """0 done, 1 a failure said in one sentence, 2 wrong arguments, 130 stopped by the user."""
    try:
        asked = _parser().parse_args(arguments)
    except Misused as wrong:
        if "--json" in arguments:
            print(json.dumps({"error": str(wrong), "kind": "Misused"}))
        else:
            print(f"{wrong.usage}likeness: {wrong}", file=sys.stderr)
        return MISUSED
    except SystemExit as stopped:  # --help and --version
        return int(stopped.code or DONE)
    with Tools(asked) as tools:
        try:
            done = int(asked.command(asked, tools))
            sys.stdout.flush()
            return done
        except ExpectedError as error:
            tools.terminal.complain(str(error), type(error).__name__)
            return FAILED
        except BrokenPipeError:  # `| head`, say, which has seen enough
            _say_no_more()
            return CANCELLED
        except (KeyboardInterrupt, Cancelled):
            tools.terminal.complain("Stopped. What was finished is kept.", "Cancelled")
            return CANCELLED


def _say_no_more() -> None:
    """So that Python, which writes out what is left at the end, does not fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="likeness",
        description="Restores degraded faces in old photographs with other photos of the same "
        "person. Everything stays on this machine; originals are never written.",
        epilog=f"Without a command the window opens.\n\n{_EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
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
