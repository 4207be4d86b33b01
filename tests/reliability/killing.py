"""Kills work at random moments, again and again, and looks at what is left.

    python -m tests.reliability.killing FOLDER --kills 2000 [--seed 8]

The workers are forked from this one process, which has imported everything, has no thread and no
Qt, and never works itself. Linux and macOS only.
"""

import argparse
import json
import os
import random
import select
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config  # noqa: F401

from tests.reliability.scenes import SCENES, Acknowledge, Home, damage, make_photos

LONGEST = 60.0  # seconds that a worker may take to look at what is left


@dataclass
class Outcome:
    """What the kills came to."""

    killed: int = 0
    finished: int = 0  # workers that ended before their kill; they count as no kill
    acknowledged: int = 0
    by_scene: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


def campaign(folder: Path, kills: int, seed: int) -> Outcome:
    """Kills the scenes in turn until `kills` workers were killed at their work."""
    photos = folder / "photos"
    make_photos(photos)
    began = time.monotonic()
    outcome = Outcome()
    expected, lasts = {}, {}
    for name, scene in SCENES.items():
        template = Home(_made(folder / "templates" / name), photos)
        _in_a_worker(lambda _, scene=scene, home=template: scene.prepare(home))
        expected[name], lasts[name] = _unbroken(folder, name, photos)
    order = random.Random(seed)
    while outcome.killed < kills and outcome.finished < 20 + kills:
        name = list(SCENES)[(outcome.killed + outcome.finished) % len(SCENES)]
        _one_kill(folder, name, photos, order, lasts, expected[name], outcome)
        if len(outcome.faults) > 20:
            break
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


def _one_kill(
    folder: Path,
    name: str,
    photos: Path,
    order: random.Random,
    lasts: dict[str, float],
    expected: Any,
    outcome: Outcome,
) -> None:
    trial = outcome.killed + outcome.finished
    home = _fresh(folder, name, photos, f"trial-{trial}")
    acknowledged, ended = _killed(name, home, order.uniform(0, lasts[name]))
    if ended:
        outcome.finished += 1
        lasts[name] *= 0.97  # the machine is faster than it was when that was measured
    else:
        outcome.killed += 1
        outcome.by_scene[name] += 1
        if name not in ("migrating", "bringing back") and len(acknowledged) == 0:
            lasts[name] *= 1.003  # or slower
    outcome.acknowledged += len(acknowledged)

    def look(tell: Acknowledge) -> None:
        scene = SCENES[name]
        lost = scene.lost(home, acknowledged) if name == "migrating" else []
        tell(json.dumps([f"damaged: {line}" for line in damage(home)]))
        lost = lost or scene.lost(home, acknowledged)
        tell(json.dumps([f"acknowledged and lost: {each}" for each in lost]))
        scene.run(home, lambda _: None)
        same = json.loads(json.dumps(scene.facts(home))) == expected
        tell(json.dumps([] if same else ["ends otherwise than an unbroken run"]))

    faults = []
    for line in _in_a_worker(look):
        faults += json.loads(line) if line.startswith("[") else [line]
    if faults:
        outcome.faults += [f"{name}, trial {trial}: {fault}" for fault in faults]
    else:
        shutil.rmtree(home.catalog.parent)


def _unbroken(folder: Path, name: str, photos: Path) -> tuple[Any, float]:
    """What the scene comes to when nobody kills it, and how long that takes: the quicker of two."""
    lasts = []
    told: list[str] = []
    for number in range(2):
        home = _fresh(folder, name, photos, f"unbroken-{number}")
        began = time.monotonic()
        _in_a_worker(lambda tell, home=home: SCENES[name].run(home, tell))
        lasts.append(time.monotonic() - began)
        told = _in_a_worker(lambda tell, home=home: tell(json.dumps(SCENES[name].facts(home))))
    return json.loads(told[0]), min(lasts)


def _killed(name: str, home: Home, after: float) -> tuple[list[str], bool]:
    """The work killed `after` seconds: what it had acknowledged, and whether it had ended."""
    worker, ear = _forked(lambda tell: SCENES[name].run(home, tell))
    time.sleep(after)
    ended = os.waitpid(worker, os.WNOHANG)[0] != 0
    if not ended:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    lines = _heard(ear)
    return [line for line in lines if not line.startswith("Traceback")], ended


def _in_a_worker(work: Callable[[Acknowledge], None]) -> list[str]:
    """The lines that `work` told, in a process of its own."""
    worker, ear = _forked(work)
    lines = _heard(ear, LONGEST)
    os.waitpid(worker, 0)
    return lines


def _forked(work: Callable[[Acknowledge], None]) -> tuple[int, int]:
    """A child that does `work`, and where its lines can be read: whole lines, each one write."""
    _require_no_threads()
    ear, mouth = os.pipe()
    worker = os.fork()
    if worker:
        os.close(mouth)
        return worker, ear
    try:
        os.close(ear)
        work(lambda line: os.write(mouth, f"{line}\n".encode()) and None)
    except BaseException:
        os.write(mouth, f"Traceback {traceback.format_exc(limit=-4)!r}\n".encode())
    finally:
        os._exit(0)


def _heard(ear: int, longest: float = 5.0) -> list[str]:
    """Until the other side ends."""
    heard = b""
    until = time.monotonic() + longest
    while select.select([ear], [], [], max(0.0, until - time.monotonic()))[0]:
        block = os.read(ear, 1 << 16)
        if not block:
            os.close(ear)
            return heard.decode().splitlines()
        heard += block
    raise TimeoutError(f"a worker said nothing for {longest} s")


def _require_no_threads() -> None:
    threads = Path("/proc/self/task")
    if threads.is_dir() and len(list(threads.iterdir())) > 1:
        raise RuntimeError("a process with threads must not fork workers")
    if any(name.startswith("PySide6") for name in sys.modules):
        raise RuntimeError("a process with Qt must not fork workers")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _fresh(folder: Path, name: str, photos: Path, trial: str) -> Home:
    place = folder / trial / name.replace(" ", "-")
    shutil.copytree(folder / "templates" / name, place)
    return Home(place, photos)


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--kills", type=int, default=60)
    asked.add_argument("--seed", type=int, default=8)
    given = asked.parse_args()
    outcome = campaign(given.folder, given.kills, given.seed)
    print(json.dumps(vars(outcome), indent=1))
    return int(bool(outcome.faults))


if __name__ == "__main__":
    sys.exit(main())
