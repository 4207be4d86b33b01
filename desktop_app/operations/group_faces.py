"""Groups the faces without a name, each group one unknown person."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog.alike import Groupable
from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId
from desktop_app.domain.progress import Progress, Report, silent
from desktop_app.faces.clustering import NOBODY, Said, group_linked
from desktop_app.faces.components import components, mixed, summed
from desktop_app.faces.links import LINK_FROM, links_of

_TOGETHER = 100_000  # faces grouped at a time: bounds the memory of a first grouping
_MADE_BY = 1
"""To be raised when `group_linked` comes to other groups: then all are found anew."""


def regroup_people(catalog: Catalog, model: str, report: Report = silent) -> CatalogChanges:
    """Groups the faces that are good enough to be grouped on their own.

    Only faces that came since are compared with all others; who is like whom is kept. Of what
    hangs together by such links, or by one person's name, only that is grouped anew to which a face
    came, from which one went, or of which the user said something since; the rest would come out
    as it is. So the groups are the same in whatever order the photos came. Confirmed faces hold
    their groups together and apart; a group keeps its number while most of it stays together.
    """
    compare_faces(catalog, model, report)
    known = catalog.faces.groupable()
    matrix = catalog.faces.matrix(model)
    kept = catalog.faces.links(model)
    grouped = ~known.poor & matrix.has(known.ids) & _among(kept.compared, known.ids)
    places = np.full(len(known.ids), -1, np.int64)
    places[grouped] = np.arange(np.count_nonzero(grouped))
    faces = _only(known, grouped)
    linked = _among(faces.ids, kept.one) & _among(faces.ids, kept.other)
    one = np.searchsorted(faces.ids, kept.one[linked])
    other = np.searchsorted(faces.ids, kept.other[linked])
    cosine = kept.cosine[linked]
    refused = _places(faces.ids, _refusals(catalog))
    splits = [
        _places(faces.ids, np.array(sorted(split.items()), np.int64).reshape(-1, 2))
        for split in catalog.faces.splits()
    ]

    hangs = _hanging_together(faces.person, one, other)
    content = _content(faces.ids, matrix.crcs_of(faces.ids), faces.person, refused, splits)
    before = summed(len(faces.ids), hangs, mixed(content, faces.group))
    touched = ~np.isin(before[hangs], catalog.faces.settled(model))
    labels: dict[FaceId, int | None] = {
        FaceId(face): None for face in known.ids[~grouped & (known.group >= 0)].tolist()
    }
    numbers = faces.group.copy()
    if touched.any():
        found = np.full(len(faces.ids), -1, np.int64)
        for some in _parts(hangs, touched):
            at = np.full(len(faces.ids), -1, np.int64)
            at[some] = np.arange(len(some))
            inside = at[one] >= 0
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
                        [_sides(len(some), _at_places(at, split)) for split in splits],
                    ),
                )
            )
        taken = set(np.unique(faces.group[~touched]).tolist())
        numbers[touched] = _numbered(
            found[touched], faces.group[touched], taken, _free_number(known.group)
        )
        moved = np.flatnonzero(numbers != faces.group)
        labels |= zip(
            (FaceId(face) for face in faces.ids[moved].tolist()),
            numbers[moved].tolist(),
            strict=True,
        )
    changes = catalog.faces.set_clusters(labels)
    now = summed(len(faces.ids), hangs, mixed(content, numbers))
    catalog.faces.keep_settled(model, np.unique(now[hangs]))
    return changes


def compare_faces(catalog: Catalog, model: str, report: Report = silent) -> int:
    """Compares the faces that were not yet with all that were; returns how many were new.

    What was compared is kept as it goes, so that a stopped run goes on where it ended.
    """
    known = catalog.faces.groupable()
    matrix = catalog.faces.matrix(model)
    compared = catalog.faces.links(model).compared
    wanted = known.ids[~known.poor & matrix.has(known.ids) & ~_among(compared, known.ids)]
    report(Progress(0, len(wanted)))
    if not len(wanted):
        return 0
    blocks = matrix.blocks if len(compared) else ()
    done = 0
    for ids, links in links_of(matrix.of_faces(wanted), blocks, compared):
        cuts = [*np.searchsorted(links.one, ids).tolist(), len(links.one)]
        near = [
            (FaceId(face), links.other[start:stop], links.cosine[start:stop])
            for face, (start, stop) in zip(ids.tolist(), pairwise(cuts), strict=True)
        ]
        catalog.faces.add_links(model, near)
        done += len(ids)
        report(Progress(done, len(wanted)))
    return len(wanted)


def _only(known: Groupable, which: NDArray[np.bool_]) -> Groupable:
    return Groupable(known.ids[which], known.poor[which], known.person[which], known.group[which])


def _among(rising: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not len(rising):
        return np.zeros(len(ids), bool)
    at = np.minimum(np.searchsorted(rising, ids), len(rising) - 1)
    return np.asarray(rising[at] == ids)


def _refusals(catalog: Catalog) -> NDArray[np.int64]:
    """(refusals, 2): a face's id, and whose it is not."""
    pairs = [
        (face, person)
        for face, people in catalog.faces.rejections().items()
        for person in sorted(people)
    ]
    return np.array(pairs, np.int64).reshape(-1, 2)


