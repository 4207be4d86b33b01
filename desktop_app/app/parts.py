"""Makes everything that lives as long as the window: its screens and who fulfils their wishes."""

from functools import partial

from PySide6.QtCore import QObject

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.restoration import Restorer
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import JobRunner
from desktop_app.models.store import ModelStore
from desktop_app.operations.eyes import Eyes, open_eyes
from desktop_app.operations.power import PaceByPower
from desktop_app.restoration.engines import open_restorer
from desktop_app.settings.places import Places
from desktop_app.settings.settings import Settings
from desktop_app.ui.compare.compare_screen import CompareScreen
from desktop_app.ui.comparing import Comparing
from desktop_app.ui.decisions import Decisions
from desktop_app.ui.equipment import read_equipment
from desktop_app.ui.export.export_screen import ExportScreen
from desktop_app.ui.export.wishes import ExportWishes
from desktop_app.ui.jobs.job_list import JobList
from desktop_app.ui.jobs.jobs_screen import JobsScreen
from desktop_app.ui.jobs.jobs_strip import JobsStrip
from desktop_app.ui.library.library_screen import LibraryScreen
from desktop_app.ui.library.photo_screen import PhotoScreen
from desktop_app.ui.library.start_screen import StartScreen
from desktop_app.ui.looking import Looking
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.messages import Messages
from desktop_app.ui.missed_faces import MissedFaces
from desktop_app.ui.models.engine_wishes import EngineWishes
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
from desktop_app.ui.restore.restore_screen import RestoreScreen
from desktop_app.ui.restore.wishes import RestoreWishes
from desktop_app.ui.screen import Workbench
from desktop_app.ui.settings.settings_screen import SettingsScreen
from desktop_app.ui.settings.version_wishes import VersionWishes
from desktop_app.ui.upkeep import Upkeep
from desktop_app.ui.watching import Watching
from desktop_app.ui.wishes import Means


class Parts(QObject):
    """The parts of one window on one catalog, each made and none joined to another yet."""

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
        self.where = where
        self.store = store
        self.runner = runner
        thumbnails = ThumbnailStore(where.thumbnails, settings.thumbnail_megabytes * 1_000_000)
        self.eyes = OpenedEyes(self._open_eyes)
        self.restorer = OpenedRestorer(self._open_restorer)
        self.window = MainWindow()
        self.jobs = JobList(runner)
        messages = Messages(self.window)
        pictures = Pictures(runner, partial(read_pictures, catalog, thumbnails))
        self.bench = Workbench(catalog, runner, messages, pictures, where)
        means = Means(
            catalog=catalog,
            thumbnails=thumbnails,
            eyes=self.eyes,
            restorer=self.restorer,
            settings=self.current_settings,
            places=where,
            runner=runner,
            messages=messages,
        )
        self.decisions = Decisions(means)
        self.looking = Looking(means)
        self.looking.follow(PaceByPower(self.on_battery))
        self.comparing = Comparing(means)
        self.missed_faces = MissedFaces(means)
        self.watching = Watching(catalog, runner)
        self.restoring = RestoreWishes(means)
        self.batch = BatchWishes(means)
        self.exporting = ExportWishes(means)
        self.names = NamesWishes(means)
        self.installing = ModelWishes(means, store)
        self.engine_wishes = EngineWishes(means)
        self.versions = VersionWishes(means)
        self.upkeep = Upkeep(means)
        self._make_screens()

    def _make_screens(self) -> None:
        bench = self.bench
        self.start = StartScreen(bench, partial(read_equipment, self.store))
        self.library = LibraryScreen(bench)
        self.people = PeopleScreen(bench)
        self.photo = PhotoScreen(bench)
        self.group = GroupScreen(bench)
        self.names_screen = NamesScreen(bench)
        self.person = PersonScreen(bench)
        self.restore = RestoreScreen(bench)
        self.compare = CompareScreen(bench)
        self.export = ExportScreen(bench)
        self.models = ModelsScreen(bench, self.store)
        self.jobs_screen = JobsScreen(bench, self.jobs)
        self.settings_screen = SettingsScreen(bench, self.settings)
        self.strip = JobsStrip(self.jobs)

    def place_screens(self) -> None:
        """Gives every screen its place in the window."""
        window = self.window
        window.add_screen(self.start)
        window.add_screen(self.library, rail=self.tr("Library"), keys="Ctrl+1")
        window.add_screen(self.people, rail=self.tr("People"), keys="Ctrl+2")
        window.add_place(self.compare, self.tr("Drafts"), "Ctrl+3")
        window.add_screen(self.jobs_screen, rail=self.tr("Activity"), keys="Ctrl+4", low=True)
        window.add_screen(self.models, rail=self.tr("Models"), keys="Ctrl+5", low=True)
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
        window.add_strip(self.strip)

    def work_to_lose(self) -> list[Job]:
        """What the user would miss if the window were closed now."""
        return [*self.restoring.at_work, *self.batch.at_work, *self.exporting.at_work]

    # What the lanes ask for

    def _open_eyes(self) -> Eyes:
        chosen = self.settings
        return open_eyes(self.store, chosen.face_models, chosen.insightface_folder, chosen.device)

    def _open_restorer(self, engine: str) -> Restorer:
        return open_restorer(
            engine,
            self.store,
            self.settings.device,
            self.where.memories,
            python=self.where.engine_python,
            compiled=self.settings.compile_engine,
            apart=True,
        )

    def on_battery(self) -> str:
        return self.settings.on_battery

    def current_settings(self) -> Settings:
        return self.settings
