"""A restored face is judged by the person's own confirmed faces, and by everybody else's."""

import numpy as np
import pytest

from desktop_app.domain.face import Embedding
from desktop_app.domain.ids import FaceId
from desktop_app.operations.likeness_words import likeness_in_words
from desktop_app.operations.measure_likeness import likeness_in_catalog
from tests.catalog.library import MODEL, Library, detected, new_face


def _towards(anna: float, berta: float) -> Embedding:
    """A face with these cosines to the middle of Anna's faces and of Berta's."""
    vector = np.zeros(16, np.float32)
    vector[:3] = anna, berta, np.sqrt(1 - anna**2 - berta**2)
    return vector


def _add(library: Library, name: str, *embeddings: Embedding) -> list[FaceId]:
    catalog = library.catalog
    made = [
        catalog.faces.add_drawn(
            library.photo(f"{name}{n}.jpg"), detected(), new_face(n).quality, vector, MODEL
        )
        for n, vector in enumerate(embeddings)
    ]
    library.person(name, made)
    return made


def test_it_is_measured_with_its_spread_over_all_confirmed_faces(library: Library) -> None:
    asked, *_ = _add(
        library, "Anna", _towards(0.5, 0), _towards(0.9, 0.1), _towards(0.7, 0.1), _towards(0.8, 0)
    )
    face = library.catalog.faces.get(asked)
    assert face.person_id is not None
    before, after = _towards(0.4, 0), np.eye(16, dtype=np.float32)[0]
    found = likeness_in_catalog(
        library.catalog, MODEL, face.person_id, face.photo_id, before, after
    )
    assert found is not None
    assert found.faces == 3  # the photo itself does not count
    assert found.after == pytest.approx(np.mean([0.9, 0.7, 0.8]), abs=1e-3)
    assert found.spread == pytest.approx(np.std([0.9, 0.7, 0.8]), abs=1e-3)
    assert found.nearest_other_name == ""


def test_somebody_else_who_is_nearer_is_named(library: Library) -> None:
    asked, *_ = _add(library, "Anna", _towards(0.5, 0), _towards(0.95, 0), _towards(0.9, 0.1))
    _add(library, "Berta", _towards(0, 0.95), _towards(0.1, 0.9))
    face = library.catalog.faces.get(asked)
    assert face.person_id is not None
    catalog, whose, where = library.catalog, face.person_id, face.photo_id
    before = _towards(0.5, 0.1)
    stays = likeness_in_catalog(catalog, MODEL, whose, where, before, _towards(0.8, 0.2))
    leaves = likeness_in_catalog(catalog, MODEL, whose, where, before, _towards(0.3, 0.8))
    assert stays is not None
    assert leaves is not None
    assert stays.nearest_other < stays.after
    assert not stays.fell
    assert leaves.nearest_other_name == "Berta"
    assert leaves.nearest_other > leaves.after
    assert leaves.fell
    assert likeness_in_words(leaves, "Anna").startswith("Nearer to Berta")
    assert "Berta" not in likeness_in_words(stays, "Anna")


def test_of_several_others_the_nearest_is_named(library: Library) -> None:
    asked, *_ = _add(library, "Anna", _towards(0.5, 0), _towards(0.95, 0))
    _add(library, "Berta", _towards(0, 0.95))
    _add(library, "Clara", _towards(-0.9, 0))
    _add(library, "Dora", _towards(0, 0.6))
    face = library.catalog.faces.get(asked)
    assert face.person_id is not None
    found = likeness_in_catalog(
        library.catalog,
        MODEL,
        face.person_id,
        face.photo_id,
        _towards(0.5, 0.1),
        _towards(0.3, 0.8),
    )
    assert found is not None
    assert found.nearest_other_name == "Berta"


def test_without_another_photo_of_the_person_nothing_is_claimed(library: Library) -> None:
    (asked,) = _add(library, "Anna", _towards(0.5, 0))
    face = library.catalog.faces.get(asked)
    assert face.person_id is not None
    one = _towards(0.5, 0)
    assert (
        likeness_in_catalog(library.catalog, MODEL, face.person_id, face.photo_id, one, one) is None
    )
