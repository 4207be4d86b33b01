"""The export screen through its real widgets: presets, names, the queue, its clear choices."""

import dataclasses
import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import PhotoId, RestorationId
from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.domain.restoration import RestorationState
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.encode import ExportSettings, encode_photo
from desktop_app.operations.export_names import file_names, next_name
from desktop_app.settings.export_presets import (
    ExportPreset,
    PresetChange,
    load_presets,
    save_presets,
)
from desktop_app.settings.settings import Settings
from desktop_app.ui.export.export_row import ExportRow, ExportState
from desktop_app.ui.export.export_screen import ExportScreen
from desktop_app.ui.export.settings_form import PRESETS
from desktop_app.ui.export.wishes import ExportWishes
from desktop_app.ui.screen import Workbench
from desktop_app.ui.subjects import ExportSubject
from desktop_app.ui.wishes import Means
from tests.ui.painting import Library
from tests.ui.restored import keep_result


@pytest.fixture
def results(library: Library) -> list[RestorationId]:
    """An accepted result in each of the first two photos."""
    catalog = library.catalog
    anna = catalog.people.add("Anna")
    catalog.faces.confirm(library.faces[0], anna)
    made = []
    for place in range(2):
        face = library.faces[0][place]
        made.append(keep_result(catalog, face, anna, library.faces[0][2:5]))
        catalog.restorations.set_state(made[-1], RestorationState.ACCEPTED)
    return made


@pytest.fixture
def screen(
    bench: Workbench, means: Means, results: list[RestorationId], qtbot: QtBot, tmp_path: Path
) -> Iterator[ExportScreen]:
    """Joined to the real wishes, so that files are really written."""
    screen = ExportScreen(bench)
    wishes = ExportWishes(means)
    screen.export_wanted.connect(wishes.export)
    wishes.exporting.connect(screen.on_job)
    screen.form.preset_change_wanted.connect(wishes.change_presets)
    wishes.presets_changed.connect(screen.form.show_presets)
    qtbot.addWidget(screen)
    screen.resize(1200, 800)
    screen.show()
    screen.activateWindow()
    (tmp_path / "out").mkdir()
    yield screen
    screen.hide()


def _open(screen: ExportScreen, subject: ExportSubject | None, qtbot: QtBot) -> None:
    screen.show_subject(subject)
    _settled(screen, qtbot)


def _settled(screen: ExportScreen, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not screen.bench.runner.jobs(), timeout=15_000)


def _row(screen: ExportScreen, photo_id: PhotoId) -> ExportRow:
    return screen.rows[photo_id]


def test_without_a_subject_all_accepted_results_are_here(
    screen: ExportScreen, library: Library, qtbot: QtBot
) -> None:
    _open(screen, None, qtbot)
    assert set(screen.rows) == set(library.photos[:2])
    assert not screen.start.isEnabled()
    assert screen.start.text() == "Choose a folder first"


def test_a_row_is_as_high_as_its_words_however_narrow_the_window(
    screen: ExportScreen, library: Library, qtbot: QtBot
) -> None:
    _open(screen, None, qtbot)
    for width in (1200, 900):
        screen.resize(width, 700)
        qtbot.wait(20)
        for row in screen.rows.values():
            assert 72 < row.height() < 130


def test_nothing_accepted_anywhere_is_a_state_of_its_own(bench: Workbench, qtbot: QtBot) -> None:
    screen = ExportScreen(bench)
    qtbot.addWidget(screen)
    screen.show()
    _open(screen, None, qtbot)
    assert screen.empty.isVisible()
    with qtbot.waitSignal(screen.go_wanted) as heard:
        qtbot.mouseClick(screen.empty.button, Qt.MouseButton.LeftButton)
    assert heard.args == ["library", None]


