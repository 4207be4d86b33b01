"""What this application is, and whose work is in it."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, qVersion
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

import desktop_app
from desktop_app.domain.progress import Report
from desktop_app.settings.places import resources
from desktop_app.ui import controls, theme


def read_licences(_report: Report) -> str:
    """The generated list of all parts by others, Markdown. Raises `OSError`."""
    return licences_file().read_text(encoding="utf-8")


def licences_file() -> Path:
    """The list; in a packed application the full texts lie beside it."""
    return resources() / "licences" / "LICENCES.md"


class AboutCard(controls.Card):
    """The version, and the way to the terms of every part.

    Signals:
        licences_wanted(): the user wants to read them.
    """

    licences_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.body.addWidget(controls.label(self.tr("About Likeness"), "title"))
        self.body.addWidget(
            controls.label(
                self.tr(
                    "Version {version}, under the Apache License 2.0. It uses Qt {qt} under the "
                    "LGPL, version 3, as separate libraries that you may replace. Nothing is sent "
                    "anywhere, and the application never looks for a new version by itself."
                ).format(version=desktop_app.__version__, qt=qVersion()),
                "soft",
                wrap=True,
            )
        )
        self.licences = controls.button(self.tr("Parts by others and their terms…"), icon="info")
        self.licences.clicked.connect(self.licences_wanted)
        self.body.addWidget(self.licences, 0, Qt.AlignmentFlag.AlignLeft)


class LicencesDialog(QDialog):
    """The list of parts by others, to read and to copy from."""

    def __init__(self, markdown: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Parts by others"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GAP_LARGE] * 4)
        layout.setSpacing(theme.GAP)
        layout.addWidget(controls.label(self.tr("Parts by others and their terms"), "heading"))
        self.text = QTextBrowser()
        self.text.setMarkdown(markdown)
        self.text.setOpenLinks(False)
        self.text.setAccessibleName(self.tr("Parts by others and their terms"))
        layout.addWidget(self.text, 1)
        folder = licences_file().parent
        words = self.tr("The list, and in the installed application the full texts: {folder}")
        where = controls.label(words.format(folder=folder), "caption", wrap=True)
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(where)
        close = controls.button(self.tr("Close"), "primary")
        close.clicked.connect(self.accept)
        layout.addLayout(controls.row(None, close))
        self.resize(760, 620)
