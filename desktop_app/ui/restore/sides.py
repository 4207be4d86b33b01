"""The two sides of the restore screen: the faces at the left, what guides at the right."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QComboBox, QFrame, QVBoxLayout, QWidget

from desktop_app.domain.ids import FaceId
from desktop_app.domain.restoration import Restoration
from desktop_app.ui import controls, theme
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.restore.face_list import FaceList
from desktop_app.ui.restore.reading import FaceOnPage, FaceState
from desktop_app.ui.restore.reference_panel import ReferencePanel
from desktop_app.ui.restore.result_panel import ResultPanel
from desktop_app.ui.restore.tries import is_rough
from desktop_app.ui.results.side_scroll import SideScroll

FACES_WIDTH, GUIDES_WIDTH = 248, 336
FACES_NARROW, GUIDES_NARROW = 220, 304  # in a small window the photo takes the room there is


@dataclass(frozen=True)
class EngineChoice:
    """An engine that may be asked for; `why_not` is empty where it can run."""

    key: str  # "automatic", "compact", "instant-restore"
    title: str
    why_not: str = ""


class FacesSide(QFrame):
    """The faces, and the one button for all of them."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.set_narrow(False)
        self.list = FaceList(pictures)
        self.all_button = controls.button("", icon="restore")
        self.all_button.setToolTip(self.tr("Restore every face that is ready (Shift+R)"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, theme.GAP, 0, theme.GAP)
        layout.setSpacing(theme.GAP_SMALL)
        heading = controls.row(controls.label(self.tr("Faces"), "title"))
        heading.setContentsMargins(theme.GAP + theme.GAP_TINY, 0, theme.GAP, 0)
        layout.addLayout(heading)
        layout.addWidget(self.list, 1)
        foot = controls.row(self.all_button)
        foot.setContentsMargins(theme.GAP_SMALL, 0, theme.GAP_SMALL, 0)
        layout.addLayout(foot)

    def set_narrow(self, narrow: bool) -> None:
        self.setFixedWidth(theme.wide(FACES_NARROW if narrow else FACES_WIDTH))

    def offer_all(self, ready: int, faces: int) -> None:
        """How many of the faces wait to be restored; one alone has a button of its own."""
        self.all_button.setVisible(faces > 1)
        self.all_button.setEnabled(ready > 0)
        if ready > 1:
            self.all_button.setText(self.tr("Restore all {n} ready").format(n=ready))
        elif ready == 1:
            self.all_button.setText(self.tr("Restore the one ready"))
        else:
            self.all_button.setText(self.tr("No face is ready"))


class GuidesSide(QFrame):
    """References, the result's settings and likeness, and at the foot what starts the work."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.set_narrow(False)
        self.name = controls.label("", "title", wrap=True)
        self.note = controls.label("", "soft", wrap=True)
        self.references_title = controls.label(self.tr("References"), "strong")
        self.references = ReferencePanel(pictures)
        self.result = ResultPanel()
        self.map_button = controls.button(self.tr("Show where"), "filter", icon="boxes")
        self.map_button.setToolTip(self.tr("Which reference was used where (M)"))
        self._engines: dict[str, EngineChoice] = {}
        self.engine = QComboBox()
        self.engine.setAccessibleName(self.tr("Restoring engine"))
        self.another = controls.button(self.tr("Another try"), icon="retry")
        self.restore = controls.button(self.tr("Restore"), "primary", icon="restore")
        self.restore.setToolTip(self.tr("Restore this face (R)"))
        self.onward = controls.button("", "primary", icon="person")
        self.compare = controls.button(self.tr("Compare"), "primary", icon="compare")
        self.compare.setToolTip(self.tr("Compare with the original and decide (Return)"))
        inside = QWidget()
        body = QVBoxLayout(inside)
        body.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        body.setSpacing(theme.GAP_SMALL)
        body.addWidget(self.name)
        body.addWidget(self.note)
        body.addWidget(self.result)
        body.addSpacing(theme.GAP_SMALL)
        body.addLayout(controls.row(self.references_title, None, self.map_button))
        body.addWidget(self.references)
        body.addSpacing(theme.GAP_SMALL)
        body.addWidget(self.result.recipe)
        body.addStretch()
        scroll = SideScroll(inside)
        foot = QVBoxLayout()
        foot.setContentsMargins(theme.GAP, theme.GAP_SMALL, theme.GAP, theme.GAP)
        foot.setSpacing(theme.GAP_SMALL)
        foot.addWidget(self.engine)
        foot.addLayout(controls.row(self.onward, self.restore, self.compare, self.another))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addWidget(controls.line())
        layout.addLayout(foot)

    def set_narrow(self, narrow: bool) -> None:
        self.setFixedWidth(theme.wide(GUIDES_NARROW if narrow else GUIDES_WIDTH))

    def show_engines(self, engines: Sequence[EngineChoice], chosen: str) -> None:
        """The engines in a list; one that cannot run says so, and may not be chosen."""
        self._engines = {engine.key: engine for engine in engines}
        self.engine.clear()
        for place, engine in enumerate(engines):
            words = engine.title
            if engine.why_not:
                words = self.tr("{engine} ({why})").format(engine=words, why=engine.why_not)
            self.engine.addItem(words, engine.key)
            if engine.key == chosen:
                self.engine.setCurrentIndex(place)

    def why_not_engine(self) -> str:
        """Why the chosen engine cannot run; "" where it can."""
        engine = self._engines.get(self.engine.currentData() or "")
        if engine is None or not engine.why_not:
            return ""
        return self.tr("{engine} cannot restore: {why}.").format(
            engine=engine.title, why=engine.why_not
        )

    def chosen_engine(self) -> str:
        return str(self.engine.currentData() or "automatic")

    def show_face(
        self,
        face: FaceOnPage,
        results: Sequence[Restoration],
        result: Restoration | None,
        by_hand: tuple[FaceId, ...],
        *,
        sharp: bool = False,
    ) -> None:
        """Whose face it is, its references, and the one of its results that is looked at."""
        self.name.setText(face.name or self.tr("Somebody"))
        self.note.setText(self._note(face, sharp=sharp))
        self.note.setVisible(bool(self.note.text()))
        known = face.references is not None
        self.references_title.setVisible(known)
        self.references.setVisible(known)
        if face.references is not None:
            self.references.show_set(face.references, face.others, by_hand)
        number = results.index(result) if result in results else -1
        self.result.show_result(results, number, face.name)
        self.result.setVisible(number >= 0)  # how it is laid in needs no new pass: asked later
        self.result.recipe.setVisible(number >= 0)
        self.onward.setText(self._onward(face))
        self.onward.setVisible(bool(self.onward.text()))

    def _onward(self, face: FaceOnPage) -> str:
        """What is to be done elsewhere before this face can be restored."""
        if face.state is FaceState.UNNAMED and face.person is not None:
            return self.tr("Confirm in the photo")
        if face.state is FaceState.UNNAMED:
            return self.tr("Say who this is")
        if face.state is FaceState.NO_REFERENCES:
            return self.tr("Find more photos")
        return ""

    def _note(self, face: FaceOnPage, *, sharp: bool) -> str:
        if face.state is FaceState.UNNAMED and face.person is not None:
            return self.tr("Confirm in the photo that this is {name}.").format(name=face.name)
        if face.state is FaceState.UNNAMED:
            return self.tr("Say in the photo who this is; other photos of the same person guide.")
        if face.state is FaceState.STALE:
            return self.tr("The references or the date have changed since this was restored.")
        if sharp and face.shown is None:
            return self.tr("This face is sharp already: restoring may take detail.")
        if face.enlarged < 1:
            return self.tr(
                "This face is larger in the photo than the engine's picture. Detail that is real "
                "is kept; a lower strength often looks more natural."
            )
        return ""

    def offer(
        self,
        *,
        can_restore: bool,
        result: Restoration | None,
        can_retry: bool,
        running: bool,
    ) -> None:
        """Which buttons there are: first to restore, then to decide or to try again.

        A fast preview is to be restored in full before anything else, and a result that is out of
        date anew.
        """
        has_result, rough = result is not None, result is not None and is_rough(result)
        again = rough or (result is not None and result.stale)
        self.compare.setVisible(has_result)
        self.restore.setVisible(
            self.onward.isHidden() and (not has_result or not can_retry or again)
        )
        self.restore.setEnabled(can_restore and not running)
        words = self.tr("Restore again") if has_result else self.tr("Restore")
        self.restore.setText(self.tr("Restore in full") if rough else words)
        controls.set_look(self.restore, "" if has_result and not again else "primary")
        controls.set_look(self.compare, "" if again else "primary")
        self.another.setVisible(has_result and not again)
        self.another.setEnabled(can_restore and can_retry and not running)
        self.another.setToolTip(
            self.tr("The same face with other references, or another seed (A)")
            if can_retry
            else self.tr("Every choice of references was tried; confirm more photos")
        )
