"""`likeness results`: drafts and accepted restorations, and the user's word on them."""

import argparse
from pathlib import Path
from typing import Any

from desktop_app.cli.restore_command import likeness_values
from desktop_app.cli.tools import Tools
from desktop_app.domain.ids import RestorationId
from desktop_app.operations.kept_restorations import accept_restoration, refuse_restoration


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("results", help="list, accept and refuse restorations")
    wishes = parser.add_subparsers(required=True, metavar="WISH")
    listing = wishes.add_parser("list", parents=[common], help="all restorations that are kept")
    listing.set_defaults(command=_list)
    for name, words in (("accept", "this is the one"), ("refuse", "keep the original")):
        wish = wishes.add_parser(name, parents=[common], help=words)
        wish.add_argument("results", nargs="+", type=int, metavar="ID")
        wish.set_defaults(command=_decide, accepted=name == "accept")


def _list(asked: argparse.Namespace, tools: Tools) -> int:
    catalog = tools.catalog_to_read
    rows = []
    for restoration_id in catalog.restorations.ids():
        restoration = catalog.restorations.get(restoration_id)
        photo = catalog.photos.get(restoration.photo_id)
        state = restoration.state.value + (", stale" if restoration.stale else "")
        tools.terminal.say(f"{restoration.id}: {Path(photo.path).name} ({state})")
        rows.append(
            {
                "id": restoration.id,
                "photo": photo.path,
                "face": restoration.face_id,
                "state": restoration.state.value,
                "stale": restoration.stale,
                "engine": restoration.engine,
                "references": list(restoration.references),
                "likeness": likeness_values(restoration.likeness),
            }
        )
    tools.terminal.result({"results": rows})
    return 0


def _decide(asked: argparse.Namespace, tools: Tools) -> int:
    decide = accept_restoration if asked.accepted else refuse_restoration
    for number in asked.results:
        decide(tools.catalog, RestorationId(number))
    done = "accepted" if asked.accepted else "refused"
    tools.terminal.say(f"{len(asked.results)} {done}.")
    tools.terminal.result({done: asked.results})
    return 0
