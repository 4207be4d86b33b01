"""Work that is killed: what it starts from, what it acknowledges, what it comes to in the end."""

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from desktop_app.catalog import Catalog, restore_backup
from desktop_app.catalog.versions import HEAD, STEPS, Steps
from desktop_app.domain.face import BBox, DetectedFace, Embedding, Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.domain.progress import silent
from desktop_app.domain.restoration import RestoreRequest
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.encode import ExportSettings
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.decide_faces import name_faces
from desktop_app.operations.export_photos import ExportRequest, export_photo
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.forget_person import finish_forgetting, forget_person
from desktop_app.operations.index_folder import index_folder
from desktop_app.operations.look_closer import look_closer
from desktop_app.operations.restore_photos import restore_photos
from tests.operations.conftest import MirrorRestorer
from tests.operations.two_looks import TwoLooks

PHOTOS = 14
PEOPLE = 12
Acknowledge = Callable[[str], None]


class MiddleDetector:
    """Finds one face in the middle of every photo."""

    id = "middle"

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        height, width = image.shape[:2]
        points = [(0.35, 0.4), (0.65, 0.4), (0.5, 0.55), (0.38, 0.7), (0.62, 0.7)]
        landmarks = np.array(points, np.float32) * np.array([width, height], np.float32)
        box = BBox(width * 0.2, height * 0.2, width * 0.8, height * 0.8)
        return [DetectedFace(box, landmarks, 0.9)]


class HashEmbedder:
    """Describes a face by what the photo's pixels hash to."""

    id = "hash"
    dimensions = 64

    def embed(self, image: RgbImage, landmarks: Landmarks) -> Embedding:
        seed = int.from_bytes(hashlib.sha256(image.tobytes()).digest()[:4], "big")
        made = np.random.default_rng(seed).normal(size=64).astype(np.float32)
        return np.asarray(made / np.linalg.norm(made), np.float32)


EYES = Eyes(MiddleDetector(), HashEmbedder())


def make_photos(folder: Path) -> None:
    folder.mkdir(parents=True)
    generator = np.random.default_rng(8)
    for number in range(PHOTOS):
        pixels = cv2.resize(generator.integers(0, 255, (12, 12, 3), np.uint8), (160, 160))
        cv2.imwrite(str(folder / f"{number:02}.png"), pixels)


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


@dataclass(frozen=True)
class Scene:
    """One kind of work. `run` may be called again and then goes on from where it is."""

    prepare: Callable[[Home], None]
    run: Callable[[Home, Acknowledge], None]
    facts: Callable[[Home], Any]  # what it came to, to be compared with an unbroken run
    lost: Callable[[Home, Sequence[str]], list[str]]  # of what was acknowledged


def _nothing_lost(home: Home, acknowledged: Sequence[str]) -> list[str]:
    return []


# Indexing


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


# Naming


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


# Merging


def _prepare_people(home: Home) -> None:
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


# Restoring


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


# Exporting


def _prepare_export(home: Home) -> None:
    _prepare_people(home)
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


# Migrating


def _prepare_old(home: Home) -> None:
    with Catalog.open(home.catalog, steps=Steps(STEPS, "0001")) as catalog:
        for number in range(300):
            catalog.people.add(f"Person {number}")


def _run_migrating(home: Home, acknowledge: Acknowledge) -> None:
    Catalog.open(home.catalog).close()
    acknowledge("migrated")


def _migrated(home: Home) -> Any:
    with Catalog.open(home.catalog) as catalog:
        people = [one.person.name for one in catalog.people.all()]
        assert catalog.backups(), "no backup was made before the step"
        assert _people_in(catalog.backups()[-1]) == sorted(people)
    return [catalog.path.name, people]


def _lost_migration(home: Home, acknowledged: Sequence[str]) -> list[str]:
    connection = sqlite3.connect(home.catalog)
    schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    connection.close()
    wrong = [] if schema in ("0001", HEAD) else [f"a schema of nobody: {schema}"]
    return wrong + (["migrated"] if acknowledged and schema != HEAD else [])


