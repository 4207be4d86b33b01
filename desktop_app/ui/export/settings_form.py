"""How photos are written: a preset, and what it stands for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from desktop_app.imaging.encode import DEEP, LOSSLESS, ExportSettings
from desktop_app.imaging.mark import Mark, MarkPlace
from desktop_app.operations.export_photos import PageWish
from desktop_app.operations.follow_preset import settings_of
from desktop_app.operations.signing_choice import WhoSigns
from desktop_app.settings.export_presets import ExportPreset, PresetChange
from desktop_app.ui import controls, theme
from desktop_app.ui.export.preset_bar import PresetBar
from desktop_app.ui.words import shown

_OWN, _MINE = "own", "mine: "  # keys in the list: of no preset; before the name of a user's


@dataclass(frozen=True)
class Preset:
    """A way of writing photos, for a purpose."""

    key: str
    settings: ExportSettings


PRESETS = (
    Preset("archive", ExportSettings("tiff", None, 92, keep_place=True)),
    Preset("family", ExportSettings("jpeg", 8, 92, keep_place=True)),
    Preset("web", ExportSettings("webp", 8, 85, keep_place=False)),
)


class SettingsForm(controls.Card):
    """Choosing a preset fills the rest; changing the rest makes it one's own.

    Signals:
        changed(): format, name or folder are others.
        preset_change_wanted(PresetChange): a preset shall be kept, renamed or removed.
    """

    changed = Signal()
    preset_change_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.folder: Path | None = None
        self._own: dict[str, ExportPreset] = {}
        self._named = ""  # the preset that was chosen last, or is about to be kept
        self.presets = PresetBar()
        self.preset = QComboBox()
        for key, words in (
            ("archive", self.tr("Archive: TIFF, nothing lost")),
            ("family", self.tr("Family: JPEG, to send and to print")),
            ("web", self.tr("Web: WebP, small, without the place")),
            (_OWN, self.tr("My own")),
        ):
            self.preset.addItem(words, key)
        self.file_format = QComboBox()
        for key, words in (
            ("tiff", "TIFF"),
            ("png", "PNG"),
            ("jpeg", "JPEG"),
            ("webp", "WebP"),
            ("avif", "AVIF"),
        ):
            self.file_format.addItem(words, key)
        self.bits = QComboBox()
        for bits, words in (
            (None, self.tr("As in the original")),
            (8, self.tr("8 bits")),
            (16, self.tr("16 bits")),
        ):
            self.bits.addItem(words, bits)
        self.quality = QSlider(Qt.Orientation.Horizontal)
        self.quality.setRange(40, 100)
        self._percent = controls.label("", "strong")
        self.keep_place = QCheckBox(self.tr("Keep the place (GPS)"))
        self.caption = QCheckBox(self.tr("Write a caption that says so in words"))
        self.caption.setToolTip(
            self.tr("Who was restored, when, with what, and that it is an illustration")
        )
        self.mark = QComboBox()
        for place, words in (
            (None, self.tr("None")),
            (MarkPlace.CORNER, self.tr("A small word in the corner")),
            (MarkPlace.CAPTION, self.tr("The caption, below the picture")),
        ):
            self.mark.addItem(words, place)
        self.mark.setToolTip(self.tr("Seen by everybody who sees the picture"))
        self.page = QComboBox()
        for suffix, words in (
            ("", self.tr("None")),
            (".pdf", self.tr("PDF, to print")),
            (".jpg", self.tr("JPEG, to send")),
            (".png", self.tr("PNG, without loss")),
        ):
            self.page.addItem(words, suffix)
        self.page.setToolTip(self.tr("A page for the family: the photo and each face, twice"))
        self.added = QLineEdit(self.tr("restored"))
        self._folder_name = controls.label("", "soft")
        self.choose = controls.button(self.tr("Choose a folder"), icon="folder")
        self._promise = controls.label("", "caption", wrap=True)
        self._label_note = controls.label(
            self.tr(
                "The file says what was done: which faces, with which engine and how many "
                "references, and that a trained model had a part in it."
            ),
            "caption",
            wrap=True,
        )
        self._signing_mark = controls.IconLabel("privacy", "text_soft", 16)
        self.signing = controls.label("", "caption", wrap=True)
        self.show_signing(None)
        self._lay_out()
        self._join()
        self.show_settings(PRESETS[0].settings)
        self.show_folder(None)

    def _lay_out(self) -> None:
        self.body.setSpacing(theme.GAP_TINY)
        self.body.addWidget(controls.label(self.tr("How to write"), "title"))
        self._add(self.tr("Purpose"), self.preset)
        self.body.addWidget(self.presets)
        self._add(self.tr("Format"), self.file_format)
        self._add(self.tr("Bit depth"), self.bits)
        self._quality_label = self._add(self.tr("Quality"), self.quality, beside=self._percent)
        self.body.addWidget(self._promise)
        self.body.addSpacing(theme.GAP_SMALL)
        self.body.addWidget(self.keep_place)
        self._add(self.tr("Added to the name"), self.added)
        self._add(self.tr("Folder"), self.choose, beside=self._folder_name)
        self.body.addSpacing(theme.GAP_SMALL)
        self.body.addWidget(self._label_note)
        self.body.addSpacing(theme.GAP_TINY)
        signing = controls.row(self._signing_mark)
        signing.addWidget(self.signing, 1)
        self.body.addLayout(signing)
        self.body.addWidget(self.caption)
        self._add(self.tr("Visible mark"), self.mark)
        self._add(self.tr("Page before and after"), self.page)
        self.body.addStretch()

    def _add(self, words: str, control: QWidget, beside: QWidget | None = None) -> QLabel:
        said = controls.label(words, "soft")
        column = QVBoxLayout()
        column.setSpacing(theme.GAP_TINY)
        column.setContentsMargins(0, theme.GAP_SMALL, 0, 0)
        heading = controls.row(said, None)
        if beside is not None:
            heading.addWidget(beside)
        column.addLayout(heading)
        column.addWidget(control)
        control.setAccessibleName(words)
        self.body.addLayout(column)
        return said

    def _join(self) -> None:
        self.preset.activated.connect(self._on_preset)
        self.file_format.activated.connect(self._on_change)
        self.bits.activated.connect(self._on_change)
        self.quality.valueChanged.connect(self._on_change)
        self.keep_place.clicked.connect(self._on_change)
        self.caption.clicked.connect(self._on_change)
        self.mark.activated.connect(self._on_change)
        self.page.activated.connect(self._on_change)
        self.added.textEdited.connect(self._on_change)
        self.choose.clicked.connect(self._ask_folder)
        self.presets.keep_wanted.connect(self._on_keep)
        self.presets.rename_wanted.connect(self._on_rename)
        self.presets.remove_wanted.connect(self._on_remove)

    def settings(self) -> ExportSettings:
        """What is chosen now."""
        file_format = str(self.file_format.currentData())
        return ExportSettings(
            file_format,
            self.bits.currentData() if file_format in DEEP else 8,
            self.quality.value(),
            keep_place=self.keep_place.isChecked(),
        )

    def mark_of(self, caption: str) -> Mark | None:
        """What is written into the picture; `caption` is the long form of it."""
        place = self.mark.currentData()
        if place is None:
            return None
        return Mark(place, caption if place is MarkPlace.CAPTION else self.tr("Restored"))

    def page_wish(self, taken: str = "") -> PageWish | None:
        """The page that goes beside the export; `taken` is when, in words."""
        suffix = str(self.page.currentData())
        if not suffix:
            return None
        words = (self.tr("Before"), self.tr("After"), self.tr("before and after"))
        return PageWish(suffix, *words, taken=taken, more=self.tr("and {n} more faces"))

    def show_settings(self, settings: ExportSettings) -> None:
        """Fills the form without telling anybody."""
        self.file_format.setCurrentIndex(self.file_format.findData(settings.file_format))
        depth = settings.bit_depth if settings.file_format in DEEP else 8
        self.bits.setCurrentIndex(self.bits.findData(depth))
        self.quality.blockSignals(True)
        self.quality.setValue(settings.quality)
        self.quality.blockSignals(False)
        self.keep_place.setChecked(settings.keep_place)
        self._explain()

    def show_folder(self, folder: Path | None) -> None:
        self.folder = folder
        shown = str(folder) if folder else self.tr("None chosen yet")
        metrics = self._folder_name.fontMetrics()
        self._folder_name.setText(metrics.elidedText(shown, Qt.TextElideMode.ElideMiddle, 220))
        self._folder_name.setToolTip(shown)

    def show_signing(self, signing: WhoSigns | None) -> None:
        """Said before anything is written: whether exports are signed, and as whom."""
        if signing is None or not (signing.subject or signing.problem):
            mark = ("privacy", "text_soft")
            words = self.tr("Not signed. A certificate to sign with is chosen in the settings.")
        elif signing.problem:
            mark = ("warning", "warning")
            words = self.tr("Nothing can be signed: {why}").format(why=signing.problem)
        else:
            mark = ("yes", "accent")
            words = self.tr("Signed as {name}.").format(name=shown(signing.subject))
            if signing.self_signed:
                words += self.tr(" The certificate is self-signed: nobody else vouches for it.")
        self._signing_mark.set_icon(*mark)
        self.signing.setText(words)

    @Slot(str)
    def take_folder(self, folder: str) -> None:
        """The user chose where the files go."""
        self.show_folder(Path(folder))
        self.changed.emit()

    @Slot(object)
    def show_presets(self, presets: Sequence[ExportPreset]) -> None:
        """The user's own presets, below those that come with the application."""
        self._own = {preset.name: preset for preset in presets}
        while self.preset.count() > len(PRESETS) + 1:
            self.preset.removeItem(self.preset.count() - 1)
        for name in self._own:
            self.preset.addItem(name, f"{_MINE}{name}")
        self._explain()

    def as_preset(self, name: str) -> ExportPreset:
        """What is chosen now, under a name."""
        settings, place = self.settings(), self.mark.currentData()
        return ExportPreset(
            name,
            settings.file_format,
            settings.bit_depth,
            settings.quality,
            settings.keep_place,
            self.caption.isChecked(),
            "none" if place is None else MarkPlace(place).value,
            str(self.page.currentData()).removeprefix("."),
        )

    @Slot()
    def _on_preset(self) -> None:
        asked = str(self.preset.currentData())
        chosen = [p for p in PRESETS if p.key == asked]
        own = self._own.get(asked.removeprefix(_MINE)) if asked.startswith(_MINE) else None
        self._named = own.name if own else ""
        if own is not None:
            self.caption.setChecked(own.caption)
            mark = None if own.mark == "none" else MarkPlace(own.mark)
            self.mark.setCurrentIndex(self.mark.findData(mark))
            suffix = f".{own.page}" if own.page else ""
            self.page.setCurrentIndex(max(0, self.page.findData(suffix)))
            self.show_settings(settings_of(own))
        elif chosen:
            self.show_settings(chosen[0].settings)
        if own is not None or chosen:
            self.changed.emit()

    @Slot(str)
    def _on_keep(self, name: str) -> None:
        self._named = name
        self.preset_change_wanted.emit(PresetChange(self.as_preset(name)))

    @Slot(str, str)
    def _on_rename(self, old: str, new: str) -> None:
        self._named = new
        kept = replace(self._own[old], name=new)
        self.preset_change_wanted.emit(PresetChange(kept, forget=old))

    @Slot(str)
    def _on_remove(self, name: str) -> None:
        """What it stood for stays chosen, and can be kept again."""
        self.preset_change_wanted.emit(PresetChange(forget=name))

    @Slot()
    def _on_change(self) -> None:
        self._explain()
        self.changed.emit()

    def _explain(self) -> None:
        settings = self.settings()
        lossless = settings.file_format in LOSSLESS
        deep = settings.file_format in DEEP
        self.bits.setEnabled(deep)
        if not deep:
            self.bits.setCurrentIndex(self.bits.findData(8))
        for part in (self._quality_label, self.quality, self._percent):
            part.setVisible(not lossless)
        self._percent.setText(f"{settings.quality}")
        self._promise.setText(
            self.tr("Outside the restored faces and the mark every pixel stays exactly as it is.")
            if lossless and settings.bit_depth is None and self.mark.currentData() is not None
            else self.tr("Outside the restored faces every pixel stays exactly as it is.")
            if lossless and settings.bit_depth is None
            else self.tr("Outside the restored faces only the bit depth changes.")
            if lossless
            else self.tr("The whole picture is encoded anew; at a high quality no eye sees it.")
        )
        chosen = self._preset_of(settings)
        self.preset.setCurrentIndex(self.preset.findData(chosen))
        own = chosen.removeprefix(_MINE) if chosen.startswith(_MINE) else ""
        self.presets.show_chosen(own, self._own)

    def _preset_of(self, settings: ExportSettings) -> str:
        """The preset that says just this: the one chosen last before the others."""
        own = self._own.get(self._named)
        if own is not None and own == self.as_preset(own.name):
            return f"{_MINE}{own.name}"
        match = [p.key for p in PRESETS if p.settings == settings]
        return match[0] if match else _OWN

    @Slot()
    def _ask_folder(self) -> None:
        start = str(self.folder or Path.home())
        dialog = QFileDialog(self, self.tr("Where the restored photos go"), start)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take_folder)
        dialog.open()
