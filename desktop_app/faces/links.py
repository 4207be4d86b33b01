"""Notes which faces are alike enough to be linked: the graph in which groups are found."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.faces.neighbours import FaceBlock, near

# Chosen on ../shared/data/portraits, the smallest hundredth at which no two of 708 people stood in
# one group: the nearest strangers reach a cosine of 0.588 (0.45, which looked as good on twelve
# people, put 192 of 803 faces into groups with strangers). Other people, ../shared/data/identities:
# nobody merged, B-cubed F 0.963. A family's children and grown-ups may stand in two groups each;
# naming one brings suggestions for the other.
LINK_FROM = 0.60
_CHUNK = 128  # faces compared at a time by one thread
_MOST_THREADS = 4


@dataclass(frozen=True)
class Links:
    """Pairs of faces alike, each pair once, by their ids."""

    one: NDArray[np.int64]  # (pairs,), the face that was compared
    other: NDArray[np.int64]  # (pairs,)
    cosine: NDArray[np.float16]  # (pairs,), at least `LINK_FROM`

    @staticmethod
    def joined(parts: Sequence["Links"]) -> "Links":
        if not parts:
            return Links(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float16))
        return Links(
            np.concatenate([part.one for part in parts]),
            np.concatenate([part.other for part in parts]),
            np.concatenate([part.cosine for part in parts]),
        )


def links_of(
    new: FaceBlock,
    known: Sequence[FaceBlock] = (),
    known_ids: NDArray[np.int64] | None = None,
    link_from: float = LINK_FROM,
) -> Iterator[tuple[NDArray[np.int64], Links]]:
    """The links of new faces with those known and among each other, some hundred at a time.

    Of each part: the ids that were compared, and their links, `one` being theirs, in their order.
    `known_ids`, rising, says which faces of the blocks count; all where it is not given. Works on
    the processor's cores, at most four.
    """
    threads = min(os.cpu_count() or 1, _MOST_THREADS)

    def compared(start: int) -> Links:
        end = min(len(new), start + _CHUNK)
        chunk = new.rows(start, end)
        parts = []
        for block in known:
            pairs = near(chunk, block, link_from)
            others = block.ids[pairs.found]
            counts = slice(None) if known_ids is None else _among(known_ids, others)
            parts.append(
                Links(
                    chunk.ids[pairs.asked[counts]],
                    others[counts],
                    pairs.cosine[counts].astype(np.float16),
                )
            )
        pairs = near(chunk, new.rows(0, end), link_from)
        before = pairs.found < pairs.asked + start
        parts.append(
            Links(
                chunk.ids[pairs.asked[before]],
                new.ids[pairs.found[before]],
                pairs.cosine[before].astype(np.float16),
            )
        )
        links = Links.joined(parts)
        order = np.lexsort((links.other, np.searchsorted(chunk.ids, links.one)))
        return Links(links.one[order], links.other[order], links.cosine[order])

    with ThreadPoolExecutor(threads) as pool:
        for first in range(0, len(new), _CHUNK * threads):
            starts = range(first, min(len(new), first + _CHUNK * threads), _CHUNK)
            for start, links in zip(starts, pool.map(compared, starts), strict=True):
                yield new.ids[start : start + _CHUNK], links


def _among(rising: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    at = np.searchsorted(rising, ids)
    at[at == len(rising)] = 0
    return rising[at] == ids if len(rising) else np.zeros(len(ids), bool)
