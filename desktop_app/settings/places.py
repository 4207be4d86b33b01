"""Where the application keeps its things: bundled resources, catalog, caches, logs."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import appdirs

from desktop_app.domain.private_folder import private_folder

_NAME = "Likeness"


@dataclass(frozen=True)
class Places:
    """The folders of one user of the application; nothing is made until it is needed."""

    data: Path  # the catalog and its backups
    cache: Path  # thumbnails and reference memories: may be deleted at any time
    logs: Path
    models: Path  # weights that the user installed

    @property
    def catalog(self) -> Path:
        return self.data / "likeness.catalog"

    @property
    def settings(self) -> Path:
        return self.data / "settings.json"

    @property
    def export_presets(self) -> Path:
        return self.data / "export_presets.json"

    @property
    def thumbnails(self) -> Path:
        return self.cache / "thumbnails"

    @property
    def memories(self) -> Path:
        """What the large engine keeps of reference photos."""
        return self.cache / "memories"

    @property
    def downloads(self) -> Path:
        """Model files on their way in."""
        return self.cache / "downloads"

    @property
    def engine(self) -> Path:
        """The large engine's private environment, where one was added to an installed app."""
        return self.data / "engine"

    @property
    def engine_python(self) -> Path | None:
        """The private environment's interpreter; None where our own environment is to be used."""
        here = (self.engine / "bin" / "python", self.engine / "Scripts" / "python.exe")
        return next((python for python in here if python.exists()), None)


def places(home: Path | None = None) -> Places:
    """The places below `home`, or else below LIKENESS_HOME, or else the system's own."""
    home = home or (Path(os.environ["LIKENESS_HOME"]) if os.environ.get("LIKENESS_HOME") else None)
    if home is not None:
        return Places(home / "data", home / "cache", home / "logs", home / "models")
    data = Path(appdirs.user_data_dir(_NAME, appauthor=False))
    return Places(
        data=data,
        cache=Path(appdirs.user_cache_dir(_NAME, appauthor=False)),
        logs=Path(appdirs.user_log_dir(_NAME, appauthor=False)),
        models=data / "models",
    )


def tighten_places(where: Places) -> None:
    """Takes from others what an older version, or a loose umask, let them do with our folders."""
    for folder in (where.data, where.cache, where.logs, where.models):
        if folder.is_dir():
            private_folder(folder)


def resources() -> Path:
    """The bundled samples, models, fonts and icons: in a checkout, a wheel or a frozen app."""
    frozen = getattr(sys, "_MEIPASS", None)
    package = Path(frozen) / "desktop_app" if frozen else Path(__file__).resolve().parents[1]
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parent / "resources"
