"""`likeness results`: drafts and accepted restorations, and the user's word on them."""

import argparse
from pathlib import Path
from typing import Any

from desktop_app.catalog.catalog import Catalog
from desktop_app.cli.named import person_named
from desktop_app.cli.numbers import listed
from desktop_app.cli.restore_command import likeness_values
from desktop_app.cli.results_review import review_drafts, write_picture
from desktop_app.cli.terminal_words import recipe_in_words
from desktop_app.cli.tools import Tools
from desktop_app.domain.ids import RestorationId
from desktop_app.domain.restoration import Restoration, RestorationState
from desktop_app.operations.describe_export import reference_hashes
from desktop_app.operations.kept_restorations import accept_restoration, refuse_restoration
from desktop_app.operations.likeness_words import likeness_in_words


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("results", help="list, look at, accept and refuse restorations")
    wishes = parser.add_subparsers(required=True, metavar="WISH")
    listing = wishes.add_parser("list", parents=[common], help="all restorations that are kept")
    _add_filter(listing)
    listing.set_defaults(command=_list)
    showing = wishes.add_parser(
        "show", parents=[common], help="a restoration with its whole recipe"
    )
    showing.add_argument("result", type=listed, metavar="ID")
    showing.add_argument(
        "--picture", type=Path, metavar="FILE", help="write before and after beside each other"
    )
    showing.set_defaults(command=_show)
    judging = wishes.add_parser(
        "review", parents=[common], help="judge the drafts one by one, a letter each"
    )
    judging.add_argument("--all-of", metavar="NAME", help="of this person only")
    judging.add_argument(
        "--pictures", type=Path, metavar="FOLDER", help="write before and after of each there"
    )
    judging.set_defaults(command=review_drafts)
    for name, words in (("accept", "this is the one"), ("refuse", "keep the original")):
        wish = wishes.add_parser(name, parents=[common], help=words)
        wish.add_argument("results", nargs="+", type=listed, metavar="ID")
        wish.set_defaults(command=_decide, accepted=name == "accept")


def _add_filter(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", choices=[state.value for state in RestorationState])
    parser.add_argument("--all-of", metavar="NAME", help="of this person only")


def _list(asked: argparse.Namespace, tools: Tools) -> int:
    catalog = tools.catalog_to_read
    person = person_named(catalog, asked.all_of).id if asked.all_of is not None else None
    state = RestorationState(asked.state) if asked.state else None
    rows = []
    for restoration_id in catalog.restorations.ids(state=state, person_id=person):
        restoration = catalog.restorations.get(restoration_id)
        rows.append(_row(catalog, restoration))
        tools.terminal.say(_line(catalog, restoration))
    if not rows:
        tools.terminal.say("No results. Make some: likeness restore --all-of NAME")
    tools.terminal.result({"results": rows})
    return 0


def _show(asked: argparse.Namespace, tools: Tools) -> int:
    catalog = tools.catalog_to_read
    restoration = catalog.restorations.get(RestorationId(asked.result))
    tools.terminal.say(_line(catalog, restoration))
    for line in recipe_in_words(restoration):
        tools.terminal.say(f"  {line}")
    files = []
    for face in catalog.faces.many(restoration.references):
        photo = catalog.photos.get(face.photo_id)
        files.append({"face": face.id, "photo": photo.path, "sha256": photo.content_hash})
        tools.terminal.say(f"  guided by {Path(photo.path).name} ({photo.content_hash[:12]})")
    gone = len(restoration.references) - len(files)
    if gone:
        tools.terminal.say(f"  {gone} references are no longer in the catalog")
    if asked.picture is not None:
        write_picture(catalog, restoration.id, asked.picture, tools.max_pixels)
        tools.terminal.say(str(asked.picture))
    settings = restoration.settings
    tools.terminal.result(
        {
            **_row(catalog, restoration),
            "person": _name(catalog, restoration),
            "device": restoration.device,
            "model_hash": restoration.model_hash,
            "seed": restoration.seed,
            "strength": settings.strength,
            "keep_tone": settings.keep_tone,
            "grain": settings.grain,
            "made_at": restoration.made_at.isoformat(),
            "source_sha256": restoration.source_hash,
            "reference_files": files,
            "reference_sha256": list(reference_hashes(catalog, restoration)),
            "picture": None if asked.picture is None else str(asked.picture),
        }
    )
    return 0


def _row(catalog: Catalog, restoration: Restoration) -> dict[str, Any]:
    return {
        "id": restoration.id,
        "photo": catalog.photos.get(restoration.photo_id).path,
        "face": restoration.face_id,
        "state": restoration.state.value,
        "stale": restoration.stale,
        "engine": restoration.engine,
        "references": list(restoration.references),
        "likeness": likeness_values(restoration.likeness),
    }


def _line(catalog: Catalog, restoration: Restoration) -> str:
    photo = catalog.photos.get(restoration.photo_id)
    state = restoration.state.value + (", out of date" if restoration.stale else "")
    name = _name(catalog, restoration)
    words = likeness_in_words(restoration.likeness, name) if restoration.likeness else name
    return f"{restoration.id}: {Path(photo.path).name} ({state}): {words}"


def _name(catalog: Catalog, restoration: Restoration) -> str:
    if restoration.person_id is None:
        return ""
    return catalog.people.get(restoration.person_id).name


def _decide(asked: argparse.Namespace, tools: Tools) -> int:
    decide = accept_restoration if asked.accepted else refuse_restoration
    for number in asked.results:
        tools.catalog.restorations.get(RestorationId(number))  # all of them, or none
    for number in asked.results:
        decide(tools.catalog, RestorationId(number))
    done = "accepted" if asked.accepted else "refused"
    tools.terminal.say(f"{len(asked.results)} {done}.")
    tools.terminal.result({done: asked.results})
    return 0
