"""The sample library is what its table of contents says."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def about(samples: Path) -> dict[str, Any]:
    contents: dict[str, Any] = json.loads((samples / "samples.json").read_text(encoding="utf-8"))
    return contents


def test_every_photo_of_the_library_is_named_with_its_person(
    samples: Path, about: dict[str, Any]
) -> None:
    library = samples / about["library"]
    photos = {path.relative_to(library).as_posix() for path in library.rglob("*.*")}
    assert photos == {face["file"] for face in about["faces"]}
    assert {face["person"] for face in about["faces"]} == set(about["people"])


def test_the_references_show_the_man_of_the_print(about: dict[str, Any]) -> None:
    people = {face["file"]: face["person"] for face in about["faces"]}
    assert len(about["references"]) == 2
    assert {people[name] for name in about["references"]} == {about["print"]["person"]}
    assert about["print"]["file"] not in about["references"]


def test_the_truth_lies_outside_the_library(samples: Path, about: dict[str, Any]) -> None:
    library = samples / about["library"]
    for name in (about["print"]["truth"], about["print"]["photograph"]):
        assert (samples / name).is_file()
        assert not (samples / name).is_relative_to(library)


def test_the_print_is_made_again_by_its_script(
    samples: Path, about: dict[str, Any], script: Callable[[str], ModuleType]
) -> None:
    make_old_print = script("make_old_print")
    recipe = about["print"]
    cut = make_old_print.cut_out(
        samples / recipe["photograph"], make_old_print.Cut(**recipe["cut"])
    )
    aged = np.asarray(make_old_print.make_old_print(cut, recipe["seed"]), dtype=np.float32)
    kept = Image.open(samples / about["library"] / recipe["file"]).convert("RGB")
    # the kept print went through JPEG, which moves fine grain by a few levels
    assert np.abs(aged - np.asarray(kept, dtype=np.float32)).mean() < 4
    truth = Image.open(samples / recipe["truth"])
    assert truth.size == kept.size
    assert np.abs(np.asarray(cut, dtype=int) - np.asarray(truth, dtype=int)).max() <= 1
