"""Photos: found, read, failed, missing, moved, dated, searched."""

import os
import sqlite3
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, event

from desktop_app.catalog import FoundPhoto, PhotoFilter, PhotoOrder
from desktop_app.catalog.values import Suggestion
from desktop_app.domain.errors import BadRequest, NotKnown
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import PhotoId
from desktop_app.domain.photo import DatePrecision, PhotoDate, PhotoState

from .library import MODEL, Library, new_face, vector


def year(number: int) -> PhotoDate:
    return PhotoDate(date(number, 1, 1), date(number, 12, 31), DatePrecision.YEAR)


def test_files_found_get_ids_in_their_order(library: Library) -> None:
    files = [FoundPhoto(f"{number:03}.jpg".encode(), number, 1) for number in range(450)]
    photos = library.catalog.photos
    first = photos.record_found(library.folder, files)
    again = photos.record_found(library.folder, list(reversed(files)))
    assert again == list(reversed(first))
    assert [photo.path[-7:] for photo in photos.many(first[:2])] == ["000.jpg", "001.jpg"]
    known = photos.known_files(library.folder)
    assert known[b"007.jpg"].size == 7
    assert known[b"007.jpg"].state is PhotoState.FOUND


def test_a_file_named_twice_in_one_look_is_one_photo(library: Library) -> None:
    same = FoundPhoto(b"a.jpg", 1, 1)
    one, other = library.catalog.photos.record_found(library.folder, [same, same])
    assert one == other


def test_a_name_that_is_no_text_comes_back_as_it_was(library: Library) -> None:
    if os.name == "nt" or sys.platform == "darwin":
        pytest.skip("file names are text here")
    photo = library.found(b"a\xff\n'.jpg")
    path = library.catalog.photos.get(photo).path
    assert os.fsencode(path) == os.fsencode(library.root) + b"/a\xff\n'.jpg"
    found = library.catalog.photos.by_path(path)
    assert found is not None
    assert found.id == photo


def test_an_unchanged_file_is_left_alone_and_a_changed_one_is_read_again(library: Library) -> None:
    photos = library.catalog.photos
    photo = library.photo("a.jpg", [new_face(1)])
    known = photos.known_files(library.folder)[b"a.jpg"]
    photos.record_found(library.folder, [FoundPhoto(b"a.jpg", known.size, known.mtime_ns)])
    assert photos.get(photo).state is PhotoState.INDEXED
    photos.record_found(library.folder, [FoundPhoto(b"a.jpg", known.size + 1, known.mtime_ns)])
    assert photos.get(photo).state is PhotoState.FOUND
    assert [one.id for one in photos.next_to_index(None, 5)] == [photo]
    assert len(library.catalog.faces.of_photo(photo)) == 1


def test_next_to_index_ends_when_all_is_read_or_failed(library: Library) -> None:
    photos = library.catalog.photos
    read, broken = library.found("a.jpg"), library.found("b.jpg")
    library.read(read)
    assert [one.id for one in photos.next_to_index(library.folder, 9)] == [broken]
    photos.record_failed(broken, "It is no photo.")
    assert photos.next_to_index(library.folder, 9) == []
    (failed,) = photos.failed()
    assert (failed.id, failed.reason) == (broken, "It is no photo.")
    photos.try_again([broken])
    assert [one.id for one in photos.next_to_index(None, 9)] == [broken]


def test_what_a_photo_says_of_itself_is_kept(library: Library) -> None:
    photo = library.photo("a.jpg", taken=year(1952), size=(640, 480), content="ab" * 32)
    kept = library.catalog.photos.get(photo)
    assert (kept.width, kept.height) == (640, 480)
    assert kept.taken == year(1952)
    assert kept.content_hash == "ab" * 32
    assert kept.file_format == "JPEG"
    assert kept.state is PhotoState.INDEXED


def test_a_photo_that_is_gone_is_not_known(library: Library) -> None:
    with pytest.raises(NotKnown):
        library.catalog.photos.get(PhotoId(77))
    assert not library.catalog.photos.record_indexed([])
    library.read(PhotoId(77))
    assert library.catalog.facts().photos == 0


def test_copies_are_found_by_their_content(library: Library) -> None:
    one, other = library.photo("a.jpg", content="cc"), library.photo("b.jpg", content="cc")
    library.found("not read yet.jpg")
    assert [photo.id for photo in library.catalog.photos.by_hash("cc")] == [one, other]
    assert library.catalog.photos.by_hash("") == []


