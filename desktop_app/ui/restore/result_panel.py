"""How a result is laid into the photo, and whether it is still the person."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QSlider, QVBoxLayout, QWidget

from desktop_app.domain.restoration import Restoration, RestoreSettings
from desktop_app.ui import controls, theme
from desktop_app.ui.results.likeness_view import LikenessView
from desktop_app.ui.results.recipe import recipe_lines, state_words

MOST_VERSIONS = 4
_KEPT_AFTER_MS = 500  # the strength is kept once the hand rests


class ResultPanel(QWidget):
    """Strength is seen at once and kept a moment later; without a result it is for the next one.

    Signals:
        strength_moved(float): 0 to 1, while the hand still moves.
        look_changed(RestoreSettings): tone or grain were switched; the picture must be made anew.
        settings_wanted(RestorationId, RestoreSettings): keep these with that result.
        version_chosen(int): another of the results, counted from 0.
    """

    strength_moved = Signal(float)
    look_changed = Signal(object)
    settings_wanted = Signal(object, object)
    version_chosen = Signal(int)

    def __init__(self) -> None:
        """`recipe` says how the result was made; who owns the panel gives it a place."""
        super().__init__()
        self.settings = RestoreSettings()
        self._result: Restoration | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_KEPT_AFTER_MS)
        self._rest.timeout.connect(self._keep)
        self.likeness = LikenessView()
        self._state = controls.label("", "soft")
        self._versions = QButtonGroup(self)
        self._version_row = QWidget()
        versions = QHBoxLayout(self._version_row)
        versions.setContentsMargins(0, 0, 0, 0)
        versions.setSpacing(theme.GAP_TINY)
        versions.addWidget(self._state, 1)
        for number in range(MOST_VERSIONS):
            button = controls.button(str(number + 1), "filter")
            button.setAccessibleName(self.tr("Result {n}").format(n=number + 1))
            self._versions.addButton(button, number)
            versions.addWidget(button)
        self._versions.idClicked.connect(self.version_chosen)
        self.strength = QSlider(Qt.Orientation.Horizontal)
        self.strength.setRange(0, 100)
        self.strength.setPageStep(10)
        self.strength.setAccessibleName(self.tr("Strength"))
        self.strength.setToolTip(self.tr("0 keeps the photo, 100 shows the restoration in full"))
        self.strength.valueChanged.connect(self._on_strength)
        self._percent = controls.label("", "strong")
        self.keep_tone = QCheckBox(self.tr("Keep tone"))
        self.keep_tone.setToolTip(
            self.tr("Brightness and colour follow the surroundings; sepia stays sepia")
        )
        self.grain = QCheckBox(self.tr("Keep grain"))
        self.grain.setToolTip(self.tr("The grain of the photo goes on through the face"))
        for box in (self.keep_tone, self.grain):
            box.clicked.connect(self._on_look)
        self.recipe = controls.label("", "caption", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP_SMALL)
        layout.addWidget(self._version_row)
        layout.addWidget(self.likeness)
        layout.addSpacing(theme.GAP_SMALL)
        layout.addLayout(controls.row(controls.label(self.tr("Strength")), None, self._percent))
        layout.addWidget(self.strength)
        layout.addLayout(controls.row(self.keep_tone, self.grain, None, spacing=theme.GAP_LARGE))
        self._show_settings(self.settings)

    def show_result(self, versions: Sequence[Restoration], number: int, name: str) -> None:
        """Result `number` of the face's results; -1 where there is none yet."""
        self._keep_now()
        had_result = self._result is not None
        self._result = versions[number] if number >= 0 else None
        for part in (self._version_row, self.likeness, self.recipe):
            part.setVisible(self._result is not None)
        if self._result is None:
            if had_result:
                self._show_settings(RestoreSettings())
            return
        result = self._result
        for place, button in enumerate(self._versions.buttons()):
            button.setVisible(place < len(versions) and len(versions) > 1)
            button.setChecked(place == number)
        self._state.setText(state_words(result))
        self.likeness.show_likeness(result.likeness, name)
        self.recipe.setText("\n".join(recipe_lines(result)))
        self._show_settings(result.settings)

    def _show_settings(self, settings: RestoreSettings) -> None:
        self.settings = settings
        for widget, value in ((self.keep_tone, settings.keep_tone), (self.grain, settings.grain)):
            widget.setChecked(value)
        self.strength.blockSignals(True)
        self.strength.setValue(round(settings.strength * 100))
        self.strength.blockSignals(False)
        self._percent.setText(f"{self.strength.value()}")

    @Slot(int)
    def _on_strength(self, percent: int) -> None:
        self._percent.setText(f"{percent}")
        self.settings = replace(self.settings, strength=percent / 100)
        self.strength_moved.emit(self.settings.strength)
        self._rest.start()

    @Slot()
    def _on_look(self) -> None:
        self.settings = replace(
            self.settings, keep_tone=self.keep_tone.isChecked(), grain=self.grain.isChecked()
        )
        self.look_changed.emit(self.settings)
        self._rest.start()

    @Slot()
    def _keep(self) -> None:
        if self._result is not None:
            self.settings_wanted.emit(self._result.id, self.settings)

    def _keep_now(self) -> None:
        """Before another result is shown, the moved slider of this one is kept."""
        if self._rest.isActive():
            self._rest.stop()
            self._keep()
