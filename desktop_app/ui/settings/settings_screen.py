"""The screen of the user's choices: each with its title, its help and the control that fits."""

from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.operations.look_for_update import address_of_versions
from desktop_app.settings.settings import Settings, words_of
from desktop_app.ui import controls, theme
from desktop_app.ui.results.side_scroll import SideScroll
from desktop_app.ui.screen import Screen, Workbench
from desktop_app.ui.settings.about_card import AboutCard, LicencesDialog, read_licences
from desktop_app.ui.settings.editors import CONTROL_WIDTH, Editor, editor_for
from desktop_app.ui.settings.privacy_card import PrivacyCard

_WIDTH = 760


class SettingsScreen(Screen):
    """A choice holds at once; there is nothing to confirm.

    `app/` gives `show_settings` what was kept, keeps what `settings_changed` tells and applies
    it (theme, engine, device).

    Signals:
        settings_changed(Settings): the user chose something.
        forget_all_wanted(): all face data is to leave the disk.
    """

    settings_changed = Signal(object)
    forget_all_wanted = Signal()

    key = "settings"
    icon = "settings"

    def __init__(self, bench: Workbench, settings: Settings | None = None) -> None:
        super().__init__(bench)
        self.settings = settings or Settings()
        self.editors: dict[str, Editor] = {}
        inside = QWidget()
        inside.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.GAP_LARGE, theme.GAP, theme.GAP_LARGE, theme.GAP_HUGE)
        column.setSpacing(theme.GAP)
        for title, names in self._groups():
            column.addWidget(self._group(title, names))
        column.addWidget(self._places())
        self.privacy = PrivacyCard()
        self.privacy.forget_all_wanted.connect(self.forget_all_wanted)
        column.addWidget(self.privacy)
        self.about = AboutCard(may_look=bool(address_of_versions()))
        self.about.licences_wanted.connect(self._on_licences)
        column.addWidget(self.about)
        self.defaults = controls.button(self.tr("Back to the defaults"), icon="undo")
        self.defaults.clicked.connect(self._on_defaults)
        column.addWidget(self.defaults, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch()
        centred = QWidget()
        row = QHBoxLayout(centred)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(inside, 100)
        row.addStretch(1)
        scroll = SideScroll(centred)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def title(self) -> str:
        return self.tr("Settings")

    @Slot(object)
    def show_settings(self, settings: Settings) -> None:
        """Shows what was kept, without telling anybody."""
        self.settings = settings
        for name, editor in self.editors.items():
            editor.show_value(getattr(settings, name))
        self.defaults.setEnabled(settings != Settings())

    def _groups(self) -> list[tuple[str, list[str]]]:
        """The settings by what they are about; one that nobody placed comes under "More"."""
        placed = [
            (self.tr("Look"), ["theme"]),
            (self.tr("Restoring"), ["engine", "device", "compile_engine"]),
            (self.tr("Faces"), ["face_models", "insightface_folder", "keep_sidecars"]),
            (self.tr("Exporting"), ["export_folder", "keep_place", "certificate", "private_key"]),
            (
                self.tr("Reading photos"),
                ["watch_folders", "on_battery", "max_megapixels", "thumbnail_megabytes"],
            ),
        ]
        known = {name for _, names in placed for name in names}
        more = [field.name for field in fields(Settings) if field.name not in known]
        return [*placed, (self.tr("More"), more)] if more else placed

    def _group(self, title: str, names: list[str]) -> QWidget:
        card = controls.Card()
        card.body.setSpacing(theme.GAP)
        card.body.addWidget(controls.label(title, "title"))
        for place, name in enumerate(names):
            if place:
                card.body.addWidget(controls.line())
            card.body.addLayout(self._setting(name))
        return card

    def _setting(self, name: str) -> QHBoxLayout:
        words = words_of(name)
        said = QVBoxLayout()
        said.setSpacing(theme.GAP_TINY)
        heading = controls.label(self.tr(words.title), "strong", wrap=True)
        said.addWidget(heading)
        said.addWidget(controls.label(self.tr(words.help), "soft", wrap=True))
        if name == "engine":
            models = controls.button(self.tr("See the models"), icon="models")
            models.clicked.connect(self._on_models)
            said.addWidget(models, 0, Qt.AlignmentFlag.AlignLeft)
        said.addStretch()
        editor = editor_for(words, getattr(self.settings, name))
        editor.setFixedWidth(CONTROL_WIDTH)
        editor.changed.connect(partial(self._on_changed, name))
        heading.setBuddy(editor)
        self.editors[name] = editor
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_LARGE)
        row.addLayout(said, 1)
        row.addWidget(editor, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _places(self) -> QWidget:
        card = controls.Card()
        card.body.addWidget(controls.label(self.tr("Where things are kept"), "title"))
        card.body.addWidget(
            controls.label(
                self.tr("Everything stays on this computer. Your photos are never changed."),
                "soft",
                wrap=True,
            )
        )
        places = self.bench.places
        for words, folder in (
            (self.tr("Names, decisions and results"), places.data),
            (self.tr("Thumbnails; may be deleted at any time"), places.cache),
            (self.tr("Models that you installed"), places.models),
            (self.tr("Logs, without names"), places.logs),
        ):
            opener = controls.IconButton("folder", self.tr("Open this folder"))
            opener.setAccessibleDescription(words)
            opener.clicked.connect(partial(_open_folder, folder))
            said = QVBoxLayout()
            said.setSpacing(0)
            said.addWidget(controls.label(words))
            path = controls.label(str(folder), "caption", wrap=True)
            path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            said.addWidget(path)
            row = QHBoxLayout()
            row.addLayout(said, 1)
            row.addWidget(opener)
            card.body.addLayout(row)
        return card

    def _on_changed(self, name: str, value: Any) -> None:
        self.settings = replace(self.settings, **{name: value})
        self.defaults.setEnabled(self.settings != Settings())
        self.settings_changed.emit(self.settings)

    @Slot()
    def _on_defaults(self) -> None:
        self.show_settings(Settings())
        self.settings_changed.emit(self.settings)

    @Slot()
    def _on_licences(self) -> None:
        self.read(read_licences, self._show_licences)

    def _show_licences(self, markdown: str) -> None:
        dialog = LicencesDialog(markdown, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot()
    def _on_models(self) -> None:
        self.go_wanted.emit("models", None)


def _open_folder(folder: Path, checked: bool = False) -> None:
    """The nearest folder that exists: a place is made only when it is needed."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
