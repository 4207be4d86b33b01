"""Makes a picture of each screen on the sample library: python -m tests.ui.screenshots [FOLDER]."""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtWidgets import QApplication

from desktop_app.app import Likeness
from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.ids import FaceId, PhotoId
from desktop_app.domain.person import Year
from desktop_app.jobs.runner import JobRunner
from desktop_app.models.store import ModelStore
from desktop_app.settings.places import places, resources
from desktop_app.settings.settings import Settings
from desktop_app.ui import theme
from desktop_app.ui.people.person_screen import REFERENCES
from desktop_app.ui.subjects import PhotoSubject

SIZE = (1200, 760)
PRINT = "blue-room-print.jpg"


class Photographer:
    """Walks through the window as a user would, and takes a picture at each stop."""

    def __init__(self, home: Path, out: Path, size: tuple[int, int] = SIZE) -> None:
        self._out = out
        self._app = QApplication.instance() or QApplication([])
        where = places(home)
        self._catalog = Catalog.open(where.catalog)
        self._likeness = Likeness(
            self._catalog,
            where,
            ModelStore(resources() / "models", where.models),
            JobRunner(),
            Settings(device="cpu"),
        )
        self._window = self._likeness.window
        self._window.resize(*size)
        self._likeness.begin([], False)

    def wait(self, until: Callable[[], object], seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while not until():
            if time.monotonic() > end:
                raise TimeoutError(until)
            self._app.processEvents()
            time.sleep(0.01)

    def rest(self, seconds: float = 1.2) -> None:
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end)

    def take(self, name: str) -> None:
        """A picture of 256 colours: a fraction of the size, and hardly to be told apart."""
        self.rest()
        self._likeness.bench.messages.clear()
        self.rest(0.1)
        path = self._out / f"{name}.png"
        self._window.grab().save(str(path))
        with Image.open(path) as image:
            small = image.convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG)
        small.save(path, optimize=True)
        print(f"{path.name}: {path.stat().st_size // 1024} KiB")

    def photo(self, name: str) -> PhotoId:
        photos = self._catalog.photos.many(self._catalog.photos.ids())
        return next(photo.id for photo in photos if Path(photo.path).name == name)

    def name(self, faces: list[FaceId], name: str) -> None:
        self._likeness.decisions.name(faces, name)
        self.wait(lambda: self._catalog.people.by_name(name))

    def walk(self) -> None:
        likeness, catalog, window = self._likeness, self._catalog, self._window
        self.take("start")
        likeness.add_samples()
        self.wait(lambda: catalog.photos.count() == 5 and not likeness.jobs.at_work())
        self.rest(2)
        self.take("library")
        window.go("people")
        self.take("people")
        old = catalog.faces.of_photo(self.photo(PRINT))[0]
        group = catalog.faces.clusters()[0].faces
        window.go("names")
        self.take("names")
        window.go("people")
        window.go("group", group)
        self.take("group")
        self.name([face for face in group if face != old.id], "Barack Obama")
        person = catalog.people.by_name("Barack Obama")
        assert person is not None
        likeness.decisions.set_years(person.id, Year(1961), None)
        self.wait(lambda: catalog.faces.get(old.id).person_id == person.id)
        window.go("people")
        window.go("person", person.id)
        self.wait(lambda: likeness.person.review.current is not None)
        self.take("review")
        likeness.person.review.say_yes()
        self.rest()
        likeness.person.tabs.setCurrentIndex(REFERENCES)
        self.take("references")
        window.go("library")
        among = catalog.photos.ids()
        window.go("photo", PhotoSubject(old.photo_id, among))
        self.wait(lambda: likeness.photo.side.rows)
        likeness.photo.choose_face(old.id)
        self.take("photo")
        likeness.photo.restore_chosen()
        self.wait(lambda: likeness.restore.title() == PRINT)
        self.rest()
        likeness.restore.restore_face()
        self.wait(lambda: catalog.restorations.of_face(old.id))
        self.take("restore")
        likeness.restore.compare()
        self.wait(lambda: likeness.compare.candidate() is not None)
        self.take("compare")
        likeness.compare.decisions.accept.click()
        self.rest()
        window.go("library")
        window.go("photo", PhotoSubject(old.photo_id, among))
        self.wait(likeness.photo.results)
        likeness.photo.export()
        self.take("export")
        for key in ("models", "settings", "jobs"):
            window.go(key)
            self.take(key if key != "jobs" else "activity")
        theme.apply(self._app, theme.Scheme.LIGHT)
        window.go("library")
        self.take("library-light")
        window.go("people")
        likeness.people.tabs.setCurrentIndex(1)
        self.take("named-light")

    def end(self) -> None:
        self._window.close()


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    theme.apply(app, theme.Scheme.DARK)
    with tempfile.TemporaryDirectory() as home:
        photographer = Photographer(Path(home), out)
        try:
            photographer.walk()
        finally:
            photographer.end()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else resources() / "screenshots")
