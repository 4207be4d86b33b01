"""Finds which faces hang together, and tells by a number whether anything of it has changed."""

import numpy as np
from numpy.typing import NDArray


def components(count: int, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """(count,): for each of `count` faces the lowest number of those it hangs together with.

    `one` and `other`, (links,), are the ends of the links.
    """
    lowest = np.arange(count)
    while len(one):
        ones, others = lowest[one], lowest[other]
        apart = ones != others
        one, other, ones, others = one[apart], other[apart], ones[apart], others[apart]
        np.minimum.at(lowest, np.maximum(ones, others), np.minimum(ones, others))
        while True:
            followed = lowest[lowest]
            if np.array_equal(followed, lowest):
                break
            lowest = followed
    return lowest


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
