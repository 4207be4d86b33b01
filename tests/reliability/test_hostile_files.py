"""Hostile and odd files: no crash, no hang, bounded memory, each indexed or with a plain reason."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.catalog import Catalog
from desktop_app.domain.errors import UnreadablePhoto
from desktop_app.domain.photo import PhotoState
from desktop_app.domain.progress import Progress, silent
from desktop_app.imaging import apart
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.metadata import read_metadata
from desktop_app.imaging.source import decode_source
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.models.store import ModelStore
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.eyes import open_eyes
from desktop_app.operations.index_folder import index_folder
from desktop_app.settings.places import resources
from tests.imaging import pictures
from tests.imaging.raw_files import save_dng
from tests.reliability.hostile import folder_run, mutated_run, scanned, seeds
from tests.stand_in_eyes import EYES

CHECKOUT = Path(__file__).resolve().parents[2]
MUTATED = int(os.environ.get("LIKENESS_TEST_MUTATED", "1000"))
EVERY_ODD = int(os.environ.get("LIKENESS_TEST_EVERY_ODD", "1"))  # 10: every tenth
MOST_MEMORY = 1_000_000_000  # bytes, that the process of the tests may grow by

posix = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.mark.timeout(240 + MUTATED // 20)
def test_spoiled_photos_end_in_pictures_or_sentences(tmp_path: Path) -> None:
    findings = mutated_run(tmp_path, MUTATED, 8, seeds())
    assert findings.faults == []
    assert findings.files == MUTATED
    assert min(findings.read, findings.refused) > MUTATED // 10
    assert findings.most_memory < MOST_MEMORY


@pytest.mark.timeout(1200)
def test_the_fuzzers_files_end_in_pictures_or_sentences(shared: Path, tmp_path: Path) -> None:
    files = sorted(p for p in (shared / "data" / "odd_images").rglob("*") if p.is_file())
    findings = folder_run(tmp_path, files[::EVERY_ODD])
    assert findings.faults == []
    assert findings.slowest < 10
    assert findings.most_memory < MOST_MEMORY


@pytest.mark.timeout(600)
def test_generated_oddities_end_in_pictures_or_sentences(shared: Path, tmp_path: Path) -> None:
    make = shared / "data" / "odd_images" / "make_odd.py"
    odd = tmp_path / "odd"
    subprocess.run([sys.executable, str(make), str(odd)], check=True, cwd=tmp_path)
    findings = folder_run(tmp_path / "ways", scanned(odd))
    assert findings.faults == []
    eyes = open_eyes(ModelStore(resources() / "models", tmp_path / "none"), device="cpu")
    with Catalog.open(tmp_path / "kept" / "catalog") as catalog:
        folder_id, _ = add_folder(catalog, odd)
        index_folder(catalog, folder_id, eyes, ThumbnailStore(tmp_path / "t", 10**8), silent)
        photos = catalog.photos.many(catalog.photos.ids())
        assert {photo.state for photo in photos} == {PhotoState.INDEXED, PhotoState.FAILED}
        assert all(photo.reason for photo in photos if photo.state is PhotoState.FAILED)
        assert catalog.check() == []


NAMES = [
    "写真 📷.jpg",
    "ΑΒΓ עברית العربية हिन्दी ไทย.jpg",
    "new\nline.jpg",
    "tab\tand 'quotes\" ; --.jpg",
    "%2e%2e.jpg",
    "-dash.jpg",
    "é NFC.jpg",
    "e\u0301 NFD.jpg",
    "Case.JPG",
    "case.jpg",
    "CON.jpg",
    " lead and trail .jpg",
    "n" * 251 + ".jpg",
    os.fsdecode(b"latin \xe9\xff.jpg"),
]


@pytest.mark.skipif(sys.platform != "linux", reason="names of bytes are Linux's")
def test_a_folder_of_odd_names_is_indexed_whole(tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(b"fotos \xff")
    (root / "inner").mkdir(parents=True)
    generator = np.random.default_rng(1)
    for name in NAMES:
        data = pictures.jpeg_bytes(generator.integers(0, 255, (24, 24, 3), np.uint8))
        (root / name).write_bytes(data)
    (root / "inner" / "loop").symlink_to(root)
    (root / "self.jpg").symlink_to(root / "self.jpg")
    os.mkfifo(root / "pipe.jpg")
    (root / "folder.jpg").mkdir()
    with Catalog.open(tmp_path / "kept" / "catalog") as catalog:
        folder_id, _ = add_folder(catalog, root)
        index_folder(catalog, folder_id, EYES, ThumbnailStore(tmp_path / "t", 10**8), silent)
        photos = catalog.photos.many(catalog.photos.ids())
        indexed = {Path(p.path).name for p in photos if p.state is PhotoState.INDEXED}
        assert indexed == set(NAMES)
        assert catalog.check() == []


def test_files_that_change_and_vanish_while_read_are_right_after_the_next_look(
    tmp_path: Path,
) -> None:
    root = tmp_path / "photos"
    root.mkdir()
    generator = np.random.default_rng(2)
    chance = random.Random(2)

    def fresh() -> bytes:
        side = chance.choice((40, 200))
        return pictures.jpeg_bytes(generator.integers(0, 255, (side, side, 3), np.uint8))

    for number in range(24):
        (root / f"{number}.jpg").write_bytes(fresh())

    def disturb(progress: Progress) -> None:
        path = root / f"{chance.randrange(24)}.jpg"
        what = chance.randrange(4)
        if what == 0:
            path.unlink(missing_ok=True)
        elif what == 1:
            path.write_bytes(fresh())
        elif what == 2 and path.exists():
            os.truncate(path, path.stat().st_size // 2)
        else:
            path.write_bytes(b"")

    with Catalog.open(tmp_path / "kept" / "catalog") as catalog:
        folder_id, _ = add_folder(catalog, root)
        store = ThumbnailStore(tmp_path / "t", 10**8)
        for _ in range(3):
            index_folder(catalog, folder_id, EYES, store, disturb)
        for number in range(0, 24, 2):
            (root / f"{number}.jpg").write_bytes(fresh())
        index_folder(catalog, folder_id, EYES, store, silent)
        for photo in catalog.photos.many(catalog.photos.ids()):
            assert photo.state is not PhotoState.FOUND
            if photo.state is PhotoState.INDEXED:
                assert decode_photo(Path(photo.path)).full_size == (photo.width, photo.height)
        kept = {Path(p.path).name for p in catalog.photos.many(catalog.photos.ids())}
        assert kept >= {path.name for path in root.iterdir()}
        assert catalog.check() == []


@pytest.fixture
def avif(tmp_path: Path) -> Path:
    return pictures.save(tmp_path / "photo.avif", pictures.gradient(96, 64))


def _kinds(folder: Path) -> list[Path]:
    picture = Image.fromarray(pictures.gradient(96, 64))
    picture.save(folder / "jpeg.tif", compression="jpeg")
    picture.convert("1").save(folder / "fax.tif", compression="group4")
    picture.save(folder / "photo.avif", quality=90, icc_profile=pictures.profile("sRGB"))
    preview = pictures.jpeg_bytes(pictures.gradient(96, 64))
    save_dng(folder / "photo.dng", preview, (96, 64), 6)
    return sorted(folder.iterdir())


def test_photos_read_apart_are_the_photos_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in _kinds(tmp_path):
        there = decode_source(path), decode_photo(path, max_side=50), read_metadata(path)
        monkeypatch.setattr(apart._here, "reader", True)
        here = decode_source(path), decode_photo(path, max_side=50), read_metadata(path)
        monkeypatch.undo()
        assert there[2] == here[2]
        assert there[1].full_size == here[1].full_size
        np.testing.assert_array_equal(there[1].image, here[1].image)
        np.testing.assert_array_equal(there[0].samples, here[0].samples)
        for name in ("mode", "has_extra_channel", "icc_profile", "lossy", "transparency"):
            assert getattr(there[0], name) == getattr(here[0], name), (path.name, name)


@posix
def test_a_reader_that_hangs_is_ended_and_the_next_photo_read(
    avif: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decode_photo(avif)
    reader = apart.readers()[-1]
    os.kill(reader, signal.SIGSTOP)
    monkeypatch.setattr(apart, "LONGEST_SECONDS", 0.3)
    with pytest.raises(UnreadablePhoto, match=r"photo\.avif was given up: reading it took longer"):
        decode_photo(avif)
    with pytest.raises(ProcessLookupError):
        os.kill(reader, 0)
    monkeypatch.undo()
    assert decode_photo(avif).full_size == (96, 64)


@posix
def test_a_reader_that_died_idle_is_nobodys_fault(avif: Path) -> None:
    decode_photo(avif)
    for reader in apart.readers():
        os.kill(reader, signal.SIGKILL)
    time.sleep(0.05)
    assert decode_photo(avif).full_size == (96, 64)


@posix
def test_a_photo_that_brings_its_reader_down_has_a_plain_reason(
    avif: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = apart._Reader.__init__

    def start_and_die(self: apart._Reader) -> None:
        started(self)
        threading.Timer(0.02, os.kill, (self.pid, signal.SIGSEGV)).start()

    apart._here.end()
    monkeypatch.setattr(apart._Reader, "__init__", start_and_die)
    for reader in (decode_photo, decode_source, read_metadata):
        with pytest.raises(UnreadablePhoto, match="stopped its reader; the file was left alone"):
            reader(avif)
    monkeypatch.undo()
    assert decode_photo(avif).full_size == (96, 64)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_reader_has_only_so_much_memory(tmp_path: Path) -> None:
    script = (
        "import numpy as np\n"
        "from desktop_app.imaging.apart_reader import limit_memory\n"
        "limit_memory(1_000_000)\n"
        "np.ones(200_000_000, np.uint8)\n"
        "try: np.ones(3_000_000_000, np.uint8)\n"
        "except MemoryError: print('refused')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "refused\n"


def test_ordinary_photos_need_no_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(self: object) -> None:
        raise AssertionError("a reader was started")

    apart._here.end()
    monkeypatch.setattr(apart._Reader, "__init__", start)
    for suffix in ("jpg", "png", "tif", "webp", "gif", "bmp"):
        path = pictures.save(tmp_path / f"plain.{suffix}", pictures.gradient(96, 64))
        assert decode_photo(path).full_size == (96, 64)
        assert read_metadata(path).width == 96
