"""Notes which faces are alike enough to be linked: the graph in which groups are found."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.faces.neighbours import FaceBlock, Pairs, near

# Chosen on ../shared/data/portraits, the smallest hundredth at which no two of 708 people stood in
# one group: the nearest strangers reach a cosine of 0.588 (0.45, which looked as good on twelve
# people, put 192 of 803 faces into groups with strangers). Other people, ../shared/data/identities:
# nobody merged, B-cubed F 0.963. A family's children and grown-ups may stand in two groups each;
# naming one brings suggestions for the other.
LINK_FROM = 0.60
_CHUNK = 256  # faces compared at a time


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
    counts: Callable[[NDArray[np.int64]], NDArray[np.bool_]] | None = None,
    link_from: float = LINK_FROM,
) -> Iterator[tuple[NDArray[np.int64], Links]]:
    """The links of new faces with those known and among each other, some hundred at a time.

    The ids of `new` rise. Of each part: the ids compared, and their links, `one` being theirs.
    `counts` says which of the faces found in the blocks count; all where it is not given. Works on
    one core: a second thread gained nothing (measured), for the interpreter is asked too often.
    """
    for start in range(0, len(new), _CHUNK):
        chunk = new.rows(start, start + _CHUNK)
        parts = []
        for block in known:
            pairs = near(chunk, block, link_from)
            others = block.ids[pairs.found]
            which = slice(None) if counts is None else counts(others)
            parts.append(_links(chunk, pairs, others, which))
        pairs = near(chunk, new.rows(0, start + _CHUNK), link_from)
        earlier = pairs.found < pairs.asked + start
        parts.append(_links(chunk, pairs, new.ids[pairs.found], earlier))
        links = Links.joined(parts)
        order = np.lexsort((links.other, links.one))
        yield chunk.ids, Links(links.one[order], links.other[order], links.cosine[order])


def _links(
    asked: FaceBlock,
    pairs: Pairs,
    others: NDArray[np.int64],
    which: NDArray[np.bool_] | slice,
) -> Links:
    return Links(
        asked.ids[pairs.asked[which]], others[which], pairs.cosine[which].astype(np.float16)
    )
