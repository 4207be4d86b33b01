"""Finds what the user named on the command line, or says what it may have been."""

from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import FileVanished, NotKnown
from desktop_app.domain.names_like import names_like
from desktop_app.domain.person import Person
from desktop_app.domain.photo import Photo


def person_named(catalog: Catalog, name: str) -> Person:
    """Raises `NotKnown`, with the names that are near."""
    person = catalog.people.by_name(name)
    if person is None:
        known = [summary.person.name for summary in catalog.people.all()]
        raise NotKnown(
            f"The catalog knows nobody called {name}.{names_like(name, known)} "
            "See: likeness people list"
        )
    return person


def photo_named(catalog: Catalog, path: Path) -> Photo:
    """Raises `FileVanished` where there is no such file, `NotKnown` where it was not indexed."""
    photo = catalog.photos.by_path(path.absolute())
    if photo is not None:
        return photo
    if not path.exists():
        raise FileVanished(f"There is no file {path}. Look at its name and folder.")
    raise NotKnown(
        f"{path.name} is not in the catalog. Index its folder first: "
        f"likeness index {path.absolute().parent}"
    )
