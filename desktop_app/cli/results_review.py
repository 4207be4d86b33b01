"""`likeness results review`: drafts judged one by one, a letter each."""

import argparse
from functools import partial
from pathlib import Path

import numpy as np

from desktop_app.catalog.catalog import Catalog
from desktop_app.cli.judging import judge_each
from desktop_app.cli.named import person_named
from desktop_app.cli.tools import Tools
from desktop_app.domain.ids import RestorationId
from desktop_app.domain.photo import ColourMode, RgbImage, SourcePixels
from desktop_app.domain.restoration import RestorationState
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.encode import ExportSettings, encode_photo, format_of_suffix
from desktop_app.imaging.sheet import side_by_side
from desktop_app.operations.describe_export import describe_export
from desktop_app.operations.fonts import bundled_fonts
from desktop_app.operations.kept_restorations import (
    accept_restoration,
    open_restoration,
    preview,
    refuse_restoration,
)
from desktop_app.operations.likeness_words import likeness_in_words

_KEYS = "y accept, n keep the original, s skip, u undo, q quit"
_SIDE = 640  # pixels of the pictures before and after


def review_drafts(asked: argparse.Namespace, tools: Tools) -> int:
    """Asks about each draft, oldest first; in JSON only tells what waits."""
    catalog = tools.catalog
    person = person_named(catalog, asked.all_of).id if asked.all_of is not None else None
    drafts = sorted(catalog.restorations.ids(state=RestorationState.DRAFT, person_id=person))
    tools.terminal.result({"waiting": drafts})
    if tools.terminal.json_wanted:
        return 0
    if asked.pictures is not None:
        asked.pictures.mkdir(parents=True, exist_ok=True)
    waits = "One draft waits." if len(drafts) == 1 else f"{len(drafts)} drafts wait."
    tools.terminal.say(f"{waits} {_KEYS}" if drafts else "No draft waits.")

    def question(draft: RestorationId) -> str:
        picture = None if asked.pictures is None else asked.pictures / f"draft {draft}.png"
        if picture is not None and not picture.exists():
            write_picture(catalog, draft, picture, tools.max_pixels)
        return _question(catalog, draft, picture)

    answers = {
        "y": partial(accept_restoration, catalog),
        "n": partial(refuse_restoration, catalog),
    }
    decided = judge_each(drafts, question, answers, _KEYS, catalog, tools.terminal)
    tools.terminal.say(f"{decided} decided.")
    return 0


def write_picture(
    catalog: Catalog, restoration_id: RestorationId, path: Path, max_pixels: int
) -> None:
    """The face before and after on one sheet, labelled as an export is. Raises `NameTaken` ..."""
    opened = open_restoration(catalog, restoration_id, max_pixels)
    before, after = preview(opened, opened.restoration.settings)
    sheet = side_by_side(
        [(_square(before), "Before", ""), (_square(after), "After", "restored by a trained model")],
        bundled_fonts(),
        _SIDE,
    )
    photo = catalog.photos.get(opened.restoration.photo_id)
    said = describe_export(catalog, photo, [opened.restoration])
    about = ExportAbout(
        made_at=said.made_at,
        software=said.software,
        source_hash=said.source_hash,
        restorations=said.restorations,
    )
    settings = ExportSettings(format_of_suffix(path))
    encode_photo(SourcePixels(sheet, ColourMode.RGB), path, settings, about)


def _square(image: RgbImage) -> RgbImage:
    """The middle of the window around a face."""
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    return np.ascontiguousarray(image[top : top + side, left : left + side])


def _question(catalog: Catalog, draft: RestorationId, picture: Path | None) -> str:
    restoration = catalog.restorations.get(draft)
    photo = Path(catalog.photos.get(restoration.photo_id).path).name
    name = catalog.people.get(restoration.person_id).name if restoration.person_id else ""
    like = f": {likeness_in_words(restoration.likeness, name)}" if restoration.likeness else ""
    seen = f" See {picture}." if picture is not None else ""
    return f"Accept draft {draft}, {name} in {photo}{like}?{seen}"
