"""People are forgotten."""

import re
from collections.abc import Sequence
from typing import Any

from desktop_app.catalog import Catalog
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations.forget_person import finish_forgetting, forget_person

from .people import prepare_people
from .scene import Acknowledge, Home, Scene


def _prepare_forgetting(home: Home) -> None:
    prepare_people(home)
    with Catalog.open(home.catalog) as catalog:
        catalog.faces.matrix("hash")
        catalog.backup_beside()
    (home.memories / "model").mkdir(parents=True)
    (home.memories / "model" / "one.memory").write_bytes(b"Person 0")


def _run_forgetting(home: Home, acknowledge: Acknowledge) -> None:
    thumbnails = ThumbnailStore(home.thumbnails, 10**8)
    with Catalog.open(home.catalog) as catalog:
        finish_forgetting(catalog, thumbnails, home.memories)
        for number in range(4):
            person = catalog.people.by_name(f"Person {number}")
            if person is not None:
                forget_person(catalog, person.id, thumbnails, home.memories)
                acknowledge(person.name)
    with Catalog.open(home.catalog) as catalog:
        finish_forgetting(catalog, thumbnails, home.memories)


def _forgotten(home: Home) -> Any:
    """Who is left, and which of the others any byte still knows."""
    with Catalog.open(home.catalog) as catalog:
        people = [one.person.name for one in catalog.people.all()]
        counts = [catalog.facts().faces, len(catalog.backups()), catalog.forgetting.read() is None]
    files = [path for path in home.catalog.parent.rglob("*") if path.is_file()]
    whole = b"".join(path.read_bytes() for path in files)
    left = [number for number in range(4) if re.search(rb"[Pp]erson %d(?!\d)" % number, whole)]
    return [people, counts, left]


def _lost_forgetting(home: Home, acknowledged: Sequence[str]) -> list[str]:
    with Catalog.open(home.catalog) as catalog:
        return [name for name in acknowledged if catalog.people.by_name(name) is not None]


FORGETTING = Scene(_prepare_forgetting, _run_forgetting, _forgotten, _lost_forgetting)
