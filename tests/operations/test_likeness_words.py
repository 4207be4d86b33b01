"""A likeness is said in words, and a fall is never dressed up."""

import pytest

from desktop_app.domain.restoration import Likeness
from desktop_app.operations.likeness_words import likeness_in_words, similarity_in_words


@pytest.mark.parametrize(
    ("before", "after", "words", "fell"),
    [
        (0.40, 0.65, "Very like Anna (0.40 → 0.65 ± 0.05)", False),
        (0.50, 0.49, "As like Anna as before: like (0.50 → 0.49 ± 0.05)", False),
        (0.50, 0.35, "The likeness fell: now somewhat like Anna (0.50 → 0.35 ± 0.05)", True),
    ],
)
def test_what_happened_is_said(before: float, after: float, words: str, fell: bool) -> None:
    likeness = Likeness(before, after, 0.05, 3)
    assert likeness_in_words(likeness, "Anna") == words
    assert likeness.fell is fell


def test_a_nearer_stranger_is_named_first() -> None:
    likeness = Likeness(0.3, 0.4, 0.05, 3, nearest_other=0.45, nearest_other_name="Berta")
    assert likeness.fell
    assert likeness_in_words(likeness, "Anna").startswith("Nearer to Berta (0.45) than to Anna")


def test_words_follow_the_number() -> None:
    said = [similarity_in_words(s / 100) for s in (70, 50, 40, 20, 0)]
    assert said == ["very like", "like", "somewhat like", "hardly like", "not like"]
