"""Work that is killed: what it starts from, what it acknowledges, what it comes to in the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.catalog import Catalog
from desktop_app.domain.progress import silent
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.index_folder import index_folder
from tests.noise_album import make_noise_album
from tests.stand_in_eyes import EYES

Acknowledge = Callable[[str], None]


def make_photos(folder: Path) -> None:
    make_noise_album(folder, 14, (160, 160), ".png")


class Home:
    """One user's folders: a catalog, thumbnails and exports of the photos in `photos`."""

    def __init__(self, folder: Path, photos: Path) -> None:
        self.photos = photos
        self.catalog = folder / "likeness.catalog"
        self.thumbnails = folder / "thumbnails"
        self.out = folder / "out"
        self.memories = folder / "memories"

    def index(self) -> None:
        with Catalog.open(self.catalog) as catalog:
            folder_id, _ = add_folder(catalog, self.photos)
            index_folder(catalog, folder_id, EYES, ThumbnailStore(self.thumbnails, 10**8), silent)

    def named(self, catalog: Catalog) -> dict[str, str]:
        """Photo -> who its face is."""
        names = {one.person.id: one.person.name for one in catalog.people.all()}
        told = {}
        for photo in catalog.photos.many(catalog.photos.ids()):
            for face in catalog.faces.of_photo(photo.id):
                told[Path(photo.path).name] = (
                    names.get(face.person_id, "") if face.person_id else ""
                )
        return told

    def faces(self, catalog: Catalog) -> list[int]:
        """The faces, in the order of their photos."""
        photos = sorted(catalog.photos.many(catalog.photos.ids()), key=lambda photo: photo.path)
        return [catalog.faces.of_photo(photo.id)[0].id for photo in photos]


def damage(home: Home) -> list[str]:
    """What is wrong with the catalog as the kill left it; opening it is part of the question."""
    with Catalog.open(home.catalog) as catalog:
        return catalog.check()


@dataclass(frozen=True)
class Scene:
    """One kind of work. `run` may be called again and then goes on from where it is."""

    prepare: Callable[[Home], None]
    run: Callable[[Home, Acknowledge], None]
    facts: Callable[[Home], Any]  # what it came to, to be compared with an unbroken run
    lost: Callable[[Home, Sequence[str]], list[str]]  # of what was acknowledged
