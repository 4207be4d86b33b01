"""Kills exports of every kind, signed ones and pages too.

    python -m tests.reliability.killed_exports FOLDER KILLS [CERTIFICATE KEY]

Prints a JSON object: for each kind of export what was wrong, and how many kills met it at work.
Workers are forked from this process, which has no thread; Linux and macOS only.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from desktop_app.catalog import Catalog
from desktop_app.domain import whole_file
from desktop_app.domain.progress import silent
from desktop_app.domain.restoration import RestoreRequest
from desktop_app.imaging.credential import CredentialFiles
from desktop_app.imaging.encode import SUFFIX_OF, ExportSettings
from desktop_app.imaging.source import decode_source
from desktop_app.operations.export_photos import ExportRequest, PageWish, export_photo
from desktop_app.operations.restore_photos import restore_photos
from tests.operations.conftest import MirrorRestorer
from tests.reliability.scenes import Home
from tests.stand_in_eyes import EYES

YESTERDAY = b"the export of yesterday"
SIGNED = ("jpeg", "png", "tiff", "webp", "avif")
PAGES = (".pdf", ".jpg", ".png")
KINDS = (*SUFFIX_OF, *(f"signed {kind}" for kind in SIGNED), *(f"page {kind}" for kind in PAGES))


@dataclass
class Export:
    """One kind of export, into a folder of its own."""

    kind: str
    home: Home
    out: Path
    credential: CredentialFiles | None

    @property
    def request(self) -> tuple[str, PageWish | None, CredentialFiles | None]:
        how, _, what = self.kind.rpartition(" ")
        page = PageWish(suffix=what) if how == "page" else None
        return ("jpeg" if page else what), page, self.credential if how == "signed" else None

    def write(self) -> None:
        file_format, page, signing = self.request
        with Catalog.open(self.home.catalog) as catalog:
            (photo_id,) = catalog.photos.ids()
            (result,) = catalog.restorations.of_photo(photo_id)
            export_photo(
                catalog,
                ExportRequest(
                    photo_id,
                    (result.id,),
                    self.out / f"photo{SUFFIX_OF[file_format]}",
                    ExportSettings(file_format, overwrite=True),
                    page=page,
                    signing=signing,
                ),
            )

    def names(self) -> list[str]:
        file_format, page, _ = self.request
        own = [f"photo{SUFFIX_OF[file_format]}"]
        return sorted([*own, f"photo {page.added}{page.suffix}"] if page else own)

    def wrong(self, *, swept: bool) -> list[str]:
        """What must not be in the folder, and what should be there and whole, but is not."""
        faults = []
        for path in sorted(self.out.iterdir()):
            if path.name.startswith(whole_file.TEMPORARY):
                faults += [f"{path.name} was left"] if swept else []
            elif path.name not in self.names():
                faults.append(f"{path.name} is a stranger")
            elif not _whole(path, yesterday=not swept):
                faults.append(f"{path.name} is not whole")
        missing = set(self.names()) - {path.name for path in self.out.iterdir()}
        return faults + ([f"{name} is missing" for name in missing] if swept else [])


def _whole(path: Path, *, yesterday: bool) -> bool:
    held = path.read_bytes()
    if held == YESTERDAY:
        return yesterday
    if path.suffix == ".pdf":
        return held.startswith(b"%PDF-") and held.rstrip().endswith(b"%%EOF")
    try:
        decode_source(path)
    except Exception:  # whatever a decoder makes of half a file
        return False
    return True


def campaign(folder: Path, kills: int, credential: CredentialFiles | None) -> dict[str, object]:
    """Each kind is killed so often: over a file of yesterday or none, on drives of both sorts."""
    home = _prepared(folder)
    order, told = random.Random(11), {}
    for kind in KINDS:
        if kind.startswith("signed") and credential is None:
            continue
        export = Export(kind, home, folder / kind.replace(" ", "-"), credential)
        export.out.mkdir()
        began = time.monotonic()
        faults = [] if _forked(export.write, None) == 0 else ["it could not be written"]
        lasts, met = time.monotonic() - began, 0
        for number in range(kills):
            there = number % 2 == 0
            nameless = number % 3 == 0
            for path in export.out.iterdir():
                path.unlink()
            for name in export.names() if there else []:
                (export.out / name).write_bytes(YESTERDAY)
            work = export.write if nameless else _with_names(export.write)
            met += _forked(work, order.uniform(0.3, 1.0) * lasts) == -signal.SIGKILL
            faults += export.wrong(swept=False)
            if there and len(list(export.out.glob("photo*"))) < len(export.names()):
                faults.append("a file of yesterday is gone")
        if _forked(export.write, None) != 0:
            faults.append("it could not be written again")
        told[kind] = {"faults": faults + export.wrong(swept=True), "met": met}
    return told


def _prepared(folder: Path) -> Home:
    photos = folder / "photos"
    photos.mkdir()
    noise = np.random.default_rng(3).integers(0, 255, (60, 80, 3), np.uint8)
    Image.fromarray(noise).resize((960, 720), Image.Resampling.BICUBIC).save(photos / "a.png")
    home = Home(folder, photos)

    def prepare() -> None:
        home.index()
        with Catalog.open(home.catalog) as catalog:
            (photo_id,) = catalog.photos.ids()
            (face,) = catalog.faces.of_photo(photo_id)
            restore_photos(catalog, MirrorRestorer(), [RestoreRequest(face.id, ())], EYES, silent)

    assert _forked(prepare, None) == 0
    return home


def _with_names(work: Callable[[], None]) -> Callable[[], None]:
    """As on a drive that cannot hold a file without a name."""

    def run() -> None:
        whole_file._nameless_file = lambda _folder: None
        work()

    return run


def _forked(work: Callable[[], None], kill_after: float | None) -> int:
    """How a forked worker ended: 0 well, 1 in an exception, -9 killed."""
    worker = os.fork()
    if worker == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(worker, signal.SIGKILL)
    _, status = os.waitpid(worker, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    files = [Path(word) for word in sys.argv[3:5]]
    chosen = CredentialFiles(files[0], files[1]) if files else None
    print(json.dumps(campaign(Path(sys.argv[1]), int(sys.argv[2]), chosen)))
