"""Measures grouping, suggestions and decisions, on real faces and at 100,000 synthetic ones.

    python tests/benchmarks/bench_people.py [real] [scale] [decisions] [--faces N] [--kept FOLDER]

`real` needs ../shared/data; the thresholds are judged on the portraits (on which they were chosen)
and on the identities (on which they were not). `scale` draws faces like the embedder's real ones
and runs each way in a process of its own, for time and memory; DBSCAN needs scikit-learn, which is
no dependency of the application (`pip install scikit-learn`), and is left out with a word where it
is not there. `decisions` measures a key of the review in a catalog of that many faces.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.domain.ids import PersonId
from desktop_app.faces.clustering import LINK_FROM, Links, group_faces, group_linked, links_of
from desktop_app.faces.matching import AHEAD_OF_NEXT, SUGGEST_FROM, Evidence, best_people
from tests.benchmarks.face_sets import FaceSet, identities, portraits

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DRAWS = 20
FAR = 0.25
OTHERS = 300  # people of one portrait who are known too; the rest are strangers


def bcubed(names: NDArray[np.str_], labels: NDArray[np.int64]) -> str:
    same, together = names[:, None] == names[None], labels[:, None] == labels[None]
    both = (same & together).sum(axis=1)
    precision, recall = (both / together.sum(axis=1)).mean(), (both / same.sum(axis=1)).mean()
    mixed = sum(len(set(names[labels == label])) > 1 for label in set(labels.tolist()))
    score = 2 * precision * recall / (precision + recall)
    return f"B-cubed P {precision:.3f} R {recall:.3f} F {score:.3f}; groups with two people {mixed}"


def gallery(people: NDArray[np.str_], vectors: NDArray[np.float32]) -> tuple[Evidence, list[str]]:
    names = sorted(set(people.tolist()))
    faces = {PersonId(n): vectors[people == name] for n, name in enumerate(names, 1)}
    return Evidence(faces), ["", *names]


def suggested(
    faces: NDArray[np.float32], poor: NDArray[np.bool_], known: tuple[Evidence, list[str]]
) -> NDArray[np.str_]:
    """The suggested name of each face, "" for none."""
    found = best_people(faces, known[0], None, poor)
    return np.array(["" if one is None else known[1][one[0]] for one in found])


def nearest(faces: NDArray[np.float32], names: NDArray[np.str_], of: NDArray[np.float32]):  # type: ignore[no-untyped-def]
    return names[np.argmax(faces @ of.T, axis=1)]


def some_of_each(rng: np.random.Generator, names: NDArray[np.str_], count: int) -> list[int]:
    return [
        int(row)
        for name in sorted(set(names.tolist()))
        for row in rng.permutation(np.flatnonzero(names == name))[:count]
    ]


def judged(
    truth: NDArray[np.str_], said: NDArray[np.str_], known: set[str]
) -> tuple[int, int, int]:
    """(right, wrong, asked)."""
    right = int(((said == truth) & (said != "")).sum())
    wrong = int(((said != truth) & (said != "")).sum())
    return right, wrong, int(np.isin(truth, list(known)).sum())


def real(kept: Path) -> None:
    if not DATA.is_dir():
        print("real: skipped, ../shared/data is not here")
        return
    print(f"link from {LINK_FROM}, suggest from {SUGGEST_FROM}, ahead {AHEAD_OF_NEXT}")
    on_portraits(portraits(DATA, kept))
    on_identities(identities(DATA, kept))


def spread(title: str, faces: FaceSet) -> None:
    cosines = faces.vectors @ faces.vectors.T
    upper = np.triu_indices(len(cosines), 1)
    same = (faces.names[:, None] == faces.names[None])[upper]
    one, two = cosines[upper][same], cosines[upper][~same]
    print(
        f"{title}: {len(faces.names)} faces of {len(set(faces.names.tolist()))} people; same "
        f"{one.mean():.3f} +- {one.std():.3f} (least {one.min():.3f}), different {two.mean():.3f} "
        f"+- {two.std():.3f} (999 of 1,000 under {np.percentile(two, 99.9):.3f}, most "
        f"{two.max():.3f})"
    )


def on_portraits(faces: FaceSet) -> None:
    clear = faces.of("pair", "single")
    spread("portraits", clear)
    good = ~clear.poor
    print("  groups:", bcubed(clear.names[good], group_faces(clear.vectors[good])))
    pair, single, worn = faces.of("pair"), faces.of("single"), faces.of("degraded")
    rng = np.random.default_rng(0)
    total = np.zeros(3, int)
    strangers, named, first, wrong, right, absent = 0, 0, 0, 0, 0, 0
    for _ in range(5):
        chosen = some_of_each(rng, pair.names, 1)
        rest = np.setdiff1d(np.arange(len(pair.names)), chosen)
        order = rng.permutation(np.flatnonzero(~single.poor))
        names = np.concatenate([pair.names[chosen], single.names[order[:OTHERS]]])
        vectors = np.concatenate([pair.vectors[chosen], single.vectors[order[:OTHERS]]])
        known = gallery(names, vectors)
        said = suggested(pair.vectors[rest], pair.poor[rest], known)
        total += judged(pair.names[rest], said, set(names.tolist()))
        unknown = order[OTHERS:]
        strangers += len(unknown)
        named += int((suggested(single.vectors[unknown], single.poor[unknown], known) != "").sum())
        said = suggested(worn.vectors, worn.poor, known)
        right += int((said == worn.names).sum())
        wrong += int(((said != worn.names) & (said != "")).sum())
        first += int((nearest(worn.vectors, names, vectors) == worn.names).sum())
        for name, vector, poor in zip(worn.names, worn.vectors, worn.poor, strict=True):
            without = gallery(names[names != name], vectors[names != name])
            absent += int(suggested(vector[None], np.array([poor]), without)[0] != "")
    shown = 5 * len(worn.names)
    print(
        f"  {OTHERS + len(chosen)} people known by one face: recall {total[0] / total[2]:.3f}, "
        f"wrong {total[1]} of {total[2]}; strangers given a name {named} of {strangers} "
        f"({named / strangers:.4f})"
    )
    print(
        f"  degraded here ({shown}): rank-1 {first / shown:.3f}, suggested rightly {right}, "
        f"wrongly {wrong}, with the right person absent {absent}"
    )


def on_identities(faces: FaceSet) -> None:
    clear, worn = faces.of("photo"), faces.of("degraded")
    spread("identities", clear)
    print("  groups:", bcubed(clear.names, group_faces(clear.vectors)))
    rng = np.random.default_rng(0)
    total = np.zeros(3, int)
    for _ in range(DRAWS):
        chosen = some_of_each(rng, clear.names, 2)
        rest = np.setdiff1d(np.arange(len(clear.names)), chosen)
        known = gallery(clear.names[chosen], clear.vectors[chosen])
        said = suggested(clear.vectors[rest], clear.poor[rest], known)
        total += judged(clear.names[rest], said, set(clear.names.tolist()))
    print(
        f"  2 confirmed a person, {DRAWS} draws: precision {total[0] / (total[0] + total[1]):.4f} "
        f"at recall {total[0] / total[2]:.4f}"
    )
    first = int((nearest(worn.vectors, clear.names, clear.vectors) == worn.names).sum())
    said = suggested(worn.vectors, worn.poor, gallery(clear.names, clear.vectors))
    print(
        f"  degraded: rank-1 {first} of {len(worn.names)}; suggested rightly "
        f"{int((said == worn.names).sum())}, wrongly "
        f"{int(((said != worn.names) & (said != '')).sum())}; "
        f"confirmed by the machine: it cannot"
    )


def synthetic(count: int, kept: Path) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Faces with the spread of the real ones: people drawn with the covariance of the portraits,
    their faces with that of the identities around their own people."""
    rng = np.random.default_rng(7)
    one_each, many = portraits(DATA, kept).of("single"), identities(DATA, kept).of("photo")
    centre = one_each.vectors.mean(axis=0)
    around = np.concatenate(
        [
            many.vectors[many.names == name] - many.vectors[many.names == name].mean(axis=0)
            for name in sorted(set(many.names.tolist()))
        ]
    )
    sizes: list[int] = []
    while sum(sizes) < count:
        sizes.append(int(min(400, 1 + rng.geometric(1 / 20) * rng.lognormal(0, 0.8))))
    owners = np.repeat(np.arange(len(sizes)), sizes)[:count]

    def drawn(rows: int, residuals: NDArray[np.float32]) -> NDArray[np.float32]:
        mixed = rng.normal(size=(rows, len(residuals))).astype(np.float32)
        return mixed @ residuals / np.sqrt(len(residuals))

    # A single portrait already differs from its person's middle: that share is taken off.
    between = (one_each.vectors - centre) * np.sqrt(1 - (around**2).sum(axis=1).mean())
    people = centre + drawn(len(sizes), between)
    faces = np.empty((count, around.shape[1]), np.float32)
    for start in range(0, count, 5000):
        part = owners[start : start + 5000]
        # not every face is as far from its person's middle: some are of another age, some turned
        far = rng.lognormal(-(FAR**2) / 2, FAR, (len(part), 1)).astype(np.float32)
        some = people[part] + drawn(len(part), around) * far
        faces[start : start + 5000] = some / np.linalg.norm(some, axis=1, keepdims=True)
    order = rng.permutation(count)
    return faces[order], owners[order]


