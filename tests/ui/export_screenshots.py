"""Makes a picture of every state of the export screen, to be looked at.

python -m tests.ui.export_screenshots FOLDER [--size 1280x800] [--scheme dark|light]
"""

import argparse
import errno
import os
import sys
import tempfile
import threading
from pathlib import Path
from unittest import mock

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.restoration import RestorationState
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import Lane
from desktop_app.settings.export_presets import ExportPreset, save_presets
from desktop_app.settings.settings import Settings
from desktop_app.ui import theme
from tests.imaging.certificates import make_credential
from tests.ui.restored import keep_result
from tests.ui.screenshots import Photographer


class ExportPhotographer(Photographer):
    """Takes the states that a user meets between a result and its file."""

    def settle(self) -> None:
        self.rest(0.3)
        self.wait(lambda: not self._likeness.bench.runner.jobs())

    def walk(self) -> None:
        likeness, window = self._likeness, self._window
        screen = likeness.export
        window.go("export")
        self.settle()
        self.take("export-0-nothing")
        likeness.add_samples()
        self.wait(lambda: self._catalog.photos.count() == 5)
        self.settle()
        self._results()
        with tempfile.TemporaryDirectory() as folder:
            self._written(Path(folder))
        screen.form.show_folder(None)

    def _results(self) -> None:
        """An accepted result in three photos, kept without a network."""
        catalog = self._catalog
        anna = catalog.people.add("Anna Lee")
        faces = [catalog.faces.of_photo(photo)[0].id for photo in catalog.photos.ids()]
        catalog.faces.confirm(faces, anna)
        for face in faces[:3]:
            others = [other for other in faces if other != face]
            result = keep_result(catalog, face, anna, others[:3])
            catalog.restorations.set_state(result, RestorationState.ACCEPTED)

    def _written(self, folder: Path) -> None:
        screen, window = self._likeness.export, self._window
        mine = ExportPreset("For Grandma", "jpeg", 8, 80, mark="corner", page="pdf")
        save_presets(screen.bench.places.export_presets, [mine])
        window.go("library")
        window.go("export")
        self.settle()
        self.take("export-1-no-folder")
        files = make_credential(folder / "mine")
        out = folder / "Family album"
        out.mkdir()
        screen.show_folder(out)
        signing = Settings(certificate=str(files.certificates), private_key=str(files.private_key))
        window.go("library")
        window.go("export")
        self.settle()
        screen.form.preset.setCurrentIndex(screen.form.preset.findText("For Grandma"))
        screen.form.preset.activated.emit(0)
        self.take("export-2-own-preset")
        screen.form.presets.keep.click()
        self.take("export-3-keep-a-preset")
        screen.form.presets.leave()
        self._working()
        self.take("export-5-done")
        screen.form.page.setCurrentIndex(0)
        screen.form.page.activated.emit(0)
        screen.export()
        self.settle()
        rows = list(screen.rows.values())
        rows[0].ways.name.click()
        self.take("export-6-names-taken")
        screen.form.added.setText("again")
        screen.form.added.textEdited.emit("again")
        with mock.patch.object(os, "fsync", side_effect=OSError(errno.ENOSPC, "full")):
            screen.export()
            self.settle()
        self.take("export-7-disk-full")
        self._likeness.settings_screen.settings_changed.emit(signing)
        screen.form.added.setText("signed")
        screen.form.added.textEdited.emit("signed")
        self.settle()
        for row in rows:
            row.retry.click()
        self.settle()
        self.take("export-8-signed")

    def _working(self) -> None:
        """The lane is held until the picture is taken."""
        screen, runner = self._likeness.export, self._likeness.bench.runner
        go = threading.Event()

        def hold(report: Report) -> None:
            report(Progress(0, None))
            go.wait(30)

        runner.submit(Lane.EXPORT, Job("", hold, quiet=True))
        screen.export()
        self.take("export-4-working")
        go.set()
        self.settle()


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--scheme", choices=("dark", "light"), default="dark")
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True, exist_ok=True)
    width, height = map(int, asked.size.split("x"))
    app = QApplication([])
    theme.apply(app, theme.Scheme(asked.scheme))
    with tempfile.TemporaryDirectory() as home:
        photographer = ExportPhotographer(Path(home), asked.folder, (width, height))
        try:
            photographer.walk()
        finally:
            photographer.end()


if __name__ == "__main__":
    main(sys.argv[1:])
