"""What a command works with: places, settings, models, the catalog; opened when first needed."""

import argparse
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType

from desktop_app.catalog.catalog import Catalog
from desktop_app.cli.terminal import Terminal
from desktop_app.domain.errors import ExpectedError, FileVanished
from desktop_app.domain.restoration import Restorer
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.models.store import ModelStore
from desktop_app.operations.eyes import Eyes, open_eyes
from desktop_app.operations.forget_person import finish_forgetting
from desktop_app.restoration.engines import open_restorer
from desktop_app.settings.places import Places, places, resources, tighten_places
from desktop_app.settings.settings import Settings, load_settings


class Tools:
    """Closes what it opened at the end of the `with` block."""

    def __init__(self, arguments: argparse.Namespace, home: Path | None = None) -> None:
        self.terminal = Terminal(arguments.json)
        self._places = places(home)
        tighten_places(self._places)
        self._catalog_path: Path = arguments.catalog or self._places.catalog
        self._engine: str | None = getattr(arguments, "engine", None)
        self._device: str | None = getattr(arguments, "device", None)
        self._open = ExitStack()

    def __enter__(self) -> "Tools":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    @property
    def places(self) -> Places:
        return self._places

    @property
    def catalog_path(self) -> Path:
        """Where the catalog is, or would be."""
        return self._catalog_path

    @property
    def max_pixels(self) -> int:
        return self.settings.max_pixels

    @cached_property
    def settings(self) -> Settings:
        kept = load_settings(self._places.settings)
        return replace(kept, engine=self._engine or kept.engine, device=self._device or kept.device)

    @cached_property
    def store(self) -> ModelStore:
        return ModelStore(resources() / "models", self._places.models)

    @cached_property
    def eyes(self) -> Eyes:
        chosen = self.settings
        return open_eyes(self.store, chosen.face_models, chosen.insightface_folder, chosen.device)

    @cached_property
    def restorer(self) -> Restorer:
        chosen = self.settings
        restorer = open_restorer(
            chosen.engine,
            self.store,
            chosen.device,
            self._places.memories,
            python=self._places.engine_python,
            compiled=chosen.compile_engine,
        )
        self._open.callback(restorer.close)
        return restorer

    @cached_property
    def thumbnails(self) -> ThumbnailStore:
        return ThumbnailStore(
            self._places.thumbnails, self.settings.thumbnail_megabytes * 1_000_000
        )

    @cached_property
    def catalog(self) -> Catalog:
        """The catalog to write to, backed up once a day.

        Raises `CatalogBusy` while the window is open.
        """
        catalog = self._open.enter_context(Catalog.open(self._catalog_path))
        if catalog.forgetting.read() is not None:
            finish_forgetting(catalog, self.thumbnails, self._places.memories)
        if catalog.folders.all():
            try:
                catalog.backup_when_due()
            except ExpectedError as error:  # what was asked for does not wait for that
                self.terminal.say(str(error))
        return catalog

    @cached_property
    def catalog_to_read(self) -> Catalog:
        """The catalog to read, also while the window is open."""
        if not self._catalog_path.exists():
            raise FileVanished(
                "There is no catalog yet. Add a folder of photos first: likeness index FOLDER"
            )
        return self._open.enter_context(Catalog.open(self._catalog_path, read_only=True))
