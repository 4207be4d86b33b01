"""Each write fails once: a sentence is said, nothing is half, and the work goes on afterwards."""

import errno
import logging
import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from desktop_app.catalog import Catalog, restore_backup
from desktop_app.catalog.engine import quick_check
from desktop_app.domain.errors import CatalogDamaged, ExpectedError
from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.domain.progress import silent
from desktop_app.imaging import family_page
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.encode import SUFFIX_OF, ExportSettings, encode_photo
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.models.store import ModelStore
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.index_folder import index_folder
from tests.catalog.library import Library
from tests.reliability.failing_calls import REFUSALS, refusals
from tests.reliability.watched_disk import (
    CANNOT_OPEN,
    FULL,
    IO_ERROR_SYNC,
    IO_ERROR_TRUNCATE,
    IO_ERROR_WRITE,
    OK,
    READ_ONLY,
    Change,
    can_watch,
    watched_disk,
)
from tests.stand_in_eyes import EYES

needs_watching = pytest.mark.skipif(
    not can_watch(), reason="this SQLite hides its table of functions"
)
SHORT = int(os.environ.get("LIKENESS_TEST_FAILING_WRITES", "6"))
"""How many of a long session's writes fail, each in a run of its own, spread over the session."""

KINDS = {
    "disk full": {"write": FULL, "truncate": FULL, "create": FULL, "sync": IO_ERROR_SYNC},
    "read-only": {"write": READ_ONLY, "truncate": READ_ONLY, "create": CANNOT_OPEN},
    "drive gone": {
        "write": IO_ERROR_WRITE,
        "truncate": IO_ERROR_TRUNCATE,
        "sync": IO_ERROR_SYNC,
        "create": CANNOT_OPEN,
    },
}


class FailingDisk:
    """Refuses the `failing`-th change, and with `lasting` every later one."""

    def __init__(self, kind: str, failing: int | None, *, lasting: bool) -> None:
        self.changes = 0
        self.back = False  # whether there is room again
        self._kind, self._failing, self._lasting = kind, failing, lasting

    def __call__(self, change: Change) -> int:
        self.changes += 1
        if self._failing is None or self.back or self.changes < self._failing:
            return OK
        if self.changes > self._failing and not self._lasting:
            return OK
        return KINDS[self._kind].get(change.what, OK)


def _session(path: Path, photos: Path, try_on: Callable[[Callable[[], object]], None]) -> list[str]:
    """A piece of everything that writes to a catalog; each step goes through `try_on`."""
    opened: list[Catalog] = []
    try_on(lambda: opened.append(Catalog.open(path)))
    (catalog,) = opened
    with catalog:
        library = object.__new__(Library)
        library.catalog, library._mtime = catalog, 0
        library.folder = catalog.folders.all()[0].id
        found: list[int] = []
        for number in range(3):
            try_on(lambda n=number: found.append(library.found(f"{n}.jpg")))
        faces = [face.id for face in catalog.faces.many(range(1, 9))]
        for number, face in enumerate(faces[:4]):
            try_on(lambda face=face, n=number: catalog.faces.name([face], f"Person {n}"))
        try_on(lambda: library.restoration(faces[0], crop=bytes(200_000)))
        try_on(lambda: catalog._file.checkpoint())
        one, other = catalog.people.by_name("Person 0"), catalog.people.by_name("Person 1")
        assert one is not None
        assert other is not None
        try_on(lambda: catalog.people.merge(one.id, other.id))
        try_on(lambda: catalog.backup_beside())
        third = catalog.people.by_name("Person 3")
        assert third is not None
        try_on(lambda: catalog.people.by_name("Person 3") and catalog.people.forget(third.id))
        try_on(lambda: catalog._file.checkpoint(vacuum=True))
        assert catalog.check() == []
        kept = [f"{one.person.name} {one.confirmed}" for one in catalog.people.all()]
        kept += [str(catalog.photos.count()), str(len(catalog.restorations.ids()))]
    return kept


