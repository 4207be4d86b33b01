"""Asks when photos were taken, as exactly as anybody knows."""

import calendar
from datetime import date

from PySide6.QtCore import QDate, QLocale, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.photo import DatePrecision, PhotoDate
from desktop_app.ui import controls, theme, words

_FIRST_YEAR = 1826  # the oldest photograph that is kept


class DateDialog(QDialog):
    """A precision first, then only the fields that it needs; the result is said in words."""

    def __init__(self, count: int, now: PhotoDate, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("When was it taken?"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GAP_LARGE] * 4)
        layout.setSpacing(theme.GAP)
        layout.addWidget(controls.label(self.tr("When was it taken?"), "heading"))
        about = words.counted(count, self.tr("For one photo."), self.tr("For {n} photos."))
        layout.addWidget(controls.label(about, "soft"))
        self.precision = QComboBox()
        self.precision.setAccessibleName(self.tr("How exactly is it known"))
        for text, value in (
            (self.tr("The day"), DatePrecision.DAY),
            (self.tr("The month"), DatePrecision.MONTH),
            (self.tr("The year"), DatePrecision.YEAR),
            (self.tr("About a year"), "about"),
            (self.tr("The decade"), DatePrecision.DECADE),
            (self.tr("Between two years"), DatePrecision.RANGE),
            (self.tr("Not known"), DatePrecision.UNKNOWN),
        ):
            self.precision.addItem(text, value)
        layout.addWidget(self.precision)
        start = now.earliest or date(1950, 6, 15)
        end = now.latest or start
        self.year = self._year(start.year, self.tr("Year"))
        self.until = self._year(max(end.year, start.year), self.tr("Last year"))
        self.month = QComboBox()
        self.month.setAccessibleName(self.tr("Month"))
        for number in range(1, 13):
            self.month.addItem(QLocale().standaloneMonthName(number), number)
        self.month.setCurrentIndex(start.month - 1)
        self.day = controls.NumberBox(self.tr("Day"), 1, 31)
        self.day.setValue(start.day)
        self.slack = QComboBox()
        self.slack.setAccessibleName(self.tr("Give or take"))
        for years in (1, 2, 5, 10):
            text = words.counted(years, self.tr("give or take 1 year"), self.tr("± {n} years"))
            self.slack.addItem(text, years)
        self.slack.setCurrentIndex(1)
        self._to = controls.label(self.tr("to"))
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_SMALL)
        for widget in (self.day, self.month, self.year, self.slack, self._to, self.until):
            row.addWidget(widget)
        row.addStretch()
        layout.addLayout(row)
        self.said = QLabel()
        self.said.setProperty("look", "title")
        layout.addWidget(self.said)
        layout.addStretch()
        cancel = controls.button(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        self.accept_button = controls.button(self.tr("Set the date"), "primary")
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self.accept)
        layout.addLayout(controls.row(None, cancel, self.accept_button))
        self.setMinimumSize(480, 320)
        known = {DatePrecision.UNKNOWN: DatePrecision.YEAR}.get(now.precision, now.precision)
        self.precision.setCurrentIndex(self.precision.findData(known))
        for box in (self.precision, self.month, self.slack):
            box.currentIndexChanged.connect(self._show_fields)
        for spin in (self.year, self.until, self.day):
            spin.valueChanged.connect(self._show_fields)
        self._show_fields()

    def _year(self, value: int, name: str) -> controls.NumberBox:
        made = controls.NumberBox(name, _FIRST_YEAR, QDate.currentDate().year())
        made.setValue(value)
        return made

    def date(self) -> PhotoDate:
        """What was answered."""
        kind = self.precision.currentData()
        year = self.year.value()
        if kind is DatePrecision.UNKNOWN:
            return PhotoDate()
        if kind is DatePrecision.DAY:
            month = self.month.currentData()
            day = date(year, month, min(self.day.value(), calendar.monthrange(year, month)[1]))
            return PhotoDate(day, day, kind)
        if kind is DatePrecision.MONTH:
            month = self.month.currentData()
            last = calendar.monthrange(year, month)[1]
            return PhotoDate(date(year, month, 1), date(year, month, last), kind)
        if kind is DatePrecision.DECADE:
            first = year // 10 * 10
            return PhotoDate(date(first, 1, 1), date(first + 9, 12, 31), kind)
        if kind == "about":
            slack = self.slack.currentData()
            return PhotoDate(
                date(year - slack, 1, 1), date(year + slack, 12, 31), DatePrecision.RANGE
            )
        if kind is DatePrecision.RANGE:
            first, last = sorted((year, self.until.value()))
            return PhotoDate(date(first, 1, 1), date(last, 12, 31), kind)
        return PhotoDate(date(year, 1, 1), date(year, 12, 31), DatePrecision.YEAR)

    @Slot()
    def _show_fields(self) -> None:
        kind = self.precision.currentData()
        self.day.setVisible(kind is DatePrecision.DAY)
        self.month.setVisible(kind in (DatePrecision.DAY, DatePrecision.MONTH))
        self.year.setVisible(kind is not DatePrecision.UNKNOWN)
        self.slack.setVisible(kind == "about")
        self._to.setVisible(kind is DatePrecision.RANGE)
        self.until.setVisible(kind is DatePrecision.RANGE)
        self.said.setText(words.date_words(self.date()) or self.tr("No date"))
