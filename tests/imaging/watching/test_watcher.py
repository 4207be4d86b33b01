"""Photos that come, change, move and go are told; where the system does not tell, by walking."""

import errno
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_app.imaging.watching import settling
from desktop_app.imaging.watching.drives import contents, file_system_of, is_on_network, standing
from desktop_app.imaging.watching.watcher import Events, FolderWatcher, Pace

QUICK = Pace(heard=0.02, standing=0.1, walk=0.1, spare_walk=1e6, share=0, settle=0.1)


class Told:
    """Counts what a watcher tells."""

    def __init__(self) -> None:
        self.folders: list[Path] = []
        self._more = threading.Condition()

    def __call__(self, folder: Path) -> None:
        with self._more:
            self.folders.append(folder)
            self._more.notify_all()

    def wait(self, count: int, seconds: float = 15.0) -> None:
        with self._more:
            assert self._more.wait_for(lambda: len(self.folders) >= count, seconds), self.folders

    def stays(self, count: int, seconds: float = 0.6) -> None:
        time.sleep(seconds)
        assert len(self.folders) == count


Watch = Callable[..., Told]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    monkeypatch.setattr(settling, "QUIET_S", 0.2)
    watchers: list[FolderWatcher] = []

    def begin(*folders: Path, listen: Callable[[Path], Events] | None = None) -> Told:
        told = Told()
        watchers.append(FolderWatcher(told, listen, QUICK))
        watchers[-1].watch(folders)
        return told

    yield begin
    assert all(watcher.stop() for watcher in watchers)
    assert not [thread for thread in threading.enumerate() if thread.name == "folder-watcher"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    (made / "1952").mkdir(parents=True)
    (made / "1952" / "old.jpg").write_bytes(b"x")
    return made


def cannot(_folder: Path) -> Events:
    raise OSError(errno.ENOSPC, "inotify watch limit reached")


class Silent:
    """What the system tells of a drive on which others write: nothing."""

    def __init__(self, folder: Path) -> None: ...

    def take_whole(self) -> bool:
        return False

    def stop(self) -> None: ...


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "virtiofs", "ext4"])
def test_a_drive_on_which_others_write_is_walked_though_the_system_hears_it(
    watch: Watch, folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    mounts = f"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n40 22 0:50 / {folder} rw - {kind} nas:/x rw\n"
    monkeypatch.setattr(sys, "platform", "linux")
    read_text = Path.read_text

    def told_mounts(path: Path, *how: str) -> str:
        return mounts if path == Path("/proc/self/mountinfo") else read_text(path, *how)

    monkeypatch.setattr(Path, "read_text", told_mounts)
    told = watch(folder, listen=Silent)
    if kind == "ext4":
        (folder / "new.jpg").write_bytes(b"x")
        told.stays(0)
        return
    told.wait(1)  # the walk may know more than the catalog
    (folder / "new.jpg").write_bytes(b"x")
    told.wait(2)


@pytest.mark.parametrize("listen", [None, cannot], ids=["told by the system", "walked"])
def test_new_changed_moved_and_removed_photos_are_told(
    watch: Watch, folder: Path, listen: Callable[[Path], Events] | None
) -> None:
    told = watch(folder, listen=listen)
    first = 0 if listen is None else 1  # the walk may know more than the catalog
    told.wait(first)
    time.sleep(0.5)
    steps = (
        lambda: (folder / "new.jpg").write_bytes(b"x"),
        lambda: (folder / "new.jpg").write_bytes(b"longer"),
        lambda: (folder / "new.jpg").rename(folder / "1952" / "new.jpg"),
        lambda: (folder / "1952").rename(folder / "1953"),
        lambda: (folder / "1953" / "old.jpg").unlink(),
    )
    for number, step in enumerate(steps, 1):
        step()
        told.wait(first + number)
    told.stays(first + len(steps))


def test_a_burst_of_files_is_told_once(watch: Watch, folder: Path) -> None:
    told = watch(folder)
    time.sleep(0.5)
    (folder / "import").mkdir()
    for number in range(2_000):
        (folder / "import" / f"{number:04}.jpg").write_bytes(b"x")
    told.wait(1)
    told.stays(1)


def test_a_file_is_told_only_when_it_is_whole(watch: Watch, folder: Path) -> None:
    told = watch(folder)
    time.sleep(0.5)
    with (folder / "large.jpg").open("wb") as file:
        for _ in range(3):
            file.write(bytes(1000))
            file.flush()
            told.stays(0, 0.4)
    told.wait(1)


def test_reading_photos_and_other_files_tell_nothing(watch: Watch, folder: Path) -> None:
    told = watch(folder)
    time.sleep(0.5)
    (folder / "1952" / "old.jpg").read_bytes()
    (folder / "notes.txt").write_text("x")
    (folder / ".hidden.jpg").write_bytes(b"x")
    told.stays(0)


@pytest.mark.parametrize("listen", [None, cannot], ids=["told by the system", "walked"])
def test_a_drive_that_goes_and_returns_is_told_each_time(
    watch: Watch, folder: Path, listen: Callable[[Path], Events] | None
) -> None:
    told = watch(folder, listen=listen)
    time.sleep(0.6)
    before = len(told.folders)
    away = folder.with_name("unplugged")
    folder.rename(away)
    told.wait(before + 1)
    time.sleep(0.4)
    before = len(told.folders)
    shutil.copytree(away, folder)  # another folder of the same name, as after mounting
    told.wait(before + 1)
    time.sleep(0.6)
    before = len(told.folders)
    (folder / "after.jpg").write_bytes(b"x")
    told.wait(before + 1)


def test_a_folder_that_is_not_there_yet_is_told_when_it_comes(watch: Watch, tmp_path: Path) -> None:
    told = watch(tmp_path / "usb")
    told.stays(0, 0.3)
    (tmp_path / "usb").mkdir()
    told.wait(1)


def test_folders_come_and_go_while_it_runs(folder: Path, tmp_path: Path) -> None:
    told = Told()
    watcher = FolderWatcher(told, None, QUICK)
    watcher.watch([])
    assert watcher.stop()  # nothing was begun
    watcher = FolderWatcher(told, None, QUICK)
    watcher.watch([folder])
    watcher.watch([tmp_path / "other"])
    time.sleep(0.4)
    (folder / "new.jpg").write_bytes(b"x")
    told.stays(0, 0.4)
    begun = time.monotonic()
    assert watcher.stop()
    assert time.monotonic() - begun < 3


def test_what_is_in_a_folder_is_known_by_a_number(folder: Path) -> None:
    before = contents(folder)
    assert before == contents(folder)
    (folder / "1952" / "old.jpg").write_bytes(b"longer")
    assert contents(folder) not in (before, None)
    assert contents(folder / "gone") is None
    assert standing(folder / "gone") is None
    assert standing(folder) == standing(folder)


def test_the_innermost_mount_says_what_kind_of_drive_it_is() -> None:
    mounts = (
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "40 22 0:50 / /media/our\\040nas rw - nfs4 nas:/photos rw\n"
        "garbage\n"
    )
    assert file_system_of(Path("/media/our nas/1952"), mounts) == "nfs4"
    assert file_system_of(Path("/media/other"), mounts) == "ext4"
    assert not is_on_network(Path(os.sep))
