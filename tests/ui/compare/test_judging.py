"""The memory of a sitting: what was decided, what was left, what is to be exported."""

from dataclasses import replace

import pytest

from desktop_app.domain.ids import PhotoId
from desktop_app.domain.progress import silent
from desktop_app.domain.restoration import RestorationState
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.ui.compare.judging import Judging
from desktop_app.ui.compare.reading import ComparePage, read_compare_page
from desktop_app.ui.subjects import CompareSubject
from tests.ui.painting import Library
from tests.ui.restored import keep_result


@pytest.fixture
def page(library: Library) -> ComparePage:
    """Two faces of one photo with a draft each; another photo waits."""
    catalog = library.catalog
    anna = catalog.people.add("Anna")
    for who in (0, 1):
        keep_result(catalog, library.faces[who][0], anna, library.faces[0][1:3])
    keep_result(catalog, library.faces[0][3], anna, library.faces[0][1:3])
    return read_compare_page(catalog, library.photos[0], (), MAX_PIXELS, silent)


def _with_state(page: ComparePage, place: int, state: RestorationState) -> ComparePage:
    face = page.faces[place]
    candidates = tuple(
        replace(c, restoration=replace(c.restoration, state=state)) for c in face.candidates
    )
    faces = list(page.faces)
    faces[place] = replace(face, candidates=candidates)
    return replace(page, faces=tuple(faces))


def test_the_page_knows_which_other_photos_wait(page: ComparePage, library: Library) -> None:
    assert page.waiting == (library.photos[3],)


def test_what_is_undone_waits_again_and_is_not_exported(page: ComparePage) -> None:
    judging = Judging()
    judging.begin(CompareSubject(page.photo.id, going_on=True))
    assert judging.take(page)
    assert judging.decide(accepted=True)  # the other face waits
    assert judging.place == 1
    judging.take(_with_state(page, 0, RestorationState.ACCEPTED))
    assert list(judging.accepted) == [page.photo.id]
    assert judging.take(page)  # as after an undo: the first face comes up again
    assert judging.place == 0
    assert not judging.accepted


def test_a_photo_left_with_a_waiting_face_is_remembered(page: ComparePage) -> None:
    judging = Judging()
    judging.begin(CompareSubject(page.photo.id, going_on=True))
    judging.take(page)
    judging.decide(accepted=False)
    judging.leave()
    assert list(judging.left) == [page.photo.id]
    judging.begin(CompareSubject(page.photo.id, going_on=True))
    judging.take(_with_state(page, 0, RestorationState.REFUSED))
    assert not judging.decide(accepted=False) or not judging.decide(accepted=False)
    judging.leave()
    assert not judging.left


def test_another_photo_opened_by_itself_begins_anew(page: ComparePage) -> None:
    judging = Judging()
    judging.begin(CompareSubject(page.photo.id, going_on=True))
    judging.take(page)
    judging.decide(accepted=True)
    judging.leave()
    judging.begin(CompareSubject(PhotoId(99)))
    assert judging.besides == (PhotoId(99),)
    assert not judging.accepted
