"""`likeness people review`: suggestions judged one by one, a letter each."""

import argparse
import sys
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.cli.named import person_named
from desktop_app.cli.tools import Tools
from desktop_app.domain.face import AssignmentStatus, Face
from desktop_app.domain.person import Person
from desktop_app.operations.decide_faces import (
    confirm_faces,
    ignore_faces,
    mark_not_faces,
    reject_faces,
    undo_decision,
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
    decided = _judge(catalog, person, waiting, tools)
    tools.terminal.say(f"{decided} decided. Each is taken back by: likeness people undo")
    return 0


def _judge(catalog: Catalog, person: Person, waiting: list[Face], tools: Tools) -> int:
    made: list[bool] = []  # for each face passed, whether it was decided
    while len(made) < len(waiting):
        face = waiting[len(made)]
        tools.terminal.say(_question(catalog, face, person))
        answer = sys.stdin.readline()
        key = answer.strip().casefold()[:1]
        if not answer or key == "q":
            break
        if key == "u":
            if made and made.pop():
                undo_decision(catalog)
            continue
        if key == "y":
            confirm_faces(catalog, [face.id], person.id)
        elif key == "n":
            reject_faces(catalog, [face.id], person.id)
        elif key == "f":
            mark_not_faces(catalog, [face.id])
        elif key == "x":
            ignore_faces(catalog, [face.id])
        elif key != "s":
            tools.terminal.say(_KEYS)
            continue
        made.append(key != "s")
    return sum(made)


def _question(catalog: Catalog, face: Face, person: Person) -> str:
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
