"""Exports and presets on the command line: what is written, what is refused, in which words."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from desktop_app.catalog.catalog import Catalog
from desktop_app.cli import run
from desktop_app.domain.restoration import RestorationState
from desktop_app.settings.export_presets import load_presets
from desktop_app.settings.places import places
from tests.imaging.test_export_words import exiftool
from tests.ui.painting import Library, paint_library
from tests.ui.restored import keep_result

Ask = Callable[..., tuple[int, dict[str, Any]]]


@dataclass
class Shelf:
    """A painted library with one accepted result, and a place to write to."""

    home: Path
    photo: Path
    other: Path
    out: Path
    result: int


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    home = tmp_path / "home"
    monkeypatch.setenv("LIKENESS_HOME", str(home))
    catalog_path = places(home).catalog
    catalog_path.parent.mkdir(parents=True)
    with Catalog.open(catalog_path) as catalog:
        library: Library = paint_library(catalog, tmp_path / "photos")
        anna = catalog.people.add("Anna Lee")
        catalog.faces.confirm(library.faces[0], anna)
        result = keep_result(catalog, library.faces[0][0], anna, library.faces[0][2:5])
        catalog.restorations.set_state(result, RestorationState.ACCEPTED)
        keep_result(catalog, library.faces[0][1], anna, library.faces[0][2:5])
        photo, other = (Path(catalog.photos.get(i).path) for i in library.photos[:2])
    out = tmp_path / "out"
    out.mkdir()
    return Shelf(home, photo, other, out, result)


@pytest.fixture
def ask(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> Ask:
    def run_command(*words: object) -> tuple[int, dict[str, Any]]:
        code = run([*map(str, words), "--json"])
        out = capsys.readouterr().out
        return code, json.loads(out) if out.strip() else {}

    return run_command


def test_mark_page_and_caption_are_written(ask: Ask, shelf: Shelf) -> None:
    path = shelf.out / "a.jpg"
    wishes = ("--mark", "caption", "--page", "pdf", "--caption", "Anna at the sea, about 1952")
    code, answer = ask("export", shelf.photo, "--out", path, *wishes)
    assert code == 0, answer
    page = shelf.out / "a before and after.pdf"
    assert answer["pages"] == [str(page)]
    assert page.read_bytes().startswith(b"%PDF")
    assert not answer["lossless"]
    with Image.open(path) as image, Image.open(shelf.photo) as original:
        assert image.width == original.width
        assert image.height > original.height  # the caption stands below
    assert exiftool(path)["XMP-dc:Description"] == "Anna at the sea, about 1952"


def test_a_corner_mark_and_a_page_as_a_picture_with_its_label(ask: Ask, shelf: Shelf) -> None:
    path = shelf.out / "a.png"
    code, _ = ask("export", shelf.photo, "--out", path, "--mark", "corner", "--page", "jpg")
    assert code == 0
    with Image.open(path) as image, Image.open(shelf.photo) as original:
        assert image.size == original.size
    facts = exiftool(shelf.out / "a before and after.jpg")
    assert facts["XMP-iptcExt:DigitalSourceType"].endswith("compositeWithTrainedAlgorithmicMedia")


def test_a_caption_without_words_says_what_was_done(ask: Ask, shelf: Shelf) -> None:
    assert ask("export", shelf.photo, "--caption", "--out", shelf.out / "a.tif")[0] == 0
    said = exiftool(shelf.out / "a.tif")["XMP-dc:Description"]
    assert said.startswith("The face of Anna Lee was restored by a trained model")
    assert said.endswith("An illustration, not evidence of how the face looked.")


def test_a_preset_is_kept_listed_used_and_removed(ask: Ask, shelf: Shelf) -> None:
    wishes = ("--format", "webp", "--quality", 70, "--remove-place", "--mark", "corner")
    assert ask("presets", "save", "For Grandma", *wishes)[0] == 0
    (kept,) = load_presets(places(shelf.home).export_presets)
    assert (kept.name, kept.file_format, kept.quality) == ("For Grandma", "webp", 70)
    if os.name != "nt":
        assert places(shelf.home).export_presets.stat().st_mode & 0o777 == 0o600
    _, answer = ask("presets", "list")
    assert [p["name"] for p in answer["presets"]] == ["archive", "family", "web", "For Grandma"]
    folder = shelf.out / "new"
    code, answer = ask(
        "export", "--all-of", "anna lee", "--folder", folder, "--preset", "for grandma"
    )
    assert code == 0, answer
    assert answer["exported"] == [str(folder / f"{shelf.photo.stem} restored.webp")]
    code, answer = ask("export", shelf.photo, "--out", shelf.out / "a.jpg", "--preset", "grandma")
    assert (code, answer["kind"]) == (1, "NotKnown")
    assert "Did you mean For Grandma?" in answer["error"]
    assert ask("presets", "save", "Archive")[0] == 1
    assert ask("presets", "remove", "web")[0] == 1
    assert ask("presets", "remove", "FOR GRANDMA")[0] == 0
    assert load_presets(places(shelf.home).export_presets) == ()


def test_a_preset_file_that_was_tampered_with_loses_only_what_is_wrong(
    ask: Ask, shelf: Shelf
) -> None:
    assert ask("presets", "save", "Sound", "--format", "png", "--bit-depth", 16)[0] == 0
    path = places(shelf.home).export_presets
    kept = json.loads(path.read_text())
    wrong: list[Any] = [
        {"name": "a", "quality": 999},
        {"name": "b", "file_format": "exe"},
        {"name": "c", "file_format": "jpeg", "bit_depth": 16},
        {"name": "archive"},
        7,
    ]
    newer = {"name": "of a newer version", "unknown": 1}
    path.write_text(json.dumps([*wrong, *kept, newer]))
    assert [preset.name for preset in load_presets(path)] == ["Sound", newer["name"]]
    path.write_text("{")
    assert load_presets(path) == ()


def test_a_taken_name_is_kept_numbered_left_out_or_replaced(ask: Ask, shelf: Shelf) -> None:
    path = shelf.out / "a.jpg"
    path.write_bytes(b"mine")
    code, answer = ask("export", shelf.photo, "--out", path)
    assert (code, answer["failed"][0]["kind"]) == (1, "NameTaken")
    code, answer = ask("export", shelf.photo, "--out", path, "--if-taken", "skip")
    assert (code, answer["skipped"]) == (0, [str(path)])
    code, answer = ask("export", shelf.photo, "--out", path, "--if-taken", "keep-both")
    assert answer["exported"] == [str(shelf.out / "a 2.jpg")]
    assert path.read_bytes() == b"mine"
    assert ask("export", shelf.photo, "--out", path, "--if-taken", "replace")[0] == 0
    assert path.read_bytes()[:2] == b"\xff\xd8"


def test_no_photo_of_the_library_is_ever_replaced(ask: Ask, shelf: Shelf) -> None:
    link, second = shelf.out / "link.jpg", shelf.out / "second.jpg"
    link.symlink_to(shelf.other)
    os.link(shelf.other, second)
    before = shelf.other.read_bytes()
    for path in (shelf.photo, shelf.other, link, second):
        code, answer = ask("export", shelf.photo, "--out", path, "--overwrite")
        assert (code, answer["failed"][0]["kind"]) == (1, "NameTaken"), path
    assert shelf.other.read_bytes() == before
    assert sorted(file.name for file in shelf.out.iterdir()) == ["link.jpg", "second.jpg"]


def test_an_export_of_ours_in_the_library_can_be_replaced(ask: Ask, shelf: Shelf) -> None:
    path = shelf.photo.with_name("restored.jpg")
    assert ask("export", shelf.photo, "--out", path)[0] == 0
    assert ask("index", shelf.photo.parent)[0] == 0
    assert ask("export", shelf.photo, "--out", path, "--overwrite")[0] == 0


@pytest.mark.parametrize(
    ("words", "code", "kind", "sentence"),
    [
        (("--out", "{out}/a.gif"), 1, "BadRequest", "Choose a name that ends so"),
        (("--out", "{out}/no/a.png"), 1, "FileVanished", "folder"),
        (("--out", "{out}/a.jpg", "--bit-depth", "16"), 1, "BadRequest", "16 bits"),
        (("--out", "{out}/a.jpg", "--preset", "archive"), 1, "BadRequest", "ends otherwise"),
        (("--out", "{out}/a.jpg", "--certificate", "x"), 1, "BadRequest", "name both"),
        (("--out", "{out}/a.jpg", "--quality", "101"), 2, "Misused", "from 1 to 100"),
        ((), 1, "BadRequest", "Say where to write"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_work(
    ask: Ask, shelf: Shelf, words: tuple[str, ...], code: int, kind: str, sentence: str
) -> None:
    asked = [word.format(out=shelf.out) for word in words]
    got, answer = ask("export", shelf.photo, *asked)
    told = answer if "error" in answer else {"error": answer["failed"][0]["reason"]}
    told.setdefault("kind", answer.get("failed", [{}])[0].get("kind") if "failed" in answer else "")
    assert (got, told["kind"]) == (code, kind)
    assert sentence in told["error"]
    assert list(shelf.out.iterdir()) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_named(ask: Ask, shelf: Shelf) -> None:
    shelf.out.chmod(0o500)
    code, answer = ask("export", shelf.photo, "--out", shelf.out / "a.png")
    shelf.out.chmod(0o700)
    assert (code, answer["failed"][0]["kind"]) == (1, "NotPermitted")


def test_a_photo_without_an_accepted_result_says_how_to_get_one(ask: Ask, shelf: Shelf) -> None:
    code, answer = ask("export", shelf.other, "--out", shelf.out / "a.png")
    assert code == 1
    assert "likeness results list" in answer["error"]
    code, answer = ask("export", shelf.out / "nothing.jpg", "--out", shelf.out / "a.png")
    assert "There is no file" in answer["error"]


def test_an_export_is_signed_with_the_certificate_of_the_settings(ask: Ask, shelf: Shelf) -> None:
    c2pa = pytest.importorskip("c2pa", reason="the extra `provenance` is not installed")
    from desktop_app.imaging.sign import SETTINGS
    from tests.imaging.certificates import make_credential

    files = make_credential(shelf.home / "mine")
    kept = {"certificate": str(files.certificates), "private_key": str(files.private_key)}
    places(shelf.home).settings.write_text(json.dumps(kept))
    code, answer = ask("export", shelf.photo, "--out", shelf.out / "a.jpg")
    assert code == 0, answer
    assert answer["signed"]["by"] == "Ann Lee"
    assert answer["signed"]["self_signed"]
    with c2pa.Context.from_dict(SETTINGS) as context:
        reader = c2pa.Reader(str(shelf.out / "a.jpg"), context=context)
        assert reader.get_validation_state() == "Valid"
    code, answer = ask("export", shelf.photo, "--out", shelf.out / "b.jpg", "--unsigned")
    assert answer["signed"] is None
    files.private_key.unlink()
    code, answer = ask("export", shelf.photo, "--out", shelf.out / "c.jpg")
    assert (code, answer["kind"]) == (1, "CannotSign")
    assert not (shelf.out / "c.jpg").exists()
    secret = b"PRIVATE KEY"
    assert not any(secret in file.read_bytes() for file in shelf.home.rglob("data/*"))


def test_results_show_the_whole_recipe(ask: Ask, shelf: Shelf) -> None:
    code, answer = ask("results", "show", shelf.result, "--picture", shelf.out / "seen.png")
    assert code == 0, answer
    assert answer["model_hash"] == "ab" * 32
    assert (answer["seed"], answer["strength"], answer["device"]) == (0, 1.0, "cpu")
    assert len(answer["reference_files"]) == 3
    assert all(len(hashed) == 64 for hashed in answer["reference_sha256"])
    assert answer["likeness"]["after"] == 0.68
    assert (shelf.out / "seen.png").is_file()
    assert ask("results", "list", "--state", "accepted")[1]["results"][0]["id"] == shelf.result
    assert ask("results", "show", 999)[1]["kind"] == "NotKnown"


def test_drafts_are_judged_a_letter_each(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.StringIO("?\ny\n"))
    assert run(["results", "review", "--pictures", str(shelf.out)]) == 0
    said = capsys.readouterr().out
    assert "One draft waits." in said
    assert "Anna Lee" in said
    assert "1 decided." in said
    assert len(list(shelf.out.glob("draft *.png"))) == 1
    with Catalog.open(places(shelf.home).catalog, read_only=True) as catalog:
        assert len(catalog.restorations.ids(state=RestorationState.ACCEPTED)) == 2
