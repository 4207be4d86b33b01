"""Finds which faces hang together, and tells by a number whether anything of it has changed."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray


def components(count: int, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """(count,): for each of `count` faces the lowest number of those it hangs together with.

    `one` and `other`, (links,), are the ends of the links.
    """
    lowest = np.arange(count)
    ones, others = one, other
    while len(ones):
        # of several lower ones any does: those that are still apart meet in the next round
        lowest[np.maximum(ones, others)] = np.minimum(ones, others)
        while True:
            followed = lowest[lowest]
            if np.array_equal(followed, lowest):
                break
            lowest = followed
        ones, others = lowest[ones], lowest[others]
        apart = np.flatnonzero(ones != others)
        ones, others = ones[apart], others[apart]
    return lowest


def distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each value once, rising; for millions of them ten times as fast as `np.unique`."""
    values = np.sort(values)
    first = np.concatenate([[True], values[1:] != values[:-1]])[: len(values)]
    return np.asarray(values[first])


def mixed(*parts: NDArray[np.generic] | int) -> NDArray[np.uint64]:
    """64 bits that any change of any part changes; for arrays of one length, element by element.

    The finaliser of SplitMix64 (Steele, Lea, Flood 2014), once for each part.
    """
    state = np.zeros(1, np.uint64)
    for part in parts:
        state = np.asarray(part).astype(np.int64).view(np.uint64) + state
        state = state + np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    return state


def summed(
    count: int, places: NDArray[np.int64], numbers: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """(count,): the sum, without its carry, of the numbers at each place; in any order the same."""
    sums = np.zeros(count, np.uint64)
    np.add.at(sums, places, numbers)
    return sums


def among(rising: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(ids,): which of some ids are among others that rise."""
    if not len(rising):
        return np.zeros(len(ids), bool)
    at = np.minimum(np.searchsorted(rising, ids), len(rising) - 1)
    return np.asarray(rising[at] == ids)


def renumbered(
    found: NDArray[np.int64], before: NDArray[np.int64], taken: set[int], free: int
) -> NDArray[np.int64]:
    """(faces,): groups under the numbers they had; each takes that of most of its faces, once.

    `found` are the groups, from 0 on; `before`, (faces,), had no number where it is below 0;
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


def pieces(
    hangs: NDArray[np.int64],
    before: NDArray[np.int64],
    bundles: Mapping[int, int],
    free: int,
    free_bundle: int,
) -> tuple[NDArray[np.int64], dict[int, int]]:
    """How to keep what hangs together so that little changes: the piece of each face, (faces,),
    and the bundle of each piece that hangs together with others.

    `hangs`, (faces,), are numbers of what hangs together, below 0 for a face that is in nothing;
    `before` the pieces the faces were in, below 0 for none, and `bundles` those of the pieces.
    A piece stays while its faces hang together; of one that falls apart the largest part keeps
    the number. A new face joins the largest piece. `free` numbers were never given.
    """
    now = np.full(len(hangs), -1, np.int64)
    known = np.flatnonzero((hangs >= 0) & (before >= 0))
    width = int(before.max(initial=0)) + 1
    parts, which, sizes = np.unique(
        hangs[known] * width + before[known], return_inverse=True, return_counts=True
    )
    group, was = np.divmod(parts, width)
    by_size = np.lexsort((group, -sizes))
    numbers = was.copy()
    split_off = np.ones(len(parts), bool)
    split_off[by_size[np.unique(was[by_size], return_index=True)[1]]] = False
    numbers[split_off] = free + np.arange(np.count_nonzero(split_off))
    free += int(np.count_nonzero(split_off))
    now[known] = numbers[which]

    new = np.flatnonzero((hangs >= 0) & (before < 0))
    groups, largest = np.unique(group[by_size], return_index=True)
    alone = np.unique(hangs[new][~among(groups, hangs[new])])
    every = np.concatenate([groups, alone])
    joins = np.concatenate([numbers[by_size[largest]], free + np.arange(len(alone))])
    order = np.argsort(every)
    now[new] = joins[order[np.searchsorted(every[order], hangs[new])]]

    together: dict[int, int] = {}
    taken: set[int] = set()
    shared = np.bincount(np.searchsorted(groups, group), minlength=len(groups)) > 1
    several = by_size[shared[np.searchsorted(groups, group[by_size])]]
    for part in several.tolist():
        bundle = bundles.get(int(was[part]))
        if bundle is not None and int(group[part]) not in together and bundle not in taken:
            together[int(group[part])] = bundle
            taken.add(bundle)
    joined: dict[int, int] = {}
    for part in np.sort(several).tolist():
        if int(group[part]) not in together:
            together[int(group[part])] = free_bundle
            free_bundle += 1
        joined[int(numbers[part])] = together[int(group[part])]
    return now, joined
