"""The user's choices survive; broken ones fall back to their defaults."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from desktop_app.settings.places import places, resources
from desktop_app.settings.settings import Settings, load_settings, save_settings, words_of


def test_settings_come_back_as_they_were_saved(tmp_path: Path) -> None:
    chosen = replace(Settings(), theme="dark", max_megapixels=500, keep_place=False)
    save_settings(tmp_path / "deep" / "settings.json", chosen)
    assert load_settings(tmp_path / "deep" / "settings.json") == chosen


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"theme": 3}', '{"theme": "pink"}'])
def test_a_broken_file_gives_the_defaults(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.json").write_text(text)
    assert load_settings(tmp_path / "settings.json") == Settings()


def test_one_bad_value_does_not_cost_the_good_ones(tmp_path: Path) -> None:
    kept = {"theme": "dark", "max_megapixels": -1, "keep_place": "yes", "unknown": 1}
    (tmp_path / "settings.json").write_text(json.dumps(kept))
    assert load_settings(tmp_path / "settings.json") == replace(Settings(), theme="dark")


def test_every_setting_says_what_it_is() -> None:
    for setting in fields(Settings):
        assert words_of(setting.name).title
        assert words_of(setting.name).help.endswith(".")


def test_a_home_of_ones_own_holds_everything(tmp_path: Path) -> None:
    own = places(tmp_path)
    assert all(
        p.is_relative_to(tmp_path) for p in (own.catalog, own.thumbnails, own.logs, own.models)
    )


def test_the_resources_are_where_the_code_looks() -> None:
    assert (resources() / "models").is_dir()