# Backing up, and bringing a backup back

_BACKUPS = 4


def _run_backing_up(home: Home, acknowledge: Acknowledge) -> None:
    with Catalog.open(home.catalog) as catalog:
        while len(catalog.backups()) < _BACKUPS:
            acknowledge(catalog.backup_beside().name)


def _backed_up(home: Home) -> Any:
    with Catalog.open(home.catalog) as catalog:
        kept = catalog.backups()
    left = [each.name for each in kept[0].parent.iterdir() if each not in kept]
    return [[_people_in(each) for each in kept], left]


def _lost_backups(home: Home, acknowledged: Sequence[str]) -> list[str]:
    folder = home.catalog.parent / "likeness-backups"
    there = {each.name: each for each in folder.glob("*.sqlite")}
    for each in there.values():
        _people_in(each)
    return [name for name in acknowledged if name not in there]


def _people_in(backup: Path) -> list[str]:
    """Raises where the backup is not whole."""
    connection = sqlite3.connect(f"{backup.as_uri()}?mode=ro", uri=True)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], backup.name
    people = sorted(row[0] for row in connection.execute("SELECT name FROM people"))
    connection.close()
    return people


def _prepare_backup(home: Home) -> None:
    _prepare_people(home)
    with Catalog.open(home.catalog) as catalog:
        catalog.backup_beside()
    # as after a kill: the log is full of what the backup does not know
    with Catalog.open(home.catalog) as catalog:
        catalog.people.add("Later")
        for end in ("", "-wal"):
            shutil.copy(f"{home.catalog}{end}", f"{home.catalog}.kept{end}")
    for end in ("", "-wal"):
        Path(f"{home.catalog}.kept{end}").replace(f"{home.catalog}{end}")


def _run_bringing_back(home: Home, acknowledge: Acknowledge) -> None:
    with Catalog.open(home.catalog) as catalog:
        if catalog.people.by_name("Later") is None:
            return
        (backup,) = catalog.backups()
        log = Path(f"{home.catalog}-wal").read_bytes()
    Path(f"{home.catalog}-wal").write_bytes(log)
    restore_backup(home.catalog, backup)
    acknowledge("brought back")


def _brought_back(home: Home) -> Any:
    with Catalog.open(home.catalog) as catalog:
        people = [one.person.name for one in catalog.people.all()]
    aside = [p for p in home.catalog.parent.glob("likeness-replaced-*") if p.suffix == ".catalog"]
    return [people, len(aside), sorted(p.name for p in home.catalog.parent.glob("*.brought-back"))]


def _lost_return(home: Home, acknowledged: Sequence[str]) -> list[str]:
    with Catalog.open(home.catalog) as catalog:
        people = {one.person.name for one in catalog.people.all()}
    if not people - {"Later"}:
        return ["everybody"]
    return ["brought back"] if acknowledged and "Later" in people else []


# Forgetting


def _prepare_forgetting(home: Home) -> None:
    _prepare_people(home)
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


SCENES = {
    "indexing": Scene(lambda home: None, _run_index, _indexed, _nothing_lost),
    "naming": Scene(Home.index, _run_naming, _named, _lost_names),
    "merging": Scene(_prepare_people, _run_merging, _named, _lost_merges),
    "restoring": Scene(_prepare_people, _run_restoring, _restored, _lost_restorations),
    "exporting": Scene(_prepare_export, _run_exporting, _exported, _lost_exports),
    "migrating": Scene(_prepare_old, _run_migrating, _migrated, _lost_migration),
    "backing up": Scene(_prepare_people, _run_backing_up, _backed_up, _lost_backups),
    "forgetting": Scene(_prepare_forgetting, _run_forgetting, _forgotten, _lost_forgetting),
    "bringing back": Scene(_prepare_backup, _run_bringing_back, _brought_back, _lost_return),
}


def damage(home: Home) -> list[str]:
    """What is wrong with the catalog as the kill left it; opening it is part of the question."""
    with Catalog.open(home.catalog) as catalog:
        return catalog.check()
