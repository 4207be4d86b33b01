"""Names come in from the user's files and go out into sidecars; the user's word always stays."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import NotPermitted
from desktop_app.domain.face import AssignmentStatus, BBox, Face
from desktop_app.domain.photo import Photo
from desktop_app.domain.progress import Cancelled, Progress, silent
from desktop_app.imaging.face_tags.frame import turned_back
from desktop_app.imaging.face_tags.reading import sidecar_of
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.decide_faces import (
    confirm_faces,
    ignore_faces,
    name_faces,
    reject_faces,
    undo_decision,
)
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.import_names import (
    NameOutcome,
    NamesReport,
    import_names,
    photos_to_ask,
)
from desktop_app.operations.index_folder import index_folder
from desktop_app.operations.match_names import pairs
from desktop_app.operations.write_sidecars import SidecarsReport, write_sidecars
from tests.imaging import pictures
from tests.imaging.face_tags import layouts

from .conftest import OFFICE, PRINT, SPEECH

Names = Callable[..., NamesReport]


@pytest.fixture
def library(indexed: Path) -> Iterator[Path]:
    """The shared library; what a test laid beside the photos is taken away again."""
    yield indexed / "library"
    for left in [*indexed.rglob("*.xmp"), *indexed.rglob(".picasa.ini")]:
        left.unlink()


@pytest.fixture
def names(catalog: Catalog, eyes: Eyes) -> Names:
    def run(**options: object) -> NamesReport:
        return import_names(
            catalog,
            photos_to_ask(catalog),
            lambda: eyes,
            silent,
            **options,  # type: ignore[arg-type]
        )

    return run


def outcomes(report: NamesReport) -> list[tuple[str, NameOutcome]]:
    return [(one.name, one.outcome) for one in report.found]


def photo_of(catalog: Catalog, face: Face) -> Photo:
    return catalog.photos.get(face.photo_id)


def parts_of(catalog: Catalog, face: Face, grown: float = 0.0) -> BBox:
    """The face's box in parts of its photo, grown on every side by a part of its size."""
    photo, box = photo_of(catalog, face), face.bbox
    across, down = box.width * grown, box.height * grown
    return BBox(
        (box.left - across) / photo.width,
        (box.top - down) / photo.height,
        (box.right + across) / photo.width,
        (box.bottom + down) / photo.height,
    )


def tag(catalog: Catalog, face: Face, name: str, grown: float = 0.0) -> Path:
    """A sidecar by another program that names this face."""
    photo = photo_of(catalog, face)
    sidecar = sidecar_of(Path(photo.path))
    box = parts_of(catalog, face, grown)
    sidecar.write_bytes(layouts.digikam([(name, box)], (photo.width, photo.height)))
    return sidecar


def written(catalog: Catalog, **options: bool) -> SidecarsReport:
    return write_sidecars(catalog, photos_to_ask(catalog), silent, **options)


def people_in(catalog: Catalog) -> list[tuple[str, str, list[int]]]:
    """Who is where: the photo's name, the person, the rounded centre of the face."""
    found = []
    for summary in catalog.people.all():
        for face in catalog.faces.of_person(summary.person.id, AssignmentStatus.CONFIRMED):
            centre = np.array([face.bbox.left + face.bbox.right, face.bbox.top + face.bbox.bottom])
            place = [int(value) for value in (centre / 2).round()]
            found.append((Path(photo_of(catalog, face).path).name, summary.person.name, place))
    return sorted(found)


@pytest.mark.parametrize("grown", [-0.1, 0.0, 0.4, 0.9])
def test_a_face_named_in_a_file_is_confirmed_however_its_box_was_drawn(
    catalog: Catalog, library: Path, names: Names, face_in: Callable[[str], Face], grown: float
) -> None:
    face = face_in(OFFICE)
    tag(catalog, face, "Barack Obama", grown)
    before = len(catalog.faces.of_photo(face.photo_id))
    report = names()
    assert outcomes(report) == [("Barack Obama", NameOutcome.CONFIRMED)]
    assert report.people == [("Barack Obama", 1)]
    now = catalog.faces.get(face.id)
    assert now.status is AssignmentStatus.CONFIRMED
    assert len(catalog.faces.of_photo(face.photo_id)) == before


