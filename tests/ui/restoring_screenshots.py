"""Makes a picture of every state of restoring and judging, to be looked at.

    python -m tests.ui.restoring_screenshots FOLDER [--size 1280x800] [--scheme dark|light]

Walks through the real window on the sample library and a group print that it makes of it; what
would take a rare photo (a likeness that falls) is kept in the catalog by hand.
"""

import argparse
import os
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image, ImageFilter, ImageOps
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.catalog.values import NewRestoration
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId, RestorationId
from desktop_app.domain.person import Year
from desktop_app.domain.restoration import Likeness
from desktop_app.settings.places import resources
from desktop_app.ui import theme
from desktop_app.ui.compare.compare_desk import Way
from desktop_app.ui.keys_sheet import KeysSheet
from desktop_app.ui.restore.sides import EngineChoice
from desktop_app.ui.subjects import CompareSubject, PhotoSubject, RestoreSubject
from tests.ui.screenshots import PRINT, Photographer

GROUP = "group-print.jpg"
_PORTRAITS = resources() / "samples" / "library"
_WORSE = Likeness(0.52, 0.41, 0.05, 4, 0.12, "Barbara")
_SOMEBODY_ELSE = Likeness(0.36, 0.38, 0.05, 4, 0.55, "Barbara")


def make_group_print(path: Path) -> None:
    """Three portraits beside each other, faded and soft as in an old print."""
    files = sorted(file for file in _PORTRAITS.rglob("*.jpg") if file.name != PRINT)[:3]
    sheet = Image.new("L", (1500, 720), 150)
    for number, file in enumerate(files):
        with Image.open(file) as image:
            portrait = ImageOps.fit(ImageOps.grayscale(image), (440, 560), centering=(0.5, 0.2))
        small = portrait.filter(ImageFilter.GaussianBlur(3.5))
        sheet.paste(small, (45 + 485 * number, 90))
    faded = sheet.point(lambda level: 70 + level * 0.55)
    ImageOps.colorize(faded, (40, 28, 20), (246, 232, 208)).save(path, quality=85)


