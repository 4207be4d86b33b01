"""`likeness restore`: restores a face of a file, or faces of the catalog."""

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop_app.catalog.catalog import Catalog
from desktop_app.cli.named import person_named, photo_named
from desktop_app.cli.numbers import percent, seed
from desktop_app.cli.signing import add_signing, signed_values, signed_words, signing_asked
from desktop_app.cli.tools import Tools
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import BadRequest, FileVanished, NameTaken, NoReferences
from desktop_app.domain.face import DetectedFace, Face
from desktop_app.domain.ids import PersonId
from desktop_app.domain.photo import Photo
from desktop_app.domain.restoration import Likeness, RestoreSettings
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.credential import Credential, read_credential
from desktop_app.imaging.encode import (
    LOSSLESS,
    ExportSettings,
    check_export,
    encode_photo,
    format_of_suffix,
    what_became,
)
from desktop_app.operations.choose_references import choose_references
from desktop_app.operations.describe_export import describe_file_export
from desktop_app.operations.export_photos import spare_originals
from desktop_app.operations.likeness_words import likeness_in_words
from desktop_app.operations.restore_file import ReferencePhoto, read_reference, restore_file
from desktop_app.operations.restore_waiting import Restored, faces_waiting, restore_waiting


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "restore",
        parents=[common],
        help="restore a face",
        description="Restores a face of PHOTO with references from files (--reference) or from a "
        "person of the catalog (--person) and writes it to --out. Or makes drafts to be judged "
        "later (likeness results review): for all degraded photos of a person (--all-of NAME), or "
        "for everybody in a selection of photos of the catalog (--drafts PHOTO ...).",
        epilog="Exit codes: 0 done, 1 something could not be done (what was finished is kept), "
        "2 wrong arguments, 130 stopped.",
    )
    parser.add_argument("photos", nargs="*", type=Path, metavar="PHOTO")
    parser.add_argument(
        "--reference", type=Path, action="append", default=[], metavar="FILE", help="up to 8"
    )
    parser.add_argument("--person", metavar="NAME", help="take this person's references")
    parser.add_argument("--all-of", metavar="NAME", help="drafts for all photos of this person")
    parser.add_argument("--drafts", action="store_true", help="drafts for the photos named")
    parser.add_argument(
        "--sharp-too", action="store_true", help="with drafts: also faces that are sharp already"
    )
    parser.add_argument("--face", type=int, metavar="N", help="1 is the largest face")
    parser.add_argument("--engine", choices=("compact", "instant-restore"))
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "coreml", "mps"))
    parser.add_argument("--preview", action="store_true", help="roughly and fast (TAESD)")
    parser.add_argument("--seed", type=seed, default=0, help="another one is another try (0)")
    parser.add_argument("--strength", type=percent, default=100, metavar="0-100")
    parser.add_argument("--no-grain", action="store_true", help="do not lay the grain over")
    parser.add_argument("--free-tone", action="store_true", help="do not keep the photo's tone")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the result is written")
    parser.add_argument("--overwrite", action="store_true", help="replace the file at --out")
    add_signing(parser)
    parser.set_defaults(command=_restore)


def _restore(asked: argparse.Namespace, tools: Tools) -> int:
    if asked.all_of is not None or asked.drafts:
        return _restore_drafts(asked, tools)
    if len(asked.photos) > 1:
        raise BadRequest(
            "One photo at a time is written to --out. For several: restore --drafts PHOTO ..."
        )
    if not asked.photos or asked.out is None:
        raise BadRequest("Name a photo and where to write the result: restore PHOTO --out FILE")
    if asked.reference and asked.person:
        raise BadRequest("Take either --reference files or a --person, not both.")
    photo: Path = asked.photos[0]
    export = ExportSettings(
        file_format=format_of_suffix(asked.out),
        keep_place=tools.settings.keep_place,
        overwrite=asked.overwrite,
    )
    credential = _check_before_work(asked, tools, export)
    started = time.perf_counter()
    guided = _of_person(asked, tools) if asked.person is not None else _of_files(asked, tools)
    settings = _settings(asked)
    restored = restore_file(
        photo,
        guided.guides,
        tools.restorer,
        tools.eyes,
        tools.terminal.report("Restoring"),
        face_number=asked.face,
        known_face=guided.face,
        turned=guided.turned,
        seed=asked.seed,
        settings=settings,
        preview=asked.preview,
        max_pixels=tools.max_pixels,
    )
    facts = tools.restorer.facts.previewed if asked.preview else tools.restorer.facts
    about = describe_file_export(
        photo, restored, facts, settings, asked.seed, asked.person or "", guided.files
    )
    encode_photo(restored.after, asked.out, export, about, credential)
    seconds = time.perf_counter() - started
    words = "No references: a blind restoration."
    if restored.likeness is not None:
        words = likeness_in_words(restored.likeness, asked.person or "the references")
    tools.terminal.say(f"{asked.out}: {words}")
    if restored.sharp_already:
        tools.terminal.say("This face is sharp already: restoring may have taken detail. Compare.")
    became = what_became(restored.after, export)
    tools.terminal.say(became)
    if credential is not None:
        tools.terminal.say(signed_words(credential))
    tools.terminal.result(
        {
            "out": str(asked.out),
            "engine": facts.engine,
            "device": facts.device,
            "model_hash": facts.model_hash,
            "seed": asked.seed,
            "strength": asked.strength,
            "faces_found": restored.faces_found,
            "bbox": [round(edge, 1) for edge in restored.face.bbox],
            "references": restored.references,
            "likeness": likeness_values(restored.likeness),
            "sharp_already": restored.sharp_already,
            "lossless": export.file_format in LOSSLESS,
            "writing": became,
            "signed": signed_values(credential),
            "seconds": round(seconds, 2),
        }
    )
    return 0


