"""Looks at one waiting photo after the other until none waits: paused, paced, stopped, kept."""

import time
from collections.abc import Callable
from pathlib import Path

from desktop_app.domain.errors import FileVanished
from desktop_app.domain.photo import Photo
from desktop_app.domain.progress import Progress, Report
from desktop_app.operations.keep_looked import KeepsLooked
from desktop_app.operations.look_at_photos import Lookers
from desktop_app.operations.looking_order import LookingOrder, Pace, WaitingPhotos


def look_through(
    lookers: Lookers,
    ask: Callable[[Photo], None],
    waiting: WaitingPhotos,
    keeper: KeepsLooked,
    order: LookingOrder,
    report: Report,
    total: int,
    gone: Callable[[Photo], None],
) -> None:
    """`ask` asks the lookers for a photo; `gone` is told of one whose file is no longer there.

    Whatever ends the run, what was seen is kept.
    """
    done = 0
    try:
        while True:
            _ask(lookers, ask, waiting, order.pace)
            if not lookers.under_way:
                keeper.flush()
                if order.pace is Pace.NONE:
                    order.wait(report, Progress(done, total))
                elif not waiting.again():
                    break
                continue
            began = time.monotonic()
            looked = lookers.next()
            report(Progress(done, total, Path(looked.photo.path).name))
            if isinstance(looked.error, FileVanished):
                gone(looked.photo)
            elif looked.seen is None:
                keeper.failed(looked.photo, str(looked.error))
            else:
                keeper.seen(looked.photo, looked.seen)
            done += 1
            if order.pace is Pace.GENTLE:
                rest = time.monotonic() - began
                order.wait(report, Progress(done, total), rest)
    finally:
        keeper.flush()
    report(Progress(done, total))


def _ask(
    lookers: Lookers, ask: Callable[[Photo], None], waiting: WaitingPhotos, pace: Pace
) -> None:
    """Keeps the lookers busy, at a gentle pace with one photo only."""
    while lookers.want_more if pace is Pace.FULL else pace is Pace.GENTLE and not lookers.under_way:
        photo = waiting.next()
        if photo is None:
            return
        ask(photo)
