"""A file is written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from desktop_app.domain.errors import NotPermitted
from desktop_app.domain.whole_file import as_expected, sweep_unfinished, write_whole


def test_the_name_is_given_only_when_the_block_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    with write_whole(path) as file:
        file.write(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"


def test_a_failure_leaves_what_was_there_before(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(b"before")
    with pytest.raises(RuntimeError), write_whole(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_private_file_is_private(tmp_path: Path) -> None:
    with write_whole(tmp_path / "catalog", mode=0o600) as file:
        file.write(b"")
    assert stat.S_IMODE((tmp_path / "catalog").stat().st_mode) == 0o600


def test_a_disk_without_room_is_said_in_a_sentence(tmp_path: Path) -> None:
    error = as_expected(OSError(28, os.strerror(28)), tmp_path / "photo.png")
    assert "disk is full" in str(error)
    assert "photo.png" in str(error)


def test_a_folder_that_may_not_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotPermitted, match="another folder"), write_whole(tmp_path / "x"):
        raise PermissionError(13, "denied")


@pytest.mark.skipif(os.name == "nt", reason="folders cannot be flushed there")
def test_bytes_are_on_the_disk_before_their_name_and_the_name_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[tuple[bool, bool]] = []  # of a folder? was the name there already?
    path = tmp_path / "photo.png"
    flush = os.fsync

    def note(descriptor: int) -> None:
        flushed.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), path.exists()))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    with write_whole(path) as file:
        file.write(b"whole")
    assert flushed == [(False, False), (True, True)]
    flushed.clear()
    with write_whole(tmp_path / "thumbnail.jpg", durable=False) as file:
        file.write(b"whole")
    assert flushed == []


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed there")
def test_what_is_still_being_written_is_not_swept_away(tmp_path: Path) -> None:
    import fcntl

    working, left, theirs = (
        tmp_path / name
        for name in (".likeness-abcdefgh", ".likeness-12345678", ".likeness-holiday.jpg")
    )
    for path in (working, left, theirs):
        path.write_bytes(b"half")
    with working.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert sweep_unfinished(tmp_path) == 1
        assert sorted(tmp_path.iterdir()) == sorted([working, theirs])
    assert sweep_unfinished(tmp_path) == 1
    assert sweep_unfinished(tmp_path / "nowhere") == 0
    assert list(tmp_path.iterdir()) == [theirs]
