"""What is known of faces, and the way to have all of it forgotten."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox

from desktop_app.ui import controls


class PrivacyCard(controls.Card):
    """Asks once, in plain words, for it cannot be undone.

    Signals:
        forget_all_wanted(): every name, face and result is to leave the disk.
    """

    forget_all_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.body.addWidget(controls.label(self.tr("Face data"), "title"))
        self.body.addWidget(
            controls.label(
                self.tr(
                    "Faces, what describes them, names and results are in your catalog alone. "
                    "One person is forgotten on their own page; here all of it is, and its bytes "
                    "leave the disk. The photos and the sidecar files beside them stay as they are."
                ),
                "soft",
                wrap=True,
            )
        )
        self.forget_all = controls.button(self.tr("Forget all face data…"), icon="forget")
        self.forget_all.clicked.connect(self.ask)
        self.body.addWidget(self.forget_all, 0, Qt.AlignmentFlag.AlignLeft)

    @Slot()
    def ask(self) -> None:
        """Says what goes and what stays; only a yes goes on."""
        answer = QMessageBox.warning(
            self,
            self.tr("Forget all face data?"),
            self.tr(
                "Every face, every name and every result of a restoration is removed from the "
                "catalog for good, and from its backups. The photo files stay as they are. "
                "This cannot be undone."
            ),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        if answer == QMessageBox.StandardButton.Yes:
            self.forget_all_wanted.emit()
