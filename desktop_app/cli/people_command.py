"""`likeness people`: who is who."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop_app.catalog.catalog import Catalog
from desktop_app.cli.named import person_named
from desktop_app.cli.numbers import listed, year
from desktop_app.cli.review import review
from desktop_app.cli.terminal_words import counted
from desktop_app.cli.tools import Tools
from desktop_app.domain.errors import BadRequest, NotKnown
from desktop_app.domain.face import AssignmentStatus, Face
from desktop_app.domain.ids import FaceId
from desktop_app.domain.person import Year
from desktop_app.domain.progress import silent
from desktop_app.operations.decide_faces import (
    checked_name,
    confirm_faces,
    ignore_faces,
    mark_not_faces,
    name_faces,
    reject_faces,
    undo_decision,
)
from desktop_app.operations.forget_person import forget_all_faces, forget_person
from desktop_app.operations.group_faces import regroup_people
from desktop_app.operations.suggest_people import suggest_people
from desktop_app.operations.write_sidecars import write_sidecars


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("people", help="name people, confirm and reject faces")
    wishes = parser.add_subparsers(required=True, metavar="WISH")

    def wish(name: str, command: Any, words: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = wishes.add_parser(name, parents=[common], help=words)
        added.set_defaults(command=command)
        return added

    wish("list", _list, "people with their faces, and groups without a name")
    faces = wish("faces", _faces, "the faces of a photo or of a person")
    faces.add_argument("of", metavar="PHOTO|NAME")
    name = wish("name", _name, "name faces, or a whole group")
    name.add_argument("name", metavar="NAME")
    _add_faces(name)
    name.add_argument("--group", type=listed, metavar="N", help="all faces of this group")
    name.add_argument("--born", type=year, metavar="YEAR")
    name.add_argument("--about", action="store_true", help="the year of birth is a guess")
    confirm = wish("confirm", _confirm, "confirm suggested faces of a person (all, or --face)")
    confirm.add_argument("name", metavar="NAME")
    _add_faces(confirm)
    reject = wish("reject", _reject, "these faces are not this person")
    reject.add_argument("name", metavar="NAME")
    _add_faces(reject)
    ignore = wish("ignore", _ignore, "leave these faces alone")
    _add_faces(ignore)
    ignore.add_argument("--not-a-face", action="store_true", help="they are no faces at all")
    rename = wish("rename", _rename, "give a person another name")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("new_name", metavar="NEW-NAME")
    merge = wish("merge", _merge, "two entries are one person")
    merge.add_argument("name", metavar="NAME", help="who stays")
    merge.add_argument("other", metavar="OTHER", help="who is merged into NAME")
    split = wish("split", _split, "faces of a group are somebody else than the rest")
    _add_faces(split)
    years = wish("years", _years, "when a person was born and died")
    years.add_argument("name", metavar="NAME")
    years.add_argument("--born", type=year, metavar="YEAR")
    years.add_argument("--died", type=year, metavar="YEAR")
    years.add_argument("--about", action="store_true", help="the years given are guesses")
    judged = wish("review", review, "judge the suggestions of a person, one letter each")
    judged.add_argument("name", metavar="NAME")
    wish("suggest", _suggest, "suggest people for unnamed faces, and group the rest")
    wish("undo", _undo, "take the last decision back")
    forget = wish("forget", _forget, "forget a person: name, embeddings, restorations")
    forget.add_argument("name", metavar="NAME")
    forget.add_argument("--yes", action="store_true", help="do not ask: it cannot be undone")
    everybody = wish("forget-all", _forget_all, "drop all face data; the photos stay")
    everybody.add_argument("--yes", action="store_true", help="do not ask: it cannot be undone")


def _add_faces(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--face", type=listed, action="append", default=[], metavar="ID", help="may be repeated"
    )


def _list(asked: argparse.Namespace, tools: Tools) -> int:
    catalog = tools.catalog_to_read
    people, groups = catalog.people.all(), catalog.faces.clusters()
    for summary in people:
        tools.terminal.say(
            f"{summary.person.name}: {summary.confirmed} confirmed, {summary.suggested} suggested"
        )
    for group in groups:
        tools.terminal.say(
            f"group {group.number}: {len(group.faces)} faces without a name "
            f"(for instance face {group.faces[0]})"
        )
    tools.terminal.result(
        {
            "people": [
                {
                    "name": summary.person.name,
                    "born": summary.person.born.year if summary.person.born else None,
                    "confirmed": summary.confirmed,
                    "suggested": summary.suggested,
                }
                for summary in people
            ],
            "groups": [{"number": g.number, "faces": list(g.faces)} for g in groups],
        }
    )
    return 0


def _faces(asked: argparse.Namespace, tools: Tools) -> int:
    catalog = tools.catalog_to_read
    photo = catalog.photos.by_path(Path(asked.of).absolute())
    faces = (
        catalog.faces.of_photo(photo.id)
        if photo is not None
        else catalog.faces.of_person(person_named(catalog, asked.of).id)
    )
    names = {summary.person.id: summary.person.name for summary in catalog.people.all()}
    twice = {
        face_id
        for photo_id in {face.photo_id for face in faces}
        for both in catalog.faces.same_person_twice(photo_id).values()
        for face_id in both
    }
    rows = [
        {
            **_face_row(catalog, face, names.get(face.person_id) if face.person_id else None),
            "twice_in_photo": face.id in twice,
        }
        for face in faces
    ]
    for row in rows:
        flag = ", twice in this photo" if row["twice_in_photo"] else ""
        name = row["name"] or "no name"
        tools.terminal.say(f"face {row['id']}: {name} ({row['status']}{flag}) in {row['photo']}")
    tools.terminal.result({"faces": rows})
    return 0


def _face_row(catalog: Catalog, face: Face, name: str | None) -> dict[str, Any]:
    return {
        "id": face.id,
        "photo": catalog.photos.get(face.photo_id).path,
        "bbox": [round(edge, 1) for edge in face.bbox],
        "name": name,
        "status": face.status.value,
        "score": round(face.suggestion_score, 3),
    }


def _name(asked: argparse.Namespace, tools: Tools) -> int:
    name = checked_name(asked.name)
    catalog = tools.catalog
    faces = _wanted_faces(asked, catalog)
    if asked.group is not None:
        group = next((g for g in catalog.faces.clusters() if g.number == asked.group), None)
        if group is None:
            raise NotKnown(f"There is no group {asked.group}. See: likeness people list")
        faces = [*faces, *group.faces]
    if not faces and asked.born is None:
        raise BadRequest("Say which faces: --face ID or --group N.")
    if faces:
        name_faces(catalog, faces, name)
    if asked.born is not None:
        person = person_named(catalog, asked.name)
        catalog.people.set_years(person.id, Year(asked.born, asked.about), person.died)
    suggest_people(catalog, tools.eyes.embedder.id)
    return _say_done(tools, f"{counted(len(faces), 'face')} named {name}.", len(faces))


def _confirm(asked: argparse.Namespace, tools: Tools) -> int:
    catalog = tools.catalog
    person = person_named(catalog, asked.name)
    faces = _wanted_faces(asked, catalog) or [
        face.id for face in catalog.faces.of_person(person.id, AssignmentStatus.SUGGESTED)
    ]
    confirm_faces(catalog, faces, person.id)
    return _say_done(
        tools, f"{counted(len(faces), 'face')} of {person.name} confirmed.", len(faces)
    )


def _reject(asked: argparse.Namespace, tools: Tools) -> int:
    person = person_named(tools.catalog, asked.name)
    faces = _some_faces(asked, tools.catalog)
    reject_faces(tools.catalog, faces, person.id)
    return _say_done(
        tools, f"{counted(len(faces), 'face')} marked as not {person.name}.", len(faces)
    )


def _ignore(asked: argparse.Namespace, tools: Tools) -> int:
    faces = _some_faces(asked, tools.catalog)
    (mark_not_faces if asked.not_a_face else ignore_faces)(tools.catalog, faces)
    return _say_done(tools, f"{counted(len(faces), 'face')} left alone.", len(faces))


def _rename(asked: argparse.Namespace, tools: Tools) -> int:
    person = person_named(tools.catalog, asked.name)
    name = checked_name(asked.new_name)
    tools.catalog.people.rename(person.id, name)
    return _say_done(tools, f"{person.name} is called {name} now.", 1)


def _merge(asked: argparse.Namespace, tools: Tools) -> int:
    stays = person_named(tools.catalog, asked.name)
    other = person_named(tools.catalog, asked.other)
    if stays.id == other.id:
        raise BadRequest(f"{stays.name} cannot be merged with themselves.")
    tools.catalog.people.merge(stays.id, other.id)
    return _say_done(tools, f"{other.name} is {stays.name} now.", 1)


def _split(asked: argparse.Namespace, tools: Tools) -> int:
    chosen = _some_faces(asked, tools.catalog)
    groups = [g for g in tools.catalog.faces.clusters() if set(chosen) <= set(g.faces)]
    if not groups:
        raise BadRequest("These faces are not of one group. See: likeness people list")
    rest = [face for face in groups[0].faces if face not in chosen]
    if not rest:
        raise BadRequest("These are all faces of the group: name the ones that are somebody else.")
    tools.catalog.faces.split(chosen, rest)
    return _say_done(tools, f"{counted(len(chosen), 'face')} split off into a group.", len(chosen))


def _years(asked: argparse.Namespace, tools: Tools) -> int:
    person = person_named(tools.catalog, asked.name)
    born = person.born if asked.born is None else Year(asked.born, asked.about)
    died = person.died if asked.died is None else Year(asked.died, asked.about)
    tools.catalog.people.set_years(person.id, born, died)
    return _say_done(tools, f"The years of {person.name} are kept.", 1)


def _suggest(asked: argparse.Namespace, tools: Tools) -> int:
    model = tools.eyes.embedder.id
    suggest_people(tools.catalog, model, tools.terminal.report("Suggesting"))
    regroup_people(tools.catalog, model, tools.terminal.report("Grouping"))
    waiting = sum(summary.suggested for summary in tools.catalog.people.all())
    return _say_done(tools, f"{waiting} suggestions wait for a yes or a no.", waiting)


def _undo(asked: argparse.Namespace, tools: Tools) -> int:
    undone = undo_decision(tools.catalog)
    words = "Nothing is left to undo." if undone is None else "The last decision was taken back."
    return _say_done(tools, words, 0 if undone is None else 1)


def _forget(asked: argparse.Namespace, tools: Tools) -> int:
    person = person_named(tools.catalog, asked.name)
    if not asked.yes:
        raise BadRequest(
            f"Forgetting {person.name} deletes the name, the face descriptions and the "
            "restorations for good; the photos stay. Of the name only a fingerprint is kept, so "
            "that `faces import` leaves it out. Add --yes to do it."
        )
    changes = forget_person(tools.catalog, person.id, tools.thumbnails, tools.places.memories)
    left = write_sidecars(tools.catalog, changes.photos, silent, only_kept=True)
    for path, words in left.problems:
        tools.terminal.complain(f"A sidecar may still name {person.name}: {path}: {words}")
    return _say_done(tools, f"{person.name} is forgotten.", 1)


def _forget_all(asked: argparse.Namespace, tools: Tools) -> int:
    if not asked.yes:
        raise BadRequest(
            "This deletes every name, face description and restoration for good; the photos stay. "
            "Add --yes to do it."
        )
    people = len(tools.catalog.people.all())
    forget_all_faces(tools.catalog, tools.thumbnails, tools.places.memories)
    return _say_done(tools, "All face data is gone.", people)


def _wanted_faces(asked: argparse.Namespace, catalog: Catalog) -> list[FaceId]:
    """Each once. Raises `NotKnown` for a number that no face of the catalog has."""
    wanted = list(dict.fromkeys(FaceId(number) for number in asked.face))
    known = {face.id for face in catalog.faces.many(wanted)}
    for number in wanted:
        if number not in known:
            raise NotKnown(f"There is no face {number}. See: likeness people faces PHOTO")
    return wanted


def _some_faces(asked: argparse.Namespace, catalog: Catalog) -> Sequence[FaceId]:
    faces = _wanted_faces(asked, catalog)
    if not faces:
        raise BadRequest("Say which faces: --face ID (see: likeness people faces PHOTO).")
    return faces


def _say_done(tools: Tools, words: str, count: int) -> int:
    tools.terminal.say(words)
    tools.terminal.result({"done": words, "count": count})
    return 0
