"""Turns a preset for exports into what writing a photo needs."""

from pathlib import Path

from desktop_app.imaging.encode import ExportSettings
from desktop_app.imaging.mark import Mark, MarkPlace
from desktop_app.operations.export_photos import PageWish
from desktop_app.settings.export_presets import BUILT_IN, ExportPreset, load_presets


def presets_at(path: Path) -> tuple[ExportPreset, ...]:
    """The built-in presets, then the user's own kept at `path`."""
    return (*BUILT_IN, *load_presets(path))


def settings_of(preset: ExportPreset, *, overwrite: bool = False) -> ExportSettings:
    return ExportSettings(
        preset.file_format,
        preset.bit_depth,
        preset.quality,
        keep_place=preset.keep_place,
        overwrite=overwrite,
    )


def mark_of(preset: ExportPreset, corner: str, caption: str) -> Mark | None:
    """The words for the pixels themselves: a short one for the corner, or all of it below."""
    if preset.mark == "none":
        return None
    place = MarkPlace(preset.mark)
    return Mark(place, caption if place is MarkPlace.CAPTION else corner)


def page_of(preset: ExportPreset, taken: str = "") -> PageWish | None:
    """The page beside the export, in English; `taken` is when, in words."""
    return PageWish(f".{preset.page}", taken=taken) if preset.page else None