def test_a_missing_file_keeps_its_names_and_comes_back_with_them(library: Library) -> None:
    catalog = library.catalog
    photo = library.photo("a.jpg", [new_face(1)])
    anna = library.person("Anna", [catalog.faces.of_photo(photo)[0].id])
    catalog.photos.mark_missing([photo])
    assert catalog.photos.ids() == []
    assert catalog.photos.ids(PhotoFilter(state=PhotoState.MISSING)) == [photo]
    known = catalog.photos.known_files(library.folder)[b"a.jpg"]
    back = FoundPhoto(b"a.jpg", known.size, known.mtime_ns)
    assert catalog.photos.record_found(library.folder, [back]) == [photo]
    assert catalog.photos.get(photo).state is PhotoState.INDEXED
    assert catalog.faces.of_photo(photo)[0].person_id == anna


def test_a_moved_file_takes_everything_along(library: Library) -> None:
    catalog = library.catalog
    photo = library.photo("a.jpg", [new_face(1)])
    anna = library.person("Anna", [catalog.faces.of_photo(photo)[0].id])
    seen_again = library.found("albums/1952.jpg")
    catalog.photos.mark_missing([photo])
    changes = catalog.photos.moved(photo, library.folder, b"albums/1952.jpg")
    assert changes.photos == {photo, seen_again}
    moved = catalog.photos.get(photo)
    assert moved.path == str(library.root / "albums" / "1952.jpg")
    assert moved.state is PhotoState.INDEXED
    assert catalog.faces.of_photo(photo)[0].person_id == anna
    assert set(catalog.photos.known_files(library.folder)) == {b"albums/1952.jpg"}
    assert catalog.photos.next_to_index(None, 9) == []


def test_a_photo_is_found_by_its_path(library: Library, tmp_path: Path) -> None:
    photo = library.photo("deep/er/a.jpg")
    photos = library.catalog.photos
    by_path = photos.by_path(library.root / "deep" / "er" / "a.jpg")
    assert by_path is not None
    assert by_path.id == photo
    (tmp_path / "link").symlink_to(library.root)
    by_link = photos.by_path(tmp_path / "link" / "deep" / ".." / "deep" / "er" / "a.jpg")
    assert by_link is None or by_link.id == photo
    assert photos.by_path(library.root / "other.jpg") is None
    assert photos.by_path("/somewhere/else.jpg") is None


class TestReadAgain:
    """A photo whose file changed."""

    def test_a_confirmed_face_found_again_keeps_its_name(self, library: Library) -> None:
        faces = library.catalog.faces
        photo = library.photo("a.jpg", [new_face(1, 100), new_face(2, 400)], content="old")
        named, other = (face.id for face in faces.of_photo(photo))
        anna = library.person("Anna", [named])
        library.read(photo, [new_face(3, 300), new_face(4, 110)], content="new")
        left, right = faces.of_photo(photo)
        assert left.id == named
        assert left.person_id == anna
        assert left.bbox.left == 110
        assert right.id != other
        assert right.status is AssignmentStatus.NONE
        np.testing.assert_allclose(faces.embedding(named, MODEL), vector(4), atol=2e-3)

    def test_a_resized_photo_keeps_its_names(self, library: Library) -> None:
        faces = library.catalog.faces
        photo = library.photo("a.jpg", [new_face(1, 100, 100)], size=(800, 600))
        anna = library.person("Anna", [faces.of_photo(photo)[0].id])
        half = new_face(1, 50, 50, side=40)
        library.read(photo, [half], content="new", size=(400, 300))
        (face,) = faces.of_photo(photo)
        assert face.person_id == anna

    def test_a_confirmed_face_not_found_again_stays_where_it_was(self, library: Library) -> None:
        faces = library.catalog.faces
        photo = library.photo("a.jpg", [new_face(1, 100), new_face(2, 400)])
        confirmed, unnamed = (face.id for face in faces.of_photo(photo))
        library.person("Anna", [confirmed])
        library.read(photo, [], content="new")
        assert [face.id for face in faces.of_photo(photo)] == [confirmed]
        assert unnamed

    def test_a_photo_that_was_turned_loses_its_names(self, library: Library) -> None:
        faces = library.catalog.faces
        photo = library.photo("a.jpg", [new_face(1)], size=(800, 600))
        library.person("Anna", [faces.of_photo(photo)[0].id])
        library.read(photo, [new_face(1)], content="new", size=(600, 800))
        (face,) = faces.of_photo(photo)
        assert face.person_id is None
        assert library.catalog.check() == []

    def test_rejections_ignored_and_no_faces_are_remembered(self, library: Library) -> None:
        faces = library.catalog.faces
        found = [new_face(number, 100 * number) for number in (1, 2, 3)]
        photo = library.photo("a.jpg", found)
        rejected, ignored, stain = (face.id for face in faces.of_photo(photo))
        anna = library.catalog.people.add("Anna")
        faces.reject([rejected], anna)
        faces.set_status([ignored], AssignmentStatus.IGNORED)
        faces.set_status([stain], AssignmentStatus.NOT_A_FACE)
        library.read(photo, found, content="new")
        assert [(face.id, face.status) for face in faces.of_photo(photo)] == [
            (rejected, AssignmentStatus.NONE),
            (ignored, AssignmentStatus.IGNORED),
            (stain, AssignmentStatus.NOT_A_FACE),
        ]
        assert faces.rejections() == {rejected: frozenset([anna])}

    def test_the_same_photo_read_by_another_model_keeps_both_embeddings(
        self, library: Library
    ) -> None:
        photo = library.photo("a.jpg", [new_face(1)], content="same")
        library.read(photo, [new_face(2)], content="same", model="other")
        faces = library.catalog.faces
        assert len(faces.embeddings(MODEL)[0]) == len(faces.embeddings("other")[0]) == 1

    def test_a_photo_whose_content_changed_has_no_embeddings_of_then(
        self, library: Library
    ) -> None:
        photo = library.photo("a.jpg", [new_face(1)], content="old")
        library.read(photo, [new_face(2)], content="new", model="other")
        assert library.catalog.faces.embeddings(MODEL)[0] == []

    def test_restorations_of_it_stay_and_become_stale(self, library: Library) -> None:
        catalog = library.catalog
        photo = library.photo("a.jpg", [new_face(1)], content="old")
        kept = library.restoration(catalog.faces.of_photo(photo)[0].id)
        library.read(photo, [new_face(1)], content="old")
        assert not catalog.restorations.get(kept).stale
        library.read(photo, [], content="new", size=(1, 1))
        assert catalog.restorations.get(kept).stale


