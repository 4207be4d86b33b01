"""The user's own ways of writing photos, each under a name: kept beside the settings."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from desktop_app.domain.errors import BadRequest
from desktop_app.domain.private_folder import private_folder
from desktop_app.domain.whole_file import write_whole

FORMATS = ("tiff", "png", "jpeg", "webp", "avif")
MARKS = ("none", "corner", "caption")
PAGES = ("", "pdf", "jpg", "png")
LONGEST_NAME = 60
MOST = 50


@dataclass(frozen=True)
class ExportPreset:
    """A purpose, and what it stands for."""

    name: str
    file_format: str = "jpeg"  # one of FORMATS
    bit_depth: int | None = None  # 8 or 16; None as in the source
    quality: int = 92  # 1 to 100, for lossy formats
    keep_place: bool = True
    caption: bool = False  # whether what was done is written as a caption, too
    mark: str = "none"  # one of MARKS: words in the pixels themselves
    page: str = ""  # one of PAGES: a page before and after, beside the export


BUILT_IN = (
    ExportPreset("archive", "tiff"),
    ExportPreset("family", "jpeg", 8),
    ExportPreset("web", "webp", 8, 85, keep_place=False),
)
"""What everybody has; their names are the command line's, the window says them in its language."""


def load_presets(path: Path) -> tuple[ExportPreset, ...]:
    """The user's own presets; what is damaged or out of bounds is left out."""
    try:
        kept = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return ()
    if not isinstance(kept, list):
        return ()
    sound = [preset for preset in map(_preset, kept[:MOST]) if preset is not None]
    return tuple({preset.name.casefold(): preset for preset in sound}.values())


def save_presets(path: Path, presets: Sequence[ExportPreset]) -> None:
    """Raises `DiskFull` or `NotPermitted`."""
    private_folder(path.parent)
    with write_whole(path, mode=0o600) as file:
        file.write(json.dumps([asdict(preset) for preset in presets], indent=1).encode())


def with_preset(presets: Sequence[ExportPreset], preset: ExportPreset) -> tuple[ExportPreset, ...]:
    """The presets with this one, in place of one of its name.

    Raises `BadRequest` for a name that is empty, too long or one of the built-in ones.
    """
    name = _spelled(preset.name)
    if name is None:
        raise BadRequest(f"A preset needs a name of 1 to {LONGEST_NAME} letters.")
    if name.casefold() in (known.name for known in BUILT_IN):
        raise BadRequest(f"{name} comes with the application and stays. Choose another name.")
    others = without_preset(presets, name)
    if len(others) >= MOST:
        raise BadRequest(f"There are {MOST} presets already. Remove one first.")
    return (*others, ExportPreset(**{**asdict(preset), "name": name}))


def without_preset(presets: Sequence[ExportPreset], name: str) -> tuple[ExportPreset, ...]:
    return tuple(kept for kept in presets if kept.name.casefold() != name.casefold())


@dataclass(frozen=True)
class PresetChange:
    """A preset to `keep` under its name, a name to `forget`; both together rename."""

    keep: ExportPreset | None = None
    forget: str = ""


def change_presets(path: Path, change: PresetChange) -> tuple[ExportPreset, ...]:
    """The user's own presets after the change, which is kept at `path`.

    Raises `BadRequest` for a name that cannot be given (see `with_preset`) or that another preset
    has when one is renamed; `DiskFull`, `NotPermitted`.
    """
    presets: Sequence[ExportPreset] = load_presets(path)
    if change.forget:
        presets = without_preset(presets, change.forget)
    if change.keep is not None:
        after = with_preset(presets, change.keep)
        if change.forget and len(after) == len(presets):
            raise BadRequest(f"There is a preset {change.keep.name} already. Choose another name.")
        presets = after
    save_presets(path, presets)
    return tuple(presets)


def _spelled(name: str) -> str | None:
    """The name without needless spaces; None where it is none."""
    name = " ".join(name.split())
    return name if name and len(name) <= LONGEST_NAME and name.isprintable() else None


def _preset(kept: Any) -> ExportPreset | None:
    if not isinstance(kept, dict):
        return None
    known = {field.name: kept[field.name] for field in fields(ExportPreset) if field.name in kept}
    try:
        preset = ExportPreset(**known)
    except TypeError:
        return None
    sound = (
        isinstance(preset.name, str)
        and preset.name == _spelled(preset.name)
        and preset.name.casefold() not in (built_in.name for built_in in BUILT_IN)
        and preset.file_format in FORMATS
        and (preset.bit_depth is None or type(preset.bit_depth) is int)
        and preset.bit_depth in (None, 8, 16)
        and not (preset.bit_depth == 16 and preset.file_format not in ("tiff", "png"))
        and type(preset.quality) is int
        and 1 <= preset.quality <= 100
        and type(preset.keep_place) is bool
        and type(preset.caption) is bool
        and preset.mark in MARKS
        and preset.page in PAGES
    )
    return preset if sound else None
