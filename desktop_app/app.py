"""Builds the window and joins every wish to the operation that fulfils it."""

import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

import desktop_app
from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.progress import Report
from desktop_app.domain.restoration import Restorer
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import JobRunner, Lane
from desktop_app.models.store import ModelStore
from desktop_app.operations.eyes import Eyes, open_eyes
from desktop_app.restoration.engines import open_restorer
from desktop_app.restoration.memories import forget_memories
from desktop_app.settings.places import Places, places, resources
from desktop_app.settings.settings import Settings, load_settings, save_settings
from desktop_app.ui import theme
from desktop_app.ui.closing import may_close
from desktop_app.ui.compare.compare_screen import CompareScreen
from desktop_app.ui.crash import CrashCatcher
from desktop_app.ui.damaged import open_or_bring_back
from desktop_app.ui.decisions import Decisions
from desktop_app.ui.equipment import read_equipment
from desktop_app.ui.export.export_screen import ExportScreen
from desktop_app.ui.export.wishes import ExportWishes
from desktop_app.ui.jobs.job_list import JobList
from desktop_app.ui.jobs.jobs_screen import JobsScreen
from desktop_app.ui.jobs.jobs_strip import JobsStrip
from desktop_app.ui.journal import start_log
from desktop_app.ui.library.library_screen import LibraryScreen
from desktop_app.ui.library.photo_screen import PhotoScreen
from desktop_app.ui.library.start_screen import StartScreen
from desktop_app.ui.looking import Looking
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.messages import Messages
from desktop_app.ui.models.models_screen import ModelsScreen
from desktop_app.ui.models.wishes import ModelWishes
from desktop_app.ui.opened import OpenedEyes, OpenedRestorer
from desktop_app.ui.people.group_screen import GroupScreen
from desktop_app.ui.people.names_screen import NamesScreen
from desktop_app.ui.people.names_wishes import NamesWishes
from desktop_app.ui.people.people_screen import PeopleScreen
from desktop_app.ui.people.person_screen import PersonScreen
from desktop_app.ui.picture_reading import read_pictures
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.restore.batch import BatchWishes
from desktop_app.ui.restore.engines import read_engines
from desktop_app.ui.restore.restore_screen import RestoreScreen
from desktop_app.ui.restore.sides import EngineChoice
from desktop_app.ui.restore.wishes import RestoreWishes
from desktop_app.ui.running import Sweeper
from desktop_app.ui.screen import Workbench
from desktop_app.ui.settings.settings_screen import SettingsScreen
from desktop_app.ui.subjects import CompareSubject

_SHUTDOWN_S = 20.0
_SWITCH_S = 0.001  # the window's thread waits at most so long for its turn among the lanes
# the settings on which depends what is open; the engine itself is named when it is asked for
_OF_FACE_MODELS = ("face_models", "insightface_folder")
_OF_EYES = (*_OF_FACE_MODELS, "device")
_OF_RESTORER = ("device", "compile_engine")
_log = logging.getLogger(__name__)


