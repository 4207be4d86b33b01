"""Measures the shipped network: faces of known truth, and old photos to be looked at."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import cv2
import numpy as np

from desktop_app.domain.photo import RgbImage
from desktop_app.domain.restoration import Restorer
from desktop_app.restoration.compact import SIDE
from desktop_app.restoration.training.crops import PackedCrops, held_out_people
from desktop_app.restoration.training.degrade import degrade, to_bytes
from desktop_app.restoration.training.measures import Measures, Score
from desktop_app.restoration.training.prepare import upright
from desktop_app.restoration.training.samples import cut, draw_pose, relit

WAYS = ("degraded", "blind", "right references", "wrong references")
REFERENCES = 4


@dataclass(frozen=True)
class Case:
    """One person: the degraded face, the true one, references; all (256, 256, 3)."""

    person: str
    degraded: RgbImage
    truth: RgbImage
    references: tuple[RgbImage, ...]


def identities(folder: Path) -> list[Case]:
    """The evaluation set: a folder a person with degraded.png, gt.png, references/."""
    return [
        Case(
            person.name,
            _small(upright(person / "degraded.png")),
            _small(upright(person / "gt.png")),
            tuple(
                _small(upright(path))
                for path in sorted((person / "references").iterdir())[:REFERENCES]
            ),
        )
        for person in sorted(folder.iterdir())
        if (person / "gt.png").exists()
    ]


def held_out(packed: PackedCrops) -> list[Case]:
    """The people kept aside who have two photos: one degraded, the other as the reference."""
    cases = []
    for number, (person, crops) in enumerate(packed.people(held_out_people()).items()):
        if len(crops) < 2:
            continue
        rng = np.random.default_rng([20261123, number])
        clean, _ = cut(crops[0], draw_pose(rng, 0.3))
        degraded = to_bytes(degrade(clean, rng))
        references = []
        for _ in range(REFERENCES):
            picture, _ = cut(crops[1], draw_pose(rng, 1.5))
            references.append(to_bytes(relit(picture, rng, 0.7)))
        cases.append(Case(person, degraded, to_bytes(clean), tuple(references)))
    return cases


def evaluate(
    cases: Sequence[Case], restorer: Restorer, measures: Measures, sheet: Path
) -> dict[str, list[Score]]:
    """Each way's score for each case, in order; `sheet` is a picture of all of them."""
    scores: dict[str, list[Score]] = {way: [] for way in WAYS}
    rows = []
    for number, case in enumerate(cases):
        other = cases[(number + 1) % len(cases)]
        truth = measures.truth(case.truth, list(case.references))
        pictures = [case.degraded]
        for references in ((), case.references, other.references):
            memory = restorer.encode_references(list(references))
            pictures.append(to_bytes(restorer.restore(case.degraded, memory, seed=0).crop))
        for way, picture in zip(WAYS, pictures, strict=True):
            scores[way].append(measures.score(picture, truth))
        rows.append(np.hstack([*pictures, case.truth, case.references[0]]))
    write_picture(sheet, np.vstack(rows))
    return scores


def table(scores: dict[str, list[Score]], people: Sequence[str]) -> str:
    """The means as Markdown, and on how many people the right references are the best."""
    names = [field.name for field in fields(Score)]
    lines = ["| | " + " | ".join(names) + " |", "| --- |" + " ---: |" * len(names)]
    for way, found in scores.items():
        means = [float(np.mean([getattr(score, name) for score in found])) for name in names]
        lines.append(f"| {way} | " + " | ".join(f"{mean:.3f}" for mean in means) + " |")
    right = scores["right references"]
    for name, sign in (("psnr", 1), ("st_lpips", -1), ("identity", 1), ("second", -1)):
        beaten = []
        for way in ("degraded", "blind", "wrong references"):
            wins = sum(
                sign * getattr(mine, name) > sign * getattr(theirs, name)
                for mine, theirs in zip(right, scores[way], strict=True)
            )
            beaten.append(f"{way} on {wins} of {len(people)}")
        lines.append(f"\nBy {name}, right references are better than " + ", ".join(beaten) + ".")
    return "\n".join(lines) + "\n"


