"""Small pictures kept: private, bounded, whole."""

import io
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.imaging.thumbnails import ThumbnailStore, make_thumbnail
from tests.imaging import pictures


def _store(tmp_path: Path, limit: int = 10_000_000) -> ThumbnailStore:
    return ThumbnailStore(tmp_path / "thumbnails", limit)


def test_what_was_put_is_got_as_a_jpeg(tmp_path: Path) -> None:
    store = _store(tmp_path)
    picture = pictures.gradient()
    store.put("face-12", picture)
    kept = store.get("face-12")
    assert kept is not None
    shown = np.asarray(Image.open(io.BytesIO(kept)))
    assert np.abs(shown.astype(int) - picture).max() <= 16
    assert store.get("face-13") is None


def test_a_thumbnail_fits_its_side_and_keeps_its_shape() -> None:
    assert make_thumbnail(pictures.gradient(1000, 500), 320).shape == (160, 320, 3)
    assert make_thumbnail(pictures.gradient(90, 300), 150).shape == (150, 45, 3)
    assert make_thumbnail(pictures.gradient(90, 60)).shape == (60, 90, 3)


def test_only_the_user_may_look(tmp_path: Path) -> None:
    _store(tmp_path).put("ab" * 32, pictures.gradient())
    for folder, folders, files in os.walk(tmp_path / "thumbnails"):
        assert Path(folder).stat().st_mode & 0o777 == 0o700
        assert all(Path(folder, name).stat().st_mode & 0o777 == 0o600 for name in files)
        assert folders or files


def test_the_oldest_leave_when_the_room_is_used_up(tmp_path: Path) -> None:
    size = len(_put(_store(tmp_path / "probe"), "00"))
    store = _store(tmp_path, limit=size * 5)
    for number in range(12):
        _put(store, f"{number:02d}")
        for path in (tmp_path / "thumbnails").rglob("*.jpg"):
            age = 1_000_000 + int(path.stem)
            os.utime(path, (age, age))
    kept = [number for number in range(12) if store.get(f"{number:02d}") is not None]
    assert 3 <= len(kept) <= 5
    assert kept == list(range(12 - len(kept), 12))


def _put(store: ThumbnailStore, key: str) -> bytes:
    store.put(key, pictures.gradient())
    kept = store.get(key)
    assert kept is not None
    return kept


def test_putting_again_replaces_and_is_not_counted_twice(tmp_path: Path) -> None:
    size = len(_put(_store(tmp_path / "probe"), "aa"))
    store = _store(tmp_path, limit=size * 2)
    for _ in range(10):
        store.put("aa", pictures.gradient())
    store.put("bb", pictures.gradient())
    assert store.get("aa") is not None
    assert store.get("bb") is not None


def test_a_damaged_picture_counts_as_none(tmp_path: Path) -> None:
    store = _store(tmp_path)
    _put(store, "aa")
    (path,) = (tmp_path / "thumbnails").rglob("*.jpg")
    path.write_bytes(path.read_bytes()[:-30])
    assert store.get("aa") is None


def test_forgotten_pictures_leave_the_disk(tmp_path: Path) -> None:
    store = _store(tmp_path)
    _put(store, "aa")
    store.forget(["aa", "never-there"])
    assert store.get("aa") is None
    assert not list(tmp_path.rglob("*.jpg"))


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a/b", "A", ".hidden", "a" * 200])
def test_a_key_cannot_leave_the_folder(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="thumbnail"):
        _store(tmp_path).get(key)


def test_several_threads_may_put_and_get(tmp_path: Path) -> None:
    store = _store(tmp_path, limit=40_000)
    failures: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for number in range(first, first + 25):
                store.put(f"{number:04d}", pictures.gradient(40, 30))
                store.get(f"{number:04d}")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(1000 * start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.jpg")) <= 40_000


def test_what_was_looked_at_lately_stays(tmp_path: Path) -> None:
    """A look counts as a use, noted at most once a day."""
    size = len(_put(_store(tmp_path / "probe"), "00"))
    store = _store(tmp_path, limit=size * 4)
    for number in range(3):
        _put(store, f"{number:02d}")
    for path in (tmp_path / "thumbnails").rglob("*.jpg"):
        os.utime(path, (1_000_000, 1_000_000 + int(path.stem)))
    assert store.picture("00") is not None
    noted = next((tmp_path / "thumbnails").rglob("00.jpg")).stat().st_mtime_ns
    assert store.get("00") is not None
    assert next((tmp_path / "thumbnails").rglob("00.jpg")).stat().st_mtime_ns == noted
    for number in range(3, 6):
        _put(store, f"{number:02d}")
    assert store.get("00") is not None
    assert store.get("01") is None


def test_what_a_kill_left_is_counted_and_cleared(tmp_path: Path) -> None:
    size = len(_put(_store(tmp_path / "probe"), "00"))
    folder = tmp_path / "thumbnails" / "00"
    folder.mkdir(parents=True)
    (folder / ".likeness-half").write_bytes(bytes(3 * size))
    os.utime(folder / ".likeness-half", (1_000_000, 1_000_000))
    store = _store(tmp_path, limit=size * 4)
    for number in range(4):
        _put(store, f"{number:02d}")
    assert not (folder / ".likeness-half").exists()
    assert sum(f.stat().st_size for f in tmp_path.joinpath("thumbnails").rglob("*.jpg")) > size
