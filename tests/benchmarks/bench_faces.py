"""Measures searching, grouping and joining at 100,000 and 1,000,000 faces, against known peers.

    python tests/benchmarks/bench_faces.py PART [--faces N] [--kept FOLDER]

PARTs: spread, search, groups, catalog, suggestions.

The faces are drawn like the embedder's real ones (`drawn_faces.py`, from ../shared/data, which it
needs once) and kept in FOLDER. hnswlib, faiss-cpu, sqlite-vec and scikit-learn are no dependencies
of the application (`pip install --no-deps --target PEERS ...`, PYTHONPATH=PEERS); a peer that is
not there is left out with a word. Seconds are of the clock: run it alone on the machine.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
for setting in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # else BLAS is held to an older processor
    if os.environ.pop(setting, None) is not None:
        print(f"{setting} is not heeded here")

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from desktop_app.faces.clustering import group_linked  # noqa: E402
from desktop_app.faces.fixed_point import floating  # noqa: E402
from desktop_app.faces.links import LINK_FROM, Links, links_of  # noqa: E402
from desktop_app.faces.neighbours import FaceBlock, near  # noqa: E402
from desktop_app.faces.sign_codes import radius, within  # noqa: E402
from tests.benchmarks import faces_in_catalog, suggestions_in_catalog  # noqa: E402
from tests.benchmarks.drawn_faces import QUANTILES, DrawnFaces, drawn_faces, spread  # noqa: E402

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
QUERIES = 40
BLOCK = 65_536
Found = Callable[[NDArray[np.float32]], NDArray[np.int64]]


@contextmanager
def peer(name: str) -> Iterator[None]:
    """Leaves a peer out with a word where it is not installed."""
    try:
        yield
    except ImportError as error:
        print(f"{name}: skipped, not installed ({error.name})", flush=True)


def show_spread(faces: DrawnFaces, kept: Path) -> None:
    from tests.benchmarks.face_sets import identities, portraits

    print("quantiles:", *QUANTILES)
    for title, real in (("portraits", portraits), ("identities", identities)):
        some = real(DATA, kept).of("pair", "single", "photo")
        print(title, len(some.names), spread(some.vectors, some.names))
    print("drawn", spread(floating(faces.vectors[:8000]), faces.owners[:8000]), flush=True)


def search(faces: DrawnFaces) -> None:
    """One query at a time: who is like this face, by a cosine of `LINK_FROM` or more?"""
    asked = faces.vectors[-QUERIES:].copy()
    many = faces.vectors[:-1000]
    count = len(many)
    start = time.perf_counter()
    blocks = [
        FaceBlock.of(np.arange(at, min(count, at + BLOCK)), np.asarray(many[at : at + BLOCK]))
        for at in range(0, count, BLOCK)
    ]
    coded = time.perf_counter() - start
    singles = [FaceBlock.of(np.zeros(1, np.int64), one[None]) for one in asked]
    whole = np.empty(many.shape, np.float32)
    for at in range(0, count, BLOCK):
        whole[at : at + BLOCK] = floating(np.asarray(many[at : at + BLOCK]))
    queries = list(floating(asked))
    truth = [np.flatnonzero(whole @ one >= LINK_FROM) for one in queries]
    lower = [np.flatnonzero(whole @ one >= 0.42) for one in queries]
    print(f"{count} faces, {np.mean([len(t) for t in truth]):.0f} alike a query, from {LINK_FROM}")

    slowest = _timed(
        "numpy exact", queries, lambda q: np.flatnonzero(whole @ q >= LINK_FROM), truth
    )

    pool = ThreadPoolExecutor(os.cpu_count())

    def ours(at_least: float, cores: bool) -> Callable[[FaceBlock], NDArray[np.int64]]:
        def found(one: FaceBlock) -> NDArray[np.int64]:
            def inside(block: FaceBlock) -> NDArray[np.int64]:
                return block.ids[near(one, block, at_least).found]

            return np.concatenate(list((pool.map if cores else map)(inside, blocks)))

        return found

    print(f"coded in {coded:.1f} s")
    for at_least, there in ((LINK_FROM, truth), (0.42, lower)):
        for cores in (False, True):
            title = f"signs, then cosines from {at_least}, {'both cores' if cores else 'one core'}"
            _timed(title, singles, ours(at_least, cores), there, slowest)
    codes = np.concatenate([block.codes for block in blocks], axis=1)
    rows = np.ascontiguousarray(codes.T).view(np.uint8)
    most = radius(LINK_FROM)
    one = [block.codes[:, 0] for block in singles]
    _timed("signs alone", one, lambda c: within(codes, c[:, None], most)[1], None, slowest)
    _timed(
        "signs alone: numpy by faces", one, lambda c: _by_rows(rows, c, most.whole), None, slowest
    )
    _timed("signs alone: cv2, 100 nearest", one, lambda c: _by_cv2(rows, c), None, slowest)
    with peer("faiss"):
        import faiss

        faiss.omp_set_num_threads(os.cpu_count() or 1)
        flat = faiss.IndexScalarQuantizer(
            512, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        flat.train(whole[:1000])
        start = time.perf_counter()
        flat.add(whole)
        built = time.perf_counter() - start
        title = f"faiss flat fp16 (built in {built:.1f} s)"
        _timed(title, queries, lambda q: flat.range_search(q[None], LINK_FROM)[2], truth, slowest)
        binary = faiss.IndexBinaryFlat(512)
        binary.add(rows)
        _timed(
            "signs alone: faiss",
            one,
            lambda c: binary.range_search(c.view(np.uint8)[None], most.whole)[2],
            None,
            slowest,
        )
    if count > 200_000:
        print("hnswlib, sqlite-vec: at 100,000 only, for the time they take to be filled")
        return
    with peer("hnswlib"):
        import hnswlib

        graph = hnswlib.Index("ip", 512)
        graph.init_index(count, ef_construction=200, M=16)
        start = time.perf_counter()
        graph.add_items(whole)
        built = time.perf_counter() - start
        graph.set_ef(400)
        title = f"hnswlib, 200 nearest (built in {built:.0f} s)"
        _timed(
            title, queries, lambda q: graph.knn_query(q, 200)[0][0].astype(np.int64), truth, slowest
        )
    with peer("sqlite-vec"):
        _sqlite_vec(whole, queries, truth, slowest)


def _by_rows(rows: NDArray[np.uint8], code: NDArray[np.uint64], most: int) -> NDArray[np.int64]:
    counted = np.bitwise_count(rows.view(np.uint64) ^ code).sum(axis=1, dtype=np.uint16)
    return np.flatnonzero(counted <= most)


def _by_cv2(rows: NDArray[np.uint8], code: NDArray[np.uint64]) -> NDArray[np.int64]:
    import cv2

    query = np.ascontiguousarray(code).view(np.uint8)[None]
    found = cv2.batchDistance(query, rows, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=100)
    return np.asarray(found[1][0], np.int64)


def _sqlite_vec(
    whole: NDArray[np.float32],
    queries: list[NDArray[np.float32]],
    truth: list[NDArray[np.int64]],
    slowest: float,
) -> None:
    import sqlite3

    import sqlite_vec

    database = sqlite3.connect(":memory:")
    if not hasattr(database, "enable_load_extension"):
        print("sqlite-vec: skipped, this Python's sqlite3 loads no extensions")
        return
    database.enable_load_extension(True)
    sqlite_vec.load(database)
    database.execute("CREATE VIRTUAL TABLE v USING vec0(e float[512] distance_metric=cosine)")
    start = time.perf_counter()
    database.executemany(
        "INSERT INTO v(rowid, e) VALUES (?, ?)", ((n, v.tobytes()) for n, v in enumerate(whole))
    )
    built = time.perf_counter() - start
    nearest = "SELECT rowid FROM v WHERE e MATCH ? AND k = 200"
    _timed(
        f"sqlite-vec, 200 nearest (filled in {built:.1f} s)",
        queries,
        lambda q: np.array([row[0] for row in database.execute(nearest, (q.tobytes(),))], np.int64),
        truth,
        slowest,
    )


def _timed(  # type: ignore[no-untyped-def]
    title: str, queries, find, truth: list[NDArray[np.int64]] | None, slowest: float | None = None
) -> float:
    """Milliseconds a query, the median, and which share of those alike it found."""
    find(queries[0])
    spent, found = [], []
    for query in queries:
        start = time.perf_counter()
        found.append(find(query))
        spent.append(time.perf_counter() - start)
    median = float(np.median(spent) * 1000)
    said = ""
    if truth is not None:
        hit = sum(len(np.intersect1d(one, two)) for one, two in zip(found, truth, strict=True))
        said = f", recall {hit / max(1, sum(len(one) for one in truth)):.5f}"
    ratio = "" if slowest is None else f", {slowest / median:.1f} times numpy exact"
    print(f"{title}: {median:.2f} ms{ratio}{said}", flush=True)
    return median


def groups(kept: Path, count: int, asked: str | None) -> None:
    for way in ("ours", "dbscan") if asked is None else (asked,):
        print(f"{way}: ", end="", flush=True)
        command = [sys.executable, __file__, "one-way", "--way", way]
        subprocess.run([*command, "--faces", str(count), "--kept", str(kept)], check=True)


def one_way(way: str, faces: DrawnFaces) -> None:
    """One way of grouping, in two orders of arrival: seconds, memory above the faces, quality."""
    vectors, owners = np.array(faces.vectors[:-1000]), faces.owners[:-1000]
    order = np.random.default_rng(3).permutation(len(vectors))
    if way == "dbscan":
        with peer("scikit-learn"):
            from sklearn.cluster import DBSCAN

            whole = floating(vectors)
            resident, start = peak_mb(anew=True), time.perf_counter()
            found = DBSCAN(eps=1 - LINK_FROM, min_samples=2, metric="cosine").fit(whole).labels_
            alone = np.flatnonzero(found < 0)
            found[alone] = found.max() + 1 + np.arange(len(alone))
            _say_groups(start, resident, owners, found)
        return
    resident, start = peak_mb(anew=True), time.perf_counter()
    block = FaceBlock.of(np.arange(len(vectors)), vectors)
    links = Links.joined([some for _, some in links_of(block)])
    linked = time.perf_counter() - start
    found = group_linked(vectors, links.one, links.other, links.cosine)
    _say_groups(start, resident, owners, found)
    print(f"  {len(links.one)} links in {linked:.1f} s of these")
    print("greedy, from the same links, not counting them: ", end="")
    start = time.perf_counter()
    first = greedy(len(vectors), links, np.arange(len(vectors)))
    _say_groups(start, resident, owners, first)
    again = greedy(len(vectors), links, order)
    print(f"  two orders of arrival agree: B-cubed F {bcubed(first, again)[2]:.4f}", flush=True)
    print("ours, in another order of arrival: ", end="")
    start = time.perf_counter()
    block = FaceBlock.of(np.arange(len(vectors)), vectors[order])
    links = Links.joined([some for _, some in links_of(block)])
    again = np.empty(len(vectors), np.int64)
    again[order] = group_linked(block.vectors, links.one, links.other, links.cosine)
    _say_groups(start, resident, owners, again)
    print(f"  two orders of arrival agree: B-cubed F {bcubed(found, again)[2]:.4f}", flush=True)


def greedy(count: int, links: Links, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each face, as it arrives, joins the person of the face before it that is most like it."""
    place = np.argsort(order)
    later = place[links.one] > place[links.other]
    face = np.where(later, links.one, links.other)
    earlier = np.where(later, links.other, links.one)
    by_face = np.lexsort((links.cosine, face))
    last = np.flatnonzero(np.diff(face[by_face], append=-1))
    likest = np.full(count, -1)
    likest[face[by_face[last]]] = earlier[by_face[last]]
    labels = np.arange(count)
    for one in order:
        if likest[one] >= 0:
            labels[one] = labels[likest[one]]
    return labels