def test_a_photo_without_accepted_results_is_left_out(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    screen.show_folder(tmp_path / "out")
    _open(screen, ExportSubject(photo_ids=(library.photos[3], library.photos[0])), qtbot)
    assert _row(screen, library.photos[3]).state is ExportState.EMPTY
    assert next(iter(screen.rows)) == library.photos[0]
    assert screen.start.text() == "Export one photo"


def test_ctrl_e_writes_every_photo(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    screen.show_folder(tmp_path / "out")
    _open(screen, None, qtbot)
    qtbot.keyClick(screen, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert _row(screen, library.photos[0]).busy
    _settled(screen, qtbot)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "photo0 restored.tif",
        "photo1 restored.tif",
    ]
    assert {row.state for row in screen.rows.values()} == {ExportState.DONE}
    assert screen.notice.words() == "2 photos are written."
    assert screen.start.text() == "Nothing left to write"


def test_nothing_is_written_before_the_last_decision_is_read(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    screen.show_folder(tmp_path / "out")
    _open(screen, None, qtbot)
    catalog = library.catalog
    anna = catalog.people.by_name("Anna")
    assert anna is not None
    late = keep_result(catalog, library.faces[0][2], anna.id, library.faces[0][3:5])
    catalog.restorations.set_state(late, RestorationState.ACCEPTED)
    screen.refresh(CatalogChanges(everything=True))
    qtbot.keyClick(screen, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert not any(row.busy for row in screen.rows.values())
    _settled(screen, qtbot)
    assert screen.start.text() == "Export 3 photos"
    qtbot.keyClick(screen, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    _settled(screen, qtbot)
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_a_taken_name_offers_to_keep_both(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    row = _taken(screen, library, qtbot, tmp_path, b"mine")
    assert row.keep_both.isVisible()
    assert not row.replace.isVisible()  # what is no export of ours is never replaced
    qtbot.mouseClick(row.keep_both, Qt.MouseButton.LeftButton)
    _settled(screen, qtbot)
    assert row.state is ExportState.DONE
    assert (tmp_path / "out" / "photo0 restored.tif").read_bytes() == b"mine"
    assert (tmp_path / "out" / "photo0 restored 2.tif").is_file()


def test_an_earlier_export_can_be_replaced(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    row = _taken(screen, library, qtbot, tmp_path)
    qtbot.mouseClick(row.replace, Qt.MouseButton.LeftButton)
    _settled(screen, qtbot)
    assert row.state is ExportState.DONE
    with Image.open(tmp_path / "out" / "photo0 restored.tif") as written:
        assert written.size == (480, 360)


def test_a_taken_name_can_be_another(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    row = _taken(screen, library, qtbot, tmp_path, b"mine")
    qtbot.mouseClick(row.ways.name, Qt.MouseButton.LeftButton)
    assert not row.ways.give.isEnabled()  # it is the name that is taken
    for bad in ("", "../elsewhere", ".hidden"):
        row.ways.line.setText(bad)
        assert not row.ways.give.isEnabled()
    row.ways.line.setText("Ann in 1952")
    qtbot.keyClick(row.ways.line, Qt.Key.Key_Return)
    _settled(screen, qtbot)
    assert row.state is ExportState.DONE
    assert (tmp_path / "out" / "Ann in 1952.tif").is_file()


def test_escape_leaves_the_line_for_the_name_and_not_the_screen(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    row = _taken(screen, library, qtbot, tmp_path)
    qtbot.mouseClick(row.ways.name, Qt.MouseButton.LeftButton)
    assert row.ways.line.isVisible()
    with qtbot.assertNotEmitted(screen.back_wanted):
        qtbot.keyClick(row.ways.line, Qt.Key.Key_Escape)
    assert not row.ways.line.isVisible()
    assert row.state is ExportState.NAME_TAKEN


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_full_or_forbidden_folder_offers_another(
    screen: ExportScreen,
    library: Library,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(number, "no")

    screen.show_folder(tmp_path / "out")
    _open(screen, ExportSubject(photo_ids=(library.photos[0],)), qtbot)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        screen.export()
        _settled(screen, qtbot)
    row = _row(screen, library.photos[0])
    assert row.state is ExportState.FAILED
    for button in (row.retry, row.ways.folder, row.leave_out):
        assert button.isVisible()
    assert not row.replace.isVisible()
    assert not list((tmp_path / "out").iterdir())
    (tmp_path / "other").mkdir()
    row.ways.take_folder(str(tmp_path / "other"))
    _settled(screen, qtbot)
    assert row.state is ExportState.DONE
    assert (tmp_path / "other" / "photo0 restored.tif").is_file()


def test_a_taken_name_can_be_left_out(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    row = _taken(screen, library, qtbot, tmp_path)
    qtbot.mouseClick(row.leave_out, Qt.MouseButton.LeftButton)
    assert row.state is ExportState.LEFT_OUT
    assert not screen.notice.isVisible()


def _taken(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path, held: bytes = b""
) -> ExportRow:
    there = tmp_path / "out" / "photo0 restored.tif"
    screen.show_folder(tmp_path / "out")
    _open(screen, ExportSubject(photo_ids=(library.photos[0],)), qtbot)
    if held:
        there.write_bytes(held)
    else:  # an earlier export
        about = ExportAbout(source_hash="ab" * 32)
        pixels = SourcePixels(np.zeros((9, 9, 3), np.uint8), ColourMode.RGB)
        encode_photo(pixels, there, ExportSettings("tiff"), about)
    screen.export()
    _settled(screen, qtbot)
    row = _row(screen, library.photos[0])
    assert row.state is ExportState.NAME_TAKEN
    assert "choose beside it" in screen.notice.words()
    return row


def test_what_failed_can_be_tried_again(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    screen.show_folder(tmp_path / "out")
    _open(screen, ExportSubject(photo_ids=(library.photos[0],)), qtbot)
    source = Path(library.catalog.photos.get(library.photos[0]).path)
    source.rename(source.with_suffix(".away"))
    screen.export()
    _settled(screen, qtbot)
    row = _row(screen, library.photos[0])
    assert row.state is ExportState.FAILED
    source.with_suffix(".away").rename(source)
    qtbot.mouseClick(row.retry, Qt.MouseButton.LeftButton)
    _settled(screen, qtbot)
    assert row.state is ExportState.DONE


def test_the_queue_stops_when_asked(screen: ExportScreen, qtbot: QtBot, tmp_path: Path) -> None:
    screen.show_folder(tmp_path / "out")
    _open(screen, None, qtbot)
    screen.export()
    qtbot.mouseClick(screen.notice.button, Qt.MouseButton.LeftButton)
    _settled(screen, qtbot)
    states = {row.state for row in screen.rows.values()}
    assert ExportState.STOPPED in states
    assert screen.start.isEnabled()  # what was stopped may be begun again


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


def test_everything_has_a_name_for_a_screen_reader(screen: ExportScreen, qtbot: QtBot) -> None:
    _open(screen, None, qtbot)
    for control in (screen.form.preset, screen.form.quality, screen.form.added):
        assert control.accessibleName()
    rows: list[QWidget] = list(screen.rows.values())
    assert all(row.accessibleName() for row in rows)


def test_names_of_one_export_never_meet() -> None:
    sources = ["/a/print.jpg", "/b/print.tif", "/b/Print.png", "/c/x.y.jpg"]
    assert file_names(sources, "restored", "jpeg") == [
        "print restored.jpg",
        "print restored 2.jpg",
        "Print restored 3.jpg",
        "x.y restored.jpg",
    ]
    assert file_names(["/a/print.jpg"], " ", "png") == ["print.png"]


def test_the_next_name_counts_on() -> None:
    assert next_name(Path("/a/print restored.jpg")) == Path("/a/print restored 2.jpg")
    assert next_name(Path("/a/print restored 2.jpg")) == Path("/a/print restored 3.jpg")
    assert next_name(Path("/a/summer 1952.jpg")) == Path("/a/summer 1952 2.jpg")


def test_a_caption_goes_into_the_file_when_it_is_wanted(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    screen.show_folder(tmp_path / "out")
    screen.form.caption.click()
    _open(screen, ExportSubject(photo_ids=(library.photos[0],)), qtbot)
    screen.export()
    _settled(screen, qtbot)
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
    _open(screen, None, qtbot)
    screen.export()
    _settled(screen, qtbot)
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
    _open(screen, ExportSubject(photo_ids=(library.photos[0],)), qtbot)
    assert screen.form.signing.text().startswith("Signed as Ann Lee. The certificate is self")
    screen.export()
    _settled(screen, qtbot)
    row = _row(screen, library.photos[0])
    assert row.state is ExportState.DONE
    assert row.accessibleName().endswith("signed as Ann Lee (self-signed)")
    chosen = Settings(certificate=str(files.certificates))
    screen.show_settings(chosen)
    _settled(screen, qtbot)
    assert "without its private key" in screen.form.signing.text()
    screen.form.added.setText("again")
    screen.form.added.textEdited.emit("again")
    screen.export()
    _settled(screen, qtbot)
    assert row.state is ExportState.FAILED
    assert "without its private key" in row.accessibleName()


def test_the_users_own_presets_are_here_and_fill_the_form(
    screen: ExportScreen, qtbot: QtBot
) -> None:
    mine = ExportPreset("For Grandma", "avif", 8, 71, keep_place=False, mark="corner", page="pdf")
    save_presets(screen.bench.places.export_presets, [mine])
    for _ in range(2):  # they stand there once, however often the page is read
        _open(screen, None, qtbot)
        screen.refresh(CatalogChanges(everything=True))
        _settled(screen, qtbot)
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
    _open(screen, None, qtbot)
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
    _settled(screen, qtbot)
    kept = ExportPreset("own", "avif", 8, 71, keep_place=False, mark="corner", page="jpg")
    assert load_presets(place) == (kept,)
    assert form.preset.currentText() == "own"
    qtbot.mouseClick(bar.rename, Qt.MouseButton.LeftButton)
    bar.name.setText("For  Grandma")
    qtbot.mouseClick(bar.give, Qt.MouseButton.LeftButton)
    _settled(screen, qtbot)
    assert load_presets(place) == (dataclasses.replace(kept, name="For Grandma"),)
    assert form.preset.currentText() == "For Grandma"
    qtbot.mouseClick(bar.keep, Qt.MouseButton.LeftButton)
    assert bar.give.text() == "Replace"
    bar.leave()
    qtbot.mouseClick(bar.remove, Qt.MouseButton.LeftButton)
    _settled(screen, qtbot)
    assert load_presets(place) == ()
    assert form.preset.currentData() == "own"
    assert form.settings() == ExportSettings("avif", 8, 71)  # it can be kept again


def test_a_name_that_a_preset_cannot_have_is_said(screen: ExportScreen, qtbot: QtBot) -> None:
    _open(screen, None, qtbot)
    place = screen.bench.places.export_presets
    save_presets(place, [ExportPreset("one"), ExportPreset("two", "png")])
    wanted = screen.form.preset_change_wanted
    for change in (
        PresetChange(ExportPreset("Archive")),
        PresetChange(ExportPreset("two"), forget="one"),
    ):
        with qtbot.captureExceptions() as flown:
            wanted.emit(change)
            _settled(screen, qtbot)
        assert not flown
        assert load_presets(place) == (ExportPreset("one"), ExportPreset("two", "png"))


def test_every_choice_is_in_sight_in_a_small_window(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    row = _taken(screen, library, qtbot, tmp_path)
    screen.resize(820, 560)
    qtbot.wait(50)
    for button in (row.keep_both, row.replace, row.ways.name, row.leave_out):
        assert button.visibleRegion().boundingRect() == button.rect()
