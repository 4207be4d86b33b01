"""Finding photos: what is taken, what is left out, what a vanished drive means."""

import os
from pathlib import Path

import pytest

from desktop_app.domain.errors import FileVanished
from desktop_app.domain.progress import Cancelled, Progress, silent
from desktop_app.imaging.formats import FileFormat, is_photo_name, recognise
from desktop_app.imaging.scan import scan_folder


def _touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def _found(root: Path) -> list[bytes]:
    return [found.relative for found in scan_folder(root, silent)]


def test_photos_are_found_in_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b/2.JPG", "a.jpg", "b/1.tiff", "c.heic", "b/deep/er/x.NEF", "notes.txt", "jpg"):
        _touch(tmp_path / name)
    assert _found(tmp_path) == [
        b"a.jpg",
        b"c.heic",
        b"b/1.tiff",
        b"b/2.JPG",
        b"b/deep/er/x.NEF",
    ]


def test_size_time_and_path_are_those_of_the_file(tmp_path: Path) -> None:
    path = _touch(tmp_path / "sub" / "photo.png")
    (found,) = scan_folder(tmp_path, silent)
    assert found.path == str(path)
    assert found.size == 1
    assert found.mtime_ns == path.stat().st_mtime_ns


def test_hidden_and_foreign_folders_are_left_out(tmp_path: Path) -> None:
    for name in (".hidden/a.jpg", "._b.jpg", "@eaDir/c.jpg", "$RECYCLE.BIN/d.jpg", "e.jpg"):
        _touch(tmp_path / name)
    assert _found(tmp_path) == [b"e.jpg"]


def test_links_and_special_files_are_left_out(tmp_path: Path) -> None:
    _touch(tmp_path / "in" / "a.jpg")
    outside = _touch(tmp_path / "outside" / "secret.jpg")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "out").symlink_to(outside.parent)
    (tmp_path / "in" / "link.jpg").symlink_to(outside)
    os.mkfifo(tmp_path / "in" / "pipe.jpg")
    (tmp_path / "in" / "folder.jpg").mkdir()
    assert _found(tmp_path / "in") == [b"a.jpg"]


def test_names_that_are_no_text_come_back_as_their_bytes(tmp_path: Path) -> None:
    names = [b"latin \xe9\xff.jpg", "日本.jpg".encode(), b"new\nline.jpg", b"a" * 240 + b".jpg"]
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"x")
    found = list(scan_folder(tmp_path, silent))
    assert sorted(f.relative for f in found) == sorted(names)
    assert all(Path(f.path).read_bytes() == b"x" for f in found)


def test_a_folder_that_is_gone_is_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(FileVanished, match="album"):
        list(scan_folder(tmp_path / "album", silent))


def test_a_folder_that_goes_while_it_is_read_is_told(tmp_path: Path) -> None:
    root = tmp_path / "drive"
    _touch(root / "a.jpg")
    _touch(root / "z" / "b.jpg")
    walk = scan_folder(root, silent)
    next(walk)
    root.rename(tmp_path / "unplugged")
    with pytest.raises(FileVanished):
        list(walk)


def test_a_folder_inside_that_vanishes_is_passed_over(tmp_path: Path) -> None:
    _touch(tmp_path / "a.jpg")
    inner = _touch(tmp_path / "z" / "b.jpg")
    walk = scan_folder(tmp_path, silent)
    next(walk)
    inner.unlink()
    inner.parent.rmdir()
    assert list(walk) == []


def test_folders_that_may_not_be_read_are_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _touch(tmp_path / "shut" / "a.jpg")
    _touch(tmp_path / "vanished" / "b.jpg")
    listed = os.scandir
    refusals = {"shut": PermissionError(13, "denied"), "vanished": FileNotFoundError(2, "gone")}

    def scandir(folder: Path) -> object:
        if folder.name in refusals:
            raise refusals[folder.name]
        return listed(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    unreadable: list[bytes] = []
    assert list(scan_folder(tmp_path, silent, unreadable)) == []
    assert unreadable == [b"shut"]


def test_a_scan_can_be_stopped(tmp_path: Path) -> None:
    _touch(tmp_path / "a.jpg")

    def stop(progress: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        list(scan_folder(tmp_path, stop))


def test_a_very_deep_folder_is_walked(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 300)
    _touch(deep / "a.jpg")
    assert len(_found(tmp_path)) == 1


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"\xff\xd8\xff\xe0", "a.png", FileFormat.JPEG),
        (b"II*\0", "a.tif", FileFormat.TIFF),
        (b"II*\0", "a.DNG", FileFormat.RAW),
        (b"\0\0\0\x18ftypheic", "a.jpg", FileFormat.HEIF),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif", "a.heic", FileFormat.AVIF),
        (b"\0\0\0\x18ftypcrx ", "a.cr3", FileFormat.RAW),
        (b"<svg", "a.jpg", None),
        (b"%PDF", "a.tif", None),
    ],
)
def test_files_are_known_by_their_first_bytes(
    head: bytes, name: str, expected: FileFormat | None
) -> None:
    assert recognise(head, name) is expected


def test_a_suffix_alone_is_no_photo() -> None:
    assert not is_photo_name(".jpg")
    assert not is_photo_name("jpg")
    assert is_photo_name("a.b.JpEg")