def test_a_second_import_changes_nothing_and_one_undo_takes_the_first_back(
    catalog: Catalog, library: Path, names: Names, face_in: Callable[[str], Face]
) -> None:
    for photo in (OFFICE, SPEECH, PRINT):
        tag(catalog, face_in(photo), "Barack Obama")
    assert names(dry_run=True).new == 3
    assert catalog.people.all() == []
    assert names().new == 3
    again = names()
    assert {outcome for _, outcome in outcomes(again)} == {NameOutcome.KNOWN}
    assert not again.changes
    undo_decision(catalog)
    assert catalog.people.all() == []
    assert undo_decision(catalog) is None


def test_a_backup_is_made_before_names_come_in_but_not_for_a_trial(
    catalog: Catalog, face_in: Callable[[str], Face], names: Names
) -> None:
    name_faces(catalog, [face_in(OFFICE).id], "Anna")
    names(dry_run=True)
    assert catalog.backups() == []
    names()
    (backup,) = catalog.backups()
    assert "before-names-from-files" in backup.name


def test_what_the_user_decided_is_reported_and_not_changed(
    catalog: Catalog, library: Path, names: Names, face_in: Callable[[str], Face]
) -> None:
    office, speech, old_print = face_in(OFFICE), face_in(SPEECH), face_in(PRINT)
    name_faces(catalog, [office.id], "Somebody Else")
    ignore_faces(catalog, [speech.id])
    person = catalog.people.add("Barack Obama")
    reject_faces(catalog, [old_print.id], person)
    for face in (office, speech, old_print):
        tag(catalog, face, "barack  OBAMA")
    report = names()
    assert report.count(NameOutcome.CONFLICT) == 3
    assert not report.changes
    words = " ".join(one.words for one in report.found)
    assert "Somebody Else, which stays" in words
    assert "you ignored this face" in words
    assert "you said that this is somebody else" in words
    assert catalog.people.get(catalog.faces.get(office.id).person_id).name == "Somebody Else"
    assert catalog.faces.get(speech.id).status is AssignmentStatus.IGNORED


def test_a_forgotten_name_stays_out_until_the_user_gives_it_again(
    catalog: Catalog, library: Path, names: Names, face_in: Callable[[str], Face]
) -> None:
    tag(catalog, face_in(OFFICE), "Barack Obama")
    tag(catalog, face_in(PRINT), "Barack Obama")
    names()
    (person,) = catalog.people.all()
    catalog.people.rename(person.person.id, "Barry")
    catalog.people.forget(person.person.id)
    faces = catalog.facts().faces
    report = names()
    assert {outcome for _, outcome in outcomes(report)} == {NameOutcome.FORGOTTEN}
    assert all("forgotten" in one.words for one in report.found)
    assert not report.changes
    assert catalog.people.all() == []
    assert catalog.facts().faces == faces
    name_faces(catalog, [face_in(SPEECH).id], "barack obama")
    assert names().new == 2


def test_a_person_named_like_another_but_for_case_is_that_person(
    catalog: Catalog, library: Path, names: Names, face_in: Callable[[str], Face]
) -> None:
    person = catalog.people.add("Zoë Müller")
    confirm_faces(catalog, [face_in(SPEECH).id], person)
    tag(catalog, face_in(OFFICE), "ZOE\u0308 MU\u0308LLER")
    names()
    assert [one.person.name for one in catalog.people.all()] == ["Zoë Müller"]
    assert len(catalog.faces.of_person(person)) == 2


def test_a_named_region_without_a_found_face_is_drawn_once(
    catalog: Catalog, library: Path, names: Names, face_in: Callable[[str], Face]
) -> None:
    face = face_in(OFFICE)
    photo = photo_of(catalog, face)
    corner = BBox(0.02, 0.8, 0.14, 0.96)  # no face is there
    sidecar = sidecar_of(Path(photo.path))
    size = (photo.width, photo.height)
    sidecar.write_bytes(layouts.lightroom([("Ann", corner), ("Far", BBox(0.9, 2, 1, 3))], size))
    report = names()
    assert outcomes(report) == [("Ann", NameOutcome.DRAWN)]
    assert "region of Far lies outside" in report.problems[0][1]
    drawn = [one for one in catalog.faces.of_photo(photo.id) if one.drawn_by_hand]
    assert [one.status for one in drawn] == [AssignmentStatus.CONFIRMED]
    assert outcomes(names()) == [("Ann", NameOutcome.KNOWN)]
    undo_decision(catalog)
    assert not [one for one in catalog.faces.of_photo(photo.id) if one.drawn_by_hand]


