"""`likeness data`: what is kept of you on this computer, and how all of it goes."""

import argparse
from typing import Any

from desktop_app.cli.tools import Tools
from desktop_app.domain.errors import BadRequest
from desktop_app.operations.remove_everything import KeptFolder, kept_folders, remove_everything


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("data", help="show or remove all that is kept of you")
    wishes = parser.add_subparsers(required=True, metavar="WISH")
    show = wishes.add_parser("show", parents=[common], help="the folders and their sizes")
    show.set_defaults(command=_show)
    remove = wishes.add_parser(
        "remove",
        parents=[common],
        help="remove all of it, as after an uninstallation",
        description="Removes catalog, decisions, results, settings, installed models and caches "
        "for good. Photographs, exports and the sidecar files beside photographs stay.",
    )
    remove.add_argument("--yes", action="store_true", help="really; there is no way back")
    remove.set_defaults(command=_remove)


def _show(asked: argparse.Namespace, tools: Tools) -> int:
    _tell(kept_folders(tools.places), tools)
    return 0


def _remove(asked: argparse.Namespace, tools: Tools) -> int:
    if not asked.yes:
        listed = ", ".join(str(kept.folder) for kept in kept_folders(tools.places)) or "nothing"
        raise BadRequest(f"This removes for good: {listed}. To do it, say --yes.")
    _tell(remove_everything(tools.places), tools)
    tools.terminal.say("All of it is removed. Photographs and exports are where they were.")
    return 0


def _tell(folders: tuple[KeptFolder, ...], tools: Tools) -> None:
    for kept in folders:
        tools.terminal.say(f"{kept.size / 1e6:8.1f} MB  {kept.folder}")
    if not folders:
        tools.terminal.say("Nothing is kept.")
    told = [{"folder": str(kept.folder), "size": kept.size} for kept in folders]
    tools.terminal.result({"folders": told})
