"""How photos are written is chosen in the form, and kept under a name."""

import dataclasses
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import RestorationId
from desktop_app.imaging.encode import ExportSettings
from desktop_app.settings.export_presets import (
    ExportPreset,
    PresetChange,
    load_presets,
    save_presets,
)
from desktop_app.settings.settings import Settings
from desktop_app.ui.export.export_row import ExportState
from desktop_app.ui.export.export_screen import ExportScreen
from desktop_app.ui.export.settings_form import PRESETS
from desktop_app.ui.export.wishes import ExportWishes
from desktop_app.ui.screen import Workbench
from desktop_app.ui.subjects import ExportSubject
from desktop_app.ui.wishes import Means
from tests.ui.painting import Library

from .exporting import open_subject, row_of, settled


def test_presets_fill_the_form_and_a_change_makes_it_ones_own(screen: ExportScreen) -> None:
    form = screen.form
    for place, preset in enumerate(PRESETS):
        form.preset.setCurrentIndex(place)
        form.preset.activated.emit(place)
        assert form.settings() == preset.settings
    form.quality.setValue(70)
    assert form.preset.currentData() == "own"
    assert form.settings() == ExportSettings("webp", 8, 70, keep_place=False)


def test_only_formats_that_can_hold_them_offer_16_bits(screen: ExportScreen) -> None:
    form = screen.form
    form.file_format.setCurrentIndex(form.file_format.findData("jpeg"))
    form.file_format.activated.emit(0)
    assert not form.bits.isEnabled()
    assert form.settings().bit_depth == 8
    assert "encoded anew" in form._promise.text()


