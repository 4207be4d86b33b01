"""`likeness restore`: restores a face of a file, or faces of the catalog."""

import argparse
import time
from pathlib import Path
from typing import Any

from desktop_app.cli.people_command import person_named
from desktop_app.cli.tools import Tools
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import BadRequest, NoReferences
from desktop_app.domain.face import Face
from desktop_app.domain.photo import Photo
from desktop_app.domain.restoration import (
    Likeness,
    RestoreSettings,
)
from desktop_app.imaging.encode import ExportSettings, encode_photo, format_of_suffix
from desktop_app.operations.choose_references import choose_references
from desktop_app.operations.describe_export import describe_file_export
from desktop_app.operations.likeness_words import likeness_in_words
from desktop_app.operations.restore_file import ReferencePhoto, read_reference, restore_file
from desktop_app.operations.restore_waiting import Restored, faces_waiting, restore_waiting


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "restore",
        parents=[common],
        help="restore a face",
        description="Restores a face of PHOTO with references from files (--reference) or from a "
        "person of the catalog (--person) and writes it to --out; or, with --all-of, restores "
        "all degraded photos of a person as drafts.",
    )
    parser.add_argument("photo", nargs="?", type=Path, metavar="PHOTO")
    parser.add_argument(
        "--reference", type=Path, action="append", default=[], metavar="FILE", help="up to 8"
    )
    parser.add_argument("--person", metavar="NAME", help="take this person's references")
    parser.add_argument("--all-of", metavar="NAME", help="drafts for all photos of this person")
    parser.add_argument(
        "--sharp-too", action="store_true", help="with --all-of: also faces that are sharp already"
    )
    parser.add_argument("--face", type=int, metavar="N", help="1 is the largest face")
    parser.add_argument("--engine", choices=("compact", "instant-restore"))
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "coreml", "mps"))
    parser.add_argument("--preview", action="store_true", help="roughly and fast (TAESD)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--strength", type=_percent, default=100, metavar="0-100")
    parser.add_argument("--no-grain", action="store_true", help="do not lay the grain over")
    parser.add_argument("--free-tone", action="store_true", help="do not keep the photo's tone")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the result is written")
    parser.add_argument("--overwrite", action="store_true", help="replace the file at --out")
    parser.set_defaults(command=_restore)


