"""The large engine's packages are added whole or not at all, and taken away without a trace."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.domain.errors import BadRequest, DiskFull, FileVanished, ModelRefused
from desktop_app.domain.progress import Cancelled, Progress, silent
from desktop_app.operations import install_engine as wish
from desktop_app.operations.install_engine import (
    engine_condition,
    install_engine,
    offer_engine,
    remove_engine,
    verify_engine,
)
from desktop_app.restoration.engine_environment import torch_build
from desktop_app.restoration.engine_environment.environment import EngineState
from desktop_app.restoration.engine_environment.torch_build import (
    FoundTorch,
    TorchBuild,
    build_for_here,
    check_build,
)
from desktop_app.restoration.engine_environment.uv import why_uv_failed
from desktop_app.restoration.instant_restore.process import devices, missing_packages
from desktop_app.settings.places import Places, places
from tests.operations.tiny_index import make_index, needs_uv, use_tiny_index

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def where(tmp_path: Path) -> Places:
    return places(tmp_path / "home")


@pytest.fixture
def carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list and an index of three tiny wheels; no other index is asked."""
    return use_tiny_index(tmp_path, monkeypatch)


def _install(where: Places, carried: Path, report=silent):
    return install_engine(where, report, terms_accepted=True, build=TorchBuild.CPU, carried=carried)


def _left(where: Places) -> list[str]:
    return sorted(path.name for path in where.data.iterdir())


@needs_uv
def test_the_engine_is_added_found_whole_and_removed(where, carried):
    assert engine_condition(where).state is EngineState.MISSING
    seen: list[Progress] = []
    facts = _install(where, carried, seen.append)
    assert (facts.torch, facts.build) == ("2.13.0+cpu", "cpu")
    assert engine_condition(where).facts == facts
    assert missing_packages(where.engine_python) == ()
    assert devices(where.engine_python) == ("cpu",)  # our own code runs there, in its own process
    assert verify_engine(where, silent).state is EngineState.INSTALLED
    assert not (where.downloads / "engine").exists()
    assert _left(where) == ["engine", "engine-setup.log"]
    stages = {progress.what for progress in seen}
    assert {"Fetching packages (MB)", "Fetching torch (MB)"} <= stages
    remove_engine(where)
    assert _left(where) == []
    assert engine_condition(where).state is EngineState.MISSING


@needs_uv
def test_a_changed_file_and_another_list_are_told(where, carried):
    _install(where, carried)
    (changed,) = where.engine.rglob("torch/__init__.py")
    before = changed.read_bytes()
    changed.write_bytes(before + b"#")
    found = verify_engine(where, silent)
    assert found.state is EngineState.DAMAGED
    assert "torch/__init__.py" in found.why
    changed.write_bytes(before)
    with (carried / "packages.txt").open("a") as file:
        file.write("# newer\n")
    assert engine_condition(where).state is EngineState.OUTDATED
    assert _install(where, carried).torch == "2.13.0+cpu"  # takes the place of the one before
    assert engine_condition(where).state is EngineState.INSTALLED
    (where.engine / "bin" / "python").unlink()
    assert "Python" in engine_condition(where).why


def test_nothing_is_fetched_before_the_terms_are_accepted(where, carried, monkeypatch):
    monkeypatch.setattr(wish, "_uv", lambda *_: _NoUv())
    with pytest.raises(BadRequest, match="BSD-3-Clause"):
        install_engine(where, silent, terms_accepted=False, build=TorchBuild.CPU)
    assert not where.data.exists()


def test_too_little_room_is_said_before_anything_comes(where, carried, monkeypatch):
    monkeypatch.setattr(wish, "_uv", lambda *_: _NoUv())
    full = shutil._ntuple_diskusage(10**10, 10**10 - 10**8, 10**8)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(DiskFull, match=r"1\.2 GB and only 0\.1 GB"):
        _install(where, carried)
    assert not where.data.exists()


@needs_uv
def test_a_package_of_another_checksum_is_refused(where, carried):
    _install(where, carried)
    listed = carried / "packages.txt"
    listed.write_text(listed.read_text().replace("sha256:", "sha256:0000")[:-5] + "\n")
    with pytest.raises(ModelRefused):
        _install(where, carried)
    listed.write_text(
        f"diffusers==0.42.1 --hash=sha256:{'0' * 64}\nsafetensors==0.8.0 --hash=sha256:{'0' * 64}\n"
    )
    with pytest.raises(ModelRefused, match="checksum"):
        _install(where, carried)
    assert where.engine_python is not None  # the one of before
    assert _left(where) == ["engine", "engine-setup.log"]


