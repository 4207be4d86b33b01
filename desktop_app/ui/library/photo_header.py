"""The buttons above a photo: the way through the photos, boxes, a harder look, export, restore."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.ui import controls, theme


class PhotoHeader(QWidget):
    """The screen joins the buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.before = controls.IconButton("previous", self.tr("Previous photo (Backspace)"))
        self.after = controls.IconButton("next", self.tr("Next photo (Space)"))
        self.boxes = controls.IconButton("boxes", self.tr("Face boxes (F)"), checkable=True)
        self.boxes.setChecked(True)
        self.rescan = controls.IconButton("rescan", self.tr("Look for faces again, harder"))
        self.left = controls.IconButton("rotate-left", self.tr("Turn left (Ctrl+Left)"))
        self.right = controls.IconButton("rotate", self.tr("Turn right (Ctrl+Right)"))
        self.export = controls.button(self.tr("Export"), icon="export", keys="Ctrl+E")
        self.restore = controls.button(self.tr("Restore"), "primary", icon="restore", keys="R")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP_SMALL)
        for button in (
            self.before,
            self.after,
            self.boxes,
            self.rescan,
            self.left,
            self.right,
            self.export,
            self.restore,
        ):
            layout.addWidget(button)