def _places(ids: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs that begin with a face's id, with its place among rising ids instead."""
    pairs = pairs[_among(ids, pairs[:, 0])]
    return np.stack([np.searchsorted(ids, pairs[:, 0]), pairs[:, 1]], axis=1)


def _at_places(at: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs that begin with a place, with the place that it has in a part of the list."""
    pairs = pairs[at[pairs[:, 0]] >= 0]
    return np.stack([at[pairs[:, 0]], pairs[:, 1]], axis=1)


def _sides(count: int, split: NDArray[np.int64]) -> NDArray[np.int8]:
    sides = np.full(count, -1, np.int8)
    sides[split[:, 0]] = split[:, 1]
    return sides


def _hanging_together(
    person: NDArray[np.int64], one: NDArray[np.int64], other: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Components by the links, and by the names: what can have to do with what."""
    named = np.flatnonzero(person != NOBODY)
    by_person = named[np.argsort(person[named], kind="stable")]
    same = person[by_person[1:]] == person[by_person[:-1]]
    return components(
        len(person),
        np.concatenate([one, by_person[1:][same]]),
        np.concatenate([other, by_person[:-1][same]]),
    )


def _parts(hangs: NDArray[np.int64], touched: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """Places of the touched faces, whole components, some `_TOGETHER` at a time."""
    places = np.flatnonzero(touched)
    places = places[np.argsort(hangs[places], kind="stable")]
    begins = np.flatnonzero(np.diff(hangs[places], prepend=-1))
    cuts = begins[np.flatnonzero(np.diff(begins // _TOGETHER, prepend=0))]
    for part in np.split(places, cuts):
        yield np.sort(part)


def _content(
    ids: NDArray[np.int64],
    crcs: NDArray[np.int64],
    person: NDArray[np.int64],
    refused: NDArray[np.int64],
    splits: Sequence[NDArray[np.int64]],
) -> NDArray[np.uint64]:
    """For each face a number that says all on which its part in a group rests, (faces,)."""
    what = summed(len(ids), refused[:, 0], mixed(0, refused[:, 1]))
    for number, split in enumerate(splits, 1):
        what += summed(len(ids), split[:, 0], mixed(number, split[:, 1]))
    return mixed(_MADE_BY, round(LINK_FROM * 1000), ids, crcs, person, what.view(np.int64))


def _free_number(groups: NDArray[np.int64]) -> int:
    return int(groups.max(initial=-1)) + 1


def _numbered(
    found: NDArray[np.int64], before: NDArray[np.int64], taken: set[int], free: int
) -> NDArray[np.int64]:
    """The groups under the numbers they had: each takes that of most of its faces, once given.

    `taken` are numbers of groups that stay as they are, `free` is the first never given.
    """
    had = before >= 0
    span = int(before.max(initial=-1)) + 1
    pairs, counts = np.unique(found[had] * span + before[had], return_counts=True)
    votes = np.stack(np.divmod(pairs, max(span, 1)), axis=1)
    numbers: dict[int, int] = {}
    given = set(taken)
    for row in np.lexsort((votes[:, 1], votes[:, 0], -counts)).tolist():
        group, number = votes[row].tolist()
        if group not in numbers and number not in given:
            numbers[group] = number
            given.add(number)
    renamed = np.empty(int(found.max(initial=-1)) + 1, np.int64)
    for group in range(len(renamed)):
        if group not in numbers:
            numbers[group] = free
            free += 1
        renamed[group] = numbers[group]
    return renamed[found]
