"""Notes which faces are alike enough to be linked: the graph in which groups are found."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.faces.neighbours import FaceBlock, near

# Chosen on ../shared/data/portraits, the smallest hundredth at which no two of 708 people stood in
# one group: the nearest strangers reach a cosine of 0.588 (0.45, which looked as good on twelve
# people, put 192 of 803 faces into groups with strangers). Other people, ../shared/data/identities:
# nobody merged, B-cubed F 0.969. A family's children and grown-ups may stand in two groups each;
# naming one brings suggestions for the other.
LINK_FROM = 0.60
_CHUNK = 256  # faces whose links are handed out at a time
_PIECE = 64  # of these, what one core compares at a time
_MOST_THREADS = 8


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

    def only(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> "Links":
        """Some of the pairs, by a mask or by their places."""
        return Links(self.one[which], self.other[which], self.cosine[which])


def links_of(
    new: FaceBlock,
    known: Sequence[FaceBlock] = (),
    counts: Callable[[NDArray[np.int64]], NDArray[np.bool_]] | None = None,
    link_from: float = LINK_FROM,
) -> Iterator[tuple[NDArray[np.int64], Links]]:
    """The links of new faces with those known and among each other, some hundred at a time.

    The ids of `new` rise. Of each part: the ids compared, and their links, `one` being theirs.
    `counts` says which of the faces found in the blocks count; all where it is not given. Works on
    every core, one part ahead of the one handed out.
    """
    coming: deque[tuple[FaceBlock, list[Future[Links]], list[Future[Links]]]] = deque()
    pool = ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS), "links")
    try:
        for start in range(0, len(new), _CHUNK):
            chunk, so_far = new.rows(start, start + _CHUNK), new.rows(0, start + _CHUNK)
            pieces = [chunk.rows(at, at + _PIECE) for at in range(0, len(chunk), _PIECE)]
            among_known = [
                pool.submit(_links, piece, block, link_from) for block in known for piece in pieces
            ]
            among_new = [pool.submit(_links, piece, so_far, link_from) for piece in pieces]
            coming.append((chunk, among_known, among_new))
            if len(coming) > 1:
                yield _found(*coming.popleft(), counts)
        while coming:
            yield _found(*coming.popleft(), counts)
    finally:
        pool.shutdown(cancel_futures=True)


def _links(asked: FaceBlock, among: FaceBlock, link_from: float) -> Links:
    pairs = near(asked, among, link_from)
    cosine = pairs.cosine.astype(np.float16)
    return Links(asked.ids[pairs.asked], among.ids[pairs.found], cosine)


def _found(
    chunk: FaceBlock,
    among_known: list[Future[Links]],
    among_new: list[Future[Links]],
    counts: Callable[[NDArray[np.int64]], NDArray[np.bool_]] | None,
) -> tuple[NDArray[np.int64], Links]:
    links = Links.joined([part.result() for part in among_known])
    if counts is not None:
        links = links.only(counts(links.other))
    earlier = Links.joined([part.result() for part in among_new])
    links = Links.joined([links, earlier.only(earlier.other < earlier.one)])
    return chunk.ids, links.only(np.lexsort((links.other, links.one)))
