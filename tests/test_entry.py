"""What "Open with Likeness" hands over becomes a folder of the library."""

from pathlib import Path

from desktop_app.__main__ import folder_of


def test_a_photo_comes_with_its_folder(tmp_path: Path) -> None:
    photo = tmp_path / "old print.jpg"
    photo.write_bytes(b"")
    assert folder_of(photo) == tmp_path.resolve()
    assert folder_of(tmp_path) == tmp_path