def _percent(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError("from 0 to 100")
    return number


def _restore(asked: argparse.Namespace, tools: Tools) -> int:
    if asked.all_of is not None:
        return _restore_all(asked, tools)
    if asked.photo is None or asked.out is None:
        raise BadRequest("Name a photo and where to write the result: restore PHOTO --out FILE")
    if asked.reference and asked.person:
        raise BadRequest("Take either --reference files or a --person, not both.")
    # what cannot be written is said before the work begins
    export = ExportSettings(
        file_format=format_of_suffix(asked.out),
        keep_place=tools.settings.keep_place,
        overwrite=asked.overwrite,
    )
    started = time.perf_counter()
    if asked.person is not None:
        guides, asked.face = _guides_of_person(asked, tools)
    else:
        guides = [
            read_reference(path, tools.eyes, tools.restorer.facts.input_size, tools.max_pixels)
            for path in asked.reference
        ]
    settings = _settings(asked)
    restored = restore_file(
        asked.photo,
        guides,
        tools.restorer,
        tools.eyes,
        tools.terminal.report("Restoring"),
        face_number=asked.face,
        seed=asked.seed,
        settings=settings,
        preview=asked.preview,
        max_pixels=tools.max_pixels,
    )
    facts = tools.restorer.facts.previewed if asked.preview else tools.restorer.facts
    about = describe_file_export(
        asked.photo, restored, facts, settings, asked.seed, asked.person or ""
    )
    encode_photo(restored.after, asked.out, export, about)
    seconds = time.perf_counter() - started
    words = "No references: a blind restoration."
    if restored.likeness is not None:
        words = likeness_in_words(restored.likeness, asked.person or "the references")
    tools.terminal.say(f"{asked.out}: {words}")
    tools.terminal.result(
        {
            "out": str(asked.out),
            "engine": facts.engine,
            "device": facts.device,
            "model_hash": facts.model_hash,
            "seed": asked.seed,
            "faces_found": restored.faces_found,
            "bbox": [round(edge, 1) for edge in restored.face.bbox],
            "references": restored.references,
            "likeness": likeness_values(restored.likeness),
            "seconds": round(seconds, 2),
        }
    )
    return 0


def _settings(asked: argparse.Namespace) -> RestoreSettings:
    return RestoreSettings(
        strength=asked.strength / 100, keep_tone=not asked.free_tone, grain=not asked.no_grain
    )


def likeness_values(likeness: Likeness | None) -> dict[str, Any] | None:
    if likeness is None:
        return None
    return {
        "before": round(likeness.before, 3),
        "after": round(likeness.after, 3),
        "spread": round(likeness.spread, 3),
        "faces": likeness.faces,
        "fell": likeness.fell,
    }


def _guides_of_person(
    asked: argparse.Namespace, tools: Tools
) -> tuple[list[ReferencePhoto], int | None]:
    """The person's references, and which face of the photo is theirs where the catalog knows it."""
    catalog = tools.catalog_to_read
    person = person_named(catalog, asked.person)
    photo = catalog.photos.by_path(asked.photo.absolute())
    theirs, number = _face_of(tools, photo, person.id) if photo is not None else (None, None)
    chosen = choose_references(catalog, person.id, theirs, model=tools.eyes.embedder.id)
    if not chosen.references:
        raise NoReferences(f"{chosen.why} Confirm some first: likeness people confirm")
    size = tools.restorer.facts.input_size
    guides = []
    for reference in chosen.references:
        face = catalog.faces.get(reference.face_id)
        path = Path(catalog.photos.get(face.photo_id).path)
        guides.append(read_reference(path, tools.eyes, size, tools.max_pixels, face.landmarks))
        tools.terminal.say(f"  reference {path.name}: {reference.reason}")
    return guides, asked.face if asked.face is not None else number


def _face_of(tools: Tools, photo: Photo, person_id: int) -> tuple[Face | None, int | None]:
    faces = sorted(
        tools.catalog_to_read.faces.of_photo(photo.id),
        key=lambda face: -face.bbox.width * face.bbox.height,
    )
    for number, face in enumerate(faces, start=1):
        if face.person_id == person_id:
            return face, number
    return None, None


def _restore_all(asked: argparse.Namespace, tools: Tools) -> int:
    catalog = tools.catalog
    person = person_named(catalog, asked.all_of)
    waiting = faces_waiting(catalog, person_id=person.id)
    wanted = waiting.faces + (waiting.clear if asked.sharp_too else ())
    done = Restored(CatalogChanges(), {}, ())
    if wanted:
        done = restore_waiting(
            catalog,
            tools.restorer,
            wanted,
            tools.eyes,
            tools.terminal.report("Restoring"),
            tools.max_pixels,
            settings=_settings(asked),
            seed=asked.seed,
            preview=asked.preview,
        )
    for problem in done.problems:
        tools.terminal.say(str(problem))
    if waiting.clear and not asked.sharp_too:
        tools.terminal.say(
            f"{len(waiting.clear)} faces are sharp already and were left alone (--sharp-too)."
        )
    kept = [catalog.restorations.get(i) for i in sorted(done.changes.restorations)]
    for restoration in kept:
        photo = catalog.photos.get(restoration.photo_id)
        words = likeness_in_words(restoration.likeness, person.name) if restoration.likeness else ""
        tools.terminal.say(f"draft {restoration.id}: {Path(photo.path).name}: {words}")
    tools.terminal.result(
        {
            "drafts": [
                {"id": r.id, "photo_id": r.photo_id, "likeness": likeness_values(r.likeness)}
                for r in kept
            ],
            "left_alone": [] if asked.sharp_too else [face.id for face in waiting.clear],
            "problems": [str(problem) for problem in done.problems],
        }
    )
    return 0
