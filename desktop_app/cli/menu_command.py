"""`likeness menu`: the portable application in the desktop's menu, if you want it there."""

import argparse
from typing import Any

from desktop_app.cli.tools import Tools
from desktop_app.operations.menu_entry import add_to_menu, remove_from_menu


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "menu", help="portable Linux application: put it into the menu, or take it out"
    )
    wishes = parser.add_subparsers(required=True, metavar="WISH")
    put = wishes.add_parser(
        "add", parents=[common], help="menu entry, icon and Open with, for you alone"
    )
    put.set_defaults(command=_add)
    remove = wishes.add_parser("remove", parents=[common], help="take it out again")
    remove.set_defaults(command=_remove)


def _add(asked: argparse.Namespace, tools: Tools) -> int:
    entry = add_to_menu()
    tools.terminal.say(f"Likeness is in the menu ({entry}). Moved the folder? Say it again.")
    tools.terminal.result({"entry": str(entry)})
    return 0


def _remove(asked: argparse.Namespace, tools: Tools) -> int:
    found = remove_from_menu()
    tools.terminal.say("It is out of the menu." if found else "It was not in the menu.")
    tools.terminal.result({"removed": found})
    return 0