class TestDates:
    def test_a_date_by_hand_is_not_changed_by_reading_the_file_again(
        self, library: Library
    ) -> None:
        photo = library.photo("a.jpg", taken=year(1999))
        library.catalog.photos.set_date([photo], year(1952))
        library.read(photo, taken=year(1999), content="new")
        assert library.catalog.photos.get(photo).taken == year(1952)

    def test_dates_sort_with_the_unknown_last_both_ways(self, library: Library) -> None:
        late = library.photo("late.jpg", taken=year(1999))
        never = library.photo("never.jpg")
        early = library.photo("early.jpg", taken=year(1920))
        ids = library.catalog.photos.ids
        assert ids(PhotoFilter(order=PhotoOrder.OLDEST_FIRST)) == [early, late, never]
        assert ids(PhotoFilter(order=PhotoOrder.NEWEST_FIRST)) == [late, early, never]
        assert ids(PhotoFilter(order=PhotoOrder.NAME)) == [early, late, never]
        assert ids(PhotoFilter(order=PhotoOrder.LAST_ADDED_FIRST)) == [early, never, late]

    def test_a_date_set_for_many_is_taken_back_for_all(self, library: Library) -> None:
        catalog = library.catalog
        photos = [library.photo(f"{number}.jpg", taken=year(1990 + number)) for number in range(5)]
        assert catalog.photos.set_date(photos, year(1952)).photos == set(photos)
        last = catalog.people.last_decision()
        assert last is not None
        assert last.photos == 5
        catalog.people.undo()
        assert [one.taken for one in catalog.photos.many(photos)] == [
            year(1990 + number) for number in range(5)
        ]
        library.read(photos[0], taken=year(2001), content="new")
        assert catalog.photos.get(photos[0]).taken == year(2001)

    def test_a_date_may_be_taken_away(self, library: Library) -> None:
        photo = library.photo("a.jpg", taken=year(1999))
        library.catalog.photos.set_date([photo], PhotoDate())
        assert library.catalog.photos.ids(PhotoFilter(date_unknown=True)) == [photo]

    def test_a_date_that_ends_before_it_begins_is_refused(self, library: Library) -> None:
        backwards = PhotoDate(date(1952, 2, 1), date(1952, 1, 1), DatePrecision.RANGE)
        with pytest.raises(BadRequest, match="ends before"):
            library.catalog.photos.set_date([library.photo("a.jpg")], backwards)
        half = PhotoDate(date(1952, 2, 1), None, DatePrecision.RANGE)
        with pytest.raises(BadRequest, match="first and its last"):
            library.catalog.photos.set_date([library.photo("b.jpg")], half)