def bcubed(owners: NDArray[np.int64], labels: NDArray[np.int64]) -> tuple[float, float, float]:
    """Precision, recall and F (Bagga, Baldwin 1998), from counts."""
    pairs = owners.astype(np.int64) * (int(labels.max()) + 1) + labels
    _, where, both = np.unique(pairs, return_inverse=True, return_counts=True)
    _, at_owner, of_owner = np.unique(owners, return_inverse=True, return_counts=True)
    _, at_group, of_group = np.unique(labels, return_inverse=True, return_counts=True)
    precision = float((both[where] / of_group[at_group]).mean())
    recall = float((both[where] / of_owner[at_owner]).mean())
    return precision, recall, 2 * precision * recall / (precision + recall)


def _say_groups(
    start: float, resident: float, owners: NDArray[np.int64], labels: NDArray[np.int64]
) -> None:
    spent, above = time.perf_counter() - start, peak_mb() - resident
    precision, recall, score = bcubed(owners, labels)
    print(
        f"{spent:.1f} s, {above:.0f} MB above the faces; B-cubed P {precision:.4f} "
        f"R {recall:.4f} F {score:.4f}, {len(np.unique(labels))} groups",
        flush=True,
    )


def peak_mb(*, anew: bool = False) -> float:
    """The most memory that was resident, of the process or since it was asked `anew`. Linux."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in one)
    return int(line.split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "part", choices=["spread", "search", "groups", "catalog", "suggestions", "one-way"]
    )
    parser.add_argument("--faces", type=int, default=100_000)
    parser.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "bench_faces")
    parser.add_argument("--way", choices=["ours", "dbscan"], help="of grouping: one alone")
    asked = parser.parse_args()
    faces = drawn_faces(asked.faces + 1000, DATA, asked.kept)
    if asked.part == "spread":
        show_spread(faces, asked.kept)
    elif asked.part == "search":
        search(faces)
    elif asked.part == "groups":
        groups(asked.kept, asked.faces, asked.way)
    elif asked.part == "one-way":
        one_way(asked.way, faces)
    elif asked.part == "suggestions":
        suggestions_in_catalog.measure(faces, asked.kept)
    else:
        faces_in_catalog.measure(faces, asked.kept)


if __name__ == "__main__":
    main()
