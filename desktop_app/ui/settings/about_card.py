"""What this application is, and whose work is in it."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal, Slot, qVersion
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

import desktop_app
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.progress import Report
from desktop_app.operations.look_for_update import NewestVersion
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
        versions_wanted(): look for a new version; offered only where there is a place to look.
    """

    licences_wanted = Signal()
    versions_wanted = Signal()

    def __init__(self, *, may_look: bool = False) -> None:
        super().__init__()
        self._page = ""
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
        self.look = controls.button(self.tr("Look for a new version"), icon="retry")
        self.look.setVisible(may_look)
        self.look.clicked.connect(self._on_look)
        self.newest = controls.label("", "soft", wrap=True)
        self.newest.hide()
        self.page = controls.button(self.tr("Its page"), "quiet", icon="link")
        self.page.clicked.connect(self._open_page)
        self.page.hide()
        self.body.addLayout(controls.row(self.licences, self.look, None))
        self.body.addWidget(self.newest)
        self.body.addWidget(self.page, 0, Qt.AlignmentFlag.AlignLeft)

    @Slot()
    def _on_look(self) -> None:
        self.look.setEnabled(False)
        self.newest.setText(self.tr("Asking…"))
        self.newest.show()
        self.versions_wanted.emit()

    @Slot(object)
    def show_newest(self, told: NewestVersion | ExpectedError) -> None:
        """What the list of versions says, or why nobody knows."""
        self.look.setEnabled(True)
        self._page = ""
        if isinstance(told, ExpectedError):
            words = str(told)
        elif told.newer:
            words = self.tr("Version {version} is there.").format(version=told.version)
            self._page = told.page
        else:
            words = self.tr("This is the newest version.")
        self.newest.setText(words)
        self.newest.show()
        self.page.setVisible(bool(self._page))

    @Slot()
    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl(self._page))


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
