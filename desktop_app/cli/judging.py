"""Things judged one by one in the terminal, a letter each, with a way back."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from desktop_app.catalog.catalog import Catalog
from desktop_app.cli.terminal import Terminal
from desktop_app.operations.decide_faces import undo_decision

T = TypeVar("T")


def judge_each(
    waiting: Sequence[T],
    question: Callable[[T], str],
    answers: Mapping[str, Callable[[T], object]],
    keys: str,
    catalog: Catalog,
    terminal: Terminal,
) -> int:
    """Asks about each in turn and returns how many were decided.

    `answers` are the letters that decide. Besides, s leaves one for later, u takes back what was
    decided of the one before and asks of it again, q or the end of the input ends it. `keys` says
    all of them, for whoever presses another.
    """
    made: list[bool] = []  # for each one passed, whether it was decided
    while len(made) < len(waiting):
        subject = waiting[len(made)]
        terminal.say(question(subject))
        answer = sys.stdin.readline()
        key = answer.strip().casefold()[:1]
        if not answer or key == "q":
            break
        if key == "u":
            if made and made.pop():
                undo_decision(catalog)
        elif key in answers:
            answers[key](subject)
            made.append(True)
        elif key == "s":
            made.append(False)
        else:
            terminal.say(keys)
    return sum(made)