class TestFilters:
    def test_each_order_is_kept_with_and_without_words(self, library: Library) -> None:
        taken = {"b.jpg": 1950, "a.jpg": 1990, "d.png": None, "c.jpg": 1920, "aa.jpg": 1950}
        made = {
            name: library.photo(name, **({} if when is None else {"taken": year(when)}))
            for name, when in taken.items()
        }
        orders = {
            PhotoOrder.OLDEST_FIRST: ["c.jpg", "b.jpg", "aa.jpg", "a.jpg", "d.png"],
            PhotoOrder.NEWEST_FIRST: ["a.jpg", "aa.jpg", "b.jpg", "c.jpg", "d.png"],
            PhotoOrder.NAME: ["a.jpg", "aa.jpg", "b.jpg", "c.jpg", "d.png"],
            PhotoOrder.LAST_ADDED_FIRST: ["aa.jpg", "c.jpg", "d.png", "a.jpg", "b.jpg"],
        }
        for order, names in orders.items():
            asked = library.catalog.photos.ids(PhotoFilter(order=order))
            assert asked == [made[name] for name in names]
            found = library.catalog.photos.ids(PhotoFilter(text="jpg", order=order))
            assert found == [made[name] for name in names if name != "d.png"]
            assert all(type(photo_id) is int for photo_id in found)

    def test_a_face_that_is_only_suggested_is_not_found_by_its_name(self, library: Library) -> None:
        catalog = library.catalog
        photo = library.photo("a.jpg", [new_face(1)])
        (face,) = catalog.faces.of_photo(photo)
        anna = catalog.people.add("Anna")
        catalog.faces.suggest([Suggestion(face.id, anna, 0.5)])
        assert catalog.photos.ids(PhotoFilter(text="anna")) == []
        catalog.faces.confirm([face.id], anna)
        assert catalog.photos.ids(PhotoFilter(text="anna")) == [photo]
        catalog.people.undo()
        assert catalog.photos.ids(PhotoFilter(text="anna")) == []

    def test_text_is_found_in_paths_and_in_names_of_people(self, library: Library) -> None:
        catalog = library.catalog
        hochzeit = library.photo("Familie/HOCHZEIT Köln.jpg", [new_face(1)])
        library.photo("other.jpg", [new_face(2)])
        library.person("Änne Groß", [catalog.faces.of_photo(hochzeit)[0].id])
        for text in ("hochzeit", "familie KO\u0308LN", "änne", "GROSS hochzeit", "  ", ""):
            assert hochzeit in catalog.photos.ids(PhotoFilter(text=text)), text
        assert catalog.photos.ids(PhotoFilter(text="änne other")) == []
        assert catalog.photos.count(PhotoFilter(text="jpg")) == 2
        assert catalog.photos.ids(PhotoFilter(text="100%_")) == []

    def test_each_wish_narrows(self, library: Library, tmp_path: Path) -> None:
        catalog = library.catalog
        alone = library.photo("landscape.jpg")
        faced = library.photo("face.jpg", [new_face(1)])
        stain = library.photo("stain.jpg", [new_face(2)])
        blurred = library.photo("blurred.jpg", [new_face(3, sharpness=0.05)])
        catalog.faces.set_status([catalog.faces.of_photo(stain)[0].id], AssignmentStatus.NOT_A_FACE)
        face = catalog.faces.of_photo(faced)[0].id

        def ids(**wanted: object) -> set[PhotoId]:
            wish = PhotoFilter(**wanted)  # type: ignore[arg-type]
            found = catalog.photos.ids(wish)
            assert catalog.photos.count(wish) == len(found)
            return set(found)

        assert ids(has_faces=True) == {faced, blurred}
        assert ids(has_faces=False) == {alone, stain}
        assert ids(needs_review=True) == {faced}
        anna = library.person("Anna", [face])
        assert ids(needs_review=True) == set()
        assert ids(person_id=anna) == {faced}
        catalog.faces.suggest([Suggestion(catalog.faces.of_photo(blurred)[0].id, anna, 0.5)])
        assert ids(needs_review=True) == {blurred}
        assert ids(person_id=anna) == {faced}
        library.restoration(face)
        assert ids(restored=True) == {faced}
        assert ids(restored=False) == {alone, stain, blurred}
        other = catalog.folders.add(tmp_path / "elsewhere")
        assert ids(folder_id=other) == set()
        assert ids(folder_id=library.folder, has_faces=False, text="land") == {alone}
        assert ids(date_unknown=False) == set()


