"""The command line does every step, answers in JSON, and fails in one sentence."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from desktop_app.cli import run
from desktop_app.settings.places import resources

LIBRARY = resources() / "samples" / "library"
PRINT = "Old prints/blue-room-print.jpg"
OFFICE = "Official portraits/oval-office-2012.jpg"
SPEECH = "Speeches/congress-2009.jpg"

Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def ask(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Runs a command with --json; its exit code and its answer."""
    monkeypatch.setenv("LIKENESS_HOME", str(home))

    def run_command(*words: object) -> tuple[int, dict[str, Any]]:
        code = run([*map(str, words), "--json"])
        out = capsys.readouterr().out
        return code, json.loads(out) if out.strip() else {}

    return run_command


def _face(ask: Ask, name: str) -> dict[str, Any]:
    code, answer = ask("people", "faces", LIBRARY / name)
    assert code == 0
    face: dict[str, Any] = max(answer["faces"], key=lambda f: f["bbox"][2] - f["bbox"][0])
    return face


def test_a_library_is_indexed_named_restored_and_exported(
    ask: Ask, tmp_path: Path, home: Path
) -> None:
    code, answer = ask("index", LIBRARY)
    assert code == 0
    assert answer["photos"] == 5
    assert answer["failed"] == []

    office = _face(ask, OFFICE)
    assert ask("people", "name", "Barack Obama", "--face", office["id"], "--born", 1961)[0] == 0
    speech = _face(ask, SPEECH)
    assert (speech["name"], speech["status"]) == ("Barack Obama", "suggested")
    assert ask("people", "confirm", "Barack Obama")[0] == 0
    old_print = _face(ask, PRINT)
    assert ask("people", "name", "Barack Obama", "--face", old_print["id"])[0] == 0
    _, answer = ask("people", "list")
    assert answer["people"][0]["born"] == 1961
    assert answer["people"][0]["confirmed"] == 3

    out = tmp_path / "restored.png"
    code, answer = ask("restore", LIBRARY / PRINT, "--person", "Barack Obama", "--out", out)
    assert code == 0, answer
    assert answer["references"] == 2
    assert answer["engine"] == "compact"
    assert out.stat().st_size > 10_000

    code, answer = ask("restore", "--all-of", "Barack Obama")
    assert code == 0, answer
    assert len(answer["drafts"]) == 1  # the print; two photos are sharp already
    assert len(answer["left_alone"]) == 2
    of_print = next(
        r for r in ask("results", "list")[1]["results"] if r["photo"] == str(LIBRARY / PRINT)
    )
    assert of_print["state"] == "draft"
    assert ask("export", LIBRARY / PRINT, "--out", tmp_path / "early.jpg")[0] == 1
    assert ask("results", "accept", of_print["id"])[0] == 0
    code, answer = ask("export", LIBRARY / PRINT, "--out", tmp_path / "export.jpg")
    assert code == 0, answer
    code, answer = ask("export", LIBRARY / PRINT, "--out", tmp_path / "export.jpg")
    assert code == 1
    assert "there already" in answer["failed"][0]["reason"]
    code, answer = ask("export", "--all-of", "Barack Obama", "--folder", tmp_path / "all")
    assert len(answer["exported"]) == 1

    assert ask("catalog", "check") == (0, {"problems": []})
    assert ask("people", "forget", "Barack Obama")[0] == 1
    assert ask("people", "forget", "Barack Obama", "--yes")[0] == 0
    assert ask("people", "list")[1]["people"] == []


def test_a_plain_file_is_restored_with_plain_references(ask: Ask, tmp_path: Path) -> None:
    out = tmp_path / "restored.tif"
    code, answer = ask(
        "restore",
        LIBRARY / PRINT,
        *("--reference", LIBRARY / OFFICE, "--reference", LIBRARY / SPEECH),
        *("--face", 1, "--seed", 3, "--out", out),
    )
    assert code == 0, answer
    assert answer["references"] == 2
    assert answer["likeness"]["faces"] == 2
    assert not answer["sharp_already"]
    again = tmp_path / "again.tif"
    ask(
        "restore",
        LIBRARY / PRINT,
        *("--reference", LIBRARY / OFFICE, "--reference", LIBRARY / SPEECH),
        *("--face", 1, "--seed", 3, "--out", again),
    )
    from tifffile import imread

    assert (imread(out) == imread(again)).all()


