"""What a kill in the midst of a backup or of bringing one back leaves, and who clears it away."""

import shutil
from pathlib import Path

import pytest

from desktop_app.catalog import Catalog, restore_backup
from desktop_app.catalog.backups import UNFINISHED, backups, backups_folder


def test_half_a_copy_is_cleared_away_at_the_next_opening(path: Path) -> None:
    with Catalog.open(path) as catalog:
        sound = catalog.backup_beside()
    half = backups_folder(path) / f"{UNFINISHED}x7"
    half.write_bytes(b"a face")
    Catalog.open(path).close()
    assert not half.exists()
    assert sound.exists()


def test_forgetting_the_backups_forgets_half_a_copy(catalog: Catalog, path: Path) -> None:
    catalog.backup_beside()
    half = backups_folder(path) / f"{UNFINISHED}x7"
    half.write_bytes(b"a face")
    catalog.forget_backups()
    assert not half.exists()


@pytest.mark.parametrize("renames", range(4))
def test_bringing_a_backup_back_goes_on_where_it_was_killed(
    path: Path, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
        backup = catalog.backup_beside()
        catalog.people.add("Bob")
        for end in ("", "-wal", "-shm"):  # as a kill leaves it, with a log
            shutil.copy(f"{path}{end}", path.with_name(f"kept{end}"))
    for end in ("", "-wal", "-shm"):
        path.with_name(f"kept{end}").replace(f"{path}{end}")

    class Killed(BaseException):
        pass

    done: list[Path] = []
    replace = Path.replace

    def rename(self: Path, target: Path) -> Path:
        if self.parent == path.parent:
            done.append(self)
            if len(done) > renames:
                raise Killed
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", rename)
    with pytest.raises(Killed):
        restore_backup(path, backup)
    monkeypatch.undo()
    with Catalog.open(path) as catalog:
        names = [one.person.name for one in catalog.people.all()]
        assert catalog.check() == []
    assert names == (["Anna", "Bob"] if renames == 0 else ["Anna"])
    assert not list(path.parent.glob("*.brought-back"))
    assert backups(path) == [backup]
