"""Dates, counts and likeness in words for people."""

import html
from pathlib import PurePath

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from desktop_app.domain.person import Person, Year
from desktop_app.domain.photo import DatePrecision, Photo, PhotoDate


def _tr(text: str) -> str:
    return QCoreApplication.translate("words", text)


def number(count: int) -> str:
    """A count with the separators of this system's language."""
    return QLocale().toString(count)


def counted(count: int, one: str, many: str) -> str:
    """`one` for a single thing, else `many` with the count in place of {n}."""
    return one if count == 1 else many.format(n=number(count))


def date_words(date: PhotoDate) -> str:
    """ "3 May 1961", "May 1961", "1961", "the 1950s", "1948 to 1953", or nothing."""
    if date.earliest is None or date.latest is None or date.precision is DatePrecision.UNKNOWN:
        return ""
    first = QDate(date.earliest.year, date.earliest.month, date.earliest.day)
    if date.precision is DatePrecision.DAY:
        return QLocale().toString(first, "d MMM yyyy")
    if date.precision is DatePrecision.MONTH:
        return QLocale().toString(first, "MMMM yyyy")
    if date.precision is DatePrecision.DECADE:
        return _tr("the {decade}s").format(decade=date.earliest.year // 10 * 10)
    if date.earliest.year == date.latest.year:
        return str(date.earliest.year)
    middle = round((date.earliest.year + date.latest.year) / 2)
    if date.latest.year - date.earliest.year <= 4 and (
        middle - date.earliest.year == date.latest.year - middle
    ):
        return _tr("about {year}").format(year=middle)
    return _tr("{first} to {last}").format(first=date.earliest.year, last=date.latest.year)


def year_words(year: Year) -> str:
    """ "1931" or "about 1931"."""
    return _tr("about {year}").format(year=year.year) if year.about else str(year.year)


def life_words(person: Person) -> str:
    """ "1931 to 2004", "born about 1931", or nothing."""
    if person.born and person.died:
        return _tr("{born} to {died}").format(
            born=year_words(person.born), died=year_words(person.died)
        )
    if person.born:
        return _tr("born {year}").format(year=year_words(person.born))
    if person.died:
        return _tr("died {year}").format(year=year_words(person.died))
    return ""


def photo_name(photo: Photo) -> str:
    """The file's name, printable also where its bytes are no text."""
    return shown(PurePath(photo.path).name)


def shown(text: str) -> str:
    """`text` with what cannot be printed (bytes that are no text) replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


def tooltip(text: str) -> str:
    """`text` for a tooltip, in which markup of a file's name means nothing."""
    return f"<span>{html.escape(shown(text))}</span>"
