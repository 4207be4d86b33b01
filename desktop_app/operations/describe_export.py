"""Says honestly what was done to an exported photo, for the label that goes with the file."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from desktop_app import __version__
from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.photo import Photo
from desktop_app.domain.restoration import (
    Likeness,
    Restoration,
    RestorerFacts,
    RestoreSettings,
)
from desktop_app.imaging.about import ExportAbout, FaceRegion, RestorationNote
from desktop_app.imaging.content_hash import content_hash
from desktop_app.operations.restore_file import RestoredFile


def describe_export(
    catalog: Catalog, photo: Photo, restorations: Sequence[Restoration]
) -> ExportAbout:
    """The label of an exported photo of the catalog, with the regions of its named faces."""
    names = {summary.person.id: summary.person.name for summary in catalog.people.all()}
    faces = catalog.faces.of_photo(photo.id)
    places = {face.id: face.bbox for face in faces}
    return ExportAbout(
        source_path=Path(photo.path),
        source_hash=photo.content_hash,
        made_at=datetime.now(UTC),
        software=f"Likeness {__version__}",
        restorations=tuple(
            RestorationNote(
                person=names.get(restoration.person_id, "") if restoration.person_id else "",
                engine=restoration.engine,
                model_hash=restoration.model_hash,
                strength=restoration.settings.strength,
                references=len(restoration.references),
                seed=restoration.seed,
                keep_tone=restoration.settings.keep_tone,
                grain=restoration.settings.grain,
                reference_hashes=reference_hashes(catalog, restoration),
                device=restoration.device,
                made_at=restoration.made_at,
                likeness=_before_and_after(restoration.likeness),
                bbox=places.get(restoration.face_id),
            )
            for restoration in restorations
        ),
        faces=tuple(
            FaceRegion(face.bbox, names[face.person_id])
            for face in faces
            if face.status is AssignmentStatus.CONFIRMED and face.person_id in names
        ),
        taken=photo.taken,
    )


def reference_hashes(catalog: Catalog, restoration: Restoration) -> tuple[str, ...]:
    """SHA-256 of the files that guided a restoration, as far as the catalog still knows them."""
    faces = catalog.faces.many(restoration.references)
    photos = catalog.photos.many([face.photo_id for face in faces])
    return tuple(dict.fromkeys(photo.content_hash for photo in photos if photo.content_hash))


def _before_and_after(likeness: Likeness | None) -> tuple[float, float] | None:
    return None if likeness is None else (likeness.before, likeness.after)


def describe_file_export(
    path: Path,
    restored: RestoredFile,
    facts: RestorerFacts,
    settings: RestoreSettings,
    seed: int,
    person: str = "",
    references: Sequence[Path] = (),
) -> ExportAbout:
    """The label of a plain file that was restored without the catalog."""
    return ExportAbout(
        source_path=path,
        source_hash=content_hash(path),
        made_at=datetime.now(UTC),
        software=f"Likeness {__version__}",
        restorations=(
            RestorationNote(
                person=person,
                engine=facts.engine,
                model_hash=facts.model_hash,
                strength=settings.strength,
                references=restored.references,
                seed=seed,
                keep_tone=settings.keep_tone,
                grain=settings.grain,
                reference_hashes=tuple(dict.fromkeys(map(content_hash, references))),
                device=facts.device,
                made_at=datetime.now(UTC),
                likeness=_before_and_after(restored.likeness),
                bbox=restored.face.bbox,
            ),
        ),
        faces=(FaceRegion(restored.face.bbox, person),),
    )