class TestTurning:
    def test_boxes_and_landmarks_follow_and_names_stay(self, library: Library) -> None:
        photo = library.photo("a.jpg", [new_face(1, left=100, top=50)], size=(800, 600))
        (face,) = library.catalog.faces.of_photo(photo)
        library.catalog.faces.name([face.id], "Anna")
        changes = library.catalog.photos.turn([photo], 90)
        assert (changes.photos, changes.faces) == ({photo}, {face.id})
        turned = library.catalog.photos.get(photo)
        assert (turned.width, turned.height, turned.turned) == (600, 800, 90)
        now = library.catalog.faces.get(face.id)
        assert now.bbox == pytest.approx((600 - 130, 100, 600 - 50, 180))
        across, down = face.landmarks.T
        assert now.landmarks == pytest.approx(np.stack([599 - down, across], axis=1), abs=1e-3)
        assert now.person_id is not None
        library.catalog.people.undo()
        assert library.catalog.photos.get(photo).turned == 0
        assert library.catalog.faces.get(face.id).bbox == pytest.approx(face.bbox)

    def test_four_quarters_lead_back(self, library: Library) -> None:
        photo = library.photo("a.jpg", [new_face(1, left=100, top=50)], size=(800, 600))
        (before,) = library.catalog.faces.of_photo(photo)
        for degrees in (90, 180, 90):
            library.catalog.photos.turn([photo], degrees)
        (after,) = library.catalog.faces.of_photo(photo)
        assert after.bbox == pytest.approx(before.bbox)
        assert after.landmarks == pytest.approx(before.landmarks, abs=1e-3)
        assert library.catalog.photos.get(photo).turned == 0

    def test_only_quarters_are_turned(self, library: Library) -> None:
        photo = library.photo("a.jpg")
        with pytest.raises(BadRequest):
            library.catalog.photos.turn([photo], 45)
        assert not library.catalog.photos.turn([photo], 360)
        assert library.catalog.people.last_decision() is None

    def test_a_photo_read_before_it_was_turned_is_read_once_more(self, library: Library) -> None:
        photo = library.found("a.jpg")
        library.catalog.photos.turn([photo], 90)
        library.read(photo, [new_face(1)])
        assert library.catalog.faces.of_photo(photo) == []
        assert [one.id for one in library.catalog.photos.next_to_index(None, 5)] == [photo]


class TestVagueDates:
    def test_the_more_exact_date_comes_first_and_spans_are_found_by_their_years(
        self, library: Library
    ) -> None:
        spans = {
            "decade": (date(1950, 1, 1), date(1959, 12, 31), DatePrecision.DECADE),
            "year": (date(1950, 1, 1), date(1950, 12, 31), DatePrecision.YEAR),
            "day": (date(1950, 1, 1), date(1950, 1, 1), DatePrecision.DAY),
            "about": (date(1953, 1, 1), date(1957, 12, 31), DatePrecision.RANGE),
            "none": (None, None, DatePrecision.UNKNOWN),
        }
        names = {
            library.photo(f"{name}.jpg", taken=PhotoDate(*span)): name
            for name, span in spans.items()
        }

        def found(**wanted: object) -> list[str]:
            return [names[i] for i in library.catalog.photos.ids(PhotoFilter(**wanted))]  # type: ignore[arg-type]

        assert found() == ["day", "year", "decade", "about", "none"]
        assert found(from_year=1951) == ["decade", "about"]
        assert found(to_year=1952) == ["day", "year", "decade"]
        assert found(from_year=1957, to_year=1957) == ["decade", "about"]
        assert found(date_vague=True) == ["year", "decade", "about"]
        assert found(date_vague=False) == ["day"]


def test_which_photos_wait_for_a_closer_look_is_read_from_their_own_index(library: Library) -> None:
    quick = library.photo("quick.jpg", closely=False)
    library.photo("close.jpg")
    photos = library.catalog.photos
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(
        connection: object, cursor: object, statement: str, values: object, *_: object
    ) -> None:
        assert isinstance(values, tuple)
        if statement != "BEGIN":
            asked.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert [photo.id for photo in photos.next_to_look_closer(None, 9)] == [quick]
        assert [photo.id for photo in photos.next_to_look_closer(library.folder, 9)] == [quick]
        assert photos.closer_looks_left() == photos.closer_looks_left(library.folder) == 1
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(asked) == 4
    with sqlite3.connect(library.catalog.path) as connection:
        for statement, values in asked:
            steps = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
            assert any("photos_waiting_for_closer" in step[3] for step in steps), steps
            assert not any("B-TREE" in step[3] for step in steps), steps
    connection.close()
