"""The original and a result to be looked at: divided, side by side, or in place of each other."""

import enum

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.domain.face import BBox
from desktop_app.ui import controls, theme
from desktop_app.ui.canvas.canvas_bar import CanvasBar
from desktop_app.ui.canvas.pyramid import Pyramid
from desktop_app.ui.canvas.viewport import Viewport
from desktop_app.ui.compare.compare_canvas import CompareCanvas, Sight
from desktop_app.ui.compare.reading import MOST_RESULTS
from desktop_app.ui.results.notice import Notice

_FACE_SHARE = 0.55  # of the canvas that a face takes when it comes up


class Way(enum.IntEnum):
    """How the original and the result are shown."""

    DIVIDED = 0
    BESIDE = 1
    RESULT = 2


_SIGHTS = {Way.DIVIDED: Sight.DIVIDED, Way.BESIDE: Sight.ORIGINAL, Way.RESULT: Sight.RESULT}


class CompareDesk(QWidget):
    """Two canvases that show the same part as large; shows what it is given.

    Signals:
        result_chosen(int): another result, counted from 0.
    """

    result_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.left = CompareCanvas(Sight.DIVIDED)
        self.right = CompareCanvas(Sight.RESULT)
        self.right.hide()
        self.notice = Notice()
        self.bar = CanvasBar(self.left, with_original=True)
        self.bar.boxes.hide()
        self.ways = QButtonGroup(self)
        for way, name in (
            (Way.DIVIDED, self.tr("Slider")),
            (Way.BESIDE, self.tr("Side by side")),
            (Way.RESULT, self.tr("Result")),
        ):
            self.ways.addButton(controls.button(name, "filter"), way)
        self.ways.button(Way.DIVIDED).setChecked(True)
        self.results = QButtonGroup(self)
        for number in range(MOST_RESULTS):
            button = controls.button(str(number + 1), "filter")
            button.setAccessibleName(self.tr("Result {n}").format(n=number + 1))
            self.results.addButton(button, number)
        self._results_label = controls.label(self.tr("Results"), "soft")
        self._lay_out()
        self.ways.idClicked.connect(self.choose_way)
        self.results.idClicked.connect(self.result_chosen)
        self.left.view_changed.connect(self._on_left_view)
        self.right.view_changed.connect(self._on_right_view)
        self.bar.original_held.connect(self.hold_original)

    def _lay_out(self) -> None:
        top = controls.row(*self.ways.buttons(), None, self._results_label)
        for button in self.results.buttons():
            top.addWidget(button)
        pictures = QHBoxLayout()
        pictures.setSpacing(2)
        pictures.addWidget(self.left, 1)
        pictures.addWidget(self.right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_SMALL)
        column.addLayout(top)
        column.addWidget(self.notice)
        column.addLayout(pictures, 1)
        column.addWidget(self.bar)

    def show_pictures(
        self, original: Pyramid, result: Pyramid, number: int, number_of_results: int
    ) -> None:
        """Result `number`, counted from 0, of a face; the part that is seen stays."""
        several = number_of_results > 1
        name = self.tr("Result {n}").format(n=number + 1) if several else self.tr("Restored")
        for canvas in (self.left, self.right):
            canvas.label_left, canvas.label_right = self.tr("Original"), name
            canvas.show_pictures(original, result)
        for place, button in enumerate(self.results.buttons()):
            button.setVisible(several and place < number_of_results)
            button.setChecked(place == number)
        self._results_label.setVisible(several)

    def look_at(self, box: BBox) -> None:
        """Brings a face to the middle."""
        self.left.look_at(box, _FACE_SHARE)

    @Slot(int)
    def choose_way(self, way: int) -> None:
        """Slider, side by side, or the result alone; the part that is seen stays."""
        self.left.set_sight(_SIGHTS[Way(way)])
        self.right.setVisible(way == Way.BESIDE)
        self.ways.button(way).setChecked(True)
        if self.left.view is not None:
            self.right.follow(self.left.view)

    def next_way(self) -> None:
        self.choose_way((self.ways.checkedId() + 1) % len(Way))

    @Slot(bool)
    def hold_original(self, held: bool) -> None:
        """Shows the original in place of the result as long as it is held."""
        self.left.hold_original(held)
        self.right.hold_original(held)

    @Slot(object)
    def _on_left_view(self, view: Viewport) -> None:
        self.right.follow(view)

    @Slot(object)
    def _on_right_view(self, view: Viewport) -> None:
        self.left.follow(view)
