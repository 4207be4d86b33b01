"""Restoring on the command line: odd files, several faces, and what is refused before the work."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from desktop_app.cli import run
from desktop_app.domain.names_like import names_like
from desktop_app.domain.photo import ColourMode
from desktop_app.imaging.source import decode_source
from desktop_app.settings.places import resources
from tests.imaging.test_export_words import exiftool

LIBRARY = resources() / "samples" / "library"
PRINT = LIBRARY / "Old prints/blue-room-print.jpg"
SPEECH = LIBRARY / "Speeches/congress-2009.jpg"
OFFICE = LIBRARY / "Official portraits/oval-office-2012.jpg"

Restore = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def restore(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Restore:
    monkeypatch.setenv("LIKENESS_HOME", str(tmp_path / "home"))

    def run_restore(*words: object) -> tuple[int, dict[str, Any]]:
        code = run(["restore", *map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run_restore


def test_a_scan_of_16_bits_stays_one_outside_the_face(restore: Restore, tmp_path: Path) -> None:
    deep = np.asarray(Image.open(PRINT).convert("RGB")).astype(np.uint16) * 257
    tifffile.imwrite(tmp_path / "scan.tif", deep, photometric="rgb")
    out = tmp_path / "out.tif"
    code, answer = restore(tmp_path / "scan.tif", "--reference", SPEECH, "--out", out)
    assert code == 0, answer
    assert answer["lossless"]
    assert answer["writing"].endswith("every sample is as in the source.")
    after = tifffile.imread(out)
    assert after.dtype == np.uint16
    changed = np.argwhere((after != deep).any(axis=2))
    assert 0 < len(changed) < 0.4 * deep[..., 0].size
    facts = exiftool(out)
    (note,) = facts["XMP-likeness:Restorations"]
    hashed = hashlib.sha256(SPEECH.read_bytes()).hexdigest()
    assert note["ReferenceSHA256"] == [hashed]
    assert facts["XMP-likeness:SourceSHA256"] == (
        hashlib.sha256((tmp_path / "scan.tif").read_bytes()).hexdigest()
    )


def test_inks_stay_inks_in_tiff_and_are_said_to_be_converted_in_png(
    restore: Restore, tmp_path: Path
) -> None:
    Image.open(PRINT).convert("CMYK").save(tmp_path / "inks.tif")
    code, _ = restore(tmp_path / "inks.tif", "--out", tmp_path / "out.tif")
    assert code == 0
    assert decode_source(tmp_path / "out.tif").mode is ColourMode.CMYK
    code, answer = restore(tmp_path / "inks.tif", "--out", tmp_path / "out.png")
    assert code == 0
    assert answer["writing"] == "The inks of the whole picture were converted to sRGB."


def test_of_two_faces_each_is_told_with_its_likeness(restore: Restore, tmp_path: Path) -> None:
    old = Image.open(PRINT).convert("RGB")
    both = Image.new("RGB", (2 * old.width, old.height))
    both.paste(old, (0, 0))
    both.paste(Image.open(OFFICE).convert("RGB").resize(old.size), (old.width, 0))
    both.save(tmp_path / "two.png")
    wanted = (tmp_path / "two.png", "--reference", SPEECH, "--out", tmp_path / "out.png")
    code, answer = restore(*wanted)
    assert (code, answer["kind"]) == (1, "BadRequest")
    assert "two.png has 2 faces. Say which one with --face: 1 (" in answer["error"]
    assert answer["error"].count("likeness to the references 0.") == 2
    code, answer = restore(*wanted, "--face", 2)
    assert code == 0
    assert answer["bbox"][2] < old.width


def test_nothing_given_is_ever_written(restore: Restore, tmp_path: Path) -> None:
    mine = tmp_path / "mine.jpg"
    mine.write_bytes(SPEECH.read_bytes())
    (tmp_path / "link.jpg").symlink_to(mine)
    for out in (mine, tmp_path / "link.jpg"):
        code, answer = restore(PRINT, "--reference", mine, "--out", out, "--overwrite")
        assert (code, answer["kind"]) == (1, "NameTaken")
    assert mine.read_bytes() == SPEECH.read_bytes()


def test_a_photo_of_the_library_is_not_replaced_by_a_result(
    restore: Restore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "album").mkdir()
    other = tmp_path / "album" / "other.jpg"
    other.write_bytes(SPEECH.read_bytes())
    assert run(["index", str(tmp_path / "album")]) == 0
    capsys.readouterr()
    code, answer = restore(PRINT, "--reference", OFFICE, "--out", other, "--overwrite")
    assert (code, answer["kind"]) == (1, "NameTaken")
    assert "photo of your library" in answer["error"]
    assert other.read_bytes() == SPEECH.read_bytes()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("{empty}", "--out", "{out}"), "No face was found in empty.png"),
        (("{broken}", "--out", "{out}"), "broken.jpg is damaged"),
        (("{print}", "--reference", "{empty}", "--out", "{out}"), "No face was found in the ref"),
        (("{print}", "--face", "3", "--out", "{out}"), "has no face 3: it has one"),
        (("{print}", "--reference", "{empty}", "--person", "A", "--out", "{out}"), "not both"),
        (("{print}", "{print}", "--out", "{out}"), "One photo at a time"),
        (("{folder}", "--out", "{out}"), "is a folder, not a photo"),
        (("--drafts",), "Name the photos"),
        (("--drafts", "{print}", "--out", "{out}"), "Drafts are kept in the catalog"),
        (("{print}", "--out", "{out}", "--private-key", "x"), "name both"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_no_file(
    restore: Restore, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    Image.new("RGB", (320, 240), (90, 120, 90)).save(tmp_path / "empty.png")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 nothing")
    out = tmp_path / "out.png"
    places = {"empty": tmp_path / "empty.png", "broken": tmp_path / "broken.jpg", "out": out}
    places |= {"print": PRINT, "folder": tmp_path}
    code, answer = restore(*[word.format(**places) for word in words])
    assert code == 1
    assert sentence in answer["error"]
    assert "\n" not in answer["error"]
    assert not out.exists()


def test_a_name_that_is_nearly_right_is_recognised() -> None:
    known = ["Ann Lee", "Åse Müller", "Barack Obama"]
    assert names_like("barak obama", known) == " Did you mean Barack Obama?"
    assert names_like("Ase Muller", known) == " Did you mean Åse Müller?"
    assert names_like("Ann", known) == " Did you mean Ann Lee?"
    assert names_like("Zacharias", known) == ""
    assert names_like("", known) == ""
