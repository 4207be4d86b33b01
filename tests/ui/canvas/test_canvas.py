"""The canvas under the hand: wheel, drag, keys, face boxes."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QTransform, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.domain.face import BBox
from desktop_app.domain.ids import FaceId
from desktop_app.ui.canvas.canvas import PhotoCanvas
from desktop_app.ui.canvas.overlays import FaceBox, FaceBoxes, MaskOverlay, ReferenceMapOverlay
from desktop_app.ui.canvas.pyramid import Pyramid


@pytest.fixture
def canvas(qtbot: QtBot) -> PhotoCanvas:
    canvas = PhotoCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(600, 400)
    canvas.show()
    image = np.random.default_rng(2).integers(0, 256, (900, 1400, 3), dtype=np.uint8)
    canvas.show_picture(Pyramid.of(image))
    canvas.set_boxes(FaceBoxes([FaceBox(FaceId(7), BBox(600, 350, 800, 550), "Anna")]))
    return canvas


def _wheel(canvas: PhotoCanvas, at: QPointF, notches: int) -> None:
    event = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def _apart(one: int, other: int) -> int:
    return max(abs((one >> shift & 255) - (other >> shift & 255)) for shift in (0, 8, 16))


def test_the_wheel_zooms_to_the_cursor(canvas: PhotoCanvas) -> None:
    _wheel(canvas, QPointF(300, 200), 2)
    before = canvas.view.to_photo(150, 120)
    _wheel(canvas, QPointF(150, 120), 3)
    assert canvas.view.to_photo(150, 120) == pytest.approx(before, abs=3)
    assert not canvas.view.is_fitted


def test_z_shows_100_percent_and_back(canvas: PhotoCanvas, qtbot: QtBot) -> None:
    qtbot.keyClick(canvas, Qt.Key.Key_Z)
    assert canvas.view.scale == 1.0
    qtbot.keyClick(canvas, Qt.Key.Key_Z)
    assert canvas.view.is_fitted


def test_keys_zoom_fit_and_pan(canvas: PhotoCanvas, qtbot: QtBot) -> None:
    fitted = canvas.view.scale
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.view.scale > fitted
    canvas.setFocus()
    centre = canvas.view.centre
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.view.centre[0] > centre[0]
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.view.is_fitted


def test_the_hand_drags_the_photo_and_chooses_no_face(canvas: PhotoCanvas, qtbot: QtBot) -> None:
    canvas.toggle_actual_size()
    with qtbot.assertNotEmitted(canvas.face_clicked):
        start = canvas.view.centre
        qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
        qtbot.mouseMove(canvas, QPoint(250, 170))
        qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(250, 170))
    assert canvas.view.centre == (start[0] + 50, start[1] + 30)


def test_panning_draws_what_drawing_anew_would(canvas: PhotoCanvas, qtbot: QtBot) -> None:
    canvas._layer._slow = True  # as on a busy machine, where a frame in a hurry is drawn roughly
    canvas.zoom_by(2.3)
    qtbot.waitUntil(lambda: not canvas._zooming.isActive())
    canvas.grab()
    canvas._set_view(canvas.view.panned(37, -21))
    panned = canvas.grab().toImage()
    fresh = PhotoCanvas()
    fresh.resize(canvas.size())
    fresh.show_picture(canvas.picture)
    fresh.set_boxes(canvas.boxes)
    fresh.follow(canvas.view)
    drawn = fresh.grab().toImage()
    at = [(x, y) for x in range(0, 600, 7) for y in range(0, 400, 7)]
    apart = [_apart(drawn.pixel(*point), panned.pixel(*point)) for point in at]
    # Qt's bilinear weights depend on where a row begins, and on where in memory it lies
    assert sorted(apart)[int(len(apart) * 0.99)] <= 1
    assert max(apart) <= 8


def test_a_clicked_face_is_told(canvas: PhotoCanvas, qtbot: QtBot) -> None:
    at = canvas.view.rect_of(BBox(600, 350, 800, 550)).center().toPoint()
    with qtbot.waitSignal(canvas.face_clicked) as heard:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert heard.args == [7]


def test_f_hides_the_boxes_and_they_no_longer_answer(canvas: PhotoCanvas, qtbot: QtBot) -> None:
    shown = canvas.grab().toImage()
    qtbot.keyClick(canvas, Qt.Key.Key_F)
    assert canvas.grab().toImage() != shown
    at = canvas.view.rect_of(BBox(600, 350, 800, 550)).center().toPoint()
    with qtbot.assertNotEmitted(canvas.face_clicked):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)


def test_ctrl_drag_draws_a_box_in_photo_pixels(canvas: PhotoCanvas, qtbot: QtBot) -> None:
    canvas.drawing_allowed = True
    left, top = canvas.view.to_photo(200, 150)
    with qtbot.waitSignal(canvas.box_drawn) as heard:
        control = Qt.KeyboardModifier.ControlModifier
        qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, control, QPoint(200, 150))
        qtbot.mouseMove(canvas, QPoint(260, 230))
        qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, control, QPoint(260, 230))
    drawn = heard.args[0]
    assert (drawn.left, drawn.top) == pytest.approx((left, top))
    assert drawn.width == pytest.approx(60 / canvas.view.scale, rel=0.05)


def test_another_picture_of_the_same_size_keeps_the_view(canvas: PhotoCanvas) -> None:
    canvas.toggle_actual_size()
    view = canvas.view
    canvas.show_picture(canvas.picture.with_patch(0, 0, np.zeros((9, 9, 3), np.uint8)))
    assert canvas.view == view


def test_without_a_photo_the_canvas_is_only_grey(canvas: PhotoCanvas, qtbot: QtBot) -> None:
    canvas.show_picture(None)
    image = canvas.grab().toImage()
    assert image.pixelColor(5, 5) == image.pixelColor(300, 200)
    qtbot.keyClick(canvas, Qt.Key.Key_Z)


def test_the_map_of_references_carries_numbers(canvas: PhotoCanvas) -> None:
    winner = np.full((16, 16), -1, np.int8)
    winner[2:8, 2:14] = 0
    winner[8:14, 2:14] = 2
    plain = canvas.grab().toImage()
    overlay = ReferenceMapOverlay(winner, QTransform(200, 0, 0, 200, 600, 350))
    canvas.set_overlays([overlay])
    assert overlay.numbers == (0, 2)
    assert canvas.grab().toImage() != plain


def test_the_mask_veils_what_does_not_change(canvas: PhotoCanvas) -> None:
    canvas.show_boxes(False)
    plain = canvas.grab().toImage()
    mask = np.zeros((32, 32), np.float32)
    mask[8:24, 8:24] = 1
    canvas.set_overlays([MaskOverlay(BBox(600, 350, 800, 550), mask)])
    veiled = canvas.grab().toImage()
    inside = canvas.view.rect_of(BBox(680, 430, 720, 470)).center().toPoint()
    assert veiled.pixelColor(inside) == plain.pixelColor(inside)
    outside = canvas.view.rect_of(BBox(100, 100, 120, 120)).center().toPoint()
    assert veiled.pixelColor(outside).lightness() < plain.pixelColor(outside).lightness()


def test_a_frame_drawn_in_a_hurry_is_drawn_finely_when_the_wheel_rests(
    canvas: PhotoCanvas, qtbot: QtBot
) -> None:
    canvas._layer._slow = True
    _wheel(canvas, QPointF(300, 200), 1)
    rough = canvas.grab().toImage()
    qtbot.waitUntil(lambda: not canvas._zooming.isActive())
    fine = canvas.grab().toImage()
    assert fine != rough
    assert canvas.grab().toImage() == fine
