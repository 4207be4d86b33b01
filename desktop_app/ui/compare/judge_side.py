"""What a result is judged by: likeness, the references, how it was made."""

from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from desktop_app.ui import controls, theme
from desktop_app.ui.compare.reading import Candidate, FaceToJudge
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.results.likeness_view import LikenessView
from desktop_app.ui.results.recipe import recipe_lines, state_words
from desktop_app.ui.results.reference_card import ReferenceCard
from desktop_app.ui.results.side_scroll import SideScroll

WIDTH = 312
_CARDS = 4


class JudgeSide(QFrame):
    """Shows one result of one face."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.setFixedWidth(theme.wide(WIDTH))
        self.place = controls.label("", "caption")
        self.name = controls.label("", "title", wrap=True)
        self.state = controls.label("", "soft")
        self.likeness = LikenessView()
        self._title = controls.label(self.tr("Guided by"), "strong")
        self.cards = [ReferenceCard(pictures, number) for number in range(_CARDS)]
        self._recipe_title = controls.label(self.tr("How it was made"), "strong")
        self._recipe = controls.label("", "caption", wrap=True)
        grid = QGridLayout()
        grid.setSpacing(theme.GAP_SMALL)
        for card in self.cards:
            grid.addWidget(card, card.number // 2, card.number % 2)
        inside = QWidget()
        body = QVBoxLayout(inside)
        body.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        body.setSpacing(theme.GAP_SMALL)
        body.addWidget(self.place)
        body.addWidget(self.name)
        body.addWidget(self.state)
        body.addSpacing(theme.GAP_SMALL)
        body.addWidget(self.likeness)
        body.addSpacing(theme.GAP)
        body.addWidget(self._title)
        body.addLayout(grid)
        body.addSpacing(theme.GAP)
        body.addWidget(self._recipe_title)
        body.addWidget(self._recipe)
        body.addStretch()
        scroll = SideScroll(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def show_candidate(self, face: FaceToJudge, candidate: Candidate, place: str) -> None:
        """`place` says which of the faces this is: "Face 1 of 3"."""
        result = candidate.restoration
        self.place.setText(place)
        self.place.setVisible(bool(place))
        self.name.setText(face.name or self.tr("Somebody"))
        self.state.setText(state_words(result))
        self.likeness.show_likeness(result.likeness, face.name or self.tr("this person"))
        self._title.setVisible(bool(candidate.references))
        for card in self.cards:
            there = card.number < len(candidate.references)
            card.setVisible(there)
            card.show_reference(candidate.references[card.number] if there else None)
        self._recipe.setText("\n".join(recipe_lines(result)))
