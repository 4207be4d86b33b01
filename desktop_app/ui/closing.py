"""Asks before the window closes over work that would be lost."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop_app.jobs.job import Job
from desktop_app.ui.words import counted


def may_close(window: QWidget, jobs: Callable[[], Sequence[Job]]) -> bool:
    """True where nothing is at work, or the user wants to stop it; asks in the latter case."""
    busy = jobs()
    if not busy:
        return True
    box = QMessageBox(window)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Likeness")
    box.setText(
        counted(
            len(busy),
            _tr("One piece of work is going on."),
            _tr("{n} pieces of work are going on."),
        )
    )
    box.setInformativeText(
        "\n".join(
            [
                *[job.title for job in busy[:4]],
                "",
                _tr("What is finished is kept. Nothing half-written is left behind."),
            ]
        )
    )
    stop = box.addButton(_tr("Stop and close"), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(_tr("Go on working"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    box.exec()
    return box.clickedButton() is stop or not jobs()


def _tr(text: str) -> str:
    return QCoreApplication.translate("closing", text)
