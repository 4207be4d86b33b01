"""What is kept is for its owner alone: made so, and made so again where it was looser."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.catalog import Catalog
from desktop_app.domain.private_folder import private_folder, tighten
from desktop_app.settings.places import places, tighten_places

pytestmark = pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_folder_that_was_missing_is_private_whatever_the_umask(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    script = (
        "import os, sys; from pathlib import Path; os.umask(0)\n"
        "from desktop_app.domain.private_folder import private_folder\n"
        "private_folder(Path(sys.argv[1]))\n"
    )
    asked = [sys.executable, "-c", script, str(tmp_path / "a" / "b" / "c")]
    subprocess.run(asked, check=True, cwd=Path(__file__).parents[2])
    assert [mode(tmp_path / part) for part in ("a", "a/b", "a/b/c")] == [0o700] * 3
    assert mode(tmp_path) == 0o755


def test_folders_of_ours_that_were_open_to_others_are_closed(tmp_path: Path) -> None:
    where = places(tmp_path)
    for folder in (where.data, where.cache, where.logs):
        folder.mkdir()
        folder.chmod(0o777)
    tighten_places(where)
    assert {mode(folder) for folder in (where.data, where.cache, where.logs)} == {0o700}
    assert not where.models.exists()


def test_a_link_of_the_users_to_another_folder_leaves_that_one_as_it_is(tmp_path: Path) -> None:
    shared = tmp_path / "a whole drive"
    shared.mkdir()
    shared.chmod(0o755)
    where = places(tmp_path / "home")
    private_folder(where.data.parent)
    where.data.symlink_to(shared)
    tighten_places(where)
    assert mode(shared) == 0o755
    with Catalog.open(where.catalog) as catalog:
        catalog.people.add("Anna")
        catalog.backup_beside()
    kept = [path for path in shared.rglob("*") if path.name.startswith("likeness")]
    assert {mode(path) for path in kept} == {0o600, 0o700}
    assert len(kept) >= 3


def test_a_catalog_that_others_could_read_is_closed_with_all_that_belongs_to_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "kept" / "catalog.sqlite"
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
        backup = catalog.backup_beside()
    log = Path(f"{path}-wal")
    log.write_bytes(b"")  # as a kill leaves it
    for each in (path, log, path.with_name(f"{path.name}.lock")):
        each.chmod(0o666)
    backup.parent.chmod(0o777)
    with Catalog.open(path) as catalog:
        catalog.people.add("Bob")
        files = [each for each in path.parent.iterdir() if each.is_file()]
        assert len(files) >= 3
        assert {mode(each) for each in files} == {0o600}
        assert mode(backup.parent) == 0o700


def test_what_cannot_be_closed_stops_nobody(tmp_path: Path) -> None:
    tighten(tmp_path / "gone")
