"""Indexing that is killed at any moment goes on later and ends where an unbroken run ends."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import PhotoFilter
from desktop_app.domain.photo import PhotoState
from desktop_app.settings.places import resources

LIBRARY = resources() / "samples" / "library"
CHECKOUT = Path(__file__).resolve().parents[2]
COPIES = 2  # of the five sample photos
KILLS = int(os.environ.get("LIKENESS_TEST_KILLS", "3"))


def _index(home: Path, photos: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "desktop_app", "index", str(photos), "--json"],
        env=os.environ | {"LIKENESS_HOME": str(home), "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _facts(home: Path, photos: Path) -> list[tuple[str, str, list[tuple[int, ...]]]]:
    """What an index comes to: each photo's place, content, and its faces' boxes."""
    with Catalog.open(home / "data" / "likeness.catalog") as catalog:
        assert catalog.check() == []
        assert catalog.photos.count(PhotoFilter(state=PhotoState.FOUND)) == 0
        return sorted(
            (
                str(Path(photo.path).relative_to(photos)),
                photo.content_hash,
                [tuple(round(edge) for edge in f.bbox) for f in catalog.faces.of_photo(photo.id)],
            )
            for photo in catalog.photos.many(catalog.photos.ids())
        )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_indexing_ends_in_the_same_state_as_an_unbroken_run(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    for copy in range(COPIES):
        shutil.copytree(LIBRARY, photos / str(copy))
    assert _index(tmp_path / "unbroken", photos).wait(120) == 0
    rng = random.Random(8)
    home = tmp_path / "broken"
    for _ in range(KILLS):
        run = _index(home, photos)
        time.sleep(rng.uniform(0.3, 3.0))
        run.send_signal(signal.SIGKILL)
        run.communicate()
    last = _index(home, photos)
    _, complaints = last.communicate(timeout=120)
    assert last.returncode == 0, complaints.decode()
    assert _facts(home, photos) == _facts(tmp_path / "unbroken", photos)
    leftovers = [p for p in home.rglob(".likeness-*") if p.parent.name != "thumbnails"]
    assert leftovers == []
