"""Keeps what the user chose in the settings, and lets the window follow it at once."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from desktop_app.app.parts import Parts
from desktop_app.domain.progress import Report
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import Lane
from desktop_app.settings.settings import Settings, save_settings
from desktop_app.ui import theme
from desktop_app.ui.restore.engines import read_engines
from desktop_app.ui.restore.sides import EngineChoice

# the settings on which depends what is open; the engine itself is named when it is asked for
_OF_FACE_MODELS = ("face_models", "insightface_folder")
_OF_EYES = (*_OF_FACE_MODELS, "device")
_OF_RESTORER = ("device", "compile_engine")


class Choices(QObject):
    """Hears every screen on which something is chosen, and the models that come and go."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self._parts = parts
        parts.settings_screen.settings_changed.connect(self.apply)
        parts.export.folder_chosen.connect(self._on_export_folder)
        parts.names_screen.keep_wanted.connect(self._on_keep_sidecars)
        parts.installing.models_changed.connect(self._on_models)
        parts.engine_wishes.engine_changed.connect(self._on_models)

    @Slot(object)
    def apply(self, settings: Settings) -> None:
        """Keeps the choices and follows them at once."""
        parts = self._parts
        before, parts.settings = parts.settings, settings
        app = QApplication.instance()
        if settings.theme != before.theme and isinstance(app, QApplication):
            theme.apply(app, theme.Scheme(settings.theme))
        if _differ(settings, before, _OF_EYES):
            parts.eyes.forget()
        if _differ(settings, before, _OF_RESTORER):
            parts.restorer.forget()
        if settings.watch_folders != before.watch_folders:
            parts.watching.set_on(settings.watch_folders)
        if settings != before:
            self.show()
        if _differ(settings, before, _OF_FACE_MODELS):
            parts.missed_faces.describe_anew()
        work = partial(_save_settings, parts.where.settings, settings)
        job = Job(self.tr("Settings"), work, quiet=True)
        job.failed.connect(parts.bench.messages.show_error)
        parts.runner.submit(Lane.DECIDE, job)

    def show(self) -> None:
        """Gives the screens what the settings say."""
        parts, settings = self._parts, self._parts.settings
        if settings.export_folder:
            parts.export.show_folder(Path(settings.export_folder))
        parts.export.show_settings(settings)
        parts.names.keeping = settings.keep_sidecars
        parts.names_screen.show_keeping(settings.keep_sidecars)
        parts.restore.max_pixels = parts.compare.max_pixels = settings.max_pixels
        self._read_engines()

    def _choose(self, settings: Settings) -> None:
        """A choice made elsewhere than among the settings, which show it too."""
        self.apply(settings)
        self._parts.settings_screen.show_settings(settings)

    @Slot(object)
    def _on_export_folder(self, folder: Path) -> None:
        self._choose(replace(self._parts.settings, export_folder=str(folder)))

    @Slot(bool)
    def _on_keep_sidecars(self, keep: bool) -> None:
        self._choose(replace(self._parts.settings, keep_sidecars=keep))

    @Slot()
    def _on_models(self) -> None:
        """A model came or went: what is open may be another one now."""
        self._parts.eyes.forget()
        self._parts.restorer.forget()
        self._read_engines()

    def _read_engines(self) -> None:
        work = partial(read_engines, self._parts.store, self._parts.where.engine_python)
        job = Job(self.tr("Engines"), work, quiet=True)
        job.succeeded.connect(self._on_engines)
        job.failed.connect(self._parts.bench.messages.show_error)
        self._parts.runner.submit(Lane.READ, job)

    @Slot(object)
    def _on_engines(self, engines: Sequence[EngineChoice]) -> None:
        self._parts.restore.show_engines(engines, self._parts.settings.engine)


def _differ(one: Settings, other: Settings, names: Sequence[str]) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in names)


def _save_settings(path: Path, settings: Settings, _report: Report) -> None:
    save_settings(path, settings)