def by_brightness(cases: Sequence[Case], scores: dict[str, list[Score]]) -> str:
    """What right references gain over the input for the darkest third of the true faces and for
    the rest: who is seldom in the training portraits may be served worse."""
    middle = slice(SIDE * 3 // 8, SIDE * 5 // 8)  # nose and cheeks
    brightness = [
        float(cv2.cvtColor(case.truth, cv2.COLOR_RGB2GRAY)[middle, middle].mean()) for case in cases
    ]
    order = np.argsort(brightness)
    third = max(1, len(order) // 3)
    lines = []
    for who, chosen in (("darkest third", order[:third]), ("others", order[third:])):
        gains = [
            np.mean(
                [
                    getattr(scores["right references"][n], name)
                    - getattr(scores["degraded"][n], name)
                    for n in chosen
                ]
            )
            for name in ("psnr", "st_lpips", "identity")
        ]
        lines.append(
            f"{who} of the faces ({len(chosen)}): PSNR {gains[0]:+.2f} dB, "
            f"ST-LPIPS {gains[1]:+.3f}, identity {gains[2]:+.3f}"
        )
    return "\n".join(lines) + "\n"


def old_photos(
    folder: Path, models: Path, restorer: Restorer, measures: Measures, sheet: Path, most: int = 40
) -> str:
    """Blind restorations before and after, as a sheet, and what they did to colour and person."""
    from desktop_app.restoration.training.prepare import faces_of

    pairs, chroma, kept = [], [], []
    for path in _spread(folder, most):
        for crop in faces_of(path, models, SIDE):
            memory = restorer.encode_references([])
            after = to_bytes(restorer.restore(crop, memory, seed=0).crop)
            pairs.append(np.hstack([crop, after]))
            if np.ptp(crop.astype(int), axis=2).max() <= 2:
                chroma.append(float(np.ptp(after.astype(int), axis=2).mean()) / 255)
            similarity = measures.similarity(crop, after)
            if similarity is not None:
                kept.append(similarity)
    across = 5
    while len(pairs) % across:
        pairs.append(np.full_like(pairs[0], 255))
    rows = [np.hstack(pairs[i : i + across]) for i in range(0, len(pairs), across)]
    write_picture(sheet, np.vstack(rows))
    return (
        f"{len(kept)} faces of old photos, blind: chroma added to the {len(chroma)} grey ones "
        f"{100 * max(chroma, default=0.0):.2f} % at most; similarity of output to input "
        f"{np.mean(kept):.3f} on average, {min(kept):.3f} at least.\n"
    )


def write_results(path: Path, scores: dict[str, list[Score]], people: Sequence[str]) -> None:
    """Every score of every person, to be compared with another run's."""
    told = {
        way: {person: asdict(score) for person, score in zip(people, found, strict=True)}
        for way, found in scores.items()
    }
    path.write_text(json.dumps(told, indent=1), encoding="utf-8")


def write_picture(path: Path, picture: RgbImage) -> None:
    """As PNG; never inside the repository, for these are pictures of people."""
    _, data = cv2.imencode(".png", picture[:, :, ::-1])
    path.write_bytes(data.tobytes())


def _small(image: RgbImage) -> RgbImage:
    small: RgbImage = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return small


def _spread(folder: Path, most: int) -> Iterator[Path]:
    """Files of the subfolders in turn, so that each kind is seen."""
    kinds = [sorted((folder / kind).iterdir()) for kind in ("family", "faces", "scratched")]
    for number in range(max(map(len, kinds), default=0)):
        for files in kinds:
            if number < len(files) and most > 0:
                most -= 1
                yield files[number]
