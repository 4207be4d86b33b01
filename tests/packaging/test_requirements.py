"""The lists of packages are pinned by hash, agree with one another and name no machine."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from packaging.version import Version

from desktop_app.restoration.engine_environment import torch_build
from packaging.requirements import Requirement

CHECKOUT = Path(__file__).resolve().parents[2]
LISTS = sorted((CHECKOUT / "packaging" / "requirements").glob("*.txt"))

PIN = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; .+?)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def pins(path: Path) -> dict[str, Version]:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = (PIN.match(line) for line in lines)
    return {match[1]: Version(match[2]) for match in found if match}


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_every_line_is_a_pin_or_its_hash(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    strange = [x for x in lines if not (PIN.match(x) or HASH.match(x) or x.startswith("# W"))]
    assert strange == []
    assert len(pins(path)) >= 2


def test_the_lists_agree_on_versions() -> None:
    seen: dict[str, Version] = {}
    for path in LISTS:
        for name, version in pins(path).items():
            assert seen.setdefault(name, version) == version, f"{name} in {path.name}"


def test_the_lists_satisfy_what_the_project_asks_for() -> None:
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    pinned = {name: version for path in LISTS for name, version in pins(path).items()}
    asked = [*project["dependencies"]]
    for listed in project["optional-dependencies"].values():
        asked += listed
    for line in asked:
        requirement = Requirement(line)
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if name != "torch":  # its builds, and so their hashes, differ by index
            assert requirement.specifier.contains(pinned[name]), line


def test_the_engines_own_list_is_whole_and_agrees_with_the_others(
    script: Callable[[str], ModuleType],
) -> None:
    """It is complete in itself but for torch, whose version is told in two places."""
    listed = CHECKOUT / "resources" / "engine" / "packages.txt"
    test_every_line_is_a_pin_or_its_hash(listed)
    own = pins(listed)
    both = {name: pins(LISTS[0].with_name(name)) for name in ("core.txt", "large-engine.txt")}
    assert {**both["core.txt"], **own} == {**both["core.txt"], **own, **both["large-engine.txt"]}
    assert {"numpy", "pillow", "filelock", "diffusers", "safetensors"} <= {*own}
    assert script("torch_build").VERSION == torch_build.VERSION


def test_no_list_brings_a_second_opencv_or_inference_runtime() -> None:
    core, cpu, cuda = (
        {*pins(LISTS[0].with_name(f"{name}.txt"))} for name in ("core", "cpu", "cuda")
    )
    rest = {name for path in LISTS for name in pins(path) if path.stem not in ("cpu", "cuda")}
    assert {name for name in rest if name.startswith("opencv")} == {"opencv-python-headless"}
    assert "opencv-python-headless" in core
    assert not {name for name in rest if name.startswith("onnxruntime")}
    assert "onnxruntime" in cpu
    assert "onnxruntime" not in cuda


def test_torch_is_in_no_list() -> None:
    assert not {name for path in LISTS for name in pins(path)} & {"torch", "torchvision", "triton"}


def test_qt_stays_below_the_version_that_aborts_on_python_3_11() -> None:
    version = pins(LISTS[0].with_name("core.txt"))["pyside6-essentials"]
    assert version < Version("6.12")


def test_onnxruntime_stays_below_the_version_that_calls_home() -> None:
    version = pins(LISTS[0].with_name("cpu.txt"))["onnxruntime"]
    assert version < Version("1.29")


def test_every_pinned_package_stands_in_the_list_of_parts_by_others() -> None:
    listed = (CHECKOUT / "packaging" / "third_party.md").read_text(encoding="utf-8")
    pinned = {(name, version) for path in LISTS for name, version in pins(path).items()}
    assert [row for row in pinned if f"| {row[0]} | {row[1]} | " not in listed] == []
