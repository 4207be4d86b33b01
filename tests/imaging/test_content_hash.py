"""A photo is named by its bytes, also one that grows while it is read."""

import hashlib
import os
from pathlib import Path

import pytest

from desktop_app.imaging.content_hash import content_hash, hold_photo


def test_held_and_read_in_pieces_are_one_name(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"a photo" * 100_000)
    held = hold_photo(path, 10**6)
    assert held.data == path.read_bytes()
    named = hashlib.sha256(path.read_bytes()).hexdigest()
    assert content_hash(held) == content_hash(path) == named
    large = hold_photo(path, 1000)
    assert large.data is None
    assert content_hash(large) == named


def test_a_file_that_grows_while_it_is_read_is_not_held_by_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"half")
    looked = os.fstat

    def grows_after(descriptor: int) -> os.stat_result:
        status = looked(descriptor)
        with path.open("ab") as file:
            file.write(b" and half")
        return status

    monkeypatch.setattr("desktop_app.imaging.content_hash.os.fstat", grows_after)
    held = hold_photo(path, 10**6)
    monkeypatch.undo()
    assert held.data is None
    assert content_hash(held) == content_hash(path)
