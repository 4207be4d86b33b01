"""The packages that InstantRestore runs on: whether they are here, and how they come and go."""

from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout

from desktop_app.jobs.job import Job
from desktop_app.restoration.engine_environment.environment import EngineCondition, EngineState
from desktop_app.ui import controls, theme
from desktop_app.ui.models.download_dialog import in_words
from desktop_app.ui.models.work_line import WorkLine

_MARKS = {
    EngineState.INSTALLED: ("yes", "accent"),
    EngineState.MISSING: ("download", "text_soft"),
    EngineState.OUTDATED: ("info", "text_soft"),
    EngineState.DAMAGED: ("warning", "danger"),
}


class EngineCard(controls.Card):
    """Nothing is fetched from here: a dialog tells first what would come.

    Signals:
        add_wanted(): show what adding them would bring.
        verify_wanted(), remove_wanted(): of what is installed.
    """

    add_wanted = Signal()
    verify_wanted = Signal()
    remove_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        title = self.tr("Packages for InstantRestore")
        self.setAccessibleName(title)
        self.condition: EngineCondition | None = None
        self._mark = controls.IconLabel("info", "text_soft")
        self.state = controls.label("", "strong")
        self.why = controls.label("", "soft", wrap=True)
        self.facts = controls.label("", "caption", wrap=True)
        self.add = controls.button(self.tr("Add…"), icon="download")
        self.add.clicked.connect(self.add_wanted)
        self.verify = controls.button(self.tr("Check every byte"), "quiet", icon="search")
        self.verify.clicked.connect(self.verify_wanted)
        self.remove = controls.button(self.tr("Remove"), "danger")
        self.remove.clicked.connect(self.remove_wanted)
        self.work = WorkLine()
        self.work.changed.connect(self._show_buttons)
        heading = QHBoxLayout()
        heading.setSpacing(theme.GAP_SMALL)
        heading.addWidget(controls.label(title, "title"), 1)
        heading.addWidget(self._mark)
        heading.addWidget(self.state)
        self.body.addLayout(heading)
        self.body.addWidget(
            controls.label(
                self.tr(
                    "The large engine computes with torch, which is too large to come with the "
                    "application. It is kept apart: nothing else changes when it comes or goes."
                ),
                wrap=True,
            )
        )
        self.body.addWidget(self.why)
        self.body.addWidget(self.facts)
        self.body.addLayout(controls.row(self.add, self.verify, None, self.remove))
        self.body.addWidget(self.work)
        self._show_buttons()

    def show_condition(self, condition: EngineCondition) -> None:
        """How it stands with the packages now."""
        self.condition = condition
        self._mark.set_icon(*_MARKS[condition.state])
        damaged = condition.state is EngineState.DAMAGED
        controls.set_look(self.state, "danger" if damaged else "strong")
        self.state.setText(self._state_words(condition.state))
        tell = damaged or condition.state is EngineState.OUTDATED
        again = self.tr("Add them again.")
        self.why.setText(f"{condition.why} {again}" if tell else "")
        self.why.setVisible(tell)
        facts = condition.facts
        if facts is not None:
            self.facts.setText(
                self.tr("torch {torch} for {build}, Python {python}, {size} on the disk").format(
                    torch=facts.torch,
                    build=build_words(facts.build),
                    python=facts.python,
                    size=in_words(facts.size),
                )
            )
        self.facts.setVisible(facts is not None)
        self._show_buttons()

    def _state_words(self, state: EngineState) -> str:
        return {
            EngineState.INSTALLED: self.tr("Installed"),
            EngineState.MISSING: self.tr("Not installed"),
            EngineState.OUTDATED: self.tr("Of another version"),
            EngineState.DAMAGED: self.tr("Damaged"),
        }[state]

    @Slot(object)
    def follow(self, job: Job) -> None:
        """Shows the progress of work on the packages until it ends."""
        self.work.follow(job)

    @Slot()
    def _show_buttons(self) -> None:
        state = None if self.condition is None else self.condition.state
        idle = not self.work.busy and state is not None
        here = state in (EngineState.INSTALLED, EngineState.OUTDATED)
        self.add.setVisible(idle and state is not EngineState.INSTALLED)
        self.add.setText(self.tr("Add…") if state is EngineState.MISSING else self.tr("Add again…"))
        self.verify.setVisible(idle and here)
        self.remove.setVisible(idle and state is not EngineState.MISSING)


def build_words(build: str) -> str:
    """What a build of torch computes on, as people call it."""
    words = {
        "cpu": QCoreApplication.translate("engine", "the processor"),
        "cuda": QCoreApplication.translate("engine", "an NVIDIA GPU"),
        "mps": QCoreApplication.translate("engine", "the Apple GPU"),
    }
    return words.get(build, build)