def _start(folder: Path) -> Path:
    path = folder / "catalog.sqlite"
    with Catalog.open(path) as catalog:
        (folder / "photos").mkdir()
        Library(catalog, folder / "photos").faces(6)
    return path


def _refusal(step: Callable[[], object]) -> ExpectedError | None:
    """What the user is told; None where the step could do without the refused call."""
    try:
        step()
    except ExpectedError as error:
        return error
    return None


@needs_watching
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "until there is room"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_write_of_the_catalog_may_fail(tmp_path: Path, kind: str, lasting: bool) -> None:
    start = _start(tmp_path).read_bytes()

    def run(name: str, disk: FailingDisk) -> tuple[list[str], int]:
        path = tmp_path / name / "catalog.sqlite"
        path.parent.mkdir()
        path.write_bytes(start)
        refused = 0

        def try_on(step: Callable[[], object]) -> None:
            nonlocal refused
            for _ in range(3):
                told = _refusal(step)
                if told is None:
                    return
                assert not isinstance(told, CatalogDamaged)
                assert str(told).endswith(".")
                refused += 1
                disk.back = True
            raise AssertionError("the work does not go on when there is room again")

        with watched_disk(disk):
            kept = _session(path, tmp_path / "photos", try_on)
        return kept, refused

    counting = FailingDisk(kind, None, lasting=False)
    unbroken, _ = run("unbroken", counting)
    told = 0
    step = max(1, counting.changes // SHORT)
    for number in range(1, counting.changes + 1, step):
        kept, refused = run(str(number), FailingDisk(kind, number, lasting=lasting))
        assert kept == unbroken, f"write {number}"
        told += refused > 0
    assert told > counting.changes // step // 2


def _is_whole(path: Path) -> bool:
    if path.suffix == ".pdf":
        return path.read_bytes().rstrip().endswith(b"%%EOF")
    return decode_photo(path).full_size == (120, 80)


@pytest.mark.parametrize("kind", REFUSALS)
@pytest.mark.parametrize("file_format", [*SUFFIX_OF, "page"])
def test_each_write_of_an_export_may_fail(tmp_path: Path, kind: str, file_format: str) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (80, 120, 3), np.uint8)

    def export(path: Path) -> None:
        if file_format == "page":
            words = family_page.PageWords("A page", "", "", names=(), note="")
            with family_page.page_written(noise, path, words, overwrite=True):
                return
        settings = ExportSettings(file_format, overwrite=True)
        encode_photo(SourcePixels(noise, ColourMode.RGB), path, settings, ExportAbout())

    suffix = SUFFIX_OF.get(file_format, ".pdf")
    fresh, stands = tmp_path / f"new{suffix}", tmp_path / f"stands{suffix}"
    stands.write_bytes(b"the export of yesterday")
    for path in (fresh, stands):
        with refusals(None) as counted:
            export(tmp_path / f"counted{suffix}")
        for number in range(1, counted.calls + 1):
            before = path.read_bytes() if path.exists() else None
            with refusals(number, REFUSALS[kind]) as asked, pytest.raises(ExpectedError) as told:
                export(path)
            assert asked.refused
            assert path.name in str(told.value)
            left = path.read_bytes() if path.exists() else None
            assert left == before or _is_whole(path)  # only the last flush came too late
            assert not list(tmp_path.glob(".likeness-*"))
            path.unlink(missing_ok=True)
            if before is not None:
                path.write_bytes(before)
        export(path)
        assert path.stat().st_size > 100


