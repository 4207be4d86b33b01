"""Chooses what of the XMP of a photo goes into its export: the words that people gave it."""

import itertools
from pathlib import Path
from xml.etree.ElementTree import Element

from desktop_app.imaging.about import SourceWords
from desktop_app.imaging.face_tags.xmp_tree import RDF, Value, fields, items, text, xmp_tree
from desktop_app.imaging.header import read_header
from desktop_app.imaging.photo_file import opened, shown_name

_DC = "{http://purl.org/dc/elements/1.1/}"
_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_CORE = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
PLACES = {
    f"{_CORE}Location": "Iptc4xmpCore:Location",
    f"{_PHOTOSHOP}City": "photoshop:City",
    f"{_PHOTOSHOP}State": "photoshop:State",
    f"{_PHOTOSHOP}Country": "photoshop:Country",
}
"""The properties that name a place, from the street to the country (IPTC Core)."""

_LONGEST, _LONGEST_WORD = 2_000, 120  # signs
_MOST_CREATORS, _MOST_KEYWORDS = 20, 100


def source_words(source: Path, *, keep_place: bool) -> SourceWords:
    """Title, creators, rights, description, keywords; the place only if it is kept.

    Without the place, keywords that are the names of that place stay behind, too. What a title or
    a description says of it is not known. What is no sound XML says nothing. Raises what reading
    `source` raises.
    """
    with opened(source) as file:
        root = xmp_tree(read_header(file, shown_name(source)).xmp)
    if root is None:
        return SourceWords()
    found: dict[str, Value] = {}
    for block in root.iter(f"{RDF}RDF"):
        for description in block:
            if description.tag == f"{RDF}Description":
                found = {**fields(description), **found}
    places = {name: text(found.get(tag))[:_LONGEST_WORD] for tag, name in PLACES.items()}
    where = {place.casefold() for place in places.values() if place}
    keywords = _list(found.get(f"{_DC}subject"), _MOST_KEYWORDS)
    if not keep_place:
        keywords = tuple(word for word in keywords if word.casefold() not in where)
    return SourceWords(
        title=text(found.get(f"{_DC}title"))[:_LONGEST],
        creators=_list(found.get(f"{_DC}creator"), _MOST_CREATORS),
        rights=text(found.get(f"{_DC}rights"))[:_LONGEST],
        description=text(found.get(f"{_DC}description"))[:_LONGEST],
        keywords=keywords,
        places=tuple((name, place) for name, place in places.items() if place and keep_place),
    )


def _list(value: Value | None, most: int) -> tuple[str, ...]:
    if not isinstance(value, Element):
        return (value[:_LONGEST_WORD],) if value else ()
    members = itertools.islice(items(value), most)
    words = [(item.text or "").strip()[:_LONGEST_WORD] for item in members]
    return tuple(dict.fromkeys(word for word in words if word))
