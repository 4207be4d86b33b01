"""The photo in the middle of the restore screen, with its results, boxes and map laid over it."""

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import BBox
from desktop_app.domain.ids import FaceId
from desktop_app.ui import controls, theme
from desktop_app.ui.canvas.canvas_bar import CanvasBar
from desktop_app.ui.canvas.overlays import (
    BoxStyle,
    FaceBox,
    FaceBoxes,
    MaskOverlay,
    ReferenceMapOverlay,
)
from desktop_app.ui.restore.blend_canvas import BlendCanvas
from desktop_app.ui.restore.reading import Composed, Composer, FaceState, RestorePage
from desktop_app.ui.results.notice import Notice
from desktop_app.ui.results.patches import PhotoOnTable, crop_to_photo

_STYLES = {
    FaceState.ACCEPTED: BoxStyle.DONE,
    FaceState.WEAK: BoxStyle.DOUBT,
    FaceState.STALE: BoxStyle.DOUBT,
}


class PhotoDesk(QWidget):
    """A notice above, the canvas, the bar below; shows what it is given.

    Signals:
        map_known(bool): whether the result that is shown tells which reference it followed where.
    """

    map_known = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.canvas = BlendCanvas()
        self.bar = CanvasBar(self.canvas, with_original=True)
        self.mask_button = controls.IconButton("mask", self.tr("What changes (K)"), checkable=True)
        self.mask_button.toggled.connect(self.show_mask)
        self.bar.add(self.mask_button)
        self.setTabOrder(self.bar.original, self.mask_button)
        self.setTabOrder(self.mask_button, self.bar.boxes)
        self.notice = Notice()
        self.composer: Composer | None = None
        self._table: PhotoOnTable | None = None
        self._composed: Composed | None = None
        self._map_shown = False
        self._mask_shown = False
        self._boxes = FaceBoxes()
        self.bar.original_held.connect(self.canvas.hold_original)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_SMALL)
        column.addWidget(self.notice)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.bar)

    def clear(self) -> None:
        """Takes the photo off the desk."""
        self._table = self._composed = self.composer = None
        self.canvas.show_pictures(None, None, None)

    def show_table(self, catalog: Catalog, table: PhotoOnTable) -> None:
        """Lays a photo on the desk, whole."""
        self._table = table
        self.composer = Composer(catalog, table)
        self._composed = None
        self.canvas.show_pictures(table.picture, table.picture, None)
        self.canvas.fit()

    @property
    def sharp(self) -> frozenset[FaceId]:
        """The faces of the photo on the desk from which restoring may take detail."""
        return self._table.sharp if self._table is not None else frozenset()

    def is_outdated(self, page: RestorePage) -> bool:
        """The photo on the desk is no longer the one of the page, or a face has come since."""
        if self._table is None:
            return False
        new = {face.face.id for face in page.faces} - self._table.windows.keys()
        on_desk, now = self._table.photo, page.photo
        return bool(new) or (on_desk.content_hash, on_desk.turned) != (now.content_hash, now.turned)

    def show_composed(self, composed: Composed, strength: float) -> None:
        """Lays results into the photo; an answer for a photo taken off before is dropped."""
        if self._table is None:
            return
        self._composed = composed
        self.canvas.set_strength(strength)
        self.canvas.show_pictures(self._table.picture, composed.lower, composed.upper)
        self._lay_over()

    def show_faces(self, page: RestorePage, chosen: FaceId | None) -> None:
        """Frames the faces; a tick or a dashed line says how they stand."""
        self._boxes = FaceBoxes(
            [
                FaceBox(f.face.id, f.face.bbox, f.name, _STYLES.get(f.state, BoxStyle.PLAIN))
                for f in page.faces
            ]
        )
        self._boxes.selected = chosen
        self._lay_over()

    @Slot(bool)
    def show_map(self, shown: bool) -> None:
        """Which reference was followed where; the boxes give way to it."""
        self._map_shown = shown
        self._lay_over()

    @Slot(bool)
    def show_mask(self, shown: bool) -> None:
        """Veils every pixel that the result leaves as it was, or lifts the veil."""
        self._mask_shown = shown
        self._lay_over()

    def _lay_over(self) -> None:
        result = self._composed.result if self._composed else None
        known = result.reference_map if result else None
        self.map_known.emit(known is not None)
        self.mask_button.setEnabled(result is not None)
        if result is not None and known is not None and self._table and self._map_shown:
            window = self._table.windows[result.restoration.face_id]
            self.canvas.set_overlays([ReferenceMapOverlay(known.winner, crop_to_photo(window))])
            self.canvas.set_boxes(FaceBoxes())
        elif result is not None and self._mask_shown:
            patch = result.patch
            height, width = patch.changed.shape
            box = BBox(patch.left, patch.top, patch.left + width, patch.top + height)
            mask = patch.changed.astype(np.float32)
            self.canvas.set_overlays([MaskOverlay(box, mask)])
            self.canvas.set_boxes(FaceBoxes())
        else:
            self.canvas.set_overlays([])
            self.canvas.set_boxes(self._boxes)
