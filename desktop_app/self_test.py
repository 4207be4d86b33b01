"""Walks through every room of an installed application and says what works, and why not.

    likeness self-test

The packed application is tried with it: a part that the packing forgot shows here, and not first
to a user. It works in a folder of its own, which it removes, and asks nothing of the network.
"""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.domain.progress import Progress
from desktop_app.settings.places import Places, places, resources


def run() -> int:
    """One line a room; 0 where all work."""
    with tempfile.TemporaryDirectory(prefix="likeness-self-test-") as folder:
        failed = 0
        for name, look in _rooms(Path(folder)):
            try:
                words = look()
            except Exception as error:  # whatever is wrong is what we are here to tell
                failed += 1
                words = f"{type(error).__name__}: {error}"
                print(f"BAD   {name}: {words}", flush=True)
            else:
                print(f"ok    {name}: {words}", flush=True)
    return min(failed, 1)


def _rooms(folder: Path) -> list[tuple[str, Callable[[], str]]]:
    where = places(folder)
    samples = resources() / "samples"
    return [
        ("HEIC", lambda: _swatch(samples / "formats" / "swatch.heic")),
        ("RAW", lambda: _swatch(samples / "formats" / "swatch.dng")),
        ("JPEG", lambda: _reads(samples / "library" / "Speeches" / "congress-2009.jpg")),
        ("PNG", lambda: _reads(samples / "library" / "Space" / "astronaut-1993.png")),
        *((kind.upper(), _written(folder, kind)) for kind in ("tiff", "png", "avif", "webp")),
        ("XMP", lambda: _words_beside(folder)),
        ("catalog and indexing", lambda: _indexes(where, samples / "library")),
        ("ONNX, restoring", lambda: _restores(where, samples)),
        ("torch", _torch),
        ("tools of the large engine", lambda: _engine_tools(where)),
        ("translations", _translations),
        ("window, icons, fonts", lambda: _window(where)),
    ]


def _swatch(path: Path) -> str:
    """Red at the left, blue at the right: what these two small files show."""
    from desktop_app.imaging.decode import decode_photo

    image = decode_photo(path).image
    left, right = image[24, 8].astype(int), image[24, 56].astype(int)
    assert image.shape == (48, 64, 3), image.shape
    assert left[0] > left[2] + 80, left
    assert right[2] > right[0] + 80, right
    return "read, and its colours are right"


def _reads(path: Path) -> str:
    from desktop_app.imaging.source import decode_source

    height, width = decode_source(path).samples.shape[:2]
    return f"read, {width} x {height}"


def _written(folder: Path, kind: str) -> Callable[[], str]:
    deep = kind in ("tiff", "png")

    def look() -> str:
        from desktop_app.imaging.about import COMPOSITE_WITH_TRAINED, ExportAbout
        from desktop_app.imaging.encode import ExportSettings, encode_photo
        from desktop_app.imaging.source import decode_source

        ramp = np.linspace(0, 65535 if deep else 255, 64 * 48 * 3)
        samples = ramp.reshape(48, 64, 3).astype(np.uint16 if deep else np.uint8)
        path = folder / f"ramp.{kind}"
        settings = ExportSettings(file_format=kind, bit_depth=None, quality=95, keep_place=True)
        about = ExportAbout(digital_source_type=COMPOSITE_WITH_TRAINED)
        encode_photo(SourcePixels(samples, ColourMode.RGB), path, settings, about)
        assert b"compositeWithTrained" in path.read_bytes(), "no XMP in it"
        back = decode_source(path).samples
        if deep:
            assert np.array_equal(back, samples), "other samples came back"
        return f"written with XMP and read back, {8 * back.dtype.itemsize} bits"

    return look


def _words_beside(folder: Path) -> str:
    import defusedxml.ElementTree

    root = defusedxml.ElementTree.fromstring("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    assert root.tag.endswith("xmpmeta")
    return "sidecars can be read"


def _no_report(_progress: Progress) -> None:
    """Nobody looks at how far it is."""


def _indexes(where: Places, library: Path) -> str:
    from desktop_app.catalog.catalog import Catalog
    from desktop_app.imaging.thumbnails import ThumbnailStore
    from desktop_app.models.store import ModelStore
    from desktop_app.operations.add_folder import add_folder
    from desktop_app.operations.eyes import open_eyes
    from desktop_app.operations.index_folder import index_folder

    store = ModelStore(resources() / "models", where.models)
    eyes = open_eyes(store, "bundled", "", "cpu")
    with Catalog.open(where.catalog) as catalog:
        folder_id, _ = add_folder(catalog, library)
        index_folder(
            catalog, folder_id, eyes, ThumbnailStore(where.thumbnails, 10_000_000), _no_report
        )
        facts = catalog.facts()
        assert min(facts.photos, facts.faces) > 0, facts
        return f"{facts.photos} photos, {facts.faces} faces"


def _restores(where: Places, samples: Path) -> str:
    from desktop_app.models.store import ModelStore
    from desktop_app.operations.eyes import open_eyes
    from desktop_app.operations.restore_file import read_reference, restore_file
    from desktop_app.restoration.engines import open_restorer

    store = ModelStore(resources() / "models", where.models)
    eyes = open_eyes(store, "bundled", "", "cpu")
    restorer = open_restorer("compact", store, "cpu", where.memories, apart=True)  # as the window
    old = samples / "library" / "Old prints" / "blue-room-print.jpg"
    guide = samples / "library" / "Official portraits" / "oval-office-2012.jpg"
    side = restorer.facts.input_size
    reference = read_reference(guide, eyes, side, 100_000_000)
    made = restore_file(old, [reference], restorer, eyes, _no_report, face_number=1)
    restorer.close()
    changed = int((made.before.samples != made.after.samples).any(axis=-1).sum())
    assert changed, "nothing changed"
    return f"{store.verify('compact').state.value}, {changed} pixels restored"


def _torch() -> str:
    if importlib.util.find_spec("torch") is None:
        return "not here, as meant: the large engine has an environment of its own"
    return "here: the large engine can run in this environment"


def _engine_tools(where: Places) -> str:
    """uv starts and looks for a Python; nothing is fetched."""
    from desktop_app.operations.install_engine import offer_engine

    offer = offer_engine(where, _no_report)
    code = sorted((resources() / "engine").glob("likeness-*.whl"))
    if getattr(sys, "frozen", False):
        assert code, "the engine's own code is missing"
    python = "a Python is here" if offer.python else "Python would be fetched"
    return f"uv starts, {python}, torch would be for {offer.build.value}"


def _translations() -> str:
    found = sorted((resources() / "translations").glob("*.qm"))
    if not found:
        return "none exist yet: the application speaks English"
    return ", ".join(path.stem for path in found)


def _window(where: Places) -> str:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QColor, QFontDatabase
    from PySide6.QtWidgets import QApplication

    from desktop_app.ui import resources as drawn
    from desktop_app.ui.main_window import MainWindow

    app = QApplication.instance() or QApplication(["likeness"])
    files = sorted((resources() / "icons").glob("*.svg"))
    for file in files:
        image = drawn.pixmap(file.stem, QColor("#000000")).toImage()
        inked = any(image.pixelColor(x, y).alpha() for x in range(24) for y in range(24))
        assert inked, f"{file.name} shows nothing"
    families = drawn.load_fonts()
    known = set(QFontDatabase.families())
    assert set(families) <= known, set(families) - known
    window = MainWindow()
    window.show()
    app.processEvents()
    assert not window.windowIcon().isNull()
    assert not window.grab().isNull()
    window.close()
    return f"opened, {len(files)} icons, {', '.join(families)}"