@pytest.mark.parametrize("kind", REFUSALS)
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
def test_each_write_of_a_model_may_fail(tmp_path: Path, kind: str, lasting: bool) -> None:
    for version in ("old", "new"):
        (tmp_path / version).mkdir()
        for name in ("one", "two"):
            (tmp_path / version / f"{name}.onnx").write_bytes(version.encode() * 5000)
    store = ModelStore(tmp_path / "bundled", tmp_path / "installed")
    store.install_from("insightface-pack", tmp_path / "old", silent)
    old = store.hash_of("insightface-pack")
    with refusals(None) as counted:
        store.install_from("insightface-pack", tmp_path / "new", silent)
    new = store.hash_of("insightface-pack")
    for number in range(1, counted.calls + 1):
        store.install_from("insightface-pack", tmp_path / "old", silent)
        with refusals(number, REFUSALS[kind], lasting=lasting) as asked:
            told = _refusal(
                lambda: store.install_from("insightface-pack", tmp_path / "new", silent)
            )
            assert asked.refused
        assert store.verify("insightface-pack").why == "", f"write {number}"
        assert store.hash_of("insightface-pack") == (old if told else new)
        assert not list((tmp_path / "installed").glob(".incoming-*"))
    store.install_from("insightface-pack", tmp_path / "new", silent)
    assert store.hash_of("insightface-pack") == new


@pytest.mark.parametrize("kind", REFUSALS)
def test_pictures_that_cannot_be_kept_stop_nobody(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    picture = np.full((40, 60, 3), 90, np.uint8)
    with refusals(None) as counted:
        ThumbnailStore(tmp_path / "counted", 10**6).put("a1", picture)
    for number in range(1, counted.calls + 1):
        store = ThumbnailStore(tmp_path / str(number), 10**6)
        with refusals(number, REFUSALS[kind]):
            store.put("a1", picture)
        assert store.get("a1") is None or number > counted.calls - 2
        store.put("a1", picture)
        assert store.get("a1") is not None


def test_on_a_full_disk_the_small_pictures_are_given_up_for_the_catalog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(3):
        cv2.imwrite(str(photos / f"{number}.png"), np.full((90, 90, 3), 40 * number, np.uint8))
    thumbnails = ThumbnailStore(tmp_path / "thumbnails", 10**7)
    with Catalog.open(tmp_path / "kept" / "catalog") as catalog:
        folder_id, _ = add_folder(catalog, photos)
        record = catalog.photos.record_indexed

        def full_while_there_are_pictures(finished: object) -> object:
            if any(path.is_file() for path in (tmp_path / "thumbnails").rglob("*")):
                from desktop_app.domain.errors import DiskFull

                raise DiskFull("The disk is full.")
            return record(finished)  # type: ignore[arg-type]

        monkeypatch.setattr(catalog.photos, "record_indexed", full_while_there_are_pictures)
        index_folder(catalog, folder_id, EYES, thumbnails, silent)
        assert catalog.facts().faces == 3


@pytest.mark.parametrize("kind", REFUSALS)
def test_each_step_of_a_backup_and_its_return_may_fail(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "kept" / "catalog.sqlite"
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
        with refusals(None) as counted:
            backup = catalog.backup_beside()
        for number in range(1, counted.calls + 1):
            with refusals(number, REFUSALS[kind]):
                _refusal(catalog.backup_beside)
        assert [each for each in catalog.backups() if quick_check(each)] == []
        catalog.people.add("Bob")
    kept = path.read_bytes()
    with refusals(None) as counted:
        restore_backup(path, backup)
    for number in range(1, counted.calls + 1):
        for left in path.parent.glob("*-replaced-*"):
            left.unlink()
        path.write_bytes(kept)
        with refusals(number, REFUSALS[kind]):
            _refusal(lambda: restore_backup(path, backup))
        with Catalog.open(path) as catalog:
            names = [one.person.name for one in catalog.people.all()]
        assert names in (["Anna"], ["Anna", "Bob"]), f"call {number}"


def test_every_refusal_of_a_drive_has_its_sentence(tmp_path: Path) -> None:
    from desktop_app.domain.whole_file import as_expected

    for number in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EIO, errno.ENODEV):
        told = as_expected(OSError(number, "x"), tmp_path / "photo.png")
        assert isinstance(told, ExpectedError)
        assert "photo.png" in str(told)
        assert str(told).endswith(".")
