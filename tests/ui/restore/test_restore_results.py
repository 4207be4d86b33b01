"""The restore screen through its real widgets: results, how they are seen, and the keys."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import BBox
from desktop_app.domain.ids import PersonId
from desktop_app.domain.restoration import RestoreRequest, RestoreSettings
from desktop_app.ui.restore.restore_screen import RestoreScreen
from desktop_app.ui.restore.sides import EngineChoice
from desktop_app.ui.subjects import CompareSubject
from tests.ui.painting import Library
from tests.ui.restore.opening import open_photo, settled
from tests.ui.restored import BETTER, SOMEBODY_ELSE, WORSE, keep_result


def test_r_restores_with_the_references_that_are_shown(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    open_photo(screen, library, qtbot, library.faces[0][0])
    shown = screen.guides.references.references()
    assert len(shown) == 4
    with qtbot.waitSignal(screen.restore_wanted) as heard:
        qtbot.keyClick(screen, Qt.Key.Key_R)
    assert heard.args == [[RestoreRequest(library.faces[0][0], shown)], "automatic"]


def test_shift_r_restores_all_that_are_ready(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    open_photo(screen, library, qtbot)
    assert screen.faces.all_button.text() == "Restore all 2 ready"
    with qtbot.waitSignal(screen.restore_wanted) as heard:
        qtbot.keyClick(screen, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    wanted = [request.face_id for request in heard.args[0]]
    assert wanted == [library.faces[0][0], library.faces[1][0]]
    assert all(request.references is None for request in heard.args[0])


def test_space_and_backspace_walk_the_faces(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    open_photo(screen, library, qtbot, library.faces[0][0])
    screen.faces.list.setFocus()
    names = [screen.guides.name.text()]
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Space, Qt.Key.Key_Backspace):
        qtbot.keyClick(screen.faces.list, key)
        names.append(screen.guides.name.text())
    assert names == ["Anna", "Bert", "Somebody", "Bert"]
    assert screen.canvas.boxes.selected == library.faces[1][0]


def test_a_face_is_chosen_by_a_click_in_the_photo(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    open_photo(screen, library, qtbot, library.faces[0][0])
    box = library.catalog.faces.get(library.faces[1][0]).bbox
    at = screen.canvas.view.rect_of(box).center().toPoint()
    qtbot.mouseClick(screen.canvas, Qt.MouseButton.LeftButton, pos=at)
    assert screen.guides.name.text() == "Bert"


def test_the_strength_is_seen_at_once_and_kept_a_moment_later(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    kept = keep_result(library.catalog, library.faces[0][0], anna_known, library.faces[0][1:3])
    open_photo(screen, library, qtbot, library.faces[0][0])
    screen.canvas.show_boxes(False)
    full = screen.canvas.grab().toImage()
    screen.guides.result.strength.setValue(0)
    none = screen.canvas.grab().toImage()
    screen.guides.result.strength.setValue(50)
    half = screen.canvas.grab().toImage()
    box = library.catalog.faces.get(library.faces[0][0]).bbox
    at = screen.canvas.view.rect_of(box).center().toPoint()
    red = [image.pixelColor(at).red() for image in (none, half, full)]
    assert red[1] == pytest.approx((red[0] + red[2]) / 2, abs=2)
    assert abs(red[0] - red[2]) > 20
    with qtbot.waitSignal(screen.settings_wanted) as heard:
        pass
    assert heard.args == [kept, RestoreSettings(0.5, keep_tone=False, grain=False)]


def test_the_strength_is_kept_before_another_face_is_shown(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    kept = keep_result(library.catalog, library.faces[0][0], anna_known, library.faces[0][1:3])
    open_photo(screen, library, qtbot, library.faces[0][0])
    screen.guides.result.strength.setValue(30)
    with qtbot.waitSignal(screen.settings_wanted, timeout=200) as heard:
        screen.faces.list.choose(library.faces[1][0])
    assert heard.args[0] == kept


def test_tone_and_grain_make_the_picture_anew(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    keep_result(library.catalog, library.faces[0][0], anna_known, library.faces[0][1:3])
    open_photo(screen, library, qtbot, library.faces[0][0])
    before = screen.canvas.grab().toImage()
    screen.guides.result.keep_tone.click()
    settled(screen, qtbot)
    assert screen.canvas.grab().toImage() != before


def test_holding_b_shows_the_original(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    open_photo(screen, library, qtbot, library.faces[0][0])
    screen.canvas.show_boxes(False)
    original = screen.canvas.grab().toImage()
    screen.refresh(
        CatalogChanges.of(
            faces=[library.faces[0][0]],
            restorations=[
                keep_result(library.catalog, library.faces[0][0], anna_known, library.faces[0][1:3])
            ],
        )
    )
    settled(screen, qtbot)
    restored = screen.canvas.grab().toImage()
    assert restored != original
    qtbot.keyPress(screen, Qt.Key.Key_B)
    assert screen.canvas.grab().toImage() == original
    qtbot.keyRelease(screen, Qt.Key.Key_B)
    assert screen.canvas.grab().toImage() == restored


def test_numbers_show_other_results_with_their_likeness(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    face, references = library.faces[0][0], library.faces[0][1:3]
    for tone, likeness in ((0.3, WORSE), (0.6, SOMEBODY_ELSE), (0.9, BETTER)):
        keep_result(library.catalog, face, anna_known, references, tone=tone, likeness=likeness)
    open_photo(screen, library, qtbot, face)
    said = []
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3):
        qtbot.keyClick(screen, key)
        settled(screen, qtbot)
        said.append(screen.guides.result.likeness.words().split(".")[0])
    assert said == [
        "Less like Anna than before",
        "Now nearer to Bert than to Anna",
        "More like Anna than before",
    ]
    qtbot.keyClick(screen, Qt.Key.Key_4)
    assert screen.guides.result.likeness.words().startswith("More like")


def test_another_try_takes_other_references(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    open_photo(screen, library, qtbot, library.faces[0][0])
    first = screen.guides.references.references()
    keep_result(library.catalog, library.faces[0][0], anna_known, first)
    screen.refresh(CatalogChanges(everything=True))
    settled(screen, qtbot)
    with qtbot.waitSignal(screen.restore_wanted) as heard:
        qtbot.keyClick(screen, Qt.Key.Key_A)
    again = heard.args[0][0].references
    assert len(again) == 4
    assert set(again) != set(first)


def test_another_try_of_an_engine_that_draws_lots_takes_the_next_seed(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    screen.show_engines([EngineChoice("instant-restore", "InstantRestore")], "instant-restore")
    open_photo(screen, library, qtbot, library.faces[0][0])
    first = screen.guides.references.references()
    keep_result(library.catalog, library.faces[0][0], anna_known, first)
    screen.refresh(CatalogChanges(everything=True))
    settled(screen, qtbot)
    with qtbot.waitSignal(screen.restore_wanted) as heard:
        qtbot.keyClick(screen, Qt.Key.Key_A)
    (request,), engine = heard.args
    assert (set(request.references), request.seed, engine) == (set(first), 1, "instant-restore")


def test_return_opens_the_drafts_for_a_decision(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    face, references = library.faces[0][0], library.faces[0][1:3]
    ids = [keep_result(library.catalog, face, anna_known, references) for _ in range(2)]
    open_photo(screen, library, qtbot, face)
    with qtbot.waitSignal(screen.go_wanted) as heard:
        qtbot.keyClick(screen, Qt.Key.Key_Return)
    assert heard.args == ["compare", CompareSubject(library.photos[0], (ids[1], ids[0]))]


def test_m_shows_which_reference_was_used_where(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    keep_result(library.catalog, library.faces[0][0], anna_known, library.faces[0][1:3])
    open_photo(screen, library, qtbot, library.faces[0][0])
    assert screen.canvas.overlays == ()
    qtbot.keyClick(screen, Qt.Key.Key_M)
    assert [overlay.numbers for overlay in screen.canvas.overlays] == [(0, 1)]
    qtbot.keyClick(screen, Qt.Key.Key_M)
    assert screen.canvas.overlays == ()


def test_k_veils_the_pixels_that_stay_as_they_are(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    keep_result(library.catalog, library.faces[0][0], anna_known, library.faces[0][1:3])
    open_photo(screen, library, qtbot, library.faces[0][0])
    plain = screen.canvas.grab().toImage()
    qtbot.keyClick(screen, Qt.Key.Key_K)
    veiled = screen.canvas.grab().toImage()
    view = screen.canvas.view
    assert view is not None
    corner = view.rect_of(BBox(2, 2, 6, 6)).center().toPoint()
    assert veiled.pixelColor(corner).lightness() < plain.pixelColor(corner).lightness()
    qtbot.keyClick(screen, Qt.Key.Key_K)
    assert screen.canvas.overlays == ()


def test_settings_of_one_result_do_not_pass_to_another_face(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    face = library.faces[0][0]
    keep_result(library.catalog, face, anna_known, library.faces[0][1:3], strength=0.3)
    open_photo(screen, library, qtbot, face)
    assert screen.guides.result.strength.value() == 30
    screen.faces.list.choose(library.faces[1][0])
    assert screen.guides.result.settings == RestoreSettings()
