"""A person who is forgotten leaves nothing behind, not even in the bytes of the files."""

from pathlib import Path

import numpy as np

from desktop_app.catalog import Catalog
from desktop_app.catalog.rows import packed
from desktop_app.catalog.values import Suggestion
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.person import Year

from .library import MODEL, Library

NAME = "Wilhelmine Unverwechselbar"
OTHER_NAME = "Minna Ebenfalls"
CROP = b"\x89PNG these are the pixels of a restored face" * 20


def remembered(path: Path) -> bytes:
    """All bytes of the catalog, its log and its backups."""
    parts = [part for part in path.parent.rglob("*") if part.is_file()]
    return b"".join(part.read_bytes() for part in parts)


def test_no_byte_of_a_forgotten_person_stays(library: Library, path: Path) -> None:
    catalog = library.catalog
    mine = library.faces(6)
    others = library.faces(4)
    person = library.person(NAME, mine[:3])
    same = library.person(OTHER_NAME, mine[3:5])
    catalog.people.rename(same, OTHER_NAME + " Schulze")
    catalog.people.merge(person, same)
    bertha = library.person("Bertha", others)
    catalog.faces.reject([others[0]], person)
    catalog.references.pin(person, mine[0])
    library.restoration(mine[0], mine[1:3], person, crop=CROP)
    kept = library.restoration(others[0], others[1:3], bertha, nearest=NAME)
    guided = library.restoration(others[1], [mine[4], others[2]], bertha)
    catalog.faces.suggest([Suggestion(mine[5], person, 0.4)])
    catalog.backup_beside()
    catalog.people.set_years(person, Year(1888), None)

    secrets = [packed(catalog.faces.embedding(face, MODEL))[0] for face in mine[:5]]
    secrets += [NAME.encode(), NAME.casefold().encode(), CROP]
    secrets += [OTHER_NAME.encode(), OTHER_NAME.casefold().encode()]
    assert all(secret in remembered(path) for secret in secrets)

    changes = catalog.people.forget(person)
    catalog.forget_backups()
    left = remembered(path)
    assert not [secret for secret in secrets if secret in left]

    assert changes.faces == set(mine)
    assert changes.people == {person}
    assert catalog.faces.of_person(bertha)
    assert catalog.faces.get(mine[5]).status is AssignmentStatus.NONE
    assert catalog.restorations.get(kept).likeness is not None
    assert catalog.restorations.get(guided).stale
    assert catalog.facts().restorations == 2
    assert catalog.check() == []


def test_the_decisions_about_others_can_still_be_taken_back(library: Library) -> None:
    catalog = library.catalog
    a, b, c = library.faces(3)
    anna = library.person("Anna", [a])
    bertha = library.person("Bertha", [b])
    catalog.faces.confirm([c], anna)
    catalog.faces.confirm([c], bertha)
    catalog.people.forget(anna)
    assert catalog.faces.get(c).person_id == bertha
    while catalog.people.undo() is not None:
        assert catalog.check() == []
    assert catalog.people.all() == []
    assert {face.status for face in catalog.faces.many([b, c])} == {AssignmentStatus.NONE}


def test_a_face_that_was_the_forgotten_ones_is_nobodys_after_undo(library: Library) -> None:
    catalog = library.catalog
    face, other = library.faces(2)
    anna, bertha = library.person("Anna", [other]), catalog.people.add("Bertha")
    catalog.faces.suggest([Suggestion(face, anna, 0.5)])
    catalog.faces.confirm([face], bertha)
    catalog.people.forget(anna)
    catalog.people.undo()
    assert catalog.faces.get(face).status is AssignmentStatus.NONE
    assert catalog.check() == []


def test_an_id_of_the_forgotten_is_never_used_again(library: Library) -> None:
    catalog = library.catalog
    mine = library.faces(2)
    anna = library.person("Anna", mine)
    catalog.people.forget(anna)
    assert catalog.people.add("Bertha") > anna
    assert min(library.faces(1)) > max(mine)


def test_forgetting_waits_for_no_reader(library: Library, path: Path) -> None:
    anna = library.person("Anna", library.faces(2))
    with Catalog.open(path, read_only=True) as reader:
        assert reader.people.all()
        library.catalog.people.forget(anna)
        assert reader.people.all() == []
    assert not Path(f"{path}-wal").exists() or Path(f"{path}-wal").stat().st_size == 0


def test_the_embeddings_of_others_are_as_they_were(library: Library) -> None:
    catalog = library.catalog
    mine, others = library.faces(2), library.faces(3)
    before = catalog.faces.embeddings(MODEL, others)[1]
    catalog.people.forget(library.person("Anna", mine))
    np.testing.assert_array_equal(catalog.faces.embeddings(MODEL)[1], before)


def test_all_faces_can_be_forgotten_and_the_photos_stay(library: Library, path: Path) -> None:
    catalog = library.catalog
    mine = library.faces(3)
    anna = library.person(NAME, mine[:2])
    library.restoration(mine[0], [mine[1]], anna, crop=CROP)
    secrets = [packed(catalog.faces.embedding(face, MODEL))[0] for face in mine]
    secrets += [NAME.encode(), CROP]
    assert catalog.forget_all_faces().everything
    facts = catalog.facts()
    assert (facts.photos, facts.faces, facts.people, facts.restorations) == (3, 0, 0, 0)
    assert not [secret for secret in secrets if secret in remembered(path)]
    assert catalog.people.undo() is None
    assert catalog.check() == []
