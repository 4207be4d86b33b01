"""Likeness in words first: better, the same, worse, somebody else."""

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.domain.restoration import Likeness
from desktop_app.ui.results.likeness_view import LikenessView
from desktop_app.ui.results.likeness_words import Verdict, verdict


@pytest.mark.parametrize(
    ("likeness", "expected", "words"),
    [
        (Likeness(0.36, 0.68, 0.06, 5, 0.1, "Bert"), Verdict.BETTER, "More like Anna than before"),
        (Likeness(0.60, 0.61, 0.06, 5, 0.1, "Bert"), Verdict.SAME, "As like Anna as before"),
        (Likeness(0.60, 0.50, 0.06, 5, 0.1, "Bert"), Verdict.WORSE, "Less like Anna than before"),
        (
            Likeness(0.36, 0.50, 0.06, 5, 0.55, "Bert"),
            Verdict.SOMEBODY_ELSE,
            "Now nearer to Bert than to Anna",
        ),
    ],
)
def test_the_verdict_comes_first(
    qtbot: QtBot, likeness: Likeness, expected: Verdict, words: str
) -> None:
    view = LikenessView()
    qtbot.addWidget(view)
    view.show_likeness(likeness, "Anna")
    assert verdict(likeness) is expected
    assert view.words().startswith(words)
    assert view._verdict.property("look") == ("danger" if expected.is_warning else "strong")


def test_a_warning_is_never_by_colour_alone() -> None:
    for outcome in Verdict:
        assert (outcome.icon == "warning") == outcome.is_warning
        assert (outcome.ink == "danger") == outcome.is_warning


def test_numbers_follow_with_their_spread(qtbot: QtBot) -> None:
    view = LikenessView()
    qtbot.addWidget(view)
    view.show_likeness(Likeness(0.36, 0.68, 0.06, 1, 0.1, "Bert"), "Anna")
    assert view.words() == (
        "More like Anna than before. Before: somewhat like, 0.36. "
        "After: very like, 0.68 ± 0.06. Compared with one confirmed face"
    )


def test_without_faces_to_compare_with_it_is_not_measured(qtbot: QtBot) -> None:
    view = LikenessView()
    qtbot.addWidget(view)
    view.show_likeness(None, "Anna")
    assert view.words().startswith("Likeness not measured")
