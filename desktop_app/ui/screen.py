"""What a screen is, and what it works with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.jobs.job import Job, Work
from desktop_app.jobs.runner import JobRunner, Lane
from desktop_app.settings.places import Places
from desktop_app.ui.messages import Messages
from desktop_app.ui.pictures import Pictures

Then = Callable[[Any], None]


@dataclass(frozen=True)
class Workbench:
    """What every screen works with. Screens read the catalog on `Lane.READ`; they never write."""

    catalog: Catalog
    runner: JobRunner
    messages: Messages
    pictures: Pictures
    places: Places


class Screen(QWidget):
    """One page of the window; see README.md beside this file.

    Signals:
        go_wanted(str, object): show another screen, with its subject.
        back_wanted(): return to the screen before.
        title_changed(str): what the window's header says.
    """

    go_wanted = Signal(str, object)
    back_wanted = Signal()
    title_changed = Signal(str)

    key = ""
    """The name by which other screens ask for this one."""
    icon = ""

    def __init__(self, bench: Workbench) -> None:
        super().__init__()
        self.setObjectName("page")
        self.bench = bench
        self._reads: dict[str, tuple[Job, Then]] = {}

    def title(self) -> str:
        """The heading in the window's header."""
        return ""

    def header_widgets(self) -> list[QWidget]:
        """What stands at the right of the header while this screen is shown."""
        return []

    def shortcuts(self) -> list[tuple[str, str]]:
        """The keys of this screen and what they do, for the `?` sheet."""
        return []

    def show_subject(self, subject: Any) -> None:
        """The window is about to show this screen for `subject` (None: as it was)."""

    def refresh(self, changes: CatalogChanges) -> None:
        """The catalog changed; read again what of it is shown here."""

    def may_leave(self) -> bool:
        """False keeps the user here (after asking), for work that would be lost."""
        return True

    def read(self, work: Work, then: Then, kind: str = "page") -> None:
        """Runs `work` on the reading lane and hands its result to the method `then`.

        A read of the same `kind` that was asked for before and has not answered yet is dropped,
        so that the screen never shows an older answer over a newer one.
        """
        job = Job(self.title(), work, quiet=True)
        before = self._reads.get(kind)
        if before is not None:
            before[0].cancel()
        self._reads[kind] = (job, then)
        job.succeeded.connect(self._on_read)
        job.failed.connect(self._on_read_failed)
        self.bench.runner.submit(Lane.READ, job)

    @Slot(object)
    def _on_read(self, result: Any) -> None:
        then = self._ended_read()
        if then is not None:
            then(result)

    @Slot(object)
    def _on_read_failed(self, error: Exception) -> None:
        if self._ended_read() is not None:
            self.bench.messages.show_error(error)

    def _ended_read(self) -> Then | None:
        """What was to follow the read that just ended; None where a newer one replaced it."""
        for kind, (job, then) in self._reads.items():
            if job is self.sender():
                del self._reads[kind]
                return then
        return None
