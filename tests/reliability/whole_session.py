"""A whole session through the real window, run in a process of its own that can be watched.

    python -m tests.reliability.whole_session LIBRARY OUT NAME

Takes the folder LIBRARY in, names a person NAME, reads and writes names beside photos, restores,
accepts, exports into OUT, opens every screen, fails in ways that name
the person, forgets the person, and closes. What the catalog knew of the person's face before that
goes to OUT/known.json, the report of the fault to OUT/report.json.
"""

import json
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QTimer

from desktop_app.app import Likeness, run_window
from desktop_app.app.application import Application
from desktop_app.catalog.rows import packed
from desktop_app.domain.errors import FileVanished, NotKnown
from desktop_app.domain.progress import Report
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import Lane
from desktop_app.settings.places import places
from desktop_app.ui.crash import CrashDialog
from desktop_app.ui.subjects import PhotoSubject

PRINT = "blue-room-print.jpg"
_EVERY_MS = 50
_PATIENCE_S = 200


class Visitor:
    """Goes on with its steps whenever the condition that the last one named has come true."""

    def __init__(self, out: Path, name: str) -> None:
        self._out = out
        self._name = name
        self._likeness: Likeness | None = None
        self._steps = self._visit()
        self._until = lambda: self._likeness is not None
        self.timer = QTimer(interval=_EVERY_MS)
        self.timer.timeout.connect(self._on_timer)
        self._left = _PATIENCE_S * 1000 // _EVERY_MS
        begin = Likeness.begin

        def begin_and_keep(likeness: Likeness, *given: object) -> None:
            self._likeness = likeness
            begin(likeness, *given)

        Likeness.begin = begin_and_keep  # type: ignore[method-assign, assignment]
        self.timer.start()

    def _on_timer(self) -> None:
        try:
            self._left -= 1
            if self._left < 0:
                raise TimeoutError(self._until)
            if self._until():
                self._until = next(self._steps)
        except StopIteration:
            self.timer.stop()
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(3)

    def _visit(self) -> Iterator:
        likeness = self._likeness
        assert likeness is not None
        catalog, window = likeness.catalog, likeness.window

        def idle() -> bool:
            return not likeness.runner.jobs()

        yield lambda: catalog.photos.count() > 0 and idle()
        photos = catalog.photos.many(catalog.photos.ids())
        subject = PhotoSubject(
            next(photo.id for photo in photos if photo.path.endswith(PRINT)), catalog.photos.ids()
        )
        old = catalog.faces.of_photo(subject.photo_id)[0]
        group = set(catalog.faces.clusters()[0].faces) | {old.id}
        likeness.decisions.name(sorted(group), self._name)
        yield lambda: catalog.people.by_name(self._name) is not None and idle()
        person = catalog.people.by_name(self._name)
        assert person is not None
        for screen, given in (
            ("people", ()),
            ("person", (person.id,)),
            ("names", ()),
            ("library", ()),
            ("photo", (subject,)),
        ):
            window.go(screen, *given)
            yield idle
        likeness.names.look(None)
        yield idle
        likeness.names.take(None)
        yield idle
        likeness.names.write()
        yield idle
        window.go("photo", subject)
        yield lambda: bool(likeness.photo.side.rows)
        likeness.photo.choose_face(old.id)
        likeness.photo.restore_chosen()
        yield (
            lambda: (
                likeness.restore.title() == PRINT and likeness.restore.guides.restore.isEnabled()
            )
        )
        likeness.restore.restore_face()
        yield lambda: bool(catalog.restorations.of_face(old.id)) and idle()
        likeness.restore.compare()
        yield lambda: likeness.compare.candidate() is not None and idle()
        likeness.compare.decisions.accept.click()
        yield idle
        window.go("photo", subject)
        yield lambda: bool(likeness.photo.results())
        likeness.photo.export()
        likeness.export.form.take_folder(str(self._out))
        yield likeness.export.start.isEnabled
        likeness.export.export()
        yield lambda: any(self._out.iterdir()) and idle()
        for screen in ("models", "settings", "jobs", "start", "people"):
            window.go(screen)
            yield idle
        likeness.models.verify_wanted.emit("yunet")
        yield idle
        likeness.upkeep.back_up()
        yield lambda: bool(catalog.backups()) and idle()
        self._note_what_is_known(sorted(group))
        yield from self._fail_in_every_way()
        likeness.decisions.forget(person.id)
        yield lambda: catalog.people.by_name(self._name) is None and idle()
        window.close()

    def _fail_in_every_way(self) -> Iterator:
        """Faults whose words name a person and a photo, which the log and the report must not."""
        likeness = self._likeness
        assert likeness is not None
        photo = likeness.catalog.photos.many(likeness.catalog.photos.ids())[0].path

        def expected(_report: Report) -> None:
            raise FileVanished(f"{self._name}: {Path(photo).name} is gone.")

        def unexpected(report: Report) -> None:
            try:
                expected(report)
            except FileVanished:
                {}[self._name].joinpath(photo)

        def elsewhere() -> None:
            raise OSError(5, f"cannot read '{self._name}'", photo)

        for work in (expected, unexpected):
            job = Job("", work)
            job.failed.connect(likeness.bench.messages.show_error)
            likeness.runner.submit(Lane.READ, job)
            yield lambda: not likeness.runner.jobs()
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        yield lambda: bool(CrashDialog._open)
        assert CrashDialog._open is not None
        (self._out / "report.json").write_text(CrashDialog._open.report.toPlainText())
        CrashDialog.close_open()
        yield lambda: not likeness.runner.jobs()

    def _note_what_is_known(self, faces: list[int]) -> None:
        assert self._likeness is not None
        catalog = self._likeness.catalog
        vectors = []
        for face in catalog.faces.many(faces):
            try:
                vector = catalog.faces.embedding(face.id, self._likeness.eyes.get().embedder.id)
            except NotKnown:
                continue
            vectors.append(packed(vector)[0].hex())
        crops = [catalog.restorations.crop(kept).hex() for kept in catalog.restorations.ids()]
        before = b"".join(p.read_bytes() for p in places().data.rglob("*") if p.is_file())
        told = {
            "vectors": vectors,
            "crops": crops,
            "were_there": all(bytes.fromhex(one) in before for one in vectors)
            and self._name.encode() in before,
        }
        (self._out / "known.json").write_text(json.dumps(told))


def main(library: Path, out: Path, name: str) -> int:
    app = Application(sys.argv[:1])
    visitor = Visitor(out, name)
    status = run_window(None, [library])
    visitor.timer.stop()
    del app
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
