"""Groups the faces without a name, each group one unknown person."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog.alike import Groupable, KeptLinks
from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.touched import HangingTogether, Touched
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId
from desktop_app.domain.progress import Progress, Report, silent
from desktop_app.faces.clustering import NOBODY, Said, group_linked
from desktop_app.faces.components import among, components, distinct, pieces, renumbered
from desktop_app.faces.links import LINK_FROM, links_of
from desktop_app.faces.matrix import FaceMatrix

_TOGETHER = 100_000  # faces grouped at a time: bounds the memory of a first grouping
_RULE = f"3 from {LINK_FROM}"
"""Its first number is to be raised when `group_linked` comes to other groups: then all are found
anew."""


def regroup_people(catalog: Catalog, model: str, report: Report = silent) -> CatalogChanges:
    """Groups the faces that are good enough to be grouped on their own.

    Only faces that came since are compared with all others; who is like whom is kept. Of what
    hangs together by such links, or by one person's name, only that is read and grouped anew to
    which a face came, from which one went, or of which the user said something since; the rest
    would come out as it is. So the groups are the same in whatever order the photos came.
    Confirmed faces hold their groups together and apart; a group keeps its number while most of it
    stays together.
    """
    touched = catalog.faces.touched(model, _RULE)
    if not touched:
        report(Progress(0, 0))
        return CatalogChanges()
    matrix = catalog.faces.matrix(model)
    _compare(catalog, model, matrix, touched, report)
    ids = None if touched.faces is None else _around(catalog, model, touched)
    known = catalog.faces.groupable(ids)
    kept = catalog.faces.links(model, ids)
    grouped = ~known.poor & matrix.has(known.ids) & among(kept.compared, known.ids)
    faces = _only(known, grouped)
    hanging, hangs = _hanging_together(catalog, ids, touched, kept, faces)
    found = _found(catalog, ids, matrix, kept, faces, hangs)
    before = np.unique(faces.group[faces.group >= 0])
    inside = dict(zip(*np.unique(known.group, return_counts=True), strict=True))
    elsewhere = {
        number
        for number, size in catalog.faces.group_sizes(before).items()
        if size > inside.get(number, 0)
    }
    numbers = renumbered(found, faces.group, elsewhere, catalog.faces.free_group())
    labels: dict[FaceId, int | None] = {
        FaceId(face): None for face in known.ids[~grouped & (known.group >= 0)].tolist()
    }
    moved = np.flatnonzero(numbers != faces.group)
    labels |= zip(
        (FaceId(face) for face in faces.ids[moved].tolist()),
        numbers[moved].tolist(),
        strict=True,
    )
    return catalog.faces.keep_groups(model, _RULE, touched, hanging, labels)


def _compare(
    catalog: Catalog, model: str, matrix: FaceMatrix, touched: Touched, report: Report
) -> None:
    """Compares the faces that were not yet with all that were.

    What was compared is kept as it goes, so that a stopped run goes on where it ended.
    """
    known = catalog.faces.groupable(touched.faces)
    compared = catalog.faces.compared(model, touched.faces)
    wanted = known.ids[~known.poor & matrix.has(known.ids) & ~among(compared, known.ids)]
    report(Progress(0, len(wanted)))
    if not len(wanted):
        return

    def counts(ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        if touched.faces is None:
            return among(compared, ids)
        once = distinct(ids)
        return among(catalog.faces.compared(model, once[~among(wanted, once)]), ids)

    none_yet = touched.faces is None and not len(compared)
    blocks = () if none_yet else matrix.blocks
    done = 0
    for ids, links in links_of(matrix.of_faces(wanted), blocks, counts):
        cuts = [*np.searchsorted(links.one, ids).tolist(), len(links.one)]
        near = [
            (FaceId(face), links.other[start:stop], links.cosine[start:stop])
            for face, (start, stop) in zip(ids.tolist(), pairwise(cuts), strict=True)
        ]
        catalog.faces.add_links(model, near)
        done += len(ids)
        report(Progress(done, len(wanted)))


def _around(catalog: Catalog, model: str, touched: Touched) -> NDArray[np.int64]:
    """The faces touched and all that hang together with them, now or before; ids, rising."""
    assert touched.faces is not None
    faces = catalog.faces
    members = faces.members(touched.faces, touched.components)
    new = known = distinct(np.concatenate([touched.faces, members]))
    while len(new):
        linked = np.concatenate([faces.linked_to(model, new), faces.of_same_people(new)])
        new = distinct(linked[~among(known, linked)])
        new = distinct(np.concatenate([new, faces.members(new)]))
        new = new[~among(known, new)]
        known = distinct(np.concatenate([known, new]))
    return known


def _hanging_together(
    catalog: Catalog,
    ids: NDArray[np.int64] | None,
    touched: Touched,
    kept: KeptLinks,
    faces: Groupable,
) -> tuple[HangingTogether, NDArray[np.int64]]:
    """What hangs together by links and by names, and of each of `faces`, (faces,), with what.

    Faces that the user ignored, or that became poor, join others still: so all is found again when
    they come back.
    """
    at = np.searchsorted(kept.compared, faces.ids)
    named = np.flatnonzero(faces.person != NOBODY)
    by_person = named[np.argsort(faces.person[named], kind="stable")]
    same = faces.person[by_person[1:]] == faces.person[by_person[:-1]]
    found = components(
        len(kept.compared),
        np.concatenate([kept.one, at[by_person[1:][same]]]),
        np.concatenate([kept.other, at[by_person[:-1][same]]]),
    )
    had, numbers = catalog.faces.components(ids)
    there = None if ids is None else np.concatenate([numbers, touched.components])
    bundles = catalog.faces.bundles(there)
    every = distinct(np.concatenate([kept.compared, had]))
    before = np.full(len(every), -1, np.int64)
    before[np.searchsorted(every, had)] = numbers
    hangs = np.full(len(every), -1, np.int64)
    hangs[np.searchsorted(every, kept.compared)] = found
    now, joined = pieces(hangs, before, bundles, *catalog.faces.free_components())
    return HangingTogether(every, before, now, bundles, joined), found[at]


def _found(
    catalog: Catalog,
    ids: NDArray[np.int64] | None,
    matrix: FaceMatrix,
    kept: KeptLinks,
    faces: Groupable,
    hangs: NDArray[np.int64],
) -> NDArray[np.int64]:
    """A group's number for each of `faces`, (faces,), some components at a time."""
    place = np.full(len(kept.compared), -1, np.int64)
    place[np.searchsorted(kept.compared, faces.ids)] = np.arange(len(faces.ids))
    one, other, cosine = place[kept.one], place[kept.other], kept.cosine
    linked = (one >= 0) & (other >= 0)
    if not linked.all():
        one, other, cosine = one[linked], other[linked], cosine[linked]
    refused = _places(faces.ids, _refusals(catalog, ids))
    splits = [
        _places(faces.ids, np.array(sorted(split.items()), np.int64).reshape(-1, 2))
        for split in catalog.faces.splits(ids)
    ]
    found = np.full(len(faces.ids), -1, np.int64)
    parts = list(_parts(hangs))
    part_of = np.zeros(len(faces.ids), np.int16)
    for number, some in enumerate(parts):
        part_of[some] = number
    link_in = part_of[one] if len(parts) > 1 else np.zeros(len(one), np.int16)
    for number, some in enumerate(parts):
        at = np.full(len(faces.ids), -1, np.int64)
        at[some] = np.arange(len(some))
        inside = np.flatnonzero(link_in == number)
        here = [split for split in (_at_places(at, split) for split in splits) if len(split)]
        found[some] = (
            1
            + found.max()
            + group_linked(
                matrix.of_faces(faces.ids[some]).vectors,
                at[one[inside]],
                at[other[inside]],
                cosine[inside],
                Said(
                    faces.person[some],
                    _at_places(at, refused),
                    [_sides(len(some), split) for split in here],
                ),
            )
        )
    return found


