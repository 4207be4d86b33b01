"""Says honestly what was done to an exported photo, for the label that goes with the file."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from desktop_app import __version__
from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.photo import Photo
from desktop_app.domain.restoration import Restoration, RestorerFacts, RestoreSettings
from desktop_app.imaging.about import ExportAbout, FaceRegion, RestorationNote
from desktop_app.imaging.content_hash import content_hash
from desktop_app.operations.restore_file import RestoredFile


def describe_export(
    catalog: Catalog, photo: Photo, restorations: Sequence[Restoration]
) -> ExportAbout:
    """The label of an exported photo of the catalog, with the regions of its named faces."""
    names = {summary.person.id: summary.person.name for summary in catalog.people.all()}
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
            )
            for restoration in restorations
        ),
        faces=tuple(
            FaceRegion(face.bbox, names[face.person_id])
            for face in catalog.faces.of_photo(photo.id)
            if face.status is AssignmentStatus.CONFIRMED and face.person_id in names
        ),
    )


def describe_file_export(
    path: Path,
    restored: RestoredFile,
    facts: RestorerFacts,
    settings: RestoreSettings,
    seed: int,
    person: str = "",
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
            ),
        ),
        faces=(FaceRegion(restored.face.bbox, person),),
    )
