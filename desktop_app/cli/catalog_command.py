"""`likeness catalog`: is it sound, a copy made or brought back, a new one from the sidecars."""

import argparse
from pathlib import Path
from typing import Any

from desktop_app.catalog import newest_sound_backup, restore_backup
from desktop_app.catalog.catalog import Catalog
from desktop_app.cli.tools import Tools
from desktop_app.domain.errors import (
    BadRequest,
    CatalogDamaged,
    CatalogTooNew,
    FileVanished,
    NameTaken,
    NotKnown,
)
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.describe_faces import describe_faces_anew
from desktop_app.operations.import_names import import_names, photos_to_ask
from desktop_app.operations.index_folder import index_folder
from desktop_app.operations.look_closer import look_closer


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "catalog", help="check, back up, bring back or rebuild the catalog"
    )
    wishes = parser.add_subparsers(required=True, metavar="WISH")
    check = wishes.add_parser("check", parents=[common], help="look for damage")
    check.add_argument(
        "--mend",
        action="store_true",
        help="drop descriptions of faces that are damaged, and make them again from the photos",
    )
    check.set_defaults(command=_check)
    backup = wishes.add_parser("backup", parents=[common], help="write a sound copy")
    backup.add_argument("path", type=Path, metavar="FILE")
    backup.set_defaults(command=_backup)
    restore = wishes.add_parser(
        "restore",
        parents=[common],
        help="put a backup in the catalog's place; the catalog of now is set aside, not deleted",
    )
    restore.add_argument(
        "path", nargs="?", type=Path, metavar="FILE", help="none: the newest sound backup"
    )
    restore.set_defaults(command=_restore)
    rebuild = wishes.add_parser(
        "rebuild-from-sidecars",
        parents=[common],
        help="make a new catalog with the people that the files and sidecars name",
    )
    rebuild.add_argument("path", type=Path, metavar="FILE", help="the new catalog")
    rebuild.add_argument(
        "folders", nargs="*", type=Path, metavar="FOLDER", help="none: those of the catalog of now"
    )
    rebuild.set_defaults(command=_rebuild)


def _check(asked: argparse.Namespace, tools: Tools) -> int:
    if asked.mend and tools.catalog.faces.drop_damaged():
        report = tools.terminal.report("Describing faces")
        describe_faces_anew(tools.catalog, tools.eyes, report, tools.max_pixels)
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


def _restore(asked: argparse.Namespace, tools: Tools) -> int:
    path = tools.catalog_path
    backup = asked.path or newest_sound_backup(path)
    if backup is None:
        raise NotKnown(
            f"There is no sound backup beside {path}. Name one: likeness catalog restore FILE"
        )
    aside = restore_backup(path, backup)
    tools.terminal.say(f"The catalog is that of {backup.name} now.")
    if aside is not None:
        tools.terminal.say(f"What stood there before is at {aside}.")
    tools.terminal.result({"backup": str(backup), "set_aside": str(aside) if aside else None})
    return 0


def _folders_of_now(tools: Tools) -> list[Path]:
    try:
        return [Path(known.path) for known in tools.catalog_to_read.folders.all()]
    except (CatalogDamaged, CatalogTooNew, FileVanished) as error:
        raise BadRequest(
            "The catalog of now cannot tell its folders. Name them after the new catalog's file."
        ) from error


def _rebuild(asked: argparse.Namespace, tools: Tools) -> int:
    """The catalog of now is not touched; the user puts the new one in its place."""
    if asked.path.exists():
        raise NameTaken(f"{asked.path} is there already. Choose another name.")
    folders = asked.folders or _folders_of_now(tools)
    with Catalog.open(asked.path) as rebuilt:
        for folder in folders:
            folder_id, _ = add_folder(rebuilt, folder)
            for title, look in (("Indexing", index_folder), ("Looking closer", look_closer)):
                look(
                    rebuilt,
                    folder_id,
                    tools.eyes,
                    tools.thumbnails,
                    tools.terminal.report(title),
                    tools.max_pixels,
                )
        report = import_names(
            rebuilt,
            photos_to_ask(rebuilt),
            lambda: tools.eyes,
            tools.terminal.report("Reading names"),
            max_pixels=tools.max_pixels,
        )
        facts = rebuilt.facts()
    tools.terminal.say(
        f"{asked.path}: {facts.photos} photos, {facts.faces} faces, {report.new} of them named, "
        f"{facts.people} people."
    )
    for path, words in report.problems:
        tools.terminal.say(f"  {path}: {words}")
    tools.terminal.result(
        {
            "catalog": str(asked.path),
            "photos": facts.photos,
            "faces": facts.faces,
            "named": report.new,
            "people": facts.people,
            "problems": [{"photo": path, "words": words} for path, words in report.problems],
        }
    )
    return 0