def test_a_caption_goes_into_the_file_when_it_is_wanted(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    screen.show_folder(tmp_path / "out")
    screen.form.caption.click()
    open_subject(screen, ExportSubject(photo_ids=(library.photos[0],)), qtbot)
    screen.export()
    settled(screen, qtbot)
    written = (tmp_path / "out" / "photo0 restored.tif").read_bytes()
    assert b"guided by 3 photos of the same person" in written
    assert b"An illustration, not evidence" in written


def test_a_mark_and_a_page_are_written_when_they_are_wanted(
    screen: ExportScreen, qtbot: QtBot, tmp_path: Path
) -> None:
    screen.show_folder(tmp_path / "out")
    screen.form.show_settings(PRESETS[1].settings)
    screen.form.mark.setCurrentIndex(2)
    screen.form.page.setCurrentIndex(1)
    open_subject(screen, None, qtbot)
    screen.export()
    settled(screen, qtbot)
    names = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert names == [
        "photo0 restored before and after.pdf",
        "photo0 restored.jpg",
        "photo1 restored before and after.pdf",
        "photo1 restored.jpg",
    ]
    photo = screen.bench.catalog.photos.get(next(iter(screen.rows)))
    with Image.open(tmp_path / "out" / "photo0 restored.jpg") as image:
        assert image.height > photo.height  # the caption stands below the picture


def test_exports_are_signed_with_the_certificate_of_the_settings(
    bench: Workbench,
    means: Means,
    results: list[RestorationId],
    library: Library,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    pytest.importorskip("c2pa", reason="the extra `provenance` is not installed")
    from tests.imaging.certificates import make_credential

    files = make_credential(tmp_path / "mine")
    chosen = Settings(certificate=str(files.certificates), private_key=str(files.private_key))
    screen = ExportScreen(bench)
    wishes = ExportWishes(replace(means, settings=lambda: chosen))
    screen.export_wanted.connect(wishes.export)
    wishes.exporting.connect(screen.on_job)
    qtbot.addWidget(screen)
    (tmp_path / "out").mkdir()
    screen.show_folder(tmp_path / "out")
    screen.show_settings(chosen)
    open_subject(screen, ExportSubject(photo_ids=(library.photos[0],)), qtbot)
    assert screen.form.signing.text().startswith("Signed as Ann Lee. The certificate is self")
    screen.export()
    settled(screen, qtbot)
    row = row_of(screen, library.photos[0])
    assert row.state is ExportState.DONE
    assert row.accessibleName().endswith("signed as Ann Lee (self-signed)")
    chosen = Settings(certificate=str(files.certificates))
    screen.show_settings(chosen)
    settled(screen, qtbot)
    assert "without its private key" in screen.form.signing.text()
    screen.form.added.setText("again")
    screen.form.added.textEdited.emit("again")
    screen.export()
    settled(screen, qtbot)
    assert row.state is ExportState.FAILED
    assert "without its private key" in row.accessibleName()


def test_the_users_own_presets_are_here_and_fill_the_form(
    screen: ExportScreen, qtbot: QtBot
) -> None:
    mine = ExportPreset("For Grandma", "avif", 8, 71, keep_place=False, mark="corner", page="pdf")
    save_presets(screen.bench.places.export_presets, [mine])
    for _ in range(2):  # they stand there once, however often the page is read
        open_subject(screen, None, qtbot)
        screen.refresh(CatalogChanges(everything=True))
        settled(screen, qtbot)
    form = screen.form
    names = [form.preset.itemText(place) for place in range(form.preset.count())]
    assert names.count("For Grandma") == 1
    place = names.index("For Grandma")
    form.preset.setCurrentIndex(place)
    form.preset.activated.emit(place)
    assert form.settings() == ExportSettings("avif", 8, 71, keep_place=False)
    assert form.mark_of("") is not None
    assert form.page_wish() is not None
    assert form.preset.currentText() == "For Grandma"


def test_presets_are_kept_renamed_and_removed(screen: ExportScreen, qtbot: QtBot) -> None:
    form, bar = screen.form, screen.form.presets
    place = screen.bench.places.export_presets
    open_subject(screen, None, qtbot)
    assert "Not signed" in form.signing.text()
    form.show_settings(ExportSettings("avif", 8, 71))
    form.mark.setCurrentIndex(1)
    form.page.setCurrentIndex(2)
    assert not bar.remove.isVisible()
    qtbot.mouseClick(bar.keep, Qt.MouseButton.LeftButton)
    qtbot.keyClick(bar.name, Qt.Key.Key_Escape)
    assert not bar.name.isVisible()
    qtbot.mouseClick(bar.keep, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(bar.name, "own")
    qtbot.keyClick(bar.name, Qt.Key.Key_Return)
    settled(screen, qtbot)
    kept = ExportPreset("own", "avif", 8, 71, keep_place=False, mark="corner", page="jpg")
    assert load_presets(place) == (kept,)
    assert form.preset.currentText() == "own"
    qtbot.mouseClick(bar.rename, Qt.MouseButton.LeftButton)
    bar.name.setText("For  Grandma")
    qtbot.mouseClick(bar.give, Qt.MouseButton.LeftButton)
    settled(screen, qtbot)
    assert load_presets(place) == (dataclasses.replace(kept, name="For Grandma"),)
    assert form.preset.currentText() == "For Grandma"
    qtbot.mouseClick(bar.keep, Qt.MouseButton.LeftButton)
    assert bar.give.text() == "Replace"
    bar.leave()
    qtbot.mouseClick(bar.remove, Qt.MouseButton.LeftButton)
    settled(screen, qtbot)
    assert load_presets(place) == ()
    assert form.preset.currentData() == "own"
    assert form.settings() == ExportSettings("avif", 8, 71)  # it can be kept again


def test_a_name_that_a_preset_cannot_have_is_said(screen: ExportScreen, qtbot: QtBot) -> None:
    open_subject(screen, None, qtbot)
    place = screen.bench.places.export_presets
    save_presets(place, [ExportPreset("one"), ExportPreset("two", "png")])
    wanted = screen.form.preset_change_wanted
    for change in (
        PresetChange(ExportPreset("Archive")),
        PresetChange(ExportPreset("two"), forget="one"),
    ):
        with qtbot.captureExceptions() as flown:
            wanted.emit(change)
            settled(screen, qtbot)
        assert not flown
        assert load_presets(place) == (ExportPreset("one"), ExportPreset("two", "png"))
