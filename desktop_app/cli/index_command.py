"""`likeness index`: brings folders of photos into the catalog."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop_app.cli.tools import Tools
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import BadRequest, FileVanished
from desktop_app.domain.ids import FolderId
from desktop_app.domain.photo import PhotoState
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.describe_faces import describe_faces_anew
from desktop_app.operations.group_faces import regroup_people
from desktop_app.operations.index_folder import index_folder
from desktop_app.operations.look_closer import look_closer
from desktop_app.operations.suggest_people import suggest_people


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "index", parents=[common], help="index folders of photos, in place and read-only"
    )
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="FOLDER", help="none: all folders of the library"
    )
    parser.add_argument(
        "--quick", action="store_true", help="leave out the closer look for small faces"
    )
    parser.set_defaults(command=_index)


def _index(asked: argparse.Namespace, tools: Tools) -> int:
    catalog = tools.catalog
    wanted = [add_folder(catalog, folder)[0] for folder in asked.folders]
    wanted = wanted or [folder.id for folder in catalog.folders.all()]
    if not wanted:
        raise BadRequest("The library has no folders yet. Name one: likeness index FOLDER")
    offline = []
    for folder_id in wanted:
        try:
            index_folder(
                catalog,
                folder_id,
                tools.eyes,
                tools.thumbnails,
                tools.terminal.report("Indexing"),
                tools.max_pixels,
            )
        except FileVanished as gone:
            offline.append(str(gone))
    describe_faces_anew(catalog, tools.eyes, tools.terminal.report("Describing"), tools.max_pixels)
    _compare(tools)
    if not asked.quick and _look_closer(wanted, tools):
        _compare(tools)
    left = sum(catalog.photos.closer_looks_left(folder_id) for folder_id in wanted)
    facts = catalog.facts()
    failed = catalog.photos.failed()
    tools.terminal.say(
        f"{facts.photos} photos, {facts.faces} faces, {facts.people} people in the catalog."
    )
    if left:
        tools.terminal.say(f"{left} of them can still be looked at more closely.")
    for photo in failed:
        tools.terminal.say(f"  not read: {photo.path}: {photo.reason}")
    for words in offline:
        tools.terminal.complain(words)
    tools.terminal.result(
        {
            "photos": facts.photos,
            "faces": facts.faces,
            "people": facts.people,
            "failed": [{"path": photo.path, "reason": photo.reason} for photo in failed],
            "missing": sum(
                1
                for folder_id in wanted
                for file in catalog.photos.known_files(folder_id).values()
                if file.state is PhotoState.MISSING
            ),
            "offline": offline,
            "closer_looks_left": left,
        }
    )
    return 1 if offline and len(offline) == len(wanted) else 0


def _look_closer(wanted: Sequence[FolderId], tools: Tools) -> bool:
    """Whether faces were found."""
    changes = CatalogChanges()
    for folder_id in wanted:
        if tools.catalog.photos.closer_looks_left(folder_id):
            changes |= look_closer(
                tools.catalog,
                folder_id,
                tools.eyes,
                tools.thumbnails,
                tools.terminal.report("Looking closer"),
                tools.max_pixels,
            )
    return bool(changes.faces)


def _compare(tools: Tools) -> None:
    model = tools.eyes.embedder.id
    suggest_people(tools.catalog, model, tools.terminal.report("Suggesting"))
    regroup_people(tools.catalog, model, tools.terminal.report("Grouping"))