def _check_before_work(
    asked: argparse.Namespace, tools: Tools, export: ExportSettings
) -> Credential | None:
    """What cannot be written, read or signed is said before the work begins."""
    photo: Path = asked.photos[0]
    check_export(asked.out, replace(export, overwrite=True), ExportAbout())
    for path in (photo, *asked.reference):
        if not path.exists():
            raise FileVanished(f"There is no file {path}. Look at its name and folder.")
        if asked.out.exists() and asked.out.samefile(path):
            raise NameTaken(
                f"{asked.out.name} is one of the photos given, which are never written. "
                "Choose another name."
            )
    check_export(asked.out, export, ExportAbout(source_path=photo))
    if asked.out.exists() and tools.catalog_path.exists():
        spare_originals(tools.catalog_to_read, [asked.out])
    files = signing_asked(asked, tools)
    return None if files is None else read_credential(files)


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


@dataclass(frozen=True)
class _Guided:
    """What guides a restoration, and which face it is where the catalog knows that."""

    guides: list[ReferencePhoto]
    files: tuple[Path, ...]
    face: DetectedFace | None = None
    turned: int = 0  # of the photo, degrees clockwise


def _of_files(asked: argparse.Namespace, tools: Tools) -> _Guided:
    size = tools.restorer.facts.input_size
    guides = [read_reference(p, tools.eyes, size, tools.max_pixels) for p in asked.reference]
    return _Guided(guides, tuple(asked.reference))


def _of_person(asked: argparse.Namespace, tools: Tools) -> _Guided:
    """The person's references, and which face of the photo is theirs where the catalog knows it."""
    catalog = tools.catalog_to_read
    person = person_named(catalog, asked.person)
    asked.person = person.name  # as it is spelled in the catalog
    photo = catalog.photos.by_path(asked.photos[0].absolute())
    theirs = _face_of(catalog, photo, person.id) if photo is not None else None
    chosen = choose_references(catalog, person.id, theirs, model=tools.eyes.embedder.id)
    if not chosen.references:
        raise NoReferences(f"{chosen.why} Confirm some first: likeness people confirm")
    size = tools.restorer.facts.input_size
    guides, files = [], []
    for reference in chosen.references:
        face = catalog.faces.get(reference.face_id)
        of = catalog.photos.get(face.photo_id)
        path = Path(of.path)
        guides.append(
            read_reference(path, tools.eyes, size, tools.max_pixels, face.landmarks, of.turned)
        )
        files.append(path)
        tools.terminal.say(f"  reference {path.name}: {reference.reason}")
    known = None if theirs is None else DetectedFace(theirs.bbox, theirs.landmarks, 1.0)
    return _Guided(guides, tuple(files), known, photo.turned if photo is not None else 0)


def _face_of(catalog: Catalog, photo: Photo, person_id: PersonId) -> Face | None:
    theirs = [face for face in catalog.faces.of_photo(photo.id) if face.person_id == person_id]
    return max(theirs, key=lambda face: face.bbox.width * face.bbox.height, default=None)


def _restore_drafts(asked: argparse.Namespace, tools: Tools) -> int:
    if asked.out is not None:
        raise BadRequest("Drafts are kept in the catalog. Accept them, then: likeness export")
    if asked.all_of is not None and (asked.photos or asked.drafts):
        raise BadRequest("Take either --all-of NAME or --drafts PHOTO ..., not both.")
    if asked.drafts and not asked.photos:
        raise BadRequest("Name the photos: restore --drafts PHOTO ...")
    catalog = tools.catalog
    if asked.all_of is not None:
        waiting = faces_waiting(catalog, person_id=person_named(catalog, asked.all_of).id)
    else:
        photos = [photo_named(catalog, path).id for path in asked.photos]
        waiting = faces_waiting(catalog, photo_ids=list(dict.fromkeys(photos)))
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
    elif not waiting.clear:
        tools.terminal.say(
            "Nothing waits: each face has a result already, no name yet, or no references."
        )
    for problem in done.problems:
        tools.terminal.say(str(problem))
    if waiting.clear and not asked.sharp_too:
        tools.terminal.say(
            "One face is sharp already and was left alone (--sharp-too)."
            if len(waiting.clear) == 1
            else f"{len(waiting.clear)} faces are sharp already and were left alone (--sharp-too)."
        )
    kept = [catalog.restorations.get(i) for i in sorted(done.changes.restorations)]
    names = {summary.person.id: summary.person.name for summary in catalog.people.all()}
    for restoration in kept:
        photo = catalog.photos.get(restoration.photo_id)
        name = names.get(restoration.person_id, "") if restoration.person_id else ""
        words = likeness_in_words(restoration.likeness, name) if restoration.likeness else name
        if restoration.face_id in done.sharp:
            words += "; this face is sharp already, restoring may have taken detail"
        tools.terminal.say(f"draft {restoration.id}: {Path(photo.path).name}: {words}")
    if kept:
        tools.terminal.say("Judge them: likeness results review")
    tools.terminal.result(
        {
            "drafts": [
                {
                    "id": r.id,
                    "photo_id": r.photo_id,
                    "likeness": likeness_values(r.likeness),
                    "sharp_already": r.face_id in done.sharp,
                }
                for r in kept
            ],
            "left_alone": [] if asked.sharp_too else [face.id for face in waiting.clear],
            "problems": [str(problem) for problem in done.problems],
        }
    )
    return int(bool(done.problems))
