"""Shows the whole way on the bundled sample library: index, name, restore, compare, export."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import NoFaceFound
from desktop_app.domain.face import AssignmentStatus, BBox, Face
from desktop_app.domain.ids import PersonId, RestorationId
from desktop_app.domain.person import Year
from desktop_app.domain.photo import ColourMode, RgbImage, SourcePixels
from desktop_app.domain.progress import Report
from desktop_app.domain.restoration import Restorer, RestoreRequest
from desktop_app.domain.whole_file import write_whole
from desktop_app.faces.matching import identity_similarity
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.display import to_rgb
from desktop_app.imaging.encode import ExportSettings, encode_photo
from desktop_app.imaging.sheet import side_by_side
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.decide_faces import confirm_faces, name_faces
from desktop_app.operations.export_photos import ExportRequest, export_photos
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.fonts import bundled_fonts
from desktop_app.operations.index_folder import index_folder
from desktop_app.operations.kept_restorations import accept_restoration, restored_photo
from desktop_app.operations.likeness_words import likeness_in_words
from desktop_app.operations.restore_photos import restore_photos
from desktop_app.operations.suggest_people import suggest_people
from desktop_app.settings.places import resources

_SAME_FACE = 0.4  # overlap of a found box with the one written in samples.json


@dataclass(frozen=True)
class DemoReport:
    """What was found, what was right, and how near the restored face came to the true photo."""

    faces_expected: int
    faces_found: int
    people_right: int  # of the faces whose person the machine suggested or the demo named
    likeness_before: float  # cosine to the true photo's face, (embedding of the print)
    likeness_after: float
    psnr_before: float  # dB over the face, against the true photo
    psnr_after: float
    words: str  # on the likeness to the person's confirmed faces
    seconds: dict[str, float]
    engine: str
    device: str
    picture: Path
    export: Path
    catalog: Path


@dataclass
class _Clock:
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 2)


@dataclass(frozen=True)
class _Sample:
    """A face that samples.json names, and the face that was found there (None: missed)."""

    file: str
    person: str
    face: Face | None


def run_demo(folder: Path, eyes: Eyes, restorer: Restorer, report: Report) -> DemoReport:
    """Works in `folder`: a catalog of its own, the before/after picture, a report in JSON.

    One face of each person is named by hand, as a user would; every other face must then be
    suggested rightly. The print's face is restored with the two other photos of the same man.
    """
    folder.mkdir(parents=True, exist_ok=True)
    samples = resources() / "samples"
    told = json.loads((samples / "samples.json").read_text("utf-8"))
    clock = _Clock()
    catalog_path = _fresh_catalog(folder)
    with Catalog.open(catalog_path) as catalog:
        with clock.stage("index"):
            folder_id, _ = add_folder(catalog, samples / told["library"])
            thumbnails = ThumbnailStore(folder / "thumbnails", 100_000_000)
            index_folder(catalog, folder_id, eyes, thumbnails, report)
        with clock.stage("people"):
            found = _find_samples(catalog, samples / told["library"], told)
            right = _name_people(catalog, eyes, found, told)
        print_face = next(s.face for s in found if s.file == told["print"]["file"])
        if print_face is None:
            raise NoFaceFound("The face of the sample print was not found. Install Likeness again.")
        with clock.stage("restore"):
            restore_photos(catalog, restorer, [RestoreRequest(print_face.id)], eyes, report)
            restoration = catalog.restorations.of_face(print_face.id)[-1]
        with clock.stage("export"):
            accept_restoration(catalog, restoration.id)
            export = _export(catalog, print_face, restoration.id, folder, report)
        truth = decode_photo(samples / told["print"]["truth"]).image
        before = decode_photo(samples / told["library"] / told["print"]["file"]).image
        after = to_rgb(restored_photo(catalog, [restoration.id]))
    measured = _compare(before, after, truth, print_face, eyes)
    picture = folder / "before-after.png"
    _write_sheet(picture, before, after, truth, print_face, measured)
    assert restoration.likeness is not None
    demo = DemoReport(
        faces_expected=len(found),
        faces_found=sum(sample.face is not None for sample in found),
        people_right=right,
        words=likeness_in_words(restoration.likeness, told["print"]["person"]),
        seconds=clock.seconds,
        engine=restorer.facts.engine,
        device=restorer.facts.device,
        picture=picture,
        export=export,
        catalog=catalog_path,
        **measured,
    )
    with write_whole(folder / "report.json") as file:
        file.write(json.dumps(report_as_values(demo), indent=1).encode())
    return demo


def report_as_values(demo: DemoReport) -> dict[str, Any]:
    """The report for a program to read; paths as text."""
    return {
        name: str(value) if isinstance(value, Path) else value for name, value in vars(demo).items()
    }


def _fresh_catalog(folder: Path) -> Path:
    path = folder / "demo.catalog"
    for old in folder.glob("demo.catalog*"):
        if old.is_file():
            old.unlink()
    return path


def _find_samples(catalog: Catalog, library: Path, told: dict[str, Any]) -> list[_Sample]:
    found = []
    for row in told["faces"]:
        photo = catalog.photos.by_path(library / row["file"])
        faces = catalog.faces.of_photo(photo.id) if photo is not None else []
        box = BBox(*map(float, row["bbox"]))
        nearest = max(faces, key=lambda face: face.bbox.overlap(box), default=None)
        if nearest is not None and nearest.bbox.overlap(box) < _SAME_FACE:
            nearest = None
        found.append(_Sample(row["file"], row["person"], nearest))
    return found


def _name_people(catalog: Catalog, eyes: Eyes, found: list[_Sample], told: dict[str, Any]) -> int:
    """Names one face of each person, confirms right suggestions, and counts the right faces."""
    named: dict[str, PersonId] = {}
    for sample in found:
        if sample.face is not None and sample.person not in named:
            name_faces(catalog, [sample.face.id], sample.person)
            person = catalog.people.by_name(sample.person)
            assert person is not None
            catalog.people.set_years(person.id, Year(told["people"][sample.person]["born"]), None)
            named[sample.person] = person.id
    suggest_people(catalog, eyes.embedder.id)
    right = 0
    for sample in found:
        if sample.face is None:
            continue
        face = catalog.faces.get(sample.face.id)
        if face.person_id == named[sample.person]:
            right += 1
            if face.status is AssignmentStatus.SUGGESTED:
                confirm_faces(catalog, [face.id], named[sample.person])
    return right


def _export(
    catalog: Catalog, face: Face, restoration_id: RestorationId, folder: Path, report: Report
) -> Path:
    path = folder / "restored.jpg"
    settings = ExportSettings(file_format="jpeg", overwrite=True)
    request = ExportRequest(face.photo_id, (restoration_id,), path, settings)
    (outcome,) = export_photos(catalog, [request], report)
    if outcome.problem is not None:
        raise outcome.problem
    return path


def _compare(
    before: RgbImage, after: RgbImage, truth: RgbImage, face: Face, eyes: Eyes
) -> dict[str, float]:
    true_face = eyes.embedder.embed(truth, face.landmarks)
    return {
        "likeness_before": round(
            identity_similarity(eyes.embedder.embed(before, face.landmarks), true_face), 3
        ),
        "likeness_after": round(
            identity_similarity(eyes.embedder.embed(after, face.landmarks), true_face), 3
        ),
        "psnr_before": round(_psnr(_cut(before, face.bbox), _cut(truth, face.bbox)), 2),
        "psnr_after": round(_psnr(_cut(after, face.bbox), _cut(truth, face.bbox)), 2),
    }


def _cut(image: RgbImage, box: BBox, margin: float = 0.0) -> RgbImage:
    height, width = image.shape[:2]
    across, down = box.width * margin, box.height * margin
    left, right = max(0, int(box.left - across)), min(width, int(box.right + across))
    top, bottom = max(0, int(box.top - down)), min(height, int(box.bottom + down))
    return image[top:bottom, left:right]


def _psnr(image: RgbImage, truth: RgbImage) -> float:
    """Peak signal-to-noise ratio of luminance in dB (Rec. 601 weights), brightness aligned.

    The print is faded and toned on purpose, and the restoration keeps that look; so the mean and
    the spread of the luminance are brought to those of the true photo before comparing.
    """
    weights = np.array([0.299, 0.587, 0.114])
    grey, true_grey = image @ weights, truth @ weights
    grey = (grey - grey.mean()) / max(grey.std(), 1e-6) * true_grey.std() + true_grey.mean()
    return float(10 * np.log10(255**2 / max(float(np.mean((grey - true_grey) ** 2)), 1e-9)))


def _write_sheet(
    path: Path,
    before: RgbImage,
    after: RgbImage,
    truth: RgbImage,
    face: Face,
    measured: dict[str, float],
) -> None:
    boxes = [_cut(image, face.bbox, margin=0.6) for image in (before, after, truth)]
    to_truth = "likeness to the true photo"
    sheet = side_by_side(
        [
            (boxes[0], "The old print", f"{to_truth} {measured['likeness_before']:.2f}"),
            (boxes[1], "Restored", f"{to_truth} {measured['likeness_after']:.2f}"),
            (boxes[2], "The true photo", "never shown to the restorer"),
        ],
        bundled_fonts(),
    )
    settings = ExportSettings(file_format="png", overwrite=True)
    encode_photo(SourcePixels(sheet, ColourMode.RGB), path, settings, ExportAbout())