@needs_uv
def test_without_a_network_it_says_so_and_leaves_nothing(where, carried, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(FileVanished, match="goes on there"):
        _install(where, carried)
    assert _left(where) == ["engine-setup.log"]


@needs_uv
def test_another_torch_than_the_one_meant_is_not_kept(where, carried, tmp_path):
    shutil.rmtree(tmp_path / "index")
    make_index(tmp_path / "index", cuda="13.0")
    with pytest.raises(ModelRefused, match=r"2\.13\.0\+cu130 for cuda; meant was 2\.13\.0 for cpu"):
        _install(where, carried)
    assert where.engine_python is None


@needs_uv
def test_a_cancelled_try_keeps_what_came_and_leaves_no_engine(where, carried):
    def stop_at_torch(progress: Progress) -> None:
        if "Fetching torch" in progress.what:
            raise Cancelled

    with pytest.raises(Cancelled):
        _install(where, carried, stop_at_torch)
    assert _left(where) == ["engine-setup.log"]
    assert offer_engine(where, silent, TorchBuild.CPU, carried).kept > 0
    _install(where, carried)
    assert engine_condition(where).state is EngineState.INSTALLED


@needs_uv
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills by a signal")
def test_a_killed_try_leaves_no_engine_and_the_next_one_is_whole(where, carried, tmp_path):
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from desktop_app.operations import install_engine as wish\n"
        "from desktop_app.restoration.engine_environment.torch_build import TorchBuild\n"
        "from desktop_app.settings.places import places\n"
        "carried = Path(sys.argv[2])\n"
        "wish._packages = lambda _=None: carried / 'packages.txt'\n"
        "def report(progress):\n"
        "    if 'Starting torch' in progress.what: os.kill(os.getpid(), signal.SIGKILL)\n"
        "wish.install_engine(places(Path(sys.argv[1])), report, terms_accepted=True,\n"
        "                    build=TorchBuild.CPU, carried=carried)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "home"), str(carried)]
    killed = subprocess.run(command, cwd=CHECKOUT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert where.engine_python is None
    assert engine_condition(where).state is EngineState.MISSING
    assert (where.data / "engine-coming").is_dir()
    _install(where, carried)
    assert _left(where) == ["engine", "engine-setup.log"]


@needs_uv
def test_two_at_once_are_refused(where, carried):
    def once_more(progress: Progress) -> None:
        if "Starting torch" in progress.what:
            with pytest.raises(BadRequest, match="already"):
                _install(where, carried)

    _install(where, carried, once_more)
    assert engine_condition(where).state is EngineState.INSTALLED


@pytest.mark.parametrize(
    ("brings", "build", "options"),
    [
        ([], TorchBuild.CPU, ["--no-deps"]),
        (["nvidia-cublas"], TorchBuild.CPU, ["--torch-backend", "cpu", "--no-deps"]),
        (["nvidia-cublas"], TorchBuild.CUDA, []),
        ([], TorchBuild.CUDA, ["--torch-backend", "auto"]),
        ([], TorchBuild.MPS, ["--no-deps"]),
    ],
)
def test_torch_comes_from_the_index_that_has_the_build_meant(brings, build, options):
    asked = []

    class _Index:
        def would_bring(self, python, wanted):
            return ["torch", *brings]

        def install(self, python, given, look):
            asked.extend(given)

    wish._install_torch(_Index(), Path("python"), build, wish._Watch(silent, 1, ()))
    assert asked == [f"torch=={torch_build.VERSION}", *options]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("error: failed to write: No space left on device (os error 28)", DiskFull),
        ("error: Hash mismatch for `torch==2.13.0`", ModelRefused),
        ("error: Failed to fetch\n Caused by: dns error: failed to lookup", FileVanished),
        ("error: No solution found when resolving dependencies", ModelRefused),
        ("", ModelRefused),
    ],
)
def test_what_uv_says_becomes_a_sentence_that_says_what_to_do(said, kind):
    error = why_uv_failed(said)
    assert type(error) is kind
    assert str(error).endswith(".")


def test_a_device_that_does_not_answer_is_refused():
    with pytest.raises(ModelRefused, match="driver"):
        check_build(FoundTorch("2.13.0+cu130", TorchBuild.CUDA, False), TorchBuild.CUDA)
    with pytest.raises(ModelRefused, match=r"meant was 2\.13\.0"):
        check_build(FoundTorch("2.12.1+cpu", TorchBuild.CPU, True), TorchBuild.CPU)
    check_build(FoundTorch("2.13.0+cpu", TorchBuild.CPU, True), TorchBuild.CPU)


@pytest.mark.parametrize(
    ("system", "driver", "build"),
    [
        ("darwin", 0, TorchBuild.MPS),
        ("linux", 0, TorchBuild.CPU),
        ("linux", 550, TorchBuild.CPU),
        ("linux", 580, TorchBuild.CUDA),
        ("win32", 590, TorchBuild.CUDA),
    ],
)
def test_the_build_follows_what_the_computer_has(monkeypatch, system, driver, build):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(torch_build.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(torch_build, "_nvidia_driver", lambda: driver)
    assert build_for_here() is build


class _NoUv:
    """Whoever starts uv before it may is found out."""

    def python_here(self) -> Path:
        return Path("python3")
