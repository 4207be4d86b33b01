"""Where a photo lies in the window."""

import pytest

from desktop_app.domain.face import BBox
from desktop_app.ui.canvas.viewport import Viewport

PICTURE, WINDOW = (4000, 3000), (1000, 800)


def test_fitted_shows_the_whole_photo() -> None:
    view = Viewport.fitted(PICTURE, WINDOW)
    rect = view.photo_rect
    assert rect.left() > 0
    assert rect.top() > 0
    assert rect.right() < 1000
    assert rect.bottom() < 800
    assert view.is_fitted


def test_the_point_under_the_cursor_stays_there() -> None:
    view = Viewport.fitted(PICTURE, WINDOW)
    before = view.to_photo(400, 300)
    after = view.zoomed(1.0, 400, 300).to_photo(400, 300)
    assert after == pytest.approx(before, abs=1)


def test_a_photo_larger_than_the_window_covers_it() -> None:
    view = Viewport.fitted(PICTURE, WINDOW).zoomed(1.0, 500, 400).panned(99999, -99999)
    assert view.photo_rect.left() == 0
    assert view.photo_rect.bottom() == 800


def test_a_photo_smaller_than_the_window_lies_in_its_middle() -> None:
    view = Viewport.fitted((100, 100), WINDOW).panned(300, 300)
    assert view.photo_rect.center().toTuple() == (500, 400)


def test_zoom_has_bounds() -> None:
    view = Viewport.fitted(PICTURE, WINDOW)
    assert view.zoomed(1000, 0, 0).scale == 16
    assert view.zoomed(0.0001, 0, 0).scale == view.scale


def test_a_fitted_photo_stays_fitted_when_the_window_grows() -> None:
    assert Viewport.fitted(PICTURE, WINDOW).resized((1500, 900)).is_fitted
    assert not Viewport.fitted(PICTURE, WINDOW).zoomed(1, 0, 0).resized((1500, 900)).is_fitted


def test_a_face_is_brought_to_the_middle() -> None:
    view = Viewport.fitted(PICTURE, WINDOW).showing(BBox(1000, 1000, 1400, 1400))
    rect = view.rect_of(BBox(1000, 1000, 1400, 1400))
    assert rect.center().toTuple() == pytest.approx((500, 400), abs=1)
    assert rect.height() == pytest.approx(400, abs=1)


def test_another_window_follows() -> None:
    leader = Viewport.fitted(PICTURE, WINDOW).zoomed(1.0, 200, 200)
    follower = Viewport.fitted(PICTURE, (500, 800)).following(leader)
    assert (follower.scale, follower.centre) == (leader.scale, leader.centre)
