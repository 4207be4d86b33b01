"""Reads what is to be written out: photos, and the results that will stand in each."""

from dataclasses import dataclass
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.ids import PhotoId, RestorationId
from desktop_app.domain.photo import Photo
from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.restoration import Restoration, RestorationState
from desktop_app.settings.export_presets import ExportPreset, load_presets
from desktop_app.ui.subjects import ExportSubject


@dataclass(frozen=True)
class PhotoToExport:
    """A photo with its results, one a face; without any it is not exported."""

    photo: Photo
    results: tuple[Restoration, ...]
    names: tuple[str, ...]  # of the people restored in it

    @property
    def restoration_ids(self) -> tuple[RestorationId, ...]:
        return tuple(result.id for result in self.results)


@dataclass(frozen=True)
class ExportPage:
    """What the screen shows: photos, and the presets that the user kept."""

    photos: list[PhotoToExport]
    presets: tuple[ExportPreset, ...]


def read_export_page(
    catalog: Catalog, subject: ExportSubject | None, presets: Path, report: Report
) -> ExportPage:
    """The results asked for; for photos their accepted results; without a subject all accepted.

    Photos with nothing accepted come last. Results that are gone, with a person who was forgotten,
    are passed over.
    """
    report(Progress(0, None))
    asked = subject.restoration_ids if subject else ()
    photo_ids = subject.photo_ids if subject else ()
    if subject is None:
        asked = tuple(catalog.restorations.ids(state=RestorationState.ACCEPTED))
    wanted: dict[PhotoId, list[Restoration]] = {photo_id: [] for photo_id in photo_ids}
    for photo_id in photo_ids:
        wanted[photo_id] = [
            result
            for result in catalog.restorations.of_photo(photo_id)
            if result.state is RestorationState.ACCEPTED
        ]
    there = set(catalog.restorations.ids())
    for restoration_id in [each for each in asked if each in there]:
        result = catalog.restorations.get(restoration_id)
        wanted.setdefault(result.photo_id, []).append(result)
    people = {summary.person.id: summary.person.name for summary in catalog.people.all()}
    items = []
    for photo_id, results in wanted.items():
        faces = {result.face_id: result for result in reversed(results)}
        named = [people[r.person_id] for r in faces.values() if r.person_id in people]
        items.append(
            PhotoToExport(catalog.photos.get(photo_id), tuple(faces.values()), tuple(named))
        )
    return ExportPage(sorted(items, key=lambda item: not item.results), load_presets(presets))
