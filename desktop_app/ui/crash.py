"""The dialog for a bug of ours: what happened, in a report that can be copied."""

import logging
import platform
import sys
import threading
from types import TracebackType

from PySide6.QtCore import QObject, Signal, Slot, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

import desktop_app
from desktop_app.ui import controls, theme
from desktop_app.ui.journal import told_privately

_log = logging.getLogger(__name__)


def report_text(error: BaseException) -> str:
    """Versions and the traceback, without names of people or places of files."""
    return (
        f"Likeness {desktop_app.__version__}\n"
        f"Python {platform.python_version()}, Qt {qVersion()}, {platform.system()} "
        f"{platform.release()} {platform.machine()}\n\n{told_privately(error)}"
    )


class CrashDialog(QDialog):
    """Says that it was our fault and gives the report; the application goes on."""

    _open: "CrashDialog | None" = None

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Something went wrong"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GAP_LARGE] * 4)
        layout.setSpacing(theme.GAP)
        layout.addWidget(controls.label(self.tr("Something went wrong"), "heading"))
        words = self.tr(
            "This is a fault of Likeness, not yours. Your photos are untouched and your decisions "
            "are kept. The report below holds no names and no places of your files. Nothing is "
            "sent by itself; copy it if you want to tell us."
        )
        layout.addWidget(controls.label(words, "soft", wrap=True))
        self.report = QPlainTextEdit(report_text(error))
        self.report.setReadOnly(True)
        self.report.setAccessibleName(self.tr("Report"))
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.report.setMinimumSize(560, 220)
        layout.addWidget(self.report, 1)
        copy = controls.button(self.tr("Copy the report"), icon="copy")
        copy.clicked.connect(self.copy_report)
        close = controls.button(self.tr("Close"), "primary")
        close.clicked.connect(self.accept)
        close.setDefault(True)
        layout.addLayout(controls.row(copy, None, close))

    @Slot()
    def copy_report(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())

    @classmethod
    def show_for(cls, error: BaseException, parent: QWidget | None) -> "CrashDialog":
        """Opens the dialog; while one is open, further errors are only logged."""
        if cls._open is None:
            cls._open = cls(error, parent)
            cls._open.finished.connect(cls._open._closed)
            cls._open.open()
        return cls._open

    @classmethod
    def close_open(cls) -> None:
        """Closes the dialog where one is open."""
        if cls._open is not None:
            cls._open.accept()

    @Slot()
    def _closed(self) -> None:
        CrashDialog._open = None
        self.deleteLater()


class CrashCatcher(QObject):
    """Brings every uncaught exception, of any thread, to the log and to the dialog."""

    _caught = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._caught.connect(self._show)
        sys.excepthook = self._on_uncaught
        threading.excepthook = self._on_uncaught_in_thread

    def release(self) -> None:
        """Gives the interpreter its own hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def _on_uncaught(
        self, kind: type[BaseException], error: BaseException, where: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, where)
            return
        _log.critical("uncaught", exc_info=(kind, error, where))
        self._caught.emit(error)

    def _on_uncaught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._on_uncaught(args.exc_type, args.exc_value, args.exc_traceback)

    @Slot(object)
    def _show(self, error: BaseException) -> None:
        CrashDialog.show_for(error, self._window)
