"""Setting up says in one sentence what is wrong, and costs nothing when repeated."""

import ast
import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
BOOTSTRAP = CHECKOUT / "packaging" / "bootstrap.py"
Script = Callable[[str], ModuleType]


@pytest.mark.parametrize("name", ["bootstrap.py", "find_python.py", "trouble.py"])
def test_an_old_python_can_read_the_first_files(name: str) -> None:
    source = (BOOTSTRAP.parent / name).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))


def test_help_names_both_commands() -> None:
    run = subprocess.run([sys.executable, str(BOOTSTRAP), "--help"], capture_output=True, text=True)
    assert run.returncode == 0
    assert "bootstrap.py run" in run.stdout
    assert "bootstrap.py test" in run.stdout


def test_a_wrong_command_ends_with_status_2() -> None:
    run = subprocess.run([sys.executable, str(BOOTSTRAP), "fly"], capture_output=True, text=True)
    assert run.returncode == 2


@pytest.mark.parametrize(
    ("version", "fit"), [((3, 10), False), ((3, 11), True), ((3, 14), True), ((3, 15), False)]
)
def test_pythons_3_11_to_3_14_are_fit(script: Script, version: tuple[int, int], fit: bool) -> None:
    assert script("find_python").is_fit(version) is fit


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for another Python")
def test_an_unfit_python_hands_over_to_a_fit_one(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "python3.13"
    other.write_text(
        '#!/bin/sh\nif [ "$1" = -c ]; then echo 3 13; else echo "$@" >"$0.asked"; fi\n'
    )
    other.chmod(0o755)
    bootstrap = script("bootstrap")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(bootstrap, "is_fit", lambda version: False)
    assert bootstrap.main(["run"]) == 0
    assert (tmp_path / "python3.13.asked").read_text().split() == [str(BOOTSTRAP), "run"]


def test_without_a_fit_python_one_sentence_says_which_are(
    script: Script, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bootstrap = script("bootstrap")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(bootstrap, "is_fit", lambda version: False)
    assert bootstrap.main(["test"]) == 1
    told = capsys.readouterr().err.strip()
    assert "needs 3.11 to 3.14" in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("output", "word"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "full"),
        ("Retrying ... Temporary failure in name resolution\nERROR: No matching", "reached"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "trusted"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS", "checksum"),
        ("ERROR: No matching distribution found for opencv-python-headless==5.0.0", "ready-made"),
        ("PermissionError: [Errno 13] Permission denied: 'x'", "may not be written"),
        ("ERROR: something new", "something new"),
    ],
)
def test_each_failure_of_pip_has_its_sentence(script: Script, output: str, word: str) -> None:
    told = script("trouble").why_pip_failed(output, Path("place"), Path("log"))
    assert word in told
    assert "\n" not in told


def test_an_unreachable_index_is_called_so(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = script("environment").Environment(tmp_path)
    environment.python = Path(sys.executable)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    options = ["--dry-run", "--ignore-installed", "--no-deps", "tomlkit==0.15.2"]
    with pytest.raises(script("trouble").Trouble, match="could not be reached"):
        environment.pip_install(options, "one package", 1)
    assert "tomlkit" in (tmp_path / "setup.log").read_text(encoding="utf-8")


def test_too_little_room_is_said_before_anything_is_downloaded(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = script("environment")
    usage = SimpleNamespace(free=50_000_000)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(script("trouble").Trouble, match=r"too little room: about \d+ MB"):
        module.Environment(tmp_path / ".venv").install_lists(["core.txt"])


def test_a_disk_that_fills_up_meanwhile_is_called_full(script: Script) -> None:
    told = script("trouble").why_disk_failed(OSError(errno.ENOSPC, "full", "setup.log"))
    assert "disk is full (setup.log)" in told
    assert script("trouble").why_disk_failed(OSError(errno.EIO, "broken")) is None


def test_a_python_without_ensurepip_names_the_package(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = script("environment")
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(script("trouble").Trouble, match=r"python3\.\d+-venv"):
        module.Environment(tmp_path / ".venv").make()


def test_a_folder_that_is_no_environment_is_left_alone(script: Script, tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "precious").write_text("mine")
    with pytest.raises(script("trouble").Trouble, match="move it away"):
        script("environment").Environment(tmp_path / ".venv").make()
    assert (tmp_path / ".venv" / "precious").read_text() == "mine"


def test_what_is_installed_is_not_installed_again(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = script("environment")
    asked: list[str] = []
    environment = module.Environment(tmp_path)
    monkeypatch.setattr(
        environment, "pip_install", lambda options, *rest: asked.append(options[-1])
    )
    environment.install_lists(["build.txt", "core.txt"])
    environment.install_lists(["build.txt", "core.txt"])
    assert [Path(path).name for path in asked] == ["build.txt", "core.txt"]


def test_a_changed_list_is_installed_again(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = script("environment")
    asked: list[str] = []
    environment = module.Environment(tmp_path)
    monkeypatch.setattr(
        environment, "pip_install", lambda options, *rest: asked.append(options[-1])
    )
    (tmp_path / "setup.json").write_text(json.dumps({"core.txt": "digest of an older list"}))
    environment.install_lists(["core.txt"])
    assert len(asked) == 1


def test_every_list_that_is_installed_exists(script: Script) -> None:
    module = script("environment")
    assert all((module.REQUIREMENTS / name).is_file() for name in module.LISTS)


def test_torch_is_the_version_the_project_asks_for(script: Script) -> None:
    from packaging.requirements import Requirement

    project = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    asked = Requirement(project.split('restore = ["')[1].split('"')[0])
    assert asked.specifier.contains(script("torch_build").VERSION)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system libraries of Linux")
def test_missing_qt_libraries_are_named_with_their_packages(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = script("qt_libraries")
    monkeypatch.setattr(module, "_loads", lambda soname: soname != "libEGL.so.1")
    monkeypatch.setattr(module.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(module.shutil, "which", lambda name: "/usr/bin/apt-get")
    with pytest.raises(script("trouble").Trouble, match=r"sudo apt-get install libegl1`"):
        module.provide(window=True)


def test_an_old_gpu_driver_means_the_processor(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap = script("bootstrap")
    monkeypatch.setattr(bootstrap.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: "nvidia-smi")
    for driver, usable in (("570.86.10\n", False), ("580.65.06\n", True), ("nonsense", False)):
        told = SimpleNamespace(stdout=driver)
        monkeypatch.setattr(bootstrap.subprocess, "run", lambda *a, told=told, **k: told)
        assert bootstrap.has_nvidia_gpu() is usable
