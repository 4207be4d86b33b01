"""Photos are looked at, their faces are named, people are merged."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop_app.catalog import Catalog
from desktop_app.domain.progress import silent
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.decide_faces import name_faces
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.index_folder import index_folder
from desktop_app.operations.look_closer import look_closer
from tests.stand_in_eyes import EYES, TwoLooks

from .scene import Acknowledge, Home, Scene

PEOPLE = 12


def _run_index(home: Home, acknowledge: Acknowledge) -> None:
    """Both passes: each photo has a face that only the closer look shows."""
    eyes = Eyes(TwoLooks(), EYES.embedder)
    thumbnails = ThumbnailStore(home.thumbnails, 10**8)
    with Catalog.open(home.catalog) as catalog:
        folder_id, _ = add_folder(catalog, home.photos)
        index_folder(catalog, folder_id, eyes, thumbnails, silent)
        look_closer(catalog, folder_id, eyes, thumbnails, silent)


def _indexed(home: Home) -> Any:
    with Catalog.open(home.catalog) as catalog:
        return {
            "photos": sorted(
                (
                    Path(photo.path).name,
                    photo.content_hash,
                    photo.state.value,
                    [list(face.bbox) for face in catalog.faces.of_photo(photo.id)],
                )
                for photo in catalog.photos.many(catalog.photos.ids())
            ),
            "embeddings": catalog.faces.embeddings("hash")[1].shape[0],
            "thumbnails": sorted(
                file.name for file in home.thumbnails.rglob("*") if file.is_file()
            ),
        }


def _run_naming(home: Home, acknowledge: Acknowledge) -> None:
    with Catalog.open(home.catalog) as catalog:
        for number, face in enumerate(home.faces(catalog)):
            name_faces(catalog, [face], f"Person {number % PEOPLE}")
            acknowledge(f"{number:02}.png")


def _named(home: Home) -> Any:
    with Catalog.open(home.catalog) as catalog:
        return home.named(catalog)


def _lost_names(home: Home, acknowledged: Sequence[str]) -> list[str]:
    named = _named(home)
    return [photo for photo in acknowledged if not named[photo]]


def prepare_people(home: Home) -> None:
    home.index()
    _run_naming(home, lambda _: None)


def _run_merging(home: Home, acknowledge: Acknowledge) -> None:
    with Catalog.open(home.catalog) as catalog:
        for number in range(0, PEOPLE, 2):
            into = catalog.people.by_name(f"Person {number}")
            other = catalog.people.by_name(f"Person {number + 1}")
            if into is not None and other is not None:
                catalog.people.merge(into.id, other.id)
                acknowledge(other.name)


def _lost_merges(home: Home, acknowledged: Sequence[str]) -> list[str]:
    with Catalog.open(home.catalog) as catalog:
        return [name for name in acknowledged if catalog.people.by_name(name) is not None]


INDEXING = Scene(lambda home: None, _run_index, _indexed, lambda home, acknowledged: [])
NAMING = Scene(Home.index, _run_naming, _named, _lost_names)
MERGING = Scene(prepare_people, _run_merging, _named, _lost_merges)
