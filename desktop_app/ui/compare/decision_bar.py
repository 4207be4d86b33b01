"""The three decisions on a result, under the pictures."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop_app.domain.restoration import Restoration, RestorationState
from desktop_app.ui import controls, theme
from desktop_app.ui.results.likeness_words import verdict

_HEIGHT = 44


class DecisionBar(QFrame):
    """Accept, keep the original, or try other references.

    Signals:
        accepted(), original_kept(), others_wanted(): a button was pressed.
    """

    accepted = Signal()
    original_kept = Signal()
    others_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "bar")
        self.original = controls.button(self.tr("Keep original"), icon="no")
        self.others = controls.button(self.tr("Try other references"), icon="retry")
        self.accept = controls.button(self.tr("Accept"), "primary", icon="yes")
        self.original.setToolTip(self.tr("The photo stays as it was (Delete)"))
        self.others.setToolTip(self.tr("Choose other references for this face (T)"))
        self.accept.setToolTip(self.tr("This result stands in the photo (Return)"))
        for button, said in (
            (self.original, self.original_kept),
            (self.others, self.others_wanted),
            (self.accept, self.accepted),
        ):
            button.setMinimumHeight(_HEIGHT)
            button.clicked.connect(said)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_SMALL)
        row.addWidget(self.original)
        row.addStretch()
        row.addWidget(self.others)
        row.addWidget(self.accept)

    def show_result(self, result: Restoration) -> None:
        """A result that is less like the person is not what the eye is led to."""
        accepted = result.state is RestorationState.ACCEPTED
        doubtful = result.likeness is not None and verdict(result.likeness).is_warning
        words = self.tr("Accept anyway") if doubtful else self.tr("Accept")
        self.accept.setEnabled(not accepted)
        self.accept.setText(self.tr("Accepted") if accepted else words)
        controls.set_look(self.accept, "" if doubtful else "primary")
