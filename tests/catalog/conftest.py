"""A catalog in a folder of its own, and a small library in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.catalog import Catalog

from .library import Library


@pytest.fixture(scope="session")
def new_catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog as it is made, so that not every test runs the migrations."""
    path = tmp_path_factory.mktemp("new") / "catalog.sqlite"
    Catalog.open(path).close()
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test keeps its catalog; nothing is there yet."""
    return tmp_path / "kept" / "catalog.sqlite"


@pytest.fixture
def catalog(path: Path, new_catalog: Path) -> Iterator[Catalog]:
    path.parent.mkdir(mode=0o700)
    shutil.copy(new_catalog, path)
    with Catalog.open(path) as opened:
        yield opened


@pytest.fixture
def library(catalog: Catalog, tmp_path: Path) -> Library:
    root = tmp_path / "photos"
    root.mkdir()
    return Library(catalog, root)