def _only(known: Groupable, which: NDArray[np.bool_]) -> Groupable:
    return Groupable(known.ids[which], known.poor[which], known.person[which], known.group[which])


def _refusals(catalog: Catalog, ids: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """(refusals, 2): a face's id, and whose it is not; without `ids` of all faces."""
    faces = None if ids is None else [FaceId(face) for face in ids.tolist()]
    pairs = [
        (face, person)
        for face, people in catalog.faces.rejections(faces).items()
        for person in sorted(people)
    ]
    return np.array(pairs, np.int64).reshape(-1, 2)


def _places(ids: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs that begin with a face's id, with its place among rising ids instead."""
    pairs = pairs[among(ids, pairs[:, 0])]
    return np.stack([np.searchsorted(ids, pairs[:, 0]), pairs[:, 1]], axis=1)


def _at_places(at: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs that begin with a place, with the place that it has in a part of the list."""
    pairs = pairs[at[pairs[:, 0]] >= 0]
    return np.stack([at[pairs[:, 0]], pairs[:, 1]], axis=1)


def _sides(count: int, split: NDArray[np.int64]) -> NDArray[np.int8]:
    sides = np.full(count, -1, np.int8)
    sides[split[:, 0]] = split[:, 1]
    return sides


def _parts(hangs: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Places of the faces, whole components, some `_TOGETHER` at a time."""
    places = np.argsort(hangs, kind="stable")
    begins = np.flatnonzero(np.diff(hangs[places], prepend=-1))
    cuts = begins[np.flatnonzero(np.diff(begins // _TOGETHER, prepend=0))]
    for part in np.split(places, cuts):
        if len(part):
            yield np.sort(part)
