"""Shows how like a face was to the person before restoring, and how like it is after."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.domain.restoration import Likeness
from desktop_app.operations.likeness_words import BORDERS
from desktop_app.ui import controls, theme
from desktop_app.ui.results import likeness_words as say
from desktop_app.ui.words import counted


class LikenessView(QWidget):
    """A verdict with its icon, a gauge, and the words and numbers before and after."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = controls.IconLabel("info", "text_soft")
        self._verdict = controls.label("", "strong", wrap=True)
        self._gauge = LikenessGauge()
        self._words = [controls.label("") for _ in range(2)]
        self._numbers = [controls.label("") for _ in range(2)]
        self._basis = controls.label("", "caption", wrap=True)
        heading = QHBoxLayout()
        heading.setSpacing(theme.GAP_SMALL)
        heading.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        heading.addWidget(self._verdict, 1)
        rows = QGridLayout()
        rows.setHorizontalSpacing(theme.GAP)
        rows.setVerticalSpacing(theme.GAP_TINY)
        rows.setColumnStretch(1, 1)
        for row, name in enumerate((self.tr("Before"), self.tr("After"))):
            rows.addWidget(controls.label(name, "soft"), row, 0)
            rows.addWidget(self._words[row], row, 1)
            rows.addWidget(self._numbers[row], row, 2, Qt.AlignmentFlag.AlignRight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP_SMALL)
        layout.addLayout(heading)
        layout.addWidget(self._gauge)
        layout.addLayout(rows)
        layout.addWidget(self._basis)
        self.show_likeness(None, "")

    def show_likeness(self, likeness: Likeness | None, name: str) -> None:
        """`name` is whose face it is; None where it could not be compared with anything."""
        self._gauge.show_likeness(likeness)
        for part in (self._gauge, *self._words, *self._numbers):
            part.setVisible(likeness is not None)
        if likeness is None:
            self._icon.set_icon("info", "text_soft")
            controls.set_look(self._verdict, "soft")
            self._verdict.setText(self.tr("Likeness not measured"))
            self._basis.setText(
                self.tr("Confirm a few sharp faces of this person, and results are compared.")
            )
        else:
            outcome = say.verdict(likeness)
            self._icon.set_icon(outcome.icon, outcome.ink)
            controls.set_look(self._verdict, "danger" if outcome.is_warning else "strong")
            self._verdict.setText(say.verdict_words(likeness, name))
            self._words[0].setText(say.band_words(likeness.before))
            self._words[1].setText(say.band_words(likeness.after))
            self._numbers[0].setText(f"{likeness.before:.2f}")
            self._numbers[1].setText(f"{likeness.after:.2f} ± {likeness.spread:.2f}")
            self._basis.setText(
                counted(
                    likeness.faces,
                    self.tr("Compared with one confirmed face"),
                    self.tr("Compared with {n} confirmed faces"),
                )
            )
        self.setAccessibleName(self.words())

    def words(self) -> str:
        """All that is said, for a screen reader."""
        parts = [self._verdict.text()]
        if not self._gauge.isHidden():
            for row, name in enumerate((self.tr("Before"), self.tr("After"))):
                parts.append(f"{name}: {self._words[row].text()}, {self._numbers[row].text()}")
        return ". ".join([*parts, self._basis.text()])


class LikenessGauge(QWidget):
    """A line from unlike to like: a hollow mark before, a full one after, the spread as a band."""

    def __init__(self) -> None:
        super().__init__()
        self._likeness: Likeness | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_likeness(self, likeness: Likeness | None) -> None:
        self._likeness = likeness
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._likeness is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.setPen(QPen(theme.colour("line"), 4, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(self._x(0), middle), QPointF(self._x(1), middle))
        painter.setPen(QPen(theme.colour("text_soft"), 1))
        for border in BORDERS:
            x = round(self._x(border)) + 0.5
            painter.drawLine(QPointF(x, middle - 6), QPointF(x, middle + 6))
        likeness = self._likeness
        ink = theme.colour("danger" if say.verdict(likeness).is_warning else "accent")
        band = theme.colour("text_soft")
        band.setAlpha(90)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(band)
        left, right = (self._x(likeness.after + s * likeness.spread) for s in (-1, 1))
        painter.drawRoundedRect(QRectF(left, middle - 5, right - left, 10), 5, 5)
        painter.setPen(QPen(ink, 4, c=Qt.PenCapStyle.RoundCap))
        before, after = self._x(likeness.before), self._x(likeness.after)
        painter.drawLine(QPointF(before, middle), QPointF(after, middle))
        painter.setPen(QPen(theme.colour("surface"), 2))
        painter.setBrush(ink)
        painter.drawEllipse(QPointF(after, middle), 9, 9)
        painter.setPen(QPen(theme.colour("text"), 2))
        painter.setBrush(theme.colour("surface"))
        painter.drawEllipse(QPointF(before, middle), 6, 6)
        painter.end()

    def _x(self, cosine: float) -> float:
        return 10 + (self.width() - 20) * min(1.0, max(0.0, cosine))
