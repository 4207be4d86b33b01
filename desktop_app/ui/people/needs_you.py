"""What waits for the user: suggestions to be judged, and groups without a name."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.ui import controls, theme, words
from desktop_app.ui.people.group_card import GroupCard
from desktop_app.ui.people.people_reading import PeoplePage
from desktop_app.ui.pictures import Pictures

_AT_ONCE = 20
_MADE_AT_A_TURN = 4  # cards; twenty would hold the window for two frames
_PEOPLE_AT_ONCE = 5


class NeedsYou(QScrollArea):
    """Groups, largest first; after one is named the next stands in its place, ready to be named.

    Signals:
        review_wanted(PersonId): judge this person's suggestions.
        named([FaceId], str), ignored([FaceId]), not_faces([FaceId]): decisions on a group.
        group_opened([FaceId]): look at all faces of a group.
        more_wanted(): the page is to be read anew, with `limit` groups.
    """

    review_wanted = Signal(object)
    named = Signal(object, str)
    ignored = Signal(object)
    not_faces = Signal(object)
    group_opened = Signal(object)
    more_wanted = Signal()

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self._pictures = pictures
        self.limit = _AT_ONCE
        """Groups that are shown at once."""
        self.cards: list[GroupCard] = []
        self._groups: Sequence[tuple[FaceId, ...]] = ()
        self._names: Sequence[str] = ()
        self._next_turn = QTimer(self)
        self._next_turn.setSingleShot(True)
        self._next_turn.setInterval(0)
        self._next_turn.timeout.connect(self._place_cards)
        self._reviews: dict[QPushButton, PersonId] = {}
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what stands inside takes the focus
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(
            theme.GAP_LARGE, theme.GAP_SMALL, theme.GAP_LARGE, theme.GAP_LARGE
        )
        column.setSpacing(theme.GAP_SMALL)
        self._waiting = QWidget()
        self._waiting_row = QHBoxLayout(self._waiting)
        self._waiting_row.setContentsMargins(0, 0, 0, theme.GAP_SMALL)
        self._waiting_row.setSpacing(theme.GAP_SMALL)
        column.addWidget(self._waiting)
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.GAP_SMALL)
        column.addLayout(self._list)
        self._more = controls.button("", "quiet")
        self._more.clicked.connect(self._on_more)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        self.setWidget(inside)

    def show_page(self, page: PeoplePage) -> None:
        self._show_waiting(page)
        self._groups = [group.faces for group in page.groups]
        self._names = page.names()
        self._place_cards()
        left = page.group_count - len(self._groups)
        self._more.setVisible(left > 0)
        self._more.setText(
            words.counted(left, self.tr("Show 1 more group"), self.tr("Show {n} more groups"))
        )

    @Slot()
    def _place_cards(self) -> None:
        """Those that are there keep their place among the new ones, which come in turns."""
        focus = next((at for at, c in enumerate(self.cards) if c.name_box.hasFocus()), None)
        kept = {card.faces: card for card in self.cards}
        for card in self.cards:
            self._list.removeWidget(card)
        new = [faces for faces in self._groups if faces not in kept][:_MADE_AT_A_TURN]
        now = [faces for faces in self._groups if faces in kept or faces in new]
        self.cards = [kept.pop(faces) if faces in kept else self._made(faces) for faces in now]
        for card in kept.values():
            card.hide()
            card.deleteLater()
        for card in self.cards:
            card.name_box.set_names(self._names)
            self._list.addWidget(card)
        if focus is not None and self.cards and not self._has_focus():
            self.cards[min(focus, len(self.cards) - 1)].name_box.setFocus()
        if len(now) < len(self._groups):
            self._next_turn.start()

    def _has_focus(self) -> bool:
        return any(card.name_box.hasFocus() for card in self.cards)

    def _made(self, faces: Sequence[FaceId]) -> GroupCard:
        card = GroupCard(self._pictures, faces)
        card.named.connect(self.named)
        card.ignored.connect(self.ignored)
        card.not_faces.connect(self.not_faces)
        card.opened.connect(self.group_opened)
        return card

    def _show_waiting(self, page: PeoplePage) -> None:
        controls.emptied(self._waiting_row)
        self._reviews = {}
        waiting = page.waiting()
        self._waiting.setVisible(bool(waiting))
        if not waiting:
            return
        self._waiting_row.addWidget(controls.label(self.tr("Is it them?"), "strong"))
        for tile in waiting[:_PEOPLE_AT_ONCE]:
            summary = tile.summary
            made = controls.button(
                f"{summary.person.name}  {words.number(summary.suggested)}", icon="person"
            )
            made.setAccessibleName(
                self.tr("Review {n} suggestions for {name}").format(
                    n=summary.suggested, name=summary.person.name
                )
            )
            made.clicked.connect(self._on_review)
            self._reviews[made] = summary.person.id
            self._waiting_row.addWidget(made)
        left = len(waiting) - _PEOPLE_AT_ONCE
        if left > 0:
            self._waiting_row.addWidget(
                controls.label(self.tr("and {n} more under Named").format(n=left), "soft")
            )
        self._waiting_row.addStretch()

    @Slot()
    def _on_review(self) -> None:
        made = self.sender()
        if isinstance(made, QPushButton) and made in self._reviews:
            self.review_wanted.emit(self._reviews[made])

    @Slot()
    def _on_more(self) -> None:
        self.limit += _AT_ONCE
        self.more_wanted.emit()
