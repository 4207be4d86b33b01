"""`likeness faces`: names taken from the files of other programs, and written into sidecars."""

import argparse
from pathlib import Path
from typing import Any

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import PhotoFilter
from desktop_app.cli.tools import Tools
from desktop_app.domain.errors import NotKnown
from desktop_app.domain.ids import FolderId, PhotoId
from desktop_app.imaging.face_tags.picasa import read_contacts
from desktop_app.operations.group_faces import regroup_people
from desktop_app.operations.import_names import (
    NameOutcome,
    NamesReport,
    import_names,
    photos_to_ask,
)
from desktop_app.operations.suggest_people import suggest_people
from desktop_app.operations.write_sidecars import write_sidecars


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "faces", help="names from other programs' files, and into sidecars"
    )
    wishes = parser.add_subparsers(required=True, metavar="WISH")
    importing = wishes.add_parser(
        "import",
        parents=[common],
        help="take the names that digiKam, Lightroom, Windows, Picasa or ACDSee wrote",
    )
    _add_photos(importing)
    importing.add_argument(
        "--contacts", type=Path, metavar="FILE", help="Picasa's contacts.xml, where names lack"
    )
    importing.set_defaults(command=_import)
    exporting = wishes.add_parser(
        "export",
        parents=[common],
        help="write confirmed names into sidecars (photo.jpg.xmp); photos are never written",
    )
    _add_photos(exporting)
    exporting.add_argument(
        "--update", action="store_true", help="only sidecars that Likeness wrote before"
    )
    exporting.set_defaults(command=_export)


def _add_photos(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "photos", nargs="*", type=Path, metavar="PHOTO", help="none: all photos of the library"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="the photos in this folder of the library and below; may be repeated",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done")


def _import(asked: argparse.Namespace, tools: Tools) -> int:
    contacts = read_contacts(asked.contacts) if asked.contacts is not None else None
    catalog = tools.catalog_to_read if asked.dry_run else tools.catalog
    report = import_names(
        catalog,
        _wanted(catalog, asked),
        lambda: tools.eyes,
        tools.terminal.report("Reading names"),
        contacts=contacts,
        dry_run=asked.dry_run,
        max_pixels=tools.max_pixels,
    )
    if report.changes:
        model = tools.eyes.embedder.id
        suggest_people(catalog, model, tools.terminal.report("Suggesting"))
        regroup_people(catalog, model, tools.terminal.report("Grouping"))
    _say_import(report, tools, asked.dry_run)
    return 0


def _say_import(report: NamesReport, tools: Tools, dry_run: bool) -> None:
    drawn, known = report.count(NameOutcome.DRAWN), report.count(NameOutcome.KNOWN)
    done = "would be named" if dry_run else "named"
    tools.terminal.say(
        f"{report.new} faces {done} ({drawn} of them not found before), {known} known already, "
        f"in {report.photos} photos."
    )
    for name, faces in report.people:
        tools.terminal.say(f"  {name}: {faces}")
    for one in report.found:
        if one.words:
            tools.terminal.say(f"  {one.path}: {one.words}")
    for path, words in report.problems:
        tools.terminal.say(f"  {path}: {words}")
    tools.terminal.result(
        {
            "photos": report.photos,
            "dry_run": dry_run,
            **{outcome.value: report.count(outcome) for outcome in NameOutcome},
            "people": dict(report.people),
            "names": [
                {
                    "photo": one.path,
                    "name": one.name,
                    "outcome": one.outcome.value,
                    "source": one.source,
                    "words": one.words,
                }
                for one in report.found
            ],
            "problems": [{"photo": path, "words": words} for path, words in report.problems],
        }
    )


def _export(asked: argparse.Namespace, tools: Tools) -> int:
    catalog = tools.catalog_to_read
    report = write_sidecars(
        catalog,
        _wanted(catalog, asked),
        tools.terminal.report("Writing names"),
        only_kept=asked.update,
        dry_run=asked.dry_run,
    )
    done = "would change" if asked.dry_run else "changed"
    tools.terminal.say(
        f"{len(report.written)} sidecars {done}; {report.faces} named faces in {report.photos} "
        "photos looked at."
    )
    for path, words in report.problems:
        tools.terminal.say(f"  {path}: {words}")
    tools.terminal.result(
        {
            "photos": report.photos,
            "dry_run": asked.dry_run,
            "faces": report.faces,
            "written": list(report.written),
            "problems": [{"photo": path, "words": words} for path, words in report.problems],
        }
    )
    return 1 if report.problems else 0


def _wanted(catalog: Catalog, asked: argparse.Namespace) -> list[PhotoId]:
    """The photos asked for, once each. Raises `NotKnown` for what the library does not hold."""
    if not asked.photos and not asked.folder:
        return photos_to_ask(catalog)
    wanted: dict[PhotoId, None] = {}
    for path in asked.photos:
        photo = catalog.photos.by_path(path.absolute())
        if photo is None:
            raise NotKnown(
                f"{path} is not in the library. Index its folder first: likeness index FOLDER"
            )
        wanted[photo.id] = None
    for folder in asked.folder:
        wanted.update(dict.fromkeys(_in_folder(catalog, folder)))
    return list(wanted)


def _in_folder(catalog: Catalog, folder: Path) -> list[PhotoId]:
    below = [folder.absolute(), folder.resolve()]
    found = []
    for known in catalog.folders.all():
        root = Path(known.path)
        if any(root.is_relative_to(path) or path.is_relative_to(root) for path in below):
            found += _below(catalog, known.id, below)
    if not found:
        raise NotKnown(
            f"The library holds no photos of {folder}. Index it first: likeness index {folder}"
        )
    return found


def _below(catalog: Catalog, folder_id: FolderId, folders: list[Path]) -> list[PhotoId]:
    photos = catalog.photos.many(catalog.photos.ids(PhotoFilter(folder_id=folder_id)))
    return [
        photo.id
        for photo in photos
        if any(Path(photo.path).is_relative_to(folder) for folder in folders)
    ]
