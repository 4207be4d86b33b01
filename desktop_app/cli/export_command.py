"""`likeness export`: writes accepted restorations into new files."""

import argparse
from pathlib import Path
from typing import Any

from desktop_app.cli.people_command import person_named
from desktop_app.cli.tools import Tools
from desktop_app.domain.errors import BadRequest, NotKnown
from desktop_app.domain.ids import PhotoId
from desktop_app.imaging.encode import SUFFIX_OF, ExportSettings, format_of_suffix
from desktop_app.imaging.mark import Mark, MarkPlace
from desktop_app.imaging.xmp import what_was_done
from desktop_app.operations.describe_export import describe_export
from desktop_app.operations.export_photos import ExportRequest, PageWish, export_photos
from desktop_app.operations.kept_restorations import accepted_of_photo


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "export",
        parents=[common],
        help="write accepted restorations",
        description="Writes PHOTO with its accepted restorations to --out, or all photos of a "
        "person (--all-of NAME) into --folder. Originals are never written.",
    )
    parser.add_argument("photo", nargs="?", type=Path, metavar="PHOTO")
    parser.add_argument("--out", type=Path, metavar="FILE")
    parser.add_argument("--all-of", metavar="NAME")
    parser.add_argument("--folder", type=Path, metavar="FOLDER")
    parser.add_argument("--format", choices=tuple(SUFFIX_OF), default="jpeg")
    parser.add_argument("--bit-depth", type=int, choices=(8, 16), help="none: as the photo")
    parser.add_argument("--quality", type=int, default=92, metavar="1-100")
    parser.add_argument("--remove-place", action="store_true", help="leave GPS coordinates out")
    parser.add_argument("--caption", metavar="WORDS", default="", help="written into the file")
    parser.add_argument(
        "--mark",
        choices=("none", "corner", "caption"),
        default="none",
        help="words in the picture itself: a small one in its corner, or what was done, below it",
    )
    parser.add_argument(
        "--page", choices=("pdf", "jpg", "png"), help="a page before and after, beside each export"
    )
    parser.add_argument("--overwrite", action="store_true")
    parser.set_defaults(command=_export)


def _export(asked: argparse.Namespace, tools: Tools) -> int:
    requests = _of_person(asked, tools) if asked.all_of is not None else _of_photo(asked, tools)
    outcomes = export_photos(
        tools.catalog_to_read, requests, tools.terminal.report("Exporting"), tools.max_pixels
    )
    for outcome in outcomes:
        if outcome.problem is None:
            tools.terminal.say(str(outcome.request.path))
        elif not tools.terminal.json_wanted:
            tools.terminal.complain(str(outcome.problem))
    tools.terminal.result(
        {
            "exported": [str(o.request.path) for o in outcomes if o.problem is None],
            "failed": [
                {"path": str(o.request.path), "reason": str(o.problem)}
                for o in outcomes
                if o.problem is not None
            ],
        }
    )
    return int(any(outcome.problem is not None for outcome in outcomes))


def _settings(asked: argparse.Namespace, tools: Tools, file_format: str) -> ExportSettings:
    return ExportSettings(
        file_format=file_format,
        bit_depth=asked.bit_depth,
        quality=asked.quality,
        keep_place=tools.settings.keep_place and not asked.remove_place,
        overwrite=asked.overwrite,
    )


def _of_photo(asked: argparse.Namespace, tools: Tools) -> list[ExportRequest]:
    if asked.photo is None or asked.out is None:
        raise BadRequest("Name a photo and where to write it: export PHOTO --out FILE")
    photo = tools.catalog_to_read.photos.by_path(asked.photo.absolute())
    if photo is None:
        raise NotKnown(f"{asked.photo.name} is not in the catalog. Index its folder first.")
    settings = _settings(asked, tools, format_of_suffix(asked.out))
    request = _request(asked, tools, photo.id, asked.out, settings)
    if not request.restoration_ids:
        raise BadRequest(
            f"No restoration of {asked.photo.name} is accepted yet. See: likeness results list"
        )
    return [request]


def _of_person(asked: argparse.Namespace, tools: Tools) -> list[ExportRequest]:
    if asked.folder is None:
        raise BadRequest("Say where to write: export --all-of NAME --folder FOLDER")
    catalog = tools.catalog_to_read
    person = person_named(catalog, asked.all_of)
    asked.folder.mkdir(parents=True, exist_ok=True)
    settings = _settings(asked, tools, asked.format)
    photos = dict.fromkeys(
        catalog.restorations.get(i).photo_id for i in catalog.restorations.ids(person_id=person.id)
    )
    requests = []
    for photo_id in photos:
        stem = Path(catalog.photos.get(photo_id).path).stem
        path = asked.folder / f"{stem} restored{SUFFIX_OF[asked.format]}"
        request = _request(asked, tools, photo_id, path, settings)
        if request.restoration_ids:
            requests.append(request)
    return requests


def _request(
    asked: argparse.Namespace, tools: Tools, photo_id: PhotoId, path: Path, settings: ExportSettings
) -> ExportRequest:
    catalog = tools.catalog_to_read
    accepted = accepted_of_photo(catalog, photo_id)
    mark = None
    if asked.mark == "corner":
        mark = Mark(MarkPlace.CORNER, "Restored")
    elif asked.mark == "caption" and accepted:
        notes = describe_export(catalog, catalog.photos.get(photo_id), accepted).restorations
        mark = Mark(MarkPlace.CAPTION, asked.caption or what_was_done(notes))
    page = PageWish(f".{asked.page}") if asked.page else None
    ids = tuple(restoration.id for restoration in accepted)
    return ExportRequest(photo_id, ids, path, settings, asked.caption, mark, page)