class StatesPhotographer(Photographer):
    """Takes the states that a user meets between opening a photo and exporting it."""

    def press(self, key: Qt.Key) -> None:
        screen = self._window.shown
        assert screen is not None
        QTest.keyClick(screen, key)

    def settle(self) -> None:
        self.rest(0.3)
        self.wait(lambda: not self._likeness.bench.runner.jobs())

    def prepare(self, photos: Path) -> None:
        """The library of samples and the group print; nobody has a name yet."""
        make_group_print(photos / GROUP)
        self._likeness.add_samples()
        self._likeness.add_folder(str(photos))
        self.wait(lambda: self._catalog.photos.count() == 6)
        self.settle()

    def walk(self) -> None:
        likeness, catalog, window = self._likeness, self._catalog, self._window
        restore = likeness.restore
        window.go("restore")
        self.take("restore-0-nothing")
        window.go("compare")
        self.settle()
        self.take("compare-0-nothing")
        group, print_ = self.photo(GROUP), self.photo(PRINT)
        old = catalog.faces.of_photo(print_)[0]
        portraits = [
            face.id
            for photo in catalog.photos.ids()
            if photo not in (group, print_, self.photo("astronaut-1993.png"))
            for face in catalog.faces.of_photo(photo)
        ]
        window.go("restore", RestoreSubject(print_))
        self.settle()
        self.take("restore-1-no-name")
        self.name([old.id], "Barack Obama")
        person = catalog.people.by_name("Barack Obama")
        assert person is not None
        likeness.decisions.set_years(person.id, Year(1961), None)
        self.settle()
        self.take("restore-2-no-references")
        self.name(portraits[:1], "Barack Obama")
        self.settle()
        self.take("restore-3-weak")
        self.name(portraits, "Barack Obama")
        self.settle()
        self.take("restore-4-ready")
        self._running(old.id)
        restore.restore_face()
        self.wait(lambda: catalog.restorations.of_face(old.id))
        self.settle()
        self.take("restore-6-draft")
        restore.guides.result.strength.setValue(50)
        self.settle()
        self.take("restore-7-half-strength")
        restore.guides.result.strength.setValue(100)
        self.press(Qt.Key.Key_M)
        self.settle()
        self.take("restore-8-map")
        self.press(Qt.Key.Key_M)
        self.press(Qt.Key.Key_K)
        self.settle()
        self.take("restore-9-what-changes")
        self.press(Qt.Key.Key_K)
        restore.try_again()
        self.wait(lambda: len(catalog.restorations.of_face(old.id)) == 2)
        self.settle()
        self.take("restore-10-two-results")
        likeness.restoring.pin(person.id, portraits[0])
        likeness.restoring.exclude(person.id, portraits[1])
        self.settle()
        self.take("restore-11-pinned-and-excluded-out-of-date")
        likeness.restoring.leave_to_choice(person.id, portraits[1])
        self.settle()
        self._judge(old.id, print_)
        self._group(group, portraits)
        self._rare(print_)

    def _running(self, face: FaceId) -> None:
        """The engine is held until the picture is taken."""
        go = threading.Event()
        wishes, begin = self._likeness.restoring, self._likeness.restoring._restore

        def held(requests, engine, report):  # type: ignore[no-untyped-def]
            go.wait(60)
            return begin(requests, engine, report)

        wishes._restore = held  # type: ignore[method-assign]
        self._likeness.restore.restore_face()
        self.take("restore-5-running")
        go.set()
        wishes._restore = begin  # type: ignore[method-assign]
        self.wait(lambda: self._catalog.restorations.of_face(face))
        self.settle()
        self._catalog.restorations.remove(self._catalog.restorations.of_face(face)[0].id)
        self._likeness.window.go("restore", RestoreSubject(self.photo(GROUP)))
        self._likeness.window.go("restore", RestoreSubject(self.photo(PRINT)))
        self.settle()

    def _judge(self, face: FaceId, photo) -> None:  # type: ignore[no-untyped-def]
        likeness, catalog, window = self._likeness, self._catalog, self._window
        compare = likeness.compare
        results = [result.id for result in catalog.restorations.of_face(face)]
        window.go("compare", CompareSubject(photo, tuple(results)))
        self.wait(lambda: compare.candidate() is not None)
        for way, name in ((Way.DIVIDED, "slider"), (Way.BESIDE, "beside"), (Way.RESULT, "result")):
            compare.desk.choose_way(way)
            self.take(f"compare-1-{name}")
        QTest.keyPress(compare, Qt.Key.Key_B)
        self.take("compare-2-original-held")
        QTest.keyRelease(compare, Qt.Key.Key_B)
        compare.desk.choose_way(Way.DIVIDED)
        for name, fact in (("worse", _WORSE), ("somebody-else", _SOMEBODY_ELSE)):
            made = self._kept_again(results[0], fact)
            window.go("compare", CompareSubject(photo, (made, *results)))
            self.wait(
                lambda made=made: compare.candidate() and compare.candidate().restoration.id == made
            )
            self.take(f"compare-3-{name}")
            catalog.restorations.remove(made)
        window.go("compare", CompareSubject(photo, tuple(results)))
        self.wait(lambda: compare.candidate() is not None)
        self.press(Qt.Key.Key_Return)
        self.settle()
        self.take("compare-4-photo-decided")
        window.go("restore", RestoreSubject(photo))
        self.settle()
        self.take("restore-12-accepted")

    def _group(self, group, portraits: list[FaceId]) -> None:  # type: ignore[no-untyped-def]
        likeness, catalog, window = self._likeness, self._catalog, self._window
        faces = [f.id for f in catalog.faces.of_photo(group)]
        self.name(faces[:2], "Barack Obama")
        self.settle()
        window.go("restore", RestoreSubject(group))
        self.settle()
        self.take("restore-13-three-faces")
        likeness.restore.restore_all()
        self.wait(lambda: len(catalog.restorations.of_photo(group)) >= 2)
        self.settle()
        self.take("restore-14-three-faces-drafts")
        person = catalog.people.by_name("Barack Obama")
        assert person is not None
        window.go("person", person.id)
        self.settle()
        self.take("batch-1-person")
        window.go("library")
        likeness.library.grid.selectAll()
        self.rest(0.3)
        self.take("batch-2-selection")
        window.go("compare")
        self.settle()
        self.wait(lambda: likeness.compare.candidate() is not None)
        self.take("batch-3-review")
        for _ in range(3):
            if likeness.compare.notice.isHidden():
                self.press(Qt.Key.Key_Return)
                self.settle()
        self.take("batch-4-reviewed")
        window.show_keys()
        self.take("compare-5-keys")
        for sheet in window.findChildren(KeysSheet):
            sheet.reject()

    def _rare(self, photo) -> None:  # type: ignore[no-untyped-def]
        likeness, window = self._likeness, self._window
        missing = "not installed"
        engines = [
            EngineChoice("automatic", "Automatic", "no engine is installed"),
            EngineChoice("compact", "Built-in engine", missing),
            EngineChoice("instant-restore", "InstantRestore", missing),
        ]
        window.go("restore", RestoreSubject(photo))
        self.settle()
        likeness.restore.show_engines(engines, "automatic")
        self.take("restore-15-no-engine")
        faceless = self._catalog.faces.of_photo(photo)
        self._catalog.faces.set_status([f.id for f in faceless], AssignmentStatus.NOT_A_FACE)
        window.go("photo", PhotoSubject(photo))
        window.go("restore", RestoreSubject(self.photo(GROUP)))
        window.go("restore", RestoreSubject(photo))
        self.settle()
        self.take("restore-16-no-face")
        group = Path(self._catalog.photos.get(self.photo(GROUP)).path)
        group.rename(group.with_suffix(".gone"))
        window.go("restore", RestoreSubject(self.photo(GROUP)))
        self.settle()
        self.take("restore-17-gone")

    def _kept_again(self, result: RestorationId, likeness: Likeness) -> RestorationId:
        """The same result, as if it had come out less like the person."""
        kept = self._catalog.restorations
        old = kept.get(result)
        recipe = NewRestoration(
            photo_id=old.photo_id,
            face_id=old.face_id,
            person_id=old.person_id,
            references=old.references,
            engine=old.engine,
            model_hash=old.model_hash,
            device=old.device,
            seed=old.seed,
            settings=replace(old.settings),
            likeness=likeness,
            source_hash=old.source_hash,
            crop_png=kept.crop(result),
            reference_map=kept.reference_map(result),
        )
        return kept.add(recipe)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--text", type=int, default=0, help="size of the text, in points")
    parser.add_argument("--scheme", default="dark", choices=("dark", "light"))
    chosen = parser.parse_args()
    width, height = (int(side) for side in chosen.size.split("x"))
    chosen.out.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    if chosen.text:
        font = app.font()
        font.setPointSize(chosen.text)
        app.setFont(font)
    theme.apply(app, theme.Scheme(chosen.scheme))
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as photos:
        photographer = StatesPhotographer(Path(home), chosen.out, (width, height))
        try:
            photographer.prepare(Path(photos))
            photographer.walk()
        finally:
            photographer.end()


if __name__ == "__main__":
    main()
