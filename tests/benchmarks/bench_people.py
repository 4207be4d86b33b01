"""Measures grouping and suggestions on real faces, and a decision in a large catalog.

    python tests/benchmarks/bench_people.py [real] [decisions] [--faces N] [--kept FOLDER]

`real` needs ../shared/data; the thresholds are judged on the portraits (on which they were chosen)
and on the identities (on which they were not). `decisions` measures a key of the review in a
catalog of that many faces.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.domain.ids import PersonId
from desktop_app.faces.clustering import group_faces
from desktop_app.faces.links import LINK_FROM
from desktop_app.faces.matching import AHEAD_OF_NEXT, SUGGEST_FROM
from tests.benchmarks.face_sets import FaceSet, identities, portraits
from tests.faces.said import Said

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DRAWS = 20
OTHERS = 300  # people of one portrait who are known too; the rest are strangers


def bcubed(names: NDArray[np.str_], labels: NDArray[np.int64]) -> str:
    same, together = names[:, None] == names[None], labels[:, None] == labels[None]
    both = (same & together).sum(axis=1)
    precision, recall = (both / together.sum(axis=1)).mean(), (both / same.sum(axis=1)).mean()
    mixed = sum(len(set(names[labels == label])) > 1 for label in set(labels.tolist()))
    score = 2 * precision * recall / (precision + recall)
    return f"B-cubed P {precision:.3f} R {recall:.3f} F {score:.3f}; groups with two people {mixed}"


def gallery(people: NDArray[np.str_], vectors: NDArray[np.float32]) -> tuple[Said, list[str]]:
    names = sorted(set(people.tolist()))
    faces = {PersonId(n): vectors[people == name] for n, name in enumerate(names, 1)}
    return Said(faces), ["", *names]


def suggested(
    faces: NDArray[np.float32], poor: NDArray[np.bool_], known: tuple[Said, list[str]]
) -> NDArray[np.str_]:
    """The suggested name of each face, "" for none."""
    found = known[0].of(faces, poor)
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


def decisions(count: int) -> None:
    """From a key of the review to the next face, in the real window on a large catalog."""
    from tests.benchmarks.review_at_scale import measure

    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=["real", "decisions"])
    parser.add_argument("--faces", type=int, default=100_000)
    parser.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "bench_people")
    asked = parser.parse_args()
    if "real" in asked.parts:
        real(asked.kept)
    if "decisions" in asked.parts:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        decisions(asked.faces)


if __name__ == "__main__":
    main()
