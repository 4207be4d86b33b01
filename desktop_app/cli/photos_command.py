"""`likeness photos`: which photos there are, when they were taken, which way up they are."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import PhotoFilter
from desktop_app.cli.numbers import year
from desktop_app.cli.terminal_words import counted
from desktop_app.cli.tools import Tools
from desktop_app.domain.errors import NotKnown
from desktop_app.domain.ids import PhotoId
from desktop_app.operations.date_photos import date_typed


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("photos", help="list, date and turn photos of the library")
    wishes = parser.add_subparsers(required=True, metavar="WISH")

    def wish(name: str, command: Any, words: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = wishes.add_parser(name, parents=[common], help=words)
        added.set_defaults(command=command)
        return added

    listed = wish("list", _list, "photos, oldest first; those without a date last")
    listed.add_argument("--from", dest="from_year", type=year, metavar="YEAR")
    listed.add_argument("--to", dest="to_year", type=year, metavar="YEAR")
    listed.add_argument("--without-date", action="store_true")
    listed.add_argument("--vague", action="store_true", help="known, but not to the day")
    dated = wish("date", _date, "say when photos were taken, as exactly as you know")
    dated.add_argument(
        "when", metavar="WHEN", help="1952-05-03, 1952-05, 1952, 1950s, 'about 1952', 1948-1955"
    )
    dated.add_argument("photos", nargs="+", type=Path, metavar="PHOTO", help="files, or folders")
    turned = wish("turn", _turn, "turn photos in the catalog; the files stay as they are")
    turned.add_argument("degrees", type=int, choices=(90, 180, 270), help="clockwise")
    turned.add_argument("photos", nargs="+", type=Path, metavar="PHOTO", help="files, or folders")


def _list(asked: argparse.Namespace, tools: Tools) -> int:
    catalog = tools.catalog_to_read
    wanted = PhotoFilter(
        from_year=asked.from_year,
        to_year=asked.to_year,
        date_unknown=True if asked.without_date else None,
        date_vague=True if asked.vague else None,
    )
    rows = []
    for photo in catalog.photos.many(catalog.photos.ids(wanted)):
        first, last = photo.taken.earliest, photo.taken.latest
        rows.append(
            {
                "photo": photo.path,
                "precision": photo.taken.precision.value,
                "earliest": None if first is None else first.isoformat(),
                "latest": None if last is None else last.isoformat(),
                "turned": photo.turned,
            }
        )
        span = "no date" if first is None else f"{first} to {last}" if first != last else str(first)
        tools.terminal.say(f"{photo.path}: {span}")
    tools.terminal.result({"photos": rows})
    return 0


def _date(asked: argparse.Namespace, tools: Tools) -> int:
    taken = date_typed(asked.when)
    photos = _photos(tools.catalog, asked.photos)
    tools.catalog.photos.set_date(photos, taken)
    return _say_done(tools, f"{counted(len(photos), 'photo')} dated.", len(photos))


def _turn(asked: argparse.Namespace, tools: Tools) -> int:
    photos = _photos(tools.catalog, asked.photos)
    tools.catalog.photos.turn(photos, asked.degrees)
    return _say_done(tools, f"{counted(len(photos), 'photo')} turned.", len(photos))


def _photos(catalog: Catalog, paths: Iterable[Path]) -> list[PhotoId]:
    """The photos of these files, and all below these folders. Raises `NotKnown`."""
    found: list[PhotoId] = []
    for path in paths:
        absolute = path.absolute()
        photo = catalog.photos.by_path(absolute)
        if photo is not None:
            found.append(photo.id)
            continue
        below = [
            one.id
            for one in catalog.photos.many(catalog.photos.ids())
            if Path(one.path).is_relative_to(absolute)
        ]
        if not below:
            raise NotKnown(f"{path} is not in the library. Index its folder first.")
        found += below
    return list(dict.fromkeys(found))


def _say_done(tools: Tools, words: str, count: int) -> int:
    tools.terminal.say(f"{words} Taken back by: likeness people undo")
    tools.terminal.result({"done": words, "count": count})
    return 0