class Likeness(QObject):
    """One catalog in one window: everything that lives as long as the window does."""

    def __init__(
        self,
        catalog: Catalog,
        where: Places,
        store: ModelStore,
        runner: JobRunner,
        settings: Settings,
    ) -> None:
        super().__init__()
        self.catalog = catalog
        self.settings = settings
        self._where = where
        self._store = store
        self._runner = runner
        thumbnails = ThumbnailStore(where.thumbnails, settings.thumbnail_megabytes * 1_000_000)
        self.eyes = OpenedEyes(self._open_eyes)
        self.restorer = OpenedRestorer(self._open_restorer)
        self.window = MainWindow()
        self.jobs = JobList(runner)
        messages = Messages(self.window)
        pictures = Pictures(runner, partial(read_pictures, catalog, thumbnails))
        self.bench = Workbench(catalog, runner, messages, pictures, where)
        self.decisions = Decisions(catalog, thumbnails, where.memories, runner, messages)
        self.looking = Looking(catalog, thumbnails, self.eyes, self._max_pixels, runner, messages)
        self.restoring = RestoreWishes(runner, messages, catalog, self.restorer.get, self.eyes.get)
        self.batch = BatchWishes(
            runner,
            messages,
            catalog,
            self.restorer.get,
            self.eyes.get,
            self._engine,
            self._max_pixels,
        )
        self.exporting = ExportWishes(runner, messages, catalog, self._max_pixels)
        self.names = NamesWishes(runner, messages, catalog, self.eyes, self._max_pixels)
        self.installing = ModelWishes(runner, messages, store, where)
        self._make_screens()
        self._join()

    def _make_screens(self) -> None:
        bench, window = self.bench, self.window
        self.start = StartScreen(bench, partial(read_equipment, self._store))
        self.library = LibraryScreen(bench)
        self.people = PeopleScreen(bench)
        self.photo = PhotoScreen(bench)
        self.group = GroupScreen(bench)
        self.names_screen = NamesScreen(bench)
        self.person = PersonScreen(bench)
        self.restore = RestoreScreen(bench)
        self.compare = CompareScreen(bench)
        self.export = ExportScreen(bench)
        self.models = ModelsScreen(bench, self._store)
        self.jobs_screen = JobsScreen(bench, self.jobs)
        self.settings_screen = SettingsScreen(bench, self.settings)
        window.add_screen(self.start)
        window.add_screen(self.library, rail=self.tr("Library"), keys="Ctrl+1")
        window.add_screen(self.people, rail=self.tr("People"), keys="Ctrl+2")
        window.add_screen(self.jobs_screen, rail=self.tr("Activity"), keys="Ctrl+3", low=True)
        window.add_screen(self.models, rail=self.tr("Models"), keys="Ctrl+4", low=True)
        window.add_screen(self.settings_screen, rail=self.tr("Settings"), keys="Ctrl+,", low=True)
        for screen in (
            self.photo,
            self.group,
            self.names_screen,
            self.person,
            self.restore,
            self.compare,
            self.export,
        ):
            window.add_screen(screen)
        self.strip = JobsStrip(self.jobs)
        self.strip.opened.connect(self._show_jobs)
        window.add_strip(self.strip)

    def _join(self) -> None:
        window, decisions, looking = self.window, self.decisions, self.looking
        told = (decisions, looking, self.restoring, self.batch, self.exporting, self.names)
        for wishes in told:
            wishes.catalog_changed.connect(self.bench.pictures.forget)
            wishes.catalog_changed.connect(window.refresh)
        for deciding in (decisions, self.names):  # not what reading folders finds: nobody decided
            deciding.catalog_changed.connect(self.names.follow)
        decisions.faces_decided.connect(looking.decided)
        decisions.forgotten.connect(self._forget_references)
        window.undo_wanted.connect(decisions.undo)
        self.bench.messages.undo_wanted.connect(decisions.undo)
        window.add_folder_wanted.connect(self.ask_folder)
        window.closing.connect(self.close)
        window.ask_before_closing(partial(may_close, window, self._work_to_lose))
        self.start.add_folder_wanted.connect(self.ask_folder)
        self.start.sample_wanted.connect(self.add_samples)
        self.library.add_folder_wanted.connect(self.ask_folder)
        self.library.rescan_wanted.connect(looking.look_at)
        self.library.remove_folder_wanted.connect(looking.remove_folder)
        self.photo.draw_wanted.connect(looking.draw_face)
        self.photo.rescan_wanted.connect(looking.rescan_photo)
        for dated in (self.library, self.photo):
            dated.date_wanted.connect(decisions.set_date)
        self.photo.turn_wanted.connect(decisions.turn)
        self.group.split_wanted.connect(decisions.split)
        for naming in (self.photo, self.people, self.group, self.person):
            naming.name_wanted.connect(decisions.name)
            naming.ignore_wanted.connect(decisions.ignore)
            naming.not_face_wanted.connect(decisions.not_faces)
        for judging in (self.photo, self.person):
            judging.confirm_wanted.connect(decisions.confirm)
            judging.reject_wanted.connect(decisions.reject)
        self.people.take_back_wanted.connect(decisions.take_back)
        self.people.person_back_wanted.connect(decisions.person_back)
        self.person.rename_wanted.connect(decisions.rename)
        self.person.years_wanted.connect(decisions.set_years)
        self.person.merge_wanted.connect(decisions.merge)
        self.person.ignore_person_wanted.connect(decisions.ignore_person)
        self.person.forget_wanted.connect(decisions.forget)
        self.person.reference_wanted.connect(decisions.choose_reference)
        self._join_names()
        self._join_restoring()
        self.settings_screen.settings_changed.connect(self.apply_settings)
        self.settings_screen.forget_all_wanted.connect(decisions.forget_all)

    def _join_names(self) -> None:
        names, screen = self.names, self.names_screen
        screen.look_wanted.connect(names.look)
        screen.take_wanted.connect(names.take)
        screen.write_wanted.connect(names.write)
        screen.keep_wanted.connect(self._on_keep_sidecars)
        names.working.connect(screen.on_job)
        names.found.connect(screen.on_found)
        names.taken.connect(screen.on_taken)
        names.written.connect(screen.on_written)
        names.faces_decided.connect(self.looking.decided)
        names.look_accepted.connect(self._show_names)
        self.looking.catalog_changed.connect(names.look_at_new)

    def _join_restoring(self) -> None:
        restoring = self.restoring
        self.restore.restore_wanted.connect(restoring.restore)
        self.restore.settings_wanted.connect(restoring.keep_settings)
        self.restore.pin_wanted.connect(restoring.pin)
        self.restore.unpin_wanted.connect(restoring.leave_to_choice)
        self.restore.exclude_wanted.connect(restoring.exclude)
        restoring.restoring.connect(self.restore.on_job)
        self.person.restore_wanted.connect(self.batch.restore_person)
        self.library.restore_wanted.connect(self.batch.restore_photos)
        self.batch.review_wanted.connect(self._show_drafts)
        self.compare.accept_wanted.connect(restoring.accept)
        self.compare.keep_original_wanted.connect(restoring.keep_original)
        self.export.export_wanted.connect(self.exporting.export)
        self.export.folder_chosen.connect(self._on_export_folder)
        self.exporting.exporting.connect(self.export.on_job)
        self.models.install_wanted.connect(self.installing.install)
        self.models.offer_wanted.connect(self.installing.ask_makers)
        self.models.download_wanted.connect(self.installing.download)
        self.installing.offered.connect(self.models.on_offered)
        self.installing.not_offered.connect(self.models.on_not_offered)
        self.models.verify_wanted.connect(self.installing.verify)
        self.models.remove_wanted.connect(self.installing.remove)
        self.installing.working.connect(self.models.on_job)
        self.installing.checked.connect(self.models.on_checked)
        self.installing.models_changed.connect(self.models.read_again)
        self.installing.models_changed.connect(self._on_models)

    # What the lanes ask for

    def _open_eyes(self) -> Eyes:
        chosen = self.settings
        return open_eyes(self._store, chosen.face_models, chosen.insightface_folder, chosen.device)

    def _open_restorer(self, engine: str) -> Restorer:
        return open_restorer(
            engine,
            self._store,
            self.settings.device,
            self._where.memories,
            python=self._where.engine_python,
            compiled=self.settings.compile_engine,
        )

    def _engine(self) -> str:
        return self.settings.engine

    def _max_pixels(self) -> int:
        return self.settings.max_megapixels * 1_000_000

    # What the user asks for

    def begin(self, folders: Sequence[Path], has_folders: bool) -> None:
        """Shows the first screen and goes on with what the last session left."""
        self._show_choices()
        self.window.go("library" if has_folders or folders else "start")
        self.window.show()
        for folder in folders:
            self.looking.add_folder(folder)
        if has_folders:
            self.looking.look_at_all()

    @Slot()
    def ask_folder(self) -> None:
        """Lets the user choose a folder of photos."""
        self._dialog = QFileDialog(self.window, self.tr("Choose a folder of photos"))
        self._dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._dialog.fileSelected.connect(self.add_folder)
        self._dialog.open()

    @Slot(str)
    def add_folder(self, folder: str) -> None:
        self.looking.add_folder(Path(folder))
        self.window.go("library")

    @Slot()
    def add_samples(self) -> None:
        """Tries the application with the photographs that travel with it."""
        self.add_folder(str(resources() / "samples" / "library"))

    @Slot(object)
    def _show_drafts(self, first: CompareSubject) -> None:
        """The compare screen goes on to the next photo by itself."""
        self.window.go("compare", first)

    def _work_to_lose(self) -> list[Job]:
        return [*self.restoring.at_work, *self.batch.at_work, *self.exporting.at_work]

    @Slot()
    def _show_jobs(self) -> None:
        self.window.go("jobs")

    @Slot(object)
    def apply_settings(self, settings: Settings) -> None:
        """Keeps the choices and follows them at once."""
        before, self.settings = self.settings, settings
        app = QApplication.instance()
        if settings.theme != before.theme and isinstance(app, QApplication):
            theme.apply(app, theme.Scheme(settings.theme))
        if _differ(settings, before, _OF_EYES):
            self.eyes.forget()
        if _differ(settings, before, _OF_RESTORER):
            self.restorer.forget()
        if settings != before:
            self._show_choices()
        if _differ(settings, before, _OF_FACE_MODELS):
            self.looking.describe_anew()
        work = partial(_save_settings, self._where.settings, settings)
        job = Job(self.tr("Settings"), work, quiet=True)
        job.failed.connect(self.bench.messages.show_error)
        self._runner.submit(Lane.DECIDE, job)

    def _show_choices(self) -> None:
        """Gives the screens what the settings say."""
        if self.settings.export_folder:
            self.export.show_folder(Path(self.settings.export_folder))
        self.names.keeping = self.settings.keep_sidecars
        self.names_screen.show_keeping(self.settings.keep_sidecars)
        self.restore.max_pixels = self.compare.max_pixels = self._max_pixels()
        self._read_engines()

    @Slot(object)
    def _on_export_folder(self, folder: Path) -> None:
        self.apply_settings(replace(self.settings, export_folder=str(folder)))
        self.settings_screen.show_settings(self.settings)

    @Slot()
    def _show_names(self) -> None:
        self.window.go("names")

    @Slot(bool)
    def _on_keep_sidecars(self, keep: bool) -> None:
        self.apply_settings(replace(self.settings, keep_sidecars=keep))
        self.settings_screen.show_settings(self.settings)

    @Slot()
    def _on_models(self) -> None:
        """A model came or went: what is open may be another one now."""
        self.eyes.forget()
        self.restorer.forget()
        self._read_engines()

    @Slot()
    def _forget_references(self) -> None:
        """On the restoring lane: an engine that worked meanwhile remembers, and writes, no more."""
        work = partial(_forget_references, self.restorer, self._where.memories)
        job = Job(self.tr("Forgetting a person"), work, quiet=True)
        job.failed.connect(self.bench.messages.show_error)
        self._runner.submit(Lane.RESTORE, job)

    def _read_engines(self) -> None:
        work = partial(read_engines, self._store, self._where.engine_python)
        job = Job(self.tr("Engines"), work, quiet=True)
        job.succeeded.connect(self._on_engines)
        job.failed.connect(self.bench.messages.show_error)
        self._runner.submit(Lane.READ, job)

    @Slot(object)
    def _on_engines(self, engines: Sequence[EngineChoice]) -> None:
        self.restore.show_engines(engines, self.settings.engine)

    @Slot()
    def close(self) -> None:
        """Stops the lanes, then closes what they worked with."""
        self.window.hide()
        if self._runner.shutdown(_SHUTDOWN_S):
            self.restorer.close()
            self.catalog.close()
        else:
            _log.warning("a job did not stop in time")


