"""The user's choices, each with the title and the help that a screen shows beside it."""

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from desktop_app.domain.private_folder import private_folder
from desktop_app.domain.whole_file import write_whole


@dataclass(frozen=True)
class Words:
    """What a setting says of itself; `choices` pairs a value with its name."""

    title: str
    help: str
    choices: tuple[tuple[str, str], ...] = ()
    limits: tuple[int, int] | None = None
    unit: str = ""
    is_folder: bool = False
    is_file: bool = False


def _setting(default: Any, words: Words) -> Any:
    return field(default=default, metadata={"words": words})


@dataclass(frozen=True)
class Settings:
    """Everything that may be chosen; a field's metadata holds its `Words`."""

    theme: str = _setting(
        "system",
        Words(
            "Appearance",
            "Dark surroundings suit the judging of photographs.",
            (("system", "As the system"), ("light", "Light"), ("dark", "Dark")),
        ),
    )
    engine: str = _setting(
        "automatic",
        Words(
            "Restoring engine",
            "Automatic takes InstantRestore where it is installed and a GPU can run it, "
            "else the built-in engine.",
            (
                ("automatic", "Automatic"),
                ("compact", "Built-in"),
                ("instant-restore", "InstantRestore"),
            ),
        ),
    )
    device: str = _setting(
        "auto",
        Words(
            "Device",
            "Where faces are found and restored. Automatic takes the GPU where one is usable.",
            (
                ("auto", "Automatic"),
                ("cpu", "Processor"),
                ("cuda", "NVIDIA GPU"),
                ("coreml", "Apple GPU"),
            ),
        ),
    )
    compile_engine: bool = _setting(
        False,
        Words(
            "Make InstantRestore ready",
            "Compiles the engine for the device: the first face of a session takes minutes, the "
            "later ones are faster. For many faces on a GPU.",
        ),
    )
    face_models: str = _setting(
        "embedded",
        Words(
            "Face models",
            "Another model describes every face anew; that runs in the background. "
            "insightface packs are for non-commercial use.",
            (
                ("embedded", "Built-in"),
                ("insightface", "insightface pack"),
                ("insightface-library", "insightface pack, read by the library insightface"),
            ),
        ),
    )
    insightface_folder: str = _setting(
        "",
        Words(
            "insightface pack",
            "The folder of a model pack that you downloaded, for instance buffalo_l.",
            is_folder=True,
        ),
    )
    keep_sidecars: bool = _setting(
        False,
        Words(
            "Names beside photos",
            "Writes each confirmed name into a small file beside the photo (photo.jpg.xmp), for "
            "other programs and as a safe copy. Photos are never changed.",
        ),
    )
    watch_folders: bool = _setting(
        True,
        Words(
            "Notice new photos",
            "Folders of the library are watched: photos that come, change, move or go are noticed "
            "by themselves. Otherwise they are looked for at the start, and when you ask.",
        ),
    )
    on_battery: str = _setting(
        "gentle",
        Words(
            "Reading photos on battery",
            "Looking through many photos keeps a processor busy. On mains power it always goes on "
            "at full speed.",
            (
                ("gentle", "Slowly"),
                ("pause", "Not at all"),
                ("full", "At full speed"),
            ),
        ),
    )
    max_megapixels: int = _setting(
        200,
        Words(
            "Largest photo",
            "Larger files are refused before they are decoded, because a broken or malicious "
            "file can claim any size. Raise it for very large scans.",
            limits=(20, 2000),
            unit="megapixels",
        ),
    )
    thumbnail_megabytes: int = _setting(
        2000,
        Words(
            "Room for thumbnails",
            "The oldest are given up when there are more.",
            limits=(50, 50_000),
            unit="MB",
        ),
    )
    keep_place: bool = _setting(
        True,
        Words(
            "Keep the place in exports",
            "GPS coordinates of the original stay in the exported file.",
        ),
    )
    export_folder: str = _setting(
        "",
        Words(
            "Export folder",
            "Where restored photos are written. Originals are never changed.",
            is_folder=True,
        ),
    )
    certificate: str = _setting(
        "",
        Words(
            "Certificate",
            "Signs exports as Content Credentials (C2PA), so that others can see that nobody "
            "changed them since. A PEM file, yours first, then those that vouch for it.",
            is_file=True,
        ),
    )
    private_key: str = _setting(
        "",
        Words(
            "Its private key",
            "A PEM file without a password. Only its place is kept here, never the key.",
            is_file=True,
        ),
    )

    @property
    def max_pixels(self) -> int:
        """Of the largest photo that is decoded."""
        return self.max_megapixels * 1_000_000


def words_of(name: str) -> Words:
    """The title, help and choices of the setting called `name`."""
    words = next(f.metadata["words"] for f in fields(Settings) if f.name == name)
    assert isinstance(words, Words)
    return words


def load_settings(path: Path) -> Settings:
    """The settings kept at `path`; what is missing, unknown or out of bounds takes its default."""
    try:
        kept = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return Settings()
    if not isinstance(kept, dict):
        return Settings()
    sound = {f.name: kept[f.name] for f in fields(Settings) if _fits(f.name, kept.get(f.name))}
    return replace(Settings(), **sound)


def save_settings(path: Path, settings: Settings) -> None:
    """Raises `DiskFull` or `NotPermitted`."""
    private_folder(path.parent)
    with write_whole(path, mode=0o600) as file:
        file.write(json.dumps(asdict(settings), indent=1).encode())


def _fits(name: str, value: Any) -> bool:
    default = getattr(Settings(), name)
    words = words_of(name)
    if type(value) is not type(default):
        return False
    if words.limits is not None:
        return bool(words.limits[0] <= value <= words.limits[1])
    return not words.choices or any(value == choice for choice, _ in words.choices)
