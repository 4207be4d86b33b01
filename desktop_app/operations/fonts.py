"""Names the bundled fonts, in the order in which a letter is looked for in them."""

from pathlib import Path

from desktop_app.settings.places import resources

_FIRST = ("Inter-Regular.otf", "DroidSansFallback.ttf")  # Latin, Greek, Cyrillic; East Asia


def bundled_fonts(*, strong: bool = False) -> tuple[Path, ...]:
    """Inter first, then the scripts that it does not have, each in a font of its own."""
    folder = resources() / "fonts"
    first = ("Inter-SemiBold.otf", *_FIRST[1:]) if strong else _FIRST
    return tuple(folder / name for name in first) + tuple(sorted(folder.glob("NotoSans*.ttf")))