def test_a_quick_index_leaves_the_closer_look_for_later(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIKENESS_HOME", str(tmp_path / "home"))  # a library of its own
    large = Image.open(LIBRARY / OFFICE).convert("RGB").resize((2400, 3000))
    (tmp_path / "large").mkdir()
    large.save(tmp_path / "large" / "photo.jpg")
    _, answer = ask("index", tmp_path / "large", "--quick")
    assert (answer["faces"], answer["closer_looks_left"]) == (1, 1)
    _, answer = ask("index")
    assert (answer["faces"], answer["closer_looks_left"]) == (1, 0)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("restore", "nowhere.jpg", "--out", "x.png"), "nowhere.jpg"),
        (("restore", LIBRARY / PRINT, "--out", "picture.doc"), "Choose a name that ends so"),
        (("restore", LIBRARY / PRINT), "where to write"),
        (("restore", LIBRARY / PRINT, "--out", f"{'x' * 300}.png"), "no name that a file can have"),
        (("restore", "/", "--out", "x.png"), "/ is a folder, not a photo"),
        (("restore", LIBRARY / PRINT, "--engine", "instant-restore", "--out", "x.png"), "install"),
        (("index", "no-such-folder"), "no folder"),
        (("people", "name", "Somebody"), "which faces"),
        (("people", "name", " ", "--face", "1"), "name is needed"),
        (("models", "verify", "no-such-model"), "no-such-model"),
        (("models", "install", "instant-restore"), "say --accept-licence"),
        (("models", "install", "insightface-pack", "--accept-licence"), "Give its file"),
        (("models", "install", "taesd", "--from", "nowhere.safetensors"), "no file"),
        (("people", "forget-all"), "Add --yes"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    ask: Ask, words: tuple[object, ...], sentence: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    code, answer = ask(*words)
    assert code == 1
    assert sentence in answer["error"]
    assert "Traceback" not in answer["error"]
    assert list(tmp_path.iterdir()) == []


def test_a_person_whom_nobody_named_is_said_with_and_without_a_catalog(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIKENESS_HOME", str(tmp_path / "home"))  # a library of its own
    wish = ("restore", LIBRARY / PRINT, "--person", "Nobody", "--out", tmp_path / "x.png")
    code, answer = ask(*wish)
    assert (code, answer["kind"]) == (1, "FileVanished")
    assert "There is no catalog yet" in answer["error"]
    (tmp_path / "photos").mkdir()
    assert ask("index", tmp_path / "photos")[0] == 0
    code, answer = ask(*wish)
    assert code == 1
    assert "Nobody" in answer["error"]
    assert not (tmp_path / "x.png").exists()


def test_wrong_arguments_are_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in ("101", "much"):
        assert run(["restore", "--strength", wrong]) == 2
        assert "a whole number from 0 to 100" in capsys.readouterr().err
        assert run(["restore", "--json", "--strength", wrong]) == 2
        answer = json.loads(capsys.readouterr().out)
        assert (answer["kind"], "whole number" in answer["error"]) == ("Misused", True)
    assert run(["nonsense"]) == 2
    assert run(["--version"]) == 0


@pytest.mark.parametrize(
    "words",
    [
        ("people", "name", "Ann", "--face", "1", "--born", "61"),
        ("people", "name", "Ann", "--face", "1", "--born", "9" * 30),
        ("people", "name", "Ann", "--face", "9" * 30),
        ("people", "years", "Ann", "--died", "-1"),
        ("photos", "list", "--from", "9" * 30),
        ("results", "show", "9" * 30),
        ("results", "accept", "-3"),
        ("restore", "--all-of", "Ann", "--seed", "9" * 30),
    ],
)
def test_numbers_that_nobody_can_mean_are_misuse(ask: Ask, words: tuple[str, ...]) -> None:
    code, answer = ask(*words)
    assert (code, answer["kind"]) == (2, "Misused")
    assert "number" in answer["error"]


@pytest.mark.skipif(os.name == "nt", reason="a pipe breaks otherwise there")
def test_whoever_has_read_enough_ends_the_command_quietly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "desktop_app", "models", "list"]
    readable, writable = os.pipe()
    os.close(readable)
    run = subprocess.run(
        command,
        stdout=writable,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LIKENESS_HOME": str(tmp_path)},
        check=False,
    )
    os.close(writable)
    assert (run.returncode, run.stderr) == (130, "")


def test_the_models_say_their_terms(ask: Ask) -> None:
    code, answer = ask("models", "list")
    assert code == 0
    assert {"yunet", "fr_feature", "compact", "instant-restore"} <= {
        m["id"] for m in answer["models"]
    }
    assert all(m["licence"] for m in answer["models"])
    assert ask("models", "verify")[0] == 0


def test_the_doctor_finds_nothing_bad_and_loads_no_window(tmp_path: Path) -> None:
    program = (
        "import sys; from desktop_app.__main__ import main; code = main(['doctor', '--json']);"
        "print(sorted(m for m in ('PySide6', 'torch', 'diffusers') if m in sys.modules),"
        " file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={"LIKENESS_HOME": str(tmp_path), "PATH": "", "PYTHONPATH": str(Path.cwd())},
        check=False,
    )
    assert done.stderr.strip().endswith("[]"), done.stderr
    findings = json.loads(done.stdout)["findings"]
    assert [f for f in findings if f["verdict"] == "bad"] == []
    assert done.returncode == 0


def test_the_demo_finds_every_face_and_every_person(ask: Ask, tmp_path: Path) -> None:
    code, answer = ask("demo", "--folder", tmp_path / "demo")
    assert code == 0, answer
    assert answer["faces_found"] == answer["faces_expected"] == 5
    assert answer["people_right"] == 5
    assert answer["psnr_after"] > answer["psnr_before"] + 0.3
    assert answer["likeness_after"] > answer["likeness_before"]
    for name in ("picture", "export", "catalog"):
        assert Path(answer[name]).is_file()
    shutil.rmtree(tmp_path / "demo")