def _differ(one: Settings, other: Settings, names: Sequence[str]) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in names)


def _save_settings(path: Path, settings: Settings, _report: Report) -> None:
    save_settings(path, settings)


def _forget_references(restorer: OpenedRestorer, memories: Path, _report: Report) -> None:
    restorer.close()
    forget_memories(memories)


def _open_catalog(path: Path, _report: Report) -> tuple[Catalog, bool]:
    """The catalog, and whether it has a folder."""
    catalog = Catalog.open(path)
    return catalog, bool(catalog.folders.all())


def run_window(catalog_path: Path | None, folders: Sequence[Path]) -> int:
    """Opens the window on the catalog at `catalog_path` (None: the user's own) until it is closed.

    `folders` are taken into the library. Returns the exit status: 0, or 1 where the catalog could
    not be opened.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Likeness")
    app.setApplicationVersion(desktop_app.__version__)
    app.setDesktopFileName("likeness")
    where = places()
    sys.setswitchinterval(_SWITCH_S)
    log = start_log(where.logs)
    settings = load_settings(where.settings)
    theme.apply(app, theme.Scheme(settings.theme))
    sweeper = Sweeper()
    runner = JobRunner()
    try:
        path = catalog_path or where.catalog
        catalog, has_folders = open_or_bring_back(runner, path, partial(_open_catalog, path))
    except ExpectedError as error:
        runner.shutdown(_SHUTDOWN_S)
        QMessageBox(QMessageBox.Icon.Warning, "Likeness", str(error)).exec()
        return 1
    store = ModelStore(resources() / "models", where.models)
    likeness = Likeness(catalog, where, store, runner, settings)
    catcher = CrashCatcher(likeness.window)
    likeness.begin(folders, has_folders)
    status = app.exec()
    catcher.release()
    sweeper.stop()
    logging.getLogger().removeHandler(log)
    log.close()
    if runner.jobs():
        os._exit(status)  # a job that cannot be stopped must not keep the process alive
    return status
