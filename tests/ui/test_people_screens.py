"""Naming groups, reviewing suggestions by key, choosing references."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import Suggestion
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.person import FaceCluster, ReferenceChoice, Year
from desktop_app.operations.choose_references import choose_references
from desktop_app.operations.group_faces import regroup_people
from desktop_app.ui.decisions import Decisions
from desktop_app.ui.people.group_screen import GroupScreen
from desktop_app.ui.people.needs_you import NeedsYou
from desktop_app.ui.people.people_reading import PeoplePage
from desktop_app.ui.people.people_screen import NAMED, PeopleScreen
from desktop_app.ui.people.person_dialogs import YearsDialog
from desktop_app.ui.people.person_screen import REFERENCES, PersonScreen
from desktop_app.ui.screen import Screen, Workbench
from tests.ui.painting import MODEL, Library


def shown(qtbot: QtBot, screen: Screen, subject: object) -> None:
    qtbot.addWidget(screen)
    screen.resize(1100, 760)
    screen.show()
    screen.show_subject(subject)


def join(screen: Screen, decisions: Decisions) -> None:
    """As the application joins them."""
    decisions.catalog_changed.connect(screen.refresh)
    for signal, slot in (
        ("name_wanted", decisions.name),
        ("confirm_wanted", decisions.confirm),
        ("reject_wanted", decisions.reject),
        ("ignore_wanted", decisions.ignore),
        ("not_face_wanted", decisions.not_faces),
    ):
        if hasattr(screen, signal):
            getattr(screen, signal).connect(slot)


def test_a_typed_name_names_the_whole_group_and_the_next_is_ready_to_be_named(
    qtbot: QtBot, bench: Workbench, library: Library, decisions: Decisions
) -> None:
    screen = PeopleScreen(bench)
    join(screen, decisions)
    shown(qtbot, screen, None)
    qtbot.waitUntil(lambda: len(screen.needs_you.cards) == 3, timeout=3000)
    card = screen.needs_you.cards[0]
    group = set(card.faces)
    screen.activateWindow()
    card.name_box.setFocus()
    qtbot.keyClicks(card.name_box, "  Grandma   Rose ")
    qtbot.keyClick(card.name_box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(screen.needs_you.cards) == 2, timeout=3000)
    rose = bench.catalog.people.by_name("grandma rose")
    assert rose is not None
    assert {face.id for face in bench.catalog.faces.of_person(rose.id)} == group
    assert screen.tabs.tabText(NAMED) == "Named (1)"


def test_many_groups_come_in_turns_in_their_order_and_keep_what_is_being_typed(
    qtbot: QtBot, bench: Workbench
) -> None:
    def page(*groups: int) -> PeoplePage:
        clusters = [FaceCluster(group, (FaceId(group), FaceId(100 + group))) for group in groups]
        return PeoplePage(clusters, len(clusters), [], [], [], any_faces=True)

    def shown() -> list[int]:
        return [int(card.faces[0]) for card in needs.cards]

    needs = NeedsYou(bench.pictures)
    qtbot.addWidget(needs)
    needs.resize(900, 700)
    needs.show()
    needs.activateWindow()
    needs.show_page(page(*range(1, 13)))
    assert 0 < len(needs.cards) < 12
    assert shown() == list(range(1, len(needs.cards) + 1))
    qtbot.waitUntil(lambda: shown() == list(range(1, 13)))
    box = needs.cards[6].name_box
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    qtbot.keyClicks(box, "Grand")
    others = [*range(20, 26), 3, *range(30, 36), 7]
    needs.show_page(page(*others))
    qtbot.waitUntil(lambda: shown() == others)
    assert needs.cards[-1].name_box is box
    assert box.text() == "Grand"

    def in_order() -> bool:
        places = [card.geometry().top() for card in needs.cards]
        return places == sorted(places)

    qtbot.waitUntil(in_order)  # the layout places the newest last


def test_the_badge_and_the_gauge_are_said_in_words(
    qtbot: QtBot, bench: Workbench, anna: PersonId
) -> None:
    screen = PeopleScreen(bench)
    shown(qtbot, screen, None)
    qtbot.waitUntil(lambda: screen.named.people.rowCount() == 1, timeout=3000)
    said = screen.named.people.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Anna, 2 photos, 2 of 4 references, 4 suggestions wait"


def test_a_group_can_be_named_in_part(
    qtbot: QtBot, bench: Workbench, library: Library, decisions: Decisions
) -> None:
    screen = GroupScreen(bench)
    join(screen, decisions)
    shown(qtbot, screen, tuple(library.faces[1]))
    qtbot.waitUntil(lambda: len(screen.grid.selectedIndexes()) == 6, timeout=3000)
    screen.grid.clearSelection()
    for row in (0, 1):
        index = screen.grid.faces.index(row)
        screen.grid.selectionModel().select(
            index, screen.grid.selectionModel().SelectionFlag.Select
        )
    qtbot.keyClicks(screen.name_box, "Bert")
    qtbot.keyClick(screen.name_box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.grid.faces.rowCount() == 4, timeout=3000)
    bert = bench.catalog.people.by_name("Bert")
    assert bert is not None
    assert len(bench.catalog.faces.of_person(bert.id)) == 2


@pytest.fixture
def review(qtbot: QtBot, bench: Workbench, anna: PersonId, decisions: Decisions) -> PersonScreen:
    screen = PersonScreen(bench)
    join(screen, decisions)
    shown(qtbot, screen, anna)
    qtbot.waitUntil(lambda: screen.review.current is not None, timeout=3000)
    return screen


def test_return_confirms_and_the_next_face_stands_there_at_once(
    qtbot: QtBot, bench: Workbench, library: Library, anna: PersonId, review: PersonScreen
) -> None:
    likely = library.faces[0][2:]
    assert review.review.current is not None
    assert review.review.current.id == likely[0]
    place = review.review.face_view.geometry()
    qtbot.keyClick(review.review, Qt.Key.Key_Return)
    assert review.review.current is not None
    assert review.review.current.id == likely[1]  # without waiting for the catalog
    assert review.review.face_view.geometry() == place
    qtbot.waitUntil(
        lambda: bench.catalog.faces.get(likely[0]).status.value == "confirmed", timeout=3000
    )


def test_a_no_is_remembered_and_undo_brings_the_face_back_to_the_front(
    qtbot: QtBot,
    bench: Workbench,
    library: Library,
    anna: PersonId,
    review: PersonScreen,
    decisions: Decisions,
) -> None:
    first = library.faces[0][2]
    qtbot.keyClick(review.review, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: first in bench.catalog.faces.rejections([first]), timeout=3000)
    with qtbot.waitSignal(decisions.catalog_changed, timeout=3000):
        decisions.undo()

    def back_in_front() -> None:
        assert review.review.current is not None
        assert review.review.current.id == first

    qtbot.waitUntil(back_in_front, timeout=3000)


def test_each_decision_has_its_key(
    qtbot: QtBot, bench: Workbench, library: Library, review: PersonScreen
) -> None:
    likely = library.faces[0][2:]
    qtbot.keyClick(review.review, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(review.review, Qt.Key.Key_X)
    qtbot.keyClick(review.review, Qt.Key.Key_F2)
    qtbot.keyClicks(review.review.name_box, "Berta")
    qtbot.keyClick(review.review.name_box, Qt.Key.Key_Return)

    def decided() -> None:
        statuses = [bench.catalog.faces.get(face).status.value for face in likely]
        assert statuses == ["not_a_face", "ignored", "confirmed", "suggested"]

    qtbot.waitUntil(decided, timeout=3000)
    berta = bench.catalog.people.by_name("Berta")
    assert berta is not None
    assert bench.catalog.faces.get(likely[2]).person_id == berta.id


def test_return_in_a_name_box_is_no_yes_to_the_next_face(
    qtbot: QtBot, library: Library, review: PersonScreen
) -> None:
    said_yes: list[object] = []
    review.review.yes.connect(said_yes.append)
    review.review.ask_name()
    qtbot.keyClicks(review.review.name_box, "Berta")
    qtbot.keyClick(review.review.name_box, Qt.Key.Key_Return)
    qtbot.wait(50)
    assert said_yes == []


def test_the_review_ends_by_saying_so(qtbot: QtBot, library: Library, review: PersonScreen) -> None:
    for _ in library.faces[0][2:]:
        qtbot.keyClick(review.review, Qt.Key.Key_Return)
    assert review.review.current is None
    qtbot.waitUntil(lambda: review.empty.isVisible(), timeout=3000)


def test_new_suggestions_wait_at_the_end_and_move_nothing(
    qtbot: QtBot, bench: Workbench, library: Library, anna: PersonId, review: PersonScreen
) -> None:
    current = review.review.current
    new = library.faces[1][0]
    changes = bench.catalog.faces.suggest([Suggestion(new, anna, 0.99)])
    review.refresh(changes)
    qtbot.waitUntil(lambda: review.tabs.tabText(0) == "Suggested (5)", timeout=3000)
    assert current is not None
    assert review.review.current is not None
    assert review.review.current.id == current.id


def test_a_reference_is_pinned_by_key(
    qtbot: QtBot, library: Library, anna: PersonId, review: PersonScreen
) -> None:
    review.tabs.setCurrentIndex(REFERENCES)
    grid = review.references.grid
    qtbot.waitUntil(lambda: grid.faces.rowCount() == 2, timeout=3000)
    grid.setCurrentIndex(grid.faces.index(1))
    face = grid.chosen_ids()[0]
    with qtbot.waitSignal(review.reference_wanted) as told:
        qtbot.keyClick(review.references, Qt.Key.Key_P)
    assert told.args == [anna, face, ReferenceChoice.PINNED]


def test_what_is_pinned_and_left_out_by_key_guides_from_then_on(
    qtbot: QtBot,
    bench: Workbench,
    library: Library,
    anna: PersonId,
    review: PersonScreen,
    decisions: Decisions,
) -> None:
    catalog = bench.catalog
    catalog.faces.confirm(library.faces[0][2:5], anna)
    join(review, decisions)
    review.reference_wanted.connect(decisions.choose_reference)
    review.refresh(CatalogChanges(everything=True))
    review.tabs.setCurrentIndex(REFERENCES)
    grid = review.references.grid
    qtbot.waitUntil(lambda: grid.faces.rowCount() == 5, timeout=3000)
    asked = catalog.faces.get(library.faces[0][5])

    def guides() -> list[FaceId]:
        chosen = choose_references(catalog, anna, asked, count=2, model=MODEL)
        return [one.face_id for one in chosen.references]

    def press(face: FaceId, key: Qt.Key) -> None:
        row = [tile.face_id for tile in grid.faces.tiles()].index(face)
        grid.setCurrentIndex(grid.faces.index(row))
        qtbot.keyClick(review.references, key)
        qtbot.waitUntil(lambda: face in catalog.references.choices(anna), timeout=3000)
        qtbot.waitUntil(lambda: any(t.mark in ("pin", "no") for t in grid.faces.tiles()))

    best = guides()[0]
    spare = next(face for face in library.faces[0][:5] if face not in guides())
    press(spare, Qt.Key.Key_P)
    press(best, Qt.Key.Key_O)
    assert guides()[0] == spare
    assert best not in guides()
    with Catalog.open(catalog.path, read_only=True) as reopened:
        assert reopened.references.choices(anna) == {
            spare: ReferenceChoice.PINNED,
            best: ReferenceChoice.EXCLUDED,
        }


def test_merging_offers_only_people_there_are(
    qtbot: QtBot, bench: Workbench, anna: PersonId, review: PersonScreen
) -> None:
    bench.catalog.people.add("Bert")
    review.refresh(CatalogChanges(everything=True))
    qtbot.waitUntil(lambda: "Bert" in review.menu.names, timeout=3000)
    dialog = review.menu.ask_merge()
    assert dialog is not None
    qtbot.keyClicks(dialog.name, "nobody")
    assert not dialog.yes.isEnabled()
    dialog.name.clear()
    qtbot.keyClicks(dialog.name, "bert")
    with qtbot.waitSignal(review.merge_wanted) as told:
        dialog.accept()
    assert told.args == [anna, "Bert"]


def test_a_merge_gives_everything_to_one_and_undo_parts_them_again(
    qtbot: QtBot,
    bench: Workbench,
    library: Library,
    anna: PersonId,
    review: PersonScreen,
    decisions: Decisions,
) -> None:
    bench.catalog.faces.name(library.faces[1][:3], "Ann")
    review.merge_wanted.connect(decisions.merge)
    review.refresh(CatalogChanges(everything=True))
    qtbot.waitUntil(lambda: "Ann" in review.menu.names, timeout=3000)
    dialog = review.menu.ask_merge()
    assert dialog is not None
    qtbot.keyClicks(dialog.name, "ann")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: review.confirmed.faces.rowCount() == 5, timeout=3000)
    assert bench.catalog.people.by_name("Ann") is None
    decisions.undo()
    qtbot.waitUntil(lambda: review.confirmed.faces.rowCount() == 2, timeout=3000)
    ann = bench.catalog.people.by_name("Ann")
    assert ann is not None
    assert {face.id for face in bench.catalog.faces.of_person(ann.id)} == set(library.faces[1][:3])


def test_a_group_is_split_by_key_and_undo_joins_it_again(
    qtbot: QtBot, bench: Workbench, library: Library, decisions: Decisions
) -> None:
    screen = GroupScreen(bench)
    join(screen, decisions)
    screen.split_wanted.connect(decisions.split)
    shown(qtbot, screen, tuple(library.faces[1]))
    qtbot.waitUntil(lambda: len(screen.grid.selectedIndexes()) == 6, timeout=3000)
    assert not screen.split.isEnabled()
    screen.grid.clearSelection()
    selection = screen.grid.selectionModel()
    for row in (0, 1):
        selection.select(screen.grid.faces.index(row), selection.SelectionFlag.Select)
    parted = set(screen.grid.chosen_ids())
    qtbot.keyClick(screen.grid, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: screen.grid.faces.rowCount() == 4, timeout=3000)
    groups = {frozenset(group.faces) for group in bench.catalog.faces.clusters()}
    assert frozenset(parted) in groups
    assert frozenset(set(library.faces[1]) - parted) in groups
    regroup_people(bench.catalog, MODEL)
    assert {frozenset(group.faces) for group in bench.catalog.faces.clusters()} == groups
    decisions.undo()
    qtbot.waitUntil(lambda: len(bench.catalog.faces.clusters()) == 3, timeout=3000)


def test_a_suggestion_beside_a_face_of_the_same_person_is_flagged(
    qtbot: QtBot, bench: Workbench, library: Library, anna: PersonId, review: PersonScreen
) -> None:
    assert review.review.flag.isHidden()
    current = review.review.current
    assert current is not None
    beside = next(f for f in bench.catalog.faces.of_photo(current.photo_id) if f.id != current.id)
    bench.catalog.faces.confirm([beside.id], anna)
    review.refresh(CatalogChanges(everything=True))
    qtbot.waitUntil(lambda: not review.review.flag.isHidden(), timeout=3000)
    qtbot.keyClick(review.review, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: len(bench.catalog.faces.same_person_twice(current.photo_id)) == 1, timeout=3000
    )


def test_years_are_given_with_about_and_shown(
    qtbot: QtBot, bench: Workbench, anna: PersonId, review: PersonScreen, decisions: Decisions
) -> None:
    review.years_wanted.connect(decisions.set_years)
    dialog = YearsDialog(bench.catalog.people.get(anna), review)
    dialog.years_given.connect(review.menu._on_years)
    dialog.born.setValue(1925)
    dialog.born_about.setChecked(True)
    dialog.accept()
    qtbot.waitUntil(lambda: bench.catalog.people.get(anna).born == Year(1925, True), timeout=3000)
    qtbot.waitUntil(lambda: "1925" in review._life.text(), timeout=3000)
    assert "about" in review._life.text() or "c." in review._life.text()
