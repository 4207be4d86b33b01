"""The user's own presets for exports are kept, within bounds, and broken ones cost no others."""

import json
from pathlib import Path

import pytest

from desktop_app.domain.errors import BadRequest
from desktop_app.settings.export_presets import MOST, ExportPreset, load_presets, with_preset


@pytest.mark.parametrize(
    "wrong",
    [
        {"bit_depth": 8.0},
        {"bit_depth": 16},  # which a JPEG cannot hold
        {"quality": True},
        {"quality": 101},
        {"file_format": "doc"},
        {"mark": ["corner"]},
        {"name": "line\nbreak"},
        {"name": "  "},
        {"colour": "red"},
    ],
)
def test_a_preset_out_of_bounds_is_left_out_and_the_others_stay(
    tmp_path: Path, wrong: dict[str, object]
) -> None:
    path = tmp_path / "presets.json"
    kept = [{"name": "album"}, {"name": "mine", **wrong}, "nonsense"]
    path.write_text(json.dumps(kept), "utf-8")
    known = load_presets(path)
    if "colour" in wrong:  # of a later version: what is known of it counts
        assert known == (ExportPreset("album"), ExportPreset("mine"))
    else:
        assert known == (ExportPreset("album"),)


def test_there_is_an_end_to_presets_but_one_may_be_changed() -> None:
    many = tuple(ExportPreset(f"preset {number}") for number in range(MOST))
    with pytest.raises(BadRequest, match="presets already"):
        with_preset(many, ExportPreset("one more"))
    changed = with_preset(many, ExportPreset("Preset 3", quality=50))
    assert len(changed) == MOST
    assert changed[-1].quality == 50
