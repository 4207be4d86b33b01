"""The few things that a hand on the mouse wants of a canvas: zoom, fit, 100 %, boxes."""

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop_app.ui import controls, theme
from desktop_app.ui.canvas.canvas import PhotoCanvas

_ROOMY, _TIGHT = 58, 46  # widths in letters: below, words are shorter, and the zoom is not told


class CanvasBar(QFrame):
    """Stands under a canvas and follows it.

    Signals:
        original_held(bool): the button that shows the original is held down, or let go.
    """

    original_held = Signal(bool)

    def __init__(self, canvas: PhotoCanvas, *, with_original: bool) -> None:
        super().__init__()
        self._canvas = canvas
        self.zoom = controls.label("", "soft")
        self.zoom.setMinimumWidth(self.fontMetrics().horizontalAdvance("1600 %") + theme.GAP_SMALL)
        self.fit = controls.IconButton("zoom-fit", self.tr("Whole photo (0)"))
        self.fit.clicked.connect(canvas.fit)
        self.actual = controls.IconButton("zoom-in", self.tr("100 %, and back (Z)"))
        self.actual.clicked.connect(canvas.toggle_actual_size)
        self.boxes = controls.IconButton("boxes", self.tr("Face boxes (F)"), checkable=True)
        self.boxes.setChecked(canvas.boxes_shown)
        self.boxes.clicked.connect(canvas.show_boxes)
        canvas.boxes_toggled.connect(self.boxes.setChecked)
        canvas.view_changed.connect(self._show_zoom)
        layout = self._layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.GAP_SMALL, 0, theme.GAP_SMALL, 0)
        layout.setSpacing(theme.GAP_TINY)
        layout.addWidget(self.fit)
        layout.addWidget(self.actual)
        layout.addWidget(self.zoom)
        layout.addStretch()
        self.original = controls.button(self.tr("Hold for the original (B)"), "quiet")
        self.original.setToolTip(self.tr("Shows the original as long as it is held (B)"))
        self.original.setAccessibleName(self.tr("Hold for the original"))
        if not with_original:
            self.original.hide()
        self.original.pressed.connect(self._press)
        self.original.released.connect(self._release)
        layout.addWidget(self.original)
        layout.addWidget(self.boxes)

    def add(self, button: QWidget) -> None:
        """One thing more, for a screen that has it; the face boxes stay last."""
        self._layout.insertWidget(self._layout.count() - 1, button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, words are said shorter before they are cut off."""
        super().resizeEvent(event)
        letter = self.fontMetrics().averageCharWidth()
        room = self.width() / letter
        words = self.tr("Hold for the original (B)")
        if room < _ROOMY:
            words = self.tr("Original (B)") if room >= _TIGHT else self.tr("B")
        self.original.setText(words)
        self.zoom.setVisible(room >= _TIGHT)

    def minimumSizeHint(self) -> QSize:
        """The canvas above decides how narrow the two may become."""
        return QSize(0, super().minimumSizeHint().height())

    @Slot(object)
    def _show_zoom(self) -> None:
        view = self._canvas.view
        self.zoom.setText("" if view is None else f"{view.scale * 100:.0f} %")

    @Slot()
    def _press(self) -> None:
        self.original_held.emit(True)

    @Slot()
    def _release(self) -> None:
        self.original_held.emit(False)
