"""`likeness people review`: suggestions judged one by one, a letter each."""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.cli.judging import judge_each
from desktop_app.cli.named import person_named
from desktop_app.cli.tools import Tools
from desktop_app.domain.face import AssignmentStatus, Face
from desktop_app.domain.person import Person
from desktop_app.operations.decide_faces import (
    confirm_faces,
    ignore_faces,
    mark_not_faces,
    reject_faces,
)
from desktop_app.operations.likeness_words import similarity_in_words

_KEYS = "y yes, n no, f not a face, x ignore, s skip, u undo, q quit"


def review(asked: argparse.Namespace, tools: Tools) -> int:
    """Asks about each suggestion, the likeliest first; in JSON only tells what waits."""
    catalog = tools.catalog
    person = person_named(catalog, asked.name)
    waiting = catalog.faces.of_person(person.id, AssignmentStatus.SUGGESTED)
    tools.terminal.result({"waiting": [_row(catalog, face) for face in waiting]})
    if tools.terminal.json_wanted:
        return 0
    tools.terminal.say(f"{len(waiting)} suggestions wait. {_KEYS}")
    answers: dict[str, Callable[[Face], object]] = {
        "y": lambda face: confirm_faces(catalog, [face.id], person.id),
        "n": lambda face: reject_faces(catalog, [face.id], person.id),
        "f": lambda face: mark_not_faces(catalog, [face.id]),
        "x": lambda face: ignore_faces(catalog, [face.id]),
    }
    question = partial(_question, catalog, person)
    decided = judge_each(waiting, question, answers, _KEYS, catalog, tools.terminal)
    tools.terminal.say(f"{decided} decided. Each is taken back by: likeness people undo")
    return 0


def _question(catalog: Catalog, person: Person, face: Face) -> str:
    like = similarity_in_words(face.suggestion_score)
    left, top, right, bottom = (round(edge) for edge in face.bbox)
    photo = catalog.photos.get(face.photo_id)
    twice = any(
        other.id != face.id and other.person_id == person.id
        for other in catalog.faces.of_photo(face.photo_id)
    )
    flag = f" {person.name} stands in this photo already." if twice else ""
    return (
        f"Is this {person.name}? {Path(photo.path).name}, face {face.id} at {left},{top} to "
        f"{right},{bottom}: {like} ({face.suggestion_score:.2f}).{flag}"
    )


def _row(catalog: Catalog, face: Face) -> dict[str, object]:
    return {
        "face": face.id,
        "photo": catalog.photos.get(face.photo_id).path,
        "bbox": [round(edge, 1) for edge in face.bbox],
        "score": round(face.suggestion_score, 3),
    }
