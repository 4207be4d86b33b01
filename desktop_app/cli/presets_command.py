"""`likeness presets`: one's own ways of writing photos, shared with the window."""

import argparse
from dataclasses import asdict, replace
from typing import Any

from desktop_app.cli.numbers import whole_number
from desktop_app.cli.tools import Tools
from desktop_app.domain.errors import BadRequest, NotKnown
from desktop_app.domain.names_like import names_like
from desktop_app.imaging.encode import DEEP
from desktop_app.operations.follow_preset import presets_at
from desktop_app.settings.export_presets import (
    FORMATS,
    MARKS,
    PAGES,
    ExportPreset,
    load_presets,
    save_presets,
    with_preset,
    without_preset,
)

_QUALITY = whole_number(1, 100)


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("presets", help="your own ways of writing photos")
    wishes = parser.add_subparsers(required=True, metavar="WISH")
    listing = wishes.add_parser("list", parents=[common], help="all presets, the built-in ones too")
    listing.set_defaults(command=_list)
    saving = wishes.add_parser("save", parents=[common], help="keep a preset under a name")
    saving.add_argument("name", metavar="NAME")
    add_choices(saving)
    saving.add_argument("--caption", action="store_true", help="say what was done as a caption")
    saving.set_defaults(command=_save)
    removing = wishes.add_parser("remove", parents=[common], help="forget a preset")
    removing.add_argument("name", metavar="NAME")
    removing.set_defaults(command=_remove)


def add_choices(parser: argparse.ArgumentParser) -> None:
    """The options that make up a preset; what is not given stays as the preset has it."""
    parser.add_argument("--format", choices=FORMATS)
    parser.add_argument("--bit-depth", choices=("source", "8", "16"), help="source: as the photo")
    parser.add_argument("--quality", type=_QUALITY, metavar="1-100", help="jpeg, webp and avif")
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--remove-place",
        dest="keep_place",
        action="store_false",
        default=None,
        help="leave GPS out",
    )
    place.add_argument("--keep-place", dest="keep_place", action="store_true")
    parser.add_argument(
        "--mark",
        choices=MARKS,
        help="words in the picture itself: a small one in its corner, or what was done, below it",
    )
    parser.add_argument(
        "--page", choices=("none", *PAGES[1:]), help="a page before and after, beside each export"
    )


def chosen(asked: argparse.Namespace, preset: ExportPreset) -> ExportPreset:
    """The preset with what was asked for in its place. Raises `BadRequest`."""
    changes: dict[str, Any] = {}
    if asked.format is not None:
        changes["file_format"] = asked.format
    if asked.bit_depth is not None:
        changes["bit_depth"] = None if asked.bit_depth == "source" else int(asked.bit_depth)
    if asked.quality is not None:
        changes["quality"] = asked.quality
    if asked.keep_place is not None:
        changes["keep_place"] = asked.keep_place
    if asked.mark is not None:
        changes["mark"] = asked.mark
    if asked.page is not None:
        changes["page"] = "" if asked.page == "none" else asked.page
    made = replace(preset, **changes)
    if made.bit_depth == 16 and made.file_format not in DEEP and asked.bit_depth is not None:
        raise BadRequest("Only PNG and TIFF can hold 16 bits. Choose one of them, or 8.")
    return made


def preset_named(tools: Tools, name: str) -> ExportPreset:
    """Raises `NotKnown`, with the names that are near."""
    known = {preset.name.casefold(): preset for preset in presets_at(tools.places.export_presets)}
    found = known.get(" ".join(name.split()).casefold())
    if found is None:
        near = names_like(name, [preset.name for preset in known.values()])
        raise NotKnown(f"There is no preset called {name}.{near} See: likeness presets list")
    return found


def _list(asked: argparse.Namespace, tools: Tools) -> int:
    presets = presets_at(tools.places.export_presets)
    for preset in presets:
        tools.terminal.say(f"{preset.name}: {_in_words(preset)}")
    tools.terminal.result({"presets": [asdict(preset) for preset in presets]})
    return 0


def _save(asked: argparse.Namespace, tools: Tools) -> int:
    preset = replace(chosen(asked, ExportPreset(asked.name)), caption=asked.caption)
    kept = with_preset(load_presets(tools.places.export_presets), preset)
    save_presets(tools.places.export_presets, kept)
    tools.terminal.say(f"Kept as {kept[-1].name}: {_in_words(kept[-1])}")
    tools.terminal.result({"saved": asdict(kept[-1])})
    return 0


def _remove(asked: argparse.Namespace, tools: Tools) -> int:
    found = preset_named(tools, asked.name)
    kept = load_presets(tools.places.export_presets)
    rest = without_preset(kept, found.name)
    if len(rest) == len(kept):
        raise BadRequest(f"{found.name} comes with the application and stays.")
    save_presets(tools.places.export_presets, rest)
    tools.terminal.say(f"{found.name} is forgotten.")
    tools.terminal.result({"removed": found.name})
    return 0


def _in_words(preset: ExportPreset) -> str:
    parts = [preset.file_format.upper()]
    if preset.file_format in DEEP:
        parts += ["bits as the photo" if preset.bit_depth is None else f"{preset.bit_depth} bits"]
    else:
        parts += [f"quality {preset.quality}"]
    parts += ["with the place" if preset.keep_place else "without the place"]
    parts += ["caption"] * preset.caption
    parts += [f"mark: {preset.mark}"] * (preset.mark != "none")
    parts += [f"page: {preset.page}"] * bool(preset.page)
    return ", ".join(parts)
