"""Photos are looked at beside each other; what comes of it is the same, whatever came first."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import FileVanished
from desktop_app.domain.face import DetectedFace
from desktop_app.domain.ids import PhotoId
from desktop_app.domain.photo import PhotoState, RgbImage
from desktop_app.domain.progress import Cancelled, Progress, silent
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations import index_folder as indexing
from desktop_app.operations import look_at_photos
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.index_folder import index_folder, rescan_folder
from desktop_app.operations.look_at_photos import Lookers
from desktop_app.operations.looking_order import LookingOrder, Pace
from desktop_app.operations.room_for_work import RoomForWork
from tests.noise_album import make_noise_album
from tests.stand_in_eyes import EYES, HashEmbedder, MiddleDetector

PHOTOS = 24


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_noise_album(tmp_path / "photos", PHOTOS)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(tmp_path / "kept" / "catalog") as catalog:
        yield catalog


class _SlowAtFirst(MiddleDetector):
    """Takes longest for the photos that come first."""

    def __init__(self) -> None:
        self.seen = 0
        self.most = self.now = 0
        self._lock = threading.Lock()

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        with self._lock:
            self.seen += 1
            self.now += 1
            self.most = max(self.most, self.now)
            rest = max(0.0, 0.1 - 0.01 * self.seen)
        time.sleep(rest)
        with self._lock:
            self.now -= 1
        return super().detect(image)


def _kept(catalog: Catalog) -> list[tuple[int, str, list[int]]]:
    return [
        (photo.id, photo.content_hash, [face.id for face in catalog.faces.of_photo(photo.id)])
        for photo in catalog.photos.many(sorted(catalog.photos.ids()))
    ]


@pytest.mark.parametrize("threads", [1, 5])
def test_what_is_kept_is_the_same_however_many_look(
    catalog: Catalog,
    folder: Path,
    thumbnails: ThumbnailStore,
    threads: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def some(eyes: Eyes, store: ThumbnailStore, max_pixels: int) -> Lookers:
        return Lookers(eyes, store, max_pixels, threads)

    monkeypatch.setattr(indexing, "Lookers", some)
    detector = _SlowAtFirst()
    folder_id, _ = add_folder(catalog, folder)
    index_folder(catalog, folder_id, Eyes(detector, HashEmbedder()), thumbnails, silent)
    assert detector.most <= threads
    assert detector.most > 1 or threads == 1
    kept = _kept(catalog)
    assert [photo_id for photo_id, _, _ in kept] == list(range(1, PHOTOS + 1))
    assert [faces for _, _, faces in kept] == [[number] for number in range(1, PHOTOS + 1)]


def test_what_the_user_looks_at_comes_first(
    catalog: Catalog, folder: Path, thumbnails: ThumbnailStore
) -> None:
    folder_id, _ = add_folder(catalog, folder)
    rescan_folder(catalog, folder_id, silent)
    order = LookingOrder()
    order.look_first([PhotoId(20), PhotoId(7), PhotoId(999)])
    names: list[str] = []
    index_folder(catalog, folder_id, EYES, thumbnails, lambda p: names.append(p.what), order=order)
    looked = [name for name in names if name.endswith(".jpg")]
    assert looked[:3] == ["19.jpg", "06.jpg", "00.jpg"]
    assert sorted(looked) == [f"{number:02}.jpg" for number in range(PHOTOS)]


def test_a_pause_begins_nothing_and_goes_on_where_it_was(
    catalog: Catalog, folder: Path, thumbnails: ThumbnailStore
) -> None:
    folder_id, _ = add_folder(catalog, folder)
    order = LookingOrder()
    order.pause()
    looks = 0

    def go_on_after_a_while(progress: Progress) -> None:
        nonlocal looks
        looks += 1
        if progress.total == PHOTOS and looks > 6:
            order.resume()
        elif order.paused:
            assert all(
                photo.state is PhotoState.FOUND
                for photo in catalog.photos.many(catalog.photos.ids())
            )

    index_folder(catalog, folder_id, EYES, thumbnails, go_on_after_a_while, order=order)
    assert catalog.facts().faces == PHOTOS


def test_a_paused_look_can_be_stopped(
    catalog: Catalog, folder: Path, thumbnails: ThumbnailStore
) -> None:
    folder_id, _ = add_folder(catalog, folder)
    order = LookingOrder()

    def pause_then_stop(progress: Progress) -> None:
        if progress.done == 3:
            order.pause()
        if order.paused and not progress.what:
            raise Cancelled

    with pytest.raises(Cancelled):
        index_folder(catalog, folder_id, EYES, thumbnails, pause_then_stop, order=order)
    assert catalog.facts().faces >= 3


def test_at_a_gentle_pace_one_photo_is_looked_at_at_a_time(
    catalog: Catalog, folder: Path, thumbnails: ThumbnailStore
) -> None:
    folder_id, _ = add_folder(catalog, folder)
    order = LookingOrder(lambda: Pace.GENTLE)
    detector = _SlowAtFirst()
    eyes = Eyes(detector, HashEmbedder())
    index_folder(catalog, folder_id, eyes, thumbnails, silent, order=order)
    assert detector.most == 1
    assert catalog.facts().faces == PHOTOS


@pytest.mark.parametrize("leaves_an_empty_folder", [True, False])
def test_a_drive_that_vanishes_on_the_way_loses_nothing_and_goes_on_when_it_is_back(
    catalog: Catalog,
    folder: Path,
    thumbnails: ThumbnailStore,
    leaves_an_empty_folder: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(look_at_photos, "_AHEAD", 1)  # what is in memory needs no drive
    folder_id, _ = add_folder(catalog, folder)
    away = folder.with_name("away")

    class Unplugs(MiddleDetector):
        _lock = threading.Lock()

        def detect(self, image: RgbImage) -> list[DetectedFace]:
            with self._lock:
                if not away.exists():
                    folder.rename(away)
                    if leaves_an_empty_folder:
                        folder.mkdir()
            return super().detect(image)

    eyes = Eyes(Unplugs(), HashEmbedder())
    with pytest.raises(FileVanished, match="unplugged"):
        index_folder(catalog, folder_id, eyes, thumbnails, silent)
    photos = catalog.photos.many(catalog.photos.ids())
    assert len(photos) == PHOTOS
    assert {photo.state for photo in photos} <= {PhotoState.FOUND, PhotoState.INDEXED}
    assert catalog.folders.get(folder_id).offline
    if leaves_an_empty_folder:
        folder.rmdir()
    away.rename(folder)
    index_folder(catalog, folder_id, EYES, thumbnails, silent)
    assert not catalog.folders.get(folder_id).offline
    assert catalog.facts().faces == PHOTOS


def test_room_is_given_in_the_order_of_asking_and_never_beyond_the_whole() -> None:
    room = RoomForWork(100)
    most, order = 0, []

    def work(number: int, size: int) -> None:
        nonlocal most
        with room.taken(size):
            order.append(number)
            most = max(most, room.used)
            time.sleep(0.005)

    held = room.take(60)
    threads = []
    for number, size in enumerate((500, 30, 30, 90)):
        threads.append(threading.Thread(target=work, args=(number, size)))
        threads[-1].start()
        time.sleep(0.01)
    assert order == []
    room.give_back(held)
    for thread in threads:
        thread.join(5)
    assert sorted(order) == [0, 1, 2, 3]
    assert order[0] == 0
    assert order[-1] == 3
    assert most <= 100
    assert room.used == 0


def test_closed_room_keeps_nobody_waiting() -> None:
    room = RoomForWork(10)
    room.take(10)
    waiting = threading.Thread(target=room.take, args=(5,))
    waiting.start()
    room.close()
    waiting.join(5)
    assert not waiting.is_alive()


def test_looking_waits_while_the_pace_allows_none_and_goes_on_by_itself(
    catalog: Catalog, folder: Path, thumbnails: ThumbnailStore
) -> None:
    folder_id, _ = add_folder(catalog, folder)
    asked = 0

    def unplugged_for_a_while() -> Pace:
        nonlocal asked
        asked += 1
        return Pace.NONE if asked < 8 else Pace.FULL

    order = LookingOrder()
    order.follow(unplugged_for_a_while)
    index_folder(catalog, folder_id, EYES, thumbnails, silent, order=order)
    assert asked >= 8
    assert catalog.facts().faces == PHOTOS
