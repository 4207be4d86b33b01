"""Understands the dates that cameras and archivists write into files."""

import calendar
import re
from datetime import UTC, date, datetime, timedelta

from desktop_app.domain.photo import DatePrecision, PhotoDate

FIRST_PHOTOGRAPH = 1826
"""Niepce's view from the window at Le Gras; nothing was photographed before."""

_WORDS = re.compile(
    r"\s*(?P<year>\d{4})"
    r"(?:[:\-/. ](?P<month>\d\d|  )(?:[:\-/. ](?P<day>\d\d|  ))?)?"
    r"(?:[T ].*)?\s*"
)


def date_of_words(words: str) -> PhotoDate:
    """The day, month or year that `words` name; unknown for nonsense and for the future.

    `words` is as in EXIF ("1952:06:14 10:00:00", parts that are unknown blank or zero) or as in
    XMP ("1952", "1952-06", "1952-06-14T10:00:00").
    """
    match = _WORDS.fullmatch(words)
    if match is None:
        return PhotoDate()
    year = int(match["year"])
    month, day = (int((match[part] or "0").strip() or 0) for part in ("month", "day"))
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    if not FIRST_PHOTOGRAPH <= year <= tomorrow.year or month > 12:
        return PhotoDate()
    if month == 0:
        return PhotoDate(date(year, 1, 1), date(year, 12, 31), DatePrecision.YEAR)
    last = calendar.monthrange(year, month)[1]
    if day > last:
        return PhotoDate()
    if day == 0:
        return PhotoDate(date(year, month, 1), date(year, month, last), DatePrecision.MONTH)
    taken = date(year, month, day)
    if taken > tomorrow:
        return PhotoDate()
    return PhotoDate(taken, taken, DatePrecision.DAY)
