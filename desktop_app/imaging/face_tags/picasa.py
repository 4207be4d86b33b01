"""Reads the names that Picasa left in `.picasa.ini`, and its list of contacts.

Layout as users of Picasa 3 worked it out (F. Buchinger's notes on .picasa.ini; ExifTool's
picasa_faces.config): a section for each file, in it `faces=rect64(HEX),CONTACT;...`, four 16-bit
numbers for left, top, right and bottom in parts of 65535, leading zeros dropped; the names in
`[Contacts2]` as `CONTACT=Name;mail;...`, or in Picasa's own contacts.xml.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.domain.errors import BadRequest
from desktop_app.domain.face import BBox
from desktop_app.imaging.face_tags.frame import PhotoFrame, quarter_turns, turned_faces
from desktop_app.imaging.face_tags.tags import (
    MOST_FACES,
    Reading,
    TaggedFace,
    TagSet,
    tagged_face,
)
from desktop_app.imaging.face_tags.xmp_tree import xmp_tree
from desktop_app.imaging.photo_file import opened, shown_name

INI_NAMES = (".picasa.ini", "Picasa.ini", "picasa.ini")

_LARGEST_INI = 16_000_000  # bytes
_LONGEST_LINE = 200_000  # characters
_NOBODY = "f" * 16  # a face that Picasa found and nobody named
_FACE = re.compile(r"rect64\(\s*([0-9a-fA-F]{1,16})\s*\)\s*,\s*([0-9a-fA-F]{1,16})\s*(?:;|$)")
_ROTATE = re.compile(r"rotate\((\d{1,2})\)")


@dataclass(frozen=True)
class PicasaPhoto:
    """What Picasa noted of one file."""

    faces: tuple[tuple[BBox, str], ...]  # in parts of the picture; the contact's number
    turns: int = 0  # quarter turns clockwise that Picasa shows but did not write
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class PicasaFolder:
    """One `.picasa.ini`; `photos` by the file's name as `_key` spells it."""

    photos: Mapping[str, PicasaPhoto] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def tags_of(
        self, name: str, frame: PhotoFrame, contacts: Mapping[str, str]
    ) -> tuple[TagSet | None, tuple[str, ...]]:
        """The faces of the file called `name`, and what could not be used."""
        photo = self.photos.get(_key(name))
        if photo is None:
            return None, ()
        faces: list[TaggedFace] = []
        problems = list(photo.problems)
        for area, contact in photo.faces:
            if contact == _NOBODY:
                continue
            known = self.names.get(contact) or contacts.get(contact, "")
            if not known:
                problems.append(
                    f"Picasa's contact {contact} has no name here; its contacts.xml may have it"
                )
                continue
            found = tagged_face(known, area)
            if isinstance(found, TaggedFace):
                faces.append(found)
            elif found:
                problems.append(found)
        return _tag_set(tuple(faces), photo.turns, frame), tuple(problems)


def _tag_set(faces: tuple[TaggedFace, ...], turns: int, frame: PhotoFrame) -> TagSet | None:
    """Picasa speaks of the picture as EXIF turns it; other readings count where faces agree."""
    if not faces:
        return None
    readings = [Reading(faces)]
    if frame.orientation != 1:
        readings.append(Reading(turned_faces(faces, frame.orientation), likely=False))
    if turns % 4:
        readings.append(Reading(turned_faces(faces, quarter_turns(-turns)), likely=False))
    return TagSet("Picasa", INI_NAMES[0], tuple(readings))


def read_picasa_folder(folder: Path) -> tuple[PicasaFolder, tuple[str, ...]]:
    """What Picasa noted in this folder; nothing where it was never used."""
    for name in INI_NAMES:
        path = folder / name
        if path.is_file():
            with opened(path) as file:
                data = file.read(_LARGEST_INI + 1)
            if len(data) > _LARGEST_INI:
                return PicasaFolder(), (f"{name} is too large to be read safely",)
            return parse_picasa_ini(data), ()
    return PicasaFolder(), ()


def parse_picasa_ini(data: bytes) -> PicasaFolder:
    """Lines that make no sense are passed over: Picasa's own files have them."""
    photos: dict[str, PicasaPhoto] = {}
    names: dict[str, str] = {}
    section = ""
    for line in _decoded(data).splitlines():
        line = line.strip("\ufeff \t\0")
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
            continue
        key, equals, value = line.partition("=")
        key = key.strip().casefold()
        if not equals:
            continue
        if section.casefold() == "contacts2":
            name = value.partition(";")[0].strip()
            if name:
                names[_contact(key)] = name
        elif key in ("faces", "rotate") and section:
            known = photos.get(_key(section), PicasaPhoto(()))
            photos[_key(section)] = _with(known, key, value)
    return PicasaFolder(photos, names)


def read_contacts(path: Path) -> dict[str, str]:
    """The names in Picasa's contacts.xml, by the contact's number.

    Raises `BadRequest` where the file is none, and what `photo_file.opened` raises.
    """
    with opened(path) as file:
        data = file.read(_LARGEST_INI)
    root = xmp_tree(data)
    if root is None:
        raise BadRequest(
            f"{shown_name(path)} is not Picasa's list of contacts. Look for contacts.xml in "
            "Picasa's folder Google/Picasa2/contacts."
        )
    names = {}
    for contact in root.iter("contact"):
        name = contact.get("name") or contact.get("display")
        if name:
            names[_contact(contact.get("id", ""))] = name
    return names


def rect64(digits: str) -> BBox:
    """Picasa's rectangle, in parts of the picture; leading zeros may be missing."""
    number = int(digits, 16)
    left, top, right, bottom = (((number >> shift) & 0xFFFF) / 0xFFFF for shift in (48, 32, 16, 0))
    return BBox(left, top, right, bottom)


def _with(photo: PicasaPhoto, key: str, value: str) -> PicasaPhoto:
    if key == "rotate":
        match = _ROTATE.search(value[:100])
        return PicasaPhoto(photo.faces, int(match.group(1)) if match else 0, photo.problems)
    problems = list(photo.problems)
    if len(value) > _LONGEST_LINE:
        problems.append("a line of .picasa.ini is too long; its end was left out")
        value = value[:_LONGEST_LINE]
    matches = list(_FACE.finditer(value))
    if value.count("rect64") > len(matches):
        problems.append("a face in .picasa.ini is garbled and was left out")
    if len(matches) > MOST_FACES:
        problems.append(f"it has more than {MOST_FACES} faces; the rest was left out")
    faces = tuple((rect64(m.group(1)), _contact(m.group(2))) for m in matches[:MOST_FACES])
    return PicasaPhoto(faces, photo.turns, tuple(problems))


def _contact(digits: str) -> str:
    """A contact's number is hexadecimal, written with and without its leading zeros."""
    return digits.strip().casefold().rjust(16, "0")


def _key(name: str) -> str:
    """Names of files as Picasa compared them: without case, in whatever Unicode form."""
    return unicodedata.normalize("NFC", name).casefold()


def _decoded(data: bytes) -> str:
    """UTF-8 in later versions; the system's own code page before; UTF-16 from editors."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
