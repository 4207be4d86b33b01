"""Runs the window: from the first sight of the catalog until it is closed."""

import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMessageBox

import desktop_app
from desktop_app.app.application import Application
from desktop_app.app.likeness import SHUTDOWN_S, Likeness
from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import CatalogDamaged, ExpectedError
from desktop_app.domain.progress import Cancelled, Report
from desktop_app.jobs.runner import JobRunner
from desktop_app.models.store import ModelStore
from desktop_app.settings.places import Places, places, resources, tighten_places
from desktop_app.settings.settings import load_settings
from desktop_app.ui import theme
from desktop_app.ui.crash import CrashCatcher
from desktop_app.ui.damaged import bring_back, open_or_bring_back
from desktop_app.ui.journal import start_log
from desktop_app.ui.running import Sweeper

_SWITCH_S = 0.001  # the window's thread waits at most so long for its turn among the lanes


def run_window(catalog_path: Path | None, folders: Sequence[Path]) -> int:
    """Opens the window on the catalog at `catalog_path` (None: the user's own) until it is closed.

    `folders`, and those in which photos named lie, are taken into the library. Returns the exit
    status: 0, or 1 where the catalog could not be opened.
    """
    app = Application.instance() or Application(sys.argv[:1])
    assert isinstance(app, Application)
    app.setApplicationName("Likeness")
    app.setApplicationVersion(desktop_app.__version__)
    app.setDesktopFileName("likeness")
    where = places()
    sys.setswitchinterval(_SWITCH_S)
    tighten_places(where)
    log = start_log(where.logs)
    theme.apply(app, theme.Scheme(load_settings(where.settings).theme))
    sweeper = Sweeper()
    runner = JobRunner()
    path = catalog_path or where.catalog
    damage: CatalogDamaged | None = None
    try:
        while True:
            if damage is not None:
                bring_back(runner, path, damage)
            opened = open_or_bring_back(runner, path, partial(_open_catalog, path))
            status, damage = _one_window(app, opened, where, runner, folders)
            if damage is None:
                break
            runner = JobRunner()
    except Cancelled:
        runner.shutdown(SHUTDOWN_S)
        return 1
    except ExpectedError as error:
        runner.shutdown(SHUTDOWN_S)
        QMessageBox(QMessageBox.Icon.Warning, "Likeness", str(error)).exec()
        return 1
    sweeper.stop()
    logging.getLogger().removeHandler(log)
    log.close()
    if runner.jobs():
        os._exit(status)  # a job that cannot be stopped must not keep the process alive
    return status


def _one_window(
    app: Application,
    opened: tuple[Catalog, bool],
    where: Places,
    runner: JobRunner,
    folders: Sequence[Path],
) -> tuple[int, CatalogDamaged | None]:
    """The window until it is closed; with the damage where that is why."""
    catalog, has_folders = opened
    store = ModelStore(resources() / "models", where.models)
    likeness = Likeness(catalog, where, store, runner, load_settings(where.settings))
    catcher = CrashCatcher(likeness.window)
    app.handed_over.connect(likeness.looking.add_folder)
    likeness.begin([*folders, *app.take_early()], has_folders)
    status = app.exec()
    catcher.release()
    return status, likeness.damage


def _open_catalog(path: Path, _report: Report) -> tuple[Catalog, bool]:
    """The catalog, and whether it has a folder."""
    catalog = Catalog.open(path, at_once=True)
    return catalog, bool(catalog.folders.all())
