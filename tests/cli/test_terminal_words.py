"""Dates, numbers and recipes are said as a person at this computer says them."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop_app.catalog.catalog import Catalog
from desktop_app.cli.terminal_words import counted, recipe_in_words
from tests.catalog.library import Library


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_one_is_a_word() -> None:
    assert [counted(number, "face") for number in (0, 1, 2)] == ["0 faces", "One face", "2 faces"]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone cannot be changed here")
def test_a_result_was_made_when_the_clock_on_the_wall_said_so(
    in_tokyo: None, tmp_path: Path
) -> None:
    (tmp_path / "photos").mkdir()
    with Catalog.open(tmp_path / "kept" / "catalog") as catalog:
        library = Library(catalog, tmp_path / "photos")
        made = catalog.restorations.get(library.restoration(library.faces(1)[0]))
    assert abs(datetime.now(UTC) - made.made_at).total_seconds() < 3600
    assert f"{made.made_at.astimezone():%Y-%m-%d %H:%M}" in recipe_in_words(made)[0]
    assert f"{made.made_at.astimezone(UTC):%Y-%m-%d %H:%M}" not in recipe_in_words(made)[0]
