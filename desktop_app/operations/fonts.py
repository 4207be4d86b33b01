"""Chooses a bundled font that has the letters of some words."""

from pathlib import Path

from desktop_app.settings.places import resources

_FIRST_OF_EAST_ASIA = "\u2e80"  # Unicode: CJK radicals, and what follows


def font_for(words: str) -> Path:
    """Inter; for Chinese, Japanese and Korean the wide fallback font."""
    wide = any(sign >= _FIRST_OF_EAST_ASIA for sign in words)
    name = "DroidSansFallback.ttf" if wide else "Inter-Regular.otf"
    return resources() / "fonts" / name
