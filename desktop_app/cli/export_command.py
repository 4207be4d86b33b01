"""`likeness export`: writes accepted restorations into new files."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop_app.cli.named import person_named, photo_named
from desktop_app.cli.presets_command import add_choices, chosen, preset_named
from desktop_app.cli.signing import add_signing, signed_values, signed_words, signing_asked
from desktop_app.cli.terminal_words import date_in_words
from desktop_app.cli.tools import Tools
from desktop_app.domain.errors import BadRequest
from desktop_app.domain.ids import PhotoId
from desktop_app.imaging.credential import CredentialFiles, read_credential
from desktop_app.imaging.encode import LOSSLESS, SUFFIX_OF, format_of_suffix
from desktop_app.imaging.xmp import what_was_done
from desktop_app.operations.describe_export import describe_export
from desktop_app.operations.export_names import file_names, free_name
from desktop_app.operations.export_photos import Exported, ExportRequest, PageWish, export_photos
from desktop_app.operations.follow_preset import mark_of, page_of, settings_of
from desktop_app.operations.kept_restorations import accepted_of_photo
from desktop_app.settings.export_presets import ExportPreset

_PROMISE = PageWish.illustration


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "export",
        parents=[common],
        help="write accepted restorations",
        description="Writes PHOTO with its accepted restorations to --out, or several photos, or "
        "all of a person (--all-of NAME), into --folder. Originals are never written.",
        epilog="Exit codes: 0 all is written (or left out as asked), 1 something could not be, "
        "2 wrong arguments, 130 stopped. The format is that of --out's ending, or --format.",
    )
    parser.add_argument("photos", nargs="*", type=Path, metavar="PHOTO")
    parser.add_argument("--out", type=Path, metavar="FILE", help="for a single photo")
    parser.add_argument("--all-of", metavar="NAME", help="all accepted photos of this person")
    parser.add_argument("--folder", type=Path, metavar="FOLDER")
    parser.add_argument("--preset", metavar="NAME", help="see: likeness presets list")
    add_choices(parser)
    parser.add_argument(
        "--caption",
        nargs="?",
        const="",
        metavar="WORDS",
        help="written into the file; without words it says what was done",
    )
    parser.add_argument(
        "--if-taken",
        choices=("stop", "keep-both", "skip", "replace"),
        help="where a file of that name is there (stop); originals are never replaced",
    )
    parser.add_argument("--overwrite", action="store_true", help="the same as --if-taken replace")
    add_signing(parser)
    parser.set_defaults(command=_export)


def _export(asked: argparse.Namespace, tools: Tools) -> int:
    taken = asked.if_taken or ("replace" if asked.overwrite else "stop")
    preset, signing = _preset(asked, tools), signing_asked(asked, tools)
    if signing is not None:
        read_credential(signing)  # what cannot sign is said once, before the work
    targets = _targets(asked, tools, preset)
    skipped: list[Path] = []
    requests: list[ExportRequest] = []
    for photo_id, path in targets:
        if path.exists() and taken == "skip":
            skipped.append(path)
            continue
        if taken == "keep-both":
            path = free_name(path, [request.path for request in requests])
        request = _request(asked, tools, preset, photo_id, path, signing)
        if taken == "replace":
            request = replace(request, settings=replace(request.settings, overwrite=True))
        requests.append(request)
    outcomes = export_photos(
        tools.catalog_to_read, requests, tools.terminal.report("Exporting"), tools.max_pixels
    )
    _answer(tools, outcomes, skipped)
    return int(any(outcome.problem is not None for outcome in outcomes))


def _answer(tools: Tools, outcomes: Sequence[Exported], skipped: Sequence[Path]) -> None:
    written = [outcome for outcome in outcomes if outcome.problem is None]
    for outcome in written:
        request = outcome.request
        anew = "" if request.settings.file_format in LOSSLESS else " (encoded anew, with loss)"
        tools.terminal.say(f"{request.path}{anew}")
        if request.page_path is not None:
            tools.terminal.say(str(request.page_path))
    for path in skipped:
        tools.terminal.say(f"{path}: there already, left out")
    for outcome in outcomes:
        if outcome.problem is not None and not tools.terminal.json_wanted:
            tools.terminal.complain(str(outcome.problem))
    signed = next((outcome.signed for outcome in written if outcome.signed), None)
    if signed is not None:
        tools.terminal.say(signed_words(signed))
    tools.terminal.result(
        {
            "exported": [str(o.request.path) for o in written],
            "pages": [str(o.request.page_path) for o in written if o.request.page_path],
            "lossless": _all_lossless(written),
            "signed": signed_values(signed),
            "skipped": [str(path) for path in skipped],
            "failed": [
                {
                    "path": str(o.request.path),
                    "reason": str(o.problem),
                    "kind": type(o.problem).__name__,
                }
                for o in outcomes
                if o.problem is not None
            ],
        }
    )


def _all_lossless(written: Sequence[Exported]) -> bool | None:
    """None where nothing was written."""
    if not written:
        return None
    return all(outcome.request.settings.file_format in LOSSLESS for outcome in written)


def _preset(asked: argparse.Namespace, tools: Tools) -> ExportPreset:
    """The named preset, or what the settings say, with what was asked for besides."""
    if asked.preset is not None:
        preset = preset_named(tools, asked.preset)
    else:
        preset = ExportPreset("", keep_place=tools.settings.keep_place)
    preset = chosen(asked, preset)
    if asked.out is None:
        return preset
    file_format = format_of_suffix(asked.out)
    named = asked.preset is not None or asked.format is not None
    if named and preset.file_format != file_format:
        raise BadRequest(
            f"{asked.out.name} ends otherwise than {preset.file_format} files do "
            f"({SUFFIX_OF[preset.file_format]}). Change one of them."
        )
    return replace(preset, file_format=file_format)


def _targets(
    asked: argparse.Namespace, tools: Tools, preset: ExportPreset
) -> list[tuple[PhotoId, Path]]:
    """What goes where; photos without an accepted restoration are told before anything is made."""
    catalog = tools.catalog_to_read
    if asked.all_of is not None:
        if asked.photos or asked.out is not None:
            raise BadRequest("Take either photos or --all-of NAME, which goes into a --folder.")
        person = person_named(catalog, asked.all_of)
        kept = catalog.restorations.ids(person_id=person.id)
        photos = list(dict.fromkeys(catalog.restorations.get(i).photo_id for i in kept))
        photos = [photo for photo in photos if accepted_of_photo(catalog, photo)]
        if not photos:
            raise BadRequest(
                f"No restoration of {person.name} is accepted yet. See: likeness results list"
            )
    else:
        photos = [_photo(tools, path) for path in asked.photos]
    if asked.out is not None:
        if len(photos) != 1:
            raise BadRequest("--out takes one photo. For several, name a --folder.")
        return [(photos[0], asked.out)]
    if not photos:
        raise BadRequest("Name a photo and where to write it: export PHOTO --out FILE")
    if asked.folder is None:
        raise BadRequest("Say where to write: --folder FOLDER, or --out FILE for one photo.")
    asked.folder.mkdir(parents=True, exist_ok=True)
    sources = [catalog.photos.get(photo).path for photo in photos]
    names = file_names(sources, "restored", preset.file_format)
    return [(photo, asked.folder / name) for photo, name in zip(photos, names, strict=True)]


def _photo(tools: Tools, path: Path) -> PhotoId:
    photo = photo_named(tools.catalog_to_read, path)
    if not accepted_of_photo(tools.catalog_to_read, photo.id):
        raise BadRequest(
            f"No restoration of {path.name} is accepted yet. See: likeness results list"
        )
    return photo.id


def _request(
    asked: argparse.Namespace,
    tools: Tools,
    preset: ExportPreset,
    photo_id: PhotoId,
    path: Path,
    signing: CredentialFiles | None,
) -> ExportRequest:
    catalog = tools.catalog_to_read
    photo, accepted = catalog.photos.get(photo_id), accepted_of_photo(catalog, photo_id)
    done = what_was_done(describe_export(catalog, photo, accepted).restorations)
    said = asked.caption or f"{done} {_PROMISE}"
    return ExportRequest(
        photo_id,
        tuple(restoration.id for restoration in accepted),
        path,
        settings_of(preset),
        caption=said if preset.caption or asked.caption is not None else "",
        mark=mark_of(preset, "Restored", said),
        page=page_of(preset, date_in_words(photo.taken)),
        signing=signing,
    )
