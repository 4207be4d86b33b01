"""Reads the date that somebody types for their photos, as exactly as they know it."""

import calendar
import re
from datetime import date

from desktop_app.domain.errors import BadRequest
from desktop_app.domain.photo import DatePrecision, PhotoDate

_UNKNOWN = {"unknown", "none", "?"}
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_DECADE = re.compile(r"(\d{3})0s")
_ABOUT = re.compile(r"(?:about|c\.|ca\.?|~)\s*(\d{4})(?:\s*(?:\+-|±)\s*(\d{1,2}))?")
_RANGE = re.compile(r"(\d{4})\s*(?:-|–|\.\.|to)\s*(\d{4})")
_ABOUT_YEARS = 2  # give or take, where nothing else is said


def date_typed(text: str) -> PhotoDate:
    """A day, a month, a year, a decade, a year more or less, a span of years, or nothing.

    `1952-05-03`, `1952-05`, `1952`, `1950s`, `about 1952`, `c. 1952 +-5`, `1948-1955`, `unknown`.
    Raises `BadRequest` for anything else, and for a day that no calendar has.
    """
    asked = " ".join(text.casefold().split())
    try:
        if asked in _UNKNOWN:
            return PhotoDate()
        if found := _DAY.fullmatch(asked):
            day = date(*map(int, found.groups()))
            return PhotoDate(day, day, DatePrecision.DAY)
        if found := _RANGE.fullmatch(asked):
            first, last = sorted(map(int, found.groups()))
            return _years(first, last, DatePrecision.RANGE)
        if found := _MONTH.fullmatch(asked):
            year, month = map(int, found.groups())
            last = calendar.monthrange(year, month)[1]
            return PhotoDate(date(year, month, 1), date(year, month, last), DatePrecision.MONTH)
        if found := _DECADE.fullmatch(asked):
            first = int(found[1]) * 10
            return _years(first, first + 9, DatePrecision.DECADE)
        if found := _ABOUT.fullmatch(asked):
            year, slack = int(found[1]), int(found[2] or _ABOUT_YEARS)
            return _years(year - slack, year + slack, DatePrecision.RANGE)
        if re.fullmatch(r"\d{4}", asked):
            return _years(int(asked), int(asked), DatePrecision.YEAR)
    except (ValueError, calendar.IllegalMonthError) as error:
        raise BadRequest(f"The calendar has no {text.strip()}. Type another date.") from error
    raise BadRequest(
        f"{text.strip()!r} is not understood as a date. Type 1952-05-03, 1952-05, 1952, 1950s, "
        "about 1952, 1948-1955 or unknown."
    )


def _years(first: int, last: int, precision: DatePrecision) -> PhotoDate:
    return PhotoDate(date(first, 1, 1), date(last, 12, 31), precision)