def test_files_that_contradict_one_another_are_told(
    catalog: Catalog, library: Path, names: Names, face_in: Callable[[str], Face]
) -> None:
    face = face_in(OFFICE)
    path = Path(photo_of(catalog, face).path)
    tag(catalog, face, "Barack Obama")
    box = parts_of(catalog, face)
    (path.parent / ".picasa.ini").write_bytes(layouts.picasa(path.name, [("Mr President", box)]))
    report = names()
    assert outcomes(report) == [("Barack Obama", NameOutcome.CONFIRMED)]
    assert "says Mr President where" in report.problems[0][1]


def test_two_names_for_one_face_in_one_file_are_told(
    catalog: Catalog, library: Path, names: Names, face_in: Callable[[str], Face]
) -> None:
    face = face_in(OFFICE)
    photo, box = photo_of(catalog, face), parts_of(catalog, face)
    both = layouts.lightroom([("Ann", box), ("Bob", box)], (photo.width, photo.height))
    sidecar_of(Path(photo.path)).write_bytes(both)
    report = names()
    assert outcomes(report) == [("Ann", NameOutcome.CONFIRMED), ("Bob", NameOutcome.CONFLICT)]
    assert "name one face twice" in report.found[1].words


def test_a_photo_changed_since_is_to_be_looked_at_first(
    catalog: Catalog, library: Path, names: Names, face_in: Callable[[str], Face], eyes: Eyes
) -> None:
    face = face_in(OFFICE)
    tag(catalog, face, "Ann")
    path = Path(photo_of(catalog, face).path)
    original = path.read_bytes()
    try:
        with Image.open(path) as image:
            image.resize((image.width // 2, image.height // 2)).save(path)
        report = names()
    finally:
        path.write_bytes(original)
    assert report.found == ()
    assert "changed since it was last looked at" in report.problems[0][1]


def test_a_cancelled_import_keeps_its_work(
    catalog: Catalog, library: Path, eyes: Eyes, face_in: Callable[[str], Face]
) -> None:
    for photo in (OFFICE, SPEECH, PRINT):
        tag(catalog, face_in(photo), "Barack Obama")

    def stop(progress: Progress) -> None:
        if catalog.people.all():
            raise Cancelled

    with pytest.raises(Cancelled):
        import_names(catalog, photos_to_ask(catalog), lambda: eyes, stop)
    assert catalog.people.all()[0].confirmed == 1


def test_a_cancelled_import_stops_between_the_faces_of_a_photo(
    catalog: Catalog, library: Path, eyes: Eyes, face_in: Callable[[str], Face]
) -> None:
    photo = photo_of(catalog, face_in(OFFICE))
    corners = [(name, BBox(left, 0.8, left + 0.12, 0.96)) for name, left in (("A", 0), ("B", 0.2))]
    tags = layouts.lightroom(corners, (photo.width, photo.height))
    sidecar_of(Path(photo.path)).write_bytes(tags)
    asked = [photo.id]

    def stop(progress: Progress) -> None:
        if len(catalog.faces.of_photo(photo.id)) > 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        import_names(catalog, asked, lambda: eyes, stop)
    assert [one.person.name for one in catalog.people.all()] == ["A"]


@pytest.fixture(scope="module")
def off_the_middle(eyes: Eyes, indexed: Path) -> np.ndarray:
    """A small photo with one face in its upper left, so that no wrong turn can meet it."""
    photo = Image.open(indexed / "library" / SPEECH).convert("RGB")
    face = max(eyes.detector.detect(np.asarray(photo)), key=lambda face: face.bbox.width)
    left, top, right, bottom = face.bbox
    across, down = right - left, bottom - top
    edges = (left - across, top - down, right + 4 * across, bottom + 2 * down)
    cut = photo.crop(tuple(round(edge) for edge in edges))
    cut.thumbnail((320, 320))
    return np.asarray(cut)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("as_shown", [False, True])
def test_names_meet_their_faces_under_every_orientation(
    tmp_path: Path, eyes: Eyes, off_the_middle: np.ndarray, orientation: int, as_shown: bool
) -> None:
    """The file's size or the face found tells which frame the regions mean."""
    cut = off_the_middle
    exif = pictures.exif_of(orientation=orientation)
    folder = tmp_path / "photos"
    folder.mkdir()
    stored = pictures.stored_for(cut, orientation)
    photo = pictures.save(folder / "p.jpg", stored, exif=exif, quality=95)
    with Catalog.open(tmp_path / "own" / "catalog") as catalog:
        folder_id, _ = add_folder(catalog, folder)
        index_folder(catalog, folder_id, eyes, ThumbnailStore(tmp_path / "t", 10**7), silent)
        faces = catalog.faces.of_photo(photos_to_ask(catalog)[0])
        face = max(faces, key=lambda one: one.bbox.width)
        area = parts_of(catalog, face)
        if not as_shown:
            area = turned_back(area, orientation)
        frame = cut.shape[1::-1] if as_shown else stored.shape[1::-1]
        sidecar_of(photo).write_bytes(layouts.lightroom([("Ann", area)], frame))
        report = import_names(catalog, photos_to_ask(catalog), lambda: eyes, silent)
        assert outcomes(report) == [("Ann", NameOutcome.CONFIRMED)], report.problems
        assert catalog.faces.get(face.id).status is AssignmentStatus.CONFIRMED


def test_a_catalog_rebuilt_from_the_sidecars_has_the_same_people(
    named: Catalog, library: Path, names: Names, tmp_path: Path, eyes: Eyes
) -> None:
    photos = photos_to_ask(named)
    photo = named.photos.get(photos[0])
    corner = BBox(0.02, 0.8, 0.14, 0.96)
    size = (photo.width, photo.height)
    other = Path(photo.path).with_suffix(".xmp")
    other.write_bytes(layouts.lightroom([("大田 Åse", corner)], size))
    names()
    originals = {path: path.read_bytes() for path in library.rglob("*.jpg")}
    report = written(named)
    assert report.problems == ()
    assert len(report.written) == len({row[0] for row in people_in(named)})
    assert {path: path.read_bytes() for path in originals} == originals
    assert written(named).written == ()
    other.unlink()
    with Catalog.open(tmp_path / "rebuilt" / "catalog") as rebuilt:
        folder_id, _ = add_folder(rebuilt, library)
        index_folder(rebuilt, folder_id, eyes, ThumbnailStore(tmp_path / "t", 10**8), silent)
        imported = import_names(rebuilt, photos_to_ask(rebuilt), lambda: eyes, silent)
        assert imported.problems == ()
        assert people_in(rebuilt) == people_in(named)


def test_sidecars_follow_the_catalog_and_forgotten_people_leave_them(
    named: Catalog, library: Path, face_in: Callable[[str], Face]
) -> None:
    foreign = tag(named, face_in(OFFICE), "Their Own")
    theirs = foreign.read_bytes()
    assert len(written(named, dry_run=True).written) == 3
    assert foreign.read_bytes() == theirs
    written(named)
    person = named.people.all()[0].person
    named.people.rename(person.id, "Barack H. Obama")
    assert len(written(named, only_kept=True).written) == 3
    assert b"Barack H. Obama" in foreign.read_bytes()
    photos = photos_to_ask(named)
    named.people.forget(person.id)
    assert len(write_sidecars(named, photos, silent, only_kept=True).written) == 3
    assert foreign.read_bytes() == theirs
    assert list(library.rglob("*.xmp")) == [foreign]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_photo_turned_by_the_user_keeps_its_names_in_place(
    named: Catalog, library: Path, names: Names, face_in: Callable[[str], Face], degrees: int
) -> None:
    written(named)
    before = {path: path.read_bytes() for path in library.rglob("*.xmp")}
    face = face_in(OFFICE)
    named.photos.turn([face.photo_id], degrees)
    report = written(named)
    assert (report.written, report.problems) == ((), ())
    assert {path: path.read_bytes() for path in library.rglob("*.xmp")} == before
    assert [outcome for _, outcome in outcomes(names())] == [NameOutcome.KNOWN] * 3
    named.faces.set_status([face.id], AssignmentStatus.NONE)
    assert names().count(NameOutcome.CONFIRMED) == 1
    assert named.faces.get(face.id).status is AssignmentStatus.CONFIRMED


def test_a_folder_that_may_not_be_written_is_told_for_each_photo(
    named: Catalog, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, **_: object) -> None:
        raise NotPermitted(f"{path.name} may not be written.")

    monkeypatch.setattr("desktop_app.imaging.face_tags.sidecar.write_whole", refuse)
    report = written(named)
    assert len(report.problems) == 3
    assert "may not be written" in report.problems[0][1]
    assert list(library.rglob("*.xmp")) == []


def test_each_region_and_each_face_is_used_once() -> None:
    face, near = BBox(0, 0, 10, 10), BBox(8, 0, 18, 10)
    assert pairs([BBox(1, 0, 11, 10), BBox(7, 0, 17, 10)], [near, face]) == {0: 1, 1: 0}
    assert pairs([BBox(0, 0, 10, 10)] * 2, [face]) == {0: 0}
    assert pairs([BBox(-8, -8, 18, 18)], [face]) == {0: 0}
    assert pairs([BBox(-18, -18, 28, 28)], [face]) == {}
