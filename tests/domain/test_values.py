"""The values behave as their names say."""

from datetime import date

import pytest

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import BBox
from desktop_app.domain.ids import FaceId, PhotoId
from desktop_app.domain.photo import DatePrecision, PhotoDate
from desktop_app.domain.progress import Cancelled, CancelToken


def test_overlap_is_shared_area_over_joint_area() -> None:
    assert BBox(0, 0, 2, 2).overlap(BBox(1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert BBox(0, 0, 1, 1).overlap(BBox(2, 2, 3, 3)) == 0


def test_the_middle_of_a_year_is_a_half() -> None:
    year = PhotoDate(date(1952, 1, 1), date(1952, 12, 31), DatePrecision.YEAR)
    assert year.middle_year == pytest.approx(1952.5, abs=0.01)
    assert PhotoDate().middle_year is None


def test_changes_add_up() -> None:
    both = CatalogChanges.of(photos=[PhotoId(1)]) | CatalogChanges.of(faces=[FaceId(2)])
    assert both.photos == {1}
    assert both.faces == {2}
    assert both
    assert not CatalogChanges()


def test_a_token_stops_the_work_only_after_the_wish() -> None:
    token = CancelToken()
    token.raise_if_cancelled()
    token.cancel()
    with pytest.raises(Cancelled):
        token.raise_if_cancelled()