def scale(count: int, kept: Path) -> None:
    if not DATA.is_dir():
        print("scale: skipped, ../shared/data is not here")
        return
    faces, owners = synthetic(count, kept)
    some = slice(0, 4000)
    spread(
        f"{count} drawn, of these",
        FaceSet(
            owners[some].astype(str), owners[some].astype(str), faces[some], np.zeros(4000, bool), 0
        ),
    )
    place = kept / f"drawn-{count}.npz"
    np.savez(place, faces=faces, owners=owners)
    for way in ("ours", "ours-one-photo", "numpy", "numpy-one-photo", "dbscan"):
        command = [sys.executable, __file__, "--way", way, "--kept", str(place)]
        print(f"{way}: ", end="", flush=True)
        subprocess.run(command, check=True)


def quick_bcubed(owners: NDArray[np.int64], labels: NDArray[np.int64]) -> str:
    """B-cubed by counts, for many faces."""
    pairs = owners.astype(np.int64) * (int(labels.max()) + 2) + labels
    _, where, both = np.unique(pairs, return_inverse=True, return_counts=True)
    _, at_owner, of_owner = np.unique(owners, return_inverse=True, return_counts=True)
    _, at_group, of_group = np.unique(labels, return_inverse=True, return_counts=True)
    precision = (both[where] / of_group[at_group]).mean()
    recall = (both[where] / of_owner[at_owner]).mean()
    score = 2 * precision * recall / (precision + recall)
    return f"B-cubed P {precision:.4f} R {recall:.4f} F {score:.4f}, {len(of_group)} groups"


