"""`likeness catalog`: is the catalog sound, and a copy of it."""

import argparse
from pathlib import Path
from typing import Any

from desktop_app.cli.tools import Tools


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("catalog", help="check the catalog, or make a backup of it")
    wishes = parser.add_subparsers(required=True, metavar="WISH")
    check = wishes.add_parser("check", parents=[common], help="look for damage")
    check.set_defaults(command=_check)
    backup = wishes.add_parser("backup", parents=[common], help="write a sound copy")
    backup.add_argument("path", type=Path, metavar="FILE")
    backup.set_defaults(command=_backup)


def _check(asked: argparse.Namespace, tools: Tools) -> int:
    problems = tools.catalog_to_read.check()
    for problem in problems:
        tools.terminal.say(problem)
    if not problems:
        tools.terminal.say("The catalog is sound.")
    tools.terminal.result({"problems": problems})
    return int(bool(problems))


def _backup(asked: argparse.Namespace, tools: Tools) -> int:
    tools.catalog_to_read.backup(asked.path)
    tools.terminal.say(f"The backup is at {asked.path}.")
    tools.terminal.result({"backup": str(asked.path)})
    return 0
