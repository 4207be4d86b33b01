"""Names go into sidecars and come back, also into a new catalog, from the command line."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop_app.cli import run
from desktop_app.settings.places import resources
from tests.imaging.face_tags import layouts

OFFICE = "Official portraits/oval-office-2012.jpg"
SPEECH = "Speeches/congress-2009.jpg"

Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Two photos of one's own, beside which may be written."""
    for name in (OFFICE, SPEECH):
        copy = tmp_path / "library" / name
        copy.parent.mkdir(parents=True)
        shutil.copy(resources() / "samples" / "library" / name, copy)
    return tmp_path / "library"


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    monkeypatch.setenv("LIKENESS_HOME", str(tmp_path / "home"))

    def run_command(*words: object) -> tuple[int, dict[str, Any]]:
        code = run([*map(str, words), "--json"])
        out = capsys.readouterr().out
        return code, json.loads(out) if out.strip() else {}

    return run_command


def people(ask: Ask, *more: object) -> list[tuple[str, int]]:
    _, answer = ask("people", "list", *more)
    return [(person["name"], person["confirmed"]) for person in answer["people"]]


def test_names_go_out_and_come_back(ask: Ask, library: Path, tmp_path: Path) -> None:
    assert ask("index", library)[0] == 0
    faces = ask("people", "faces", library / OFFICE)[1]["faces"]
    face = max(faces, key=lambda one: one["bbox"][2] - one["bbox"][0])
    assert ask("people", "name", "Barack Obama", "--face", face["id"])[0] == 0

    code, answer = ask("faces", "export", "--dry-run")
    assert (code, len(answer["written"])) == (0, 1)
    assert list(library.rglob("*.xmp")) == []
    code, answer = ask("faces", "export", "--folder", library / "Speeches")
    assert (code, answer["written"]) == (0, [])
    code, answer = ask("faces", "export")
    assert (code, answer["written"]) == (0, [str(library / OFFICE) + ".xmp"])
    assert ask("faces", "export")[1]["written"] == []
    assert ask("faces", "import")[1]["known"] == 1

    new = tmp_path / "rebuilt" / "catalog"
    new.parent.mkdir()
    code, answer = ask("catalog", "rebuild-from-sidecars", new)
    assert (code, answer["named"], answer["people"]) == (0, 1, 1)
    assert people(ask, "--catalog", new) == [("Barack Obama", 1)]
    assert ask("catalog", "rebuild-from-sidecars", new)[0] == 1

    assert ask("people", "forget", "Barack Obama", "--yes")[0] == 0
    assert list(library.rglob("*.xmp")) == []


def test_names_of_another_program_are_shown_first_then_taken(ask: Ask, library: Path) -> None:
    assert ask("index", library)[0] == 0
    found = max(
        ask("people", "faces", library / SPEECH)[1]["faces"],
        key=lambda one: one["bbox"][2] - one["bbox"][0],
    )
    from PIL import Image

    from desktop_app.domain.face import BBox

    with Image.open(library / SPEECH) as image:
        width, height = image.size
    left, top, right, bottom = found["bbox"]
    box = BBox(left / width, top / height, right / width, bottom / height)
    ini = library / "Speeches" / ".picasa.ini"
    ini.write_bytes(layouts.picasa("Congress-2009.JPG", [("Барак Обама", box)]))
    (library / f"{OFFICE}.xmp").write_bytes(b"<broken")

    code, answer = ask("faces", "import", "--dry-run", library / SPEECH)
    assert (code, answer["confirmed"], answer["problems"]) == (0, 1, [])
    assert people(ask) == []
    code, answer = ask("faces", "import")
    assert (code, answer["confirmed"], answer["drawn"]) == (0, 1, 0)
    assert "damaged" in answer["problems"][0]["words"]
    assert people(ask) == [("Барак Обама", 1)]
    code, answer = ask("faces", "export", library / OFFICE, library / SPEECH)
    assert (code, len(answer["written"])) == (0, 1)
    assert ask("people", "undo")[0] == 0
    assert people(ask) == []


def test_what_is_not_in_the_library_is_said(ask: Ask, library: Path, tmp_path: Path) -> None:
    assert ask("index", library / "Speeches")[0] == 0
    for wrong in (("--folder", tmp_path / "home"), (tmp_path / "nowhere.jpg",)):
        code, answer = ask("faces", "import", *wrong)
        assert code == 1
        assert "likeness index" in answer["error"]
    code, answer = ask("faces", "import", "--contacts", library / SPEECH)
    assert (code, "contacts.xml" in answer["error"]) == (1, True)
    assert ask("faces")[0] == 2
