"""The portable application goes into the user's own menu and out again."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.domain.errors import BadRequest
from desktop_app.operations import menu_entry
from desktop_app.operations.menu_entry import add_to_menu, remove_from_menu

CHECKOUT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a Linux desktop's")


@pytest.fixture
def packed(tmp_path, monkeypatch):
    """The resources that the packed application has for it."""
    desktop = tmp_path / "resources" / "desktop"
    icon = desktop / "icons/hicolor/64x64/apps/likeness.png"
    icon.parent.mkdir(parents=True)
    icon.write_bytes(b"png")
    shutil.copy(CHECKOUT / "packaging" / "linux" / "likeness.desktop", desktop)
    monkeypatch.setattr(menu_entry, "resources", lambda: tmp_path / "resources")
    return tmp_path


def test_the_entry_starts_the_program_from_where_it_lies_and_goes_again(packed):
    program = packed / 'my "old" $photos 100%' / "likeness"
    program.parent.mkdir()
    program.touch(mode=0o755)
    share = packed / "share"
    entry = add_to_menu(program, share)
    told = entry.read_text()
    quoted = str(program).replace('"', '\\\\"').replace("$", "\\\\$").replace("%", "%%")
    assert f'Exec="{quoted}" window %F\n' in told
    assert (share / "icons/hicolor/64x64/apps/likeness.png").is_file()
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", str(entry)], check=True)
    assert remove_from_menu(share)
    assert list(share.rglob("*likeness*")) == []
    assert not remove_from_menu(share)


def test_where_nothing_is_packed_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(menu_entry, "resources", lambda: tmp_path)
    with pytest.raises(BadRequest, match="portable"):
        add_to_menu(Path("likeness"), tmp_path)
