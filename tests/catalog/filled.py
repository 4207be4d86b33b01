"""A library in which everything was decided that can be, kept as the fixture of a version.

    python -m tests.catalog.filled FOLDER

writes `filled_NNNN.sqlite.gz`, a catalog made by the code of this very version, and beside it
`filled_NNNN.json`, what that code says is in it. A later version must say the same.
"""

import gzip
import json
import sqlite3
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from desktop_app.catalog import Catalog
from desktop_app.catalog.values import Suggestion
from desktop_app.catalog.versions import HEAD
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.person import Year
from desktop_app.domain.photo import DatePrecision, PhotoDate

from .library import MODEL, Library, detected, new_face, vector

ROOT = Path("/family/Fotos von früher")
NAMES = ("Wilhelmine", "Минна", "山田", "Bertha", "Ohne Bild")
SUMMER = PhotoDate(date(1952, 6, 1), date(1952, 8, 31), DatePrecision.RANGE)
YEAR = PhotoDate(date(1961, 1, 1), date(1961, 12, 31), DatePrecision.YEAR)


def fill(catalog: Catalog) -> None:
    """Twelve photos with a face or two, people, and a decision of each kind that there is."""
    library = Library(catalog, ROOT)
    faces = [
        catalog.faces.of_photo(
            library.photo(
                f"{number:02}.jpg", [new_face(number)], taken=YEAR if number < 3 else SUMMER
            )
        )[0].id
        for number in range(10)
    ]
    both = library.photo("beide.jpg", [new_face(20), new_face(21, 400)], size=(1200, 800))
    pair = [face.id for face in catalog.faces.of_photo(both)]
    library.photo(b"kein text \xff.jpg")
    catalog.photos.record_failed(library.found("kaputt.jpg"), "The file is damaged.")
    gone = library.photo("weg.jpg", [new_face(30)])
    catalog.photos.mark_missing([gone])

    first = library.person(NAMES[0], faces[:3])
    second = library.person(NAMES[1], [faces[3], pair[0]])
    third = library.person(NAMES[2], [faces[4]])
    library.person(NAMES[3], [pair[1]])
    catalog.people.add(NAMES[4])
    catalog.people.set_years(first, Year(1931), Year(2004, about=True))
    catalog.people.rename(second, NAMES[1] + " Петрова")
    catalog.people.merge(first, third)
    bertha = catalog.people.by_name(NAMES[3])
    assert bertha is not None
    catalog.people.set_ignored(bertha.id, True)
    catalog.faces.suggest(
        [Suggestion(faces[5], first, 0.61, faces[0]), Suggestion(faces[6], second, 0.47)]
    )
    catalog.faces.reject([faces[6], faces[7]], second)
    catalog.faces.set_status([faces[8]], AssignmentStatus.IGNORED)
    catalog.faces.set_status([faces[9]], AssignmentStatus.NOT_A_FACE)
    quality = new_face(40).quality
    catalog.faces.add_drawn(both, detected(700, 300), quality, vector(41), MODEL)
    catalog.faces.set_clusters({faces[7]: 3})
    catalog.references.pin(first, faces[0])
    catalog.references.exclude(first, faces[1])
    catalog.photos.set_date([both], SUMMER)
    kept = library.restoration(faces[0], faces[1:3], first, crop=b"\x89PNG accepted" * 9)
    library.restoration(faces[3], [pair[0]], second, nearest=NAMES[0])
    catalog.restorations.set_state(kept, type(catalog.restorations.get(kept).state)("accepted"))
    if HEAD >= "0002":
        catalog.photos.turn([both], 90)
        catalog.faces.split([faces[7]], [faces[5]])
    if HEAD >= "0004":
        catalog.people.forget(library.person("Vergessene", [library.faces(1)[0]]))
    if HEAD >= "0007":
        library.photo("rasch.jpg", [new_face(50)], closely=False)


def said(catalog: Catalog) -> dict[str, Any]:
    """Everything that a person would miss, in the words of the catalog's own questions."""
    names = {one.person.id: one.person.name for one in catalog.people.all()}
    photos = catalog.photos.many(catalog.photos.ids())
    every = [face for status in AssignmentStatus for face in catalog.faces.with_status(status)]
    told = {
        "folders": [str(folder.path) for folder in catalog.folders.all()],
        "people": [str((one.person, one.confirmed, one.suggested)) for one in catalog.people.all()],
        "photos": [
            [str(photo.path), photo.state.value, str(photo.taken), getattr(photo, "turned", 0)]
            for photo in photos
        ],
        "failed": [str(photo.path) for photo in catalog.photos.failed()],
        "faces": [
            [
                face.id,
                face.photo_id,
                face.status.value,
                names.get(face.person_id or 0),
                str(face.bbox),
            ]
            for face in sorted(catalog.faces.many(every), key=lambda face: face.id)
        ],
        "embeddings": {
            str(face): [round(float(number), 4) for number in vector[:3]]
            for face, vector in zip(*catalog.faces.embeddings(MODEL), strict=True)
        },
        "rejections": {
            str(face): sorted(names[person] for person in people)
            for face, people in sorted(catalog.faces.rejections().items())
        },
        "references": {
            name: {
                str(face): choice.value
                for face, choice in catalog.references.choices(person).items()
            }
            for person, name in names.items()
        },
        "restorations": [
            [
                kept.face_id,
                list(kept.references),
                kept.state.value,
                kept.stale,
                str(kept.settings),
                str(kept.likeness),
                catalog.restorations.crop(kept.id).hex(),
            ]
            for kept in map(catalog.restorations.get, catalog.restorations.ids())
        ],
    }
    if HEAD >= "0007":
        told["closer looks"] = catalog.photos.closer_looks_left()
    last = catalog.people.last_decision()
    told["last decision"] = None if last is None else str(last.kind)
    return told


def taken_back(catalog: Catalog) -> list[str]:
    """The people after each decision was taken back, down to the first."""
    told = []
    while catalog.people.undo() is not None:
        told.append(" ".join(f"{one.person.name}:{one.confirmed}" for one in catalog.people.all()))
    return told


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "catalog.sqlite"
        with Catalog.open(path) as catalog:
            fill(catalog)
            told = said(catalog)
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("VACUUM")
        connection.close()
        whole = path.read_bytes()
        with Catalog.open(path) as catalog:
            told["taken back"] = taken_back(catalog)
    (folder / f"filled_{HEAD}.sqlite.gz").write_bytes(gzip.compress(whole, 9, mtime=0))
    (folder / f"filled_{HEAD}.json").write_text(json.dumps(told, indent=1) + "\n", "ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
