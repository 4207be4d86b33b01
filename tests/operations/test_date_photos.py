"""A typed date is understood as exactly as it was meant."""

from datetime import date

import pytest

from desktop_app.domain.errors import BadRequest
from desktop_app.domain.photo import DatePrecision, PhotoDate
from desktop_app.operations.date_photos import date_typed


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision"),
    [
        ("1952-05-03", (1952, 5, 3), (1952, 5, 3), DatePrecision.DAY),
        ("1952-02", (1952, 2, 1), (1952, 2, 29), DatePrecision.MONTH),
        (" 1952 ", (1952, 1, 1), (1952, 12, 31), DatePrecision.YEAR),
        ("1950s", (1950, 1, 1), (1959, 12, 31), DatePrecision.DECADE),
        ("about 1952", (1950, 1, 1), (1954, 12, 31), DatePrecision.RANGE),
        ("c. 1952 +-5", (1947, 1, 1), (1957, 12, 31), DatePrecision.RANGE),
        ("1955-1948", (1948, 1, 1), (1955, 12, 31), DatePrecision.RANGE),
    ],
)
def test_a_date_has_the_precision_it_was_typed_with(
    text: str,
    earliest: tuple[int, int, int],
    latest: tuple[int, int, int],
    precision: DatePrecision,
) -> None:
    assert date_typed(text) == PhotoDate(date(*earliest), date(*latest), precision)


def test_unknown_takes_the_date_away() -> None:
    assert date_typed("unknown") == PhotoDate()


@pytest.mark.parametrize("text", ["", "yesterday", "1952-13", "1952-02-30", "52", "0000", "abouts"])
def test_what_is_no_date_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadRequest):
        date_typed(text)
