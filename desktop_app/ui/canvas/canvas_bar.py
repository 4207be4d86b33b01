"""The few things that a hand on the mouse wants of a canvas: zoom, fit, 100 %, boxes."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop_app.ui import controls, theme
from desktop_app.ui.canvas.canvas import PhotoCanvas


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
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.GAP_SMALL, 0, theme.GAP_SMALL, 0)
        layout.setSpacing(theme.GAP_TINY)
        layout.addWidget(self.fit)
        layout.addWidget(self.actual)
        layout.addWidget(self.zoom)
        layout.addStretch()
        self.original = controls.button(self.tr("Hold for the original (B)"), "quiet")
        if not with_original:
            self.original.hide()
        self.original.pressed.connect(self._press)
        self.original.released.connect(self._release)
        layout.addWidget(self.original)
        layout.addWidget(self.boxes)

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