def one_way(way: str, place: Path) -> None:
    """One way over the drawn faces: seconds of processor time, memory above the start, quality."""
    with np.load(place) as file:
        faces, owners = file["faces"], file["owners"]
    if way == "dbscan":
        try:
            from sklearn.cluster import DBSCAN
        except ImportError:
            print("skipped: scikit-learn is not installed")
            return
    people = {PersonId(n + 1): faces[owners == n][:4] for n in range(300)}
    photo = faces[-3:]
    resident = peak_mb(anew=True)
    start, repeats, said = time.process_time(), 1, ""
    if way == "ours":
        links = Links.joined(list(links_of(faces)))
        linked = time.process_time() - start
        said = quick_bcubed(owners, group_linked(faces, links))
        said += f"; {len(links.first)} links in {linked:.1f} s"
    elif way == "ours-one-photo":
        repeats = 5
        for _ in range(repeats):
            best_people(photo, Evidence(people))
        suggesting = (time.process_time() - start) / repeats
        start = time.process_time()
        for _ in range(repeats):
            list(links_of(faces, known=len(faces) - len(photo)))
        said = f"suggestions alone {suggesting * 1000:.2f} ms; joining the links in all"
    elif way == "numpy":
        said = quick_bcubed(owners, by_numpy(faces))
    elif way == "numpy-one-photo":
        repeats = 5
        for _ in range(repeats):
            for face in photo:
                nearest_of = {p: float(max(own @ face for own in f)) for p, f in people.items()}
                max(nearest_of, key=nearest_of.__getitem__)
        suggesting = (time.process_time() - start) / repeats
        start = time.process_time()
        for _ in range(repeats):
            for face in photo:
                np.flatnonzero(faces @ face >= LINK_FROM)
        said = f"suggestions alone {suggesting * 1000:.2f} ms; all cosines in all"
    else:
        said = quick_bcubed(
            owners, DBSCAN(eps=1 - LINK_FROM, min_samples=2, metric="cosine").fit(faces).labels_ + 1
        )
    spent = (time.process_time() - start) / repeats
    above = peak_mb() - resident
    print(f"{spent:.3f} s, {above:.0f} MB above the faces; {said}", flush=True)


def peak_mb(*, anew: bool = False) -> float:
    """The most memory that was resident, of the process or since it was asked `anew`. Linux."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in one)
    return int(line.split()[1]) / 1024


def by_numpy(faces: NDArray[np.float32]) -> NDArray[np.int64]:
    """Brute force: every cosine of every face, then all that hang together are one group."""
    labels = np.arange(len(faces))
    near: list[NDArray[np.int64]] = []
    for start in range(0, len(faces), 256):
        near += [np.flatnonzero(row >= LINK_FROM) for row in faces[start : start + 256] @ faces.T]
    moved = True
    while moved:
        moved = False
        for row, those in enumerate(near):
            least = labels[those].min()
            if (labels[those] != least).any():
                labels[those] = least
                labels[row] = least
                moved = True
    return labels


def decisions(count: int) -> None:
    """From a key of the review to the next face, in the real window on a large catalog."""
    from tests.benchmarks.review_at_scale import measure

    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=["real", "scale", "decisions"])
    parser.add_argument("--faces", type=int, default=100_000)
    parser.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "bench_people")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        one_way(asked.way, asked.kept)
        return
    if "real" in asked.parts:
        real(asked.kept)
    if "scale" in asked.parts:
        scale(asked.faces, asked.kept)
    if "decisions" in asked.parts:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        decisions(asked.faces)


if __name__ == "__main__":
    main()
