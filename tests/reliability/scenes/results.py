"""Faces are restored, and photos with their results exported."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop_app.catalog import Catalog
from desktop_app.domain.progress import silent
from desktop_app.domain.restoration import RestoreRequest
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.encode import ExportSettings
from desktop_app.operations.export_photos import ExportRequest, export_photo
from desktop_app.operations.restore_photos import restore_photos
from tests.operations.conftest import MirrorRestorer
from tests.stand_in_eyes import EYES

from .people import prepare_people
from .scene import Acknowledge, Home, Scene


def _run_restoring(home: Home, acknowledge: Acknowledge) -> None:
    restorer = MirrorRestorer()
    with Catalog.open(home.catalog) as catalog:
        faces = home.faces(catalog)
        for number, face in enumerate(faces[:8]):
            if not catalog.restorations.of_face(face):
                guides = (faces[number + 1], faces[number + 2])
                restore_photos(catalog, restorer, [RestoreRequest(face, guides)], EYES, silent)
                acknowledge(str(face))


def _restored(home: Home) -> Any:
    with Catalog.open(home.catalog) as catalog:
        return [
            [hashlib.sha256(catalog.restorations.crop(each.id)).hexdigest(), each.state.value]
            for face in home.faces(catalog)
            for each in catalog.restorations.of_face(face)
        ]


def _lost_restorations(home: Home, acknowledged: Sequence[str]) -> list[str]:
    with Catalog.open(home.catalog) as catalog:
        return [face for face in acknowledged if not catalog.restorations.of_face(int(face))]


def _prepare_export(home: Home) -> None:
    prepare_people(home)
    _run_restoring(home, lambda _: None)
    home.out.mkdir()
    (home.out / "00.tif").write_bytes(b"the export of yesterday")


def _run_exporting(home: Home, acknowledge: Acknowledge) -> None:
    formats = (".tif", ".png", ".jpg", ".webp")
    known = {"tif": "tiff", "jpg": "jpeg"}
    with Catalog.open(home.catalog) as catalog:
        for number, face in enumerate(home.faces(catalog)[:8]):
            path = home.out / f"{number:02}{formats[number % 4]}"
            if path.exists() and path.stat().st_size > 100:
                continue
            kind = path.suffix[1:]
            settings = ExportSettings(known.get(kind, kind), overwrite=True)
            photo_id = catalog.faces.get(face).photo_id
            (restoration,) = catalog.restorations.of_face(face)
            export_photo(catalog, ExportRequest(photo_id, (restoration.id,), path, settings))
            acknowledge(path.name)


def _exported(home: Home) -> Any:
    return {path.name: _pixels(path) for path in sorted(home.out.iterdir())}


def _pixels(path: Path) -> str:
    if path.stat().st_size < 100:
        return path.read_bytes().decode()
    return hashlib.sha256(decode_photo(path).image.tobytes()).hexdigest()


def _lost_exports(home: Home, acknowledged: Sequence[str]) -> list[str]:
    there = _exported(home)  # decodes all: half a file under its own name does not pass
    return [name for name in acknowledged if name not in there]


RESTORING = Scene(prepare_people, _run_restoring, _restored, _lost_restorations)
EXPORTING = Scene(_prepare_export, _run_exporting, _exported, _lost_exports)
