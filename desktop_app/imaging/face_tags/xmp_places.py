"""Knows at which bytes of an XMP packet each element stands, so that the rest stays as it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from desktop_app.domain.errors import BadRequest
from desktop_app.imaging.face_tags.xmp_tree import xmp_tree

_MOST_ELEMENTS = 100_000
"""A sidecar with every mask of a raw developer has some thousands."""

_START_TAG = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")


@dataclass(eq=False)
class Place:
    """An element; `start` to `end` are its bytes, `inner_end` is where its end tag begins."""

    tag: str  # "{namespace}name"
    attributes: dict[str, str]
    start: int
    parent: "Place | None" = None
    children: list["Place"] = field(default_factory=list)
    inner_end: int | None = None  # None for <an/> element that closes itself
    end: int = 0

    def walk(self) -> Iterator["Place"]:
        """This element and all inside it, in their order."""
        waiting = [self]
        while waiting:
            place = waiting.pop()
            yield place
            waiting.extend(reversed(place.children))

    def child(self, *tags: str) -> "Place | None":
        """The first element inside that has one of the names, also in a nested Description."""
        inner = [place for place in self.children if place.tag.endswith("#}Description")]
        for holder in (self, *inner):
            for place in holder.children:
                if place.tag in tags:
                    return place
        return None


def places_of(packet: bytes) -> Place:
    """The root of the packet's elements.

    Raises `BadRequest` for what is no sound XML, not in UTF-8, or of more than `_MOST_ELEMENTS`.
    """
    if xmp_tree(packet) is None:
        raise BadRequest("it is damaged or not safe to read")
    parser = expat.ParserCreate(namespace_separator="}")
    stack: list[Place] = []
    roots: list[Place] = []
    left = _MOST_ELEMENTS

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise BadRequest("it has too many parts to be added to safely")
        place = Place(
            "{" + name,
            {"{" + key: value for key, value in attributes.items()},
            parser.CurrentByteIndex,
            stack[-1] if stack else None,
        )
        (stack[-1].children if stack else roots).append(place)
        stack.append(place)

    def finish(_name: str) -> None:
        place = stack.pop()
        tag = _START_TAG.match(packet, place.start)
        assert tag is not None
        if tag.group().endswith(b"/>"):
            place.end = tag.end()
        else:
            place.inner_end = parser.CurrentByteIndex
            place.end = packet.index(b">", place.inner_end) + 1

    def declared(_version: str, encoding: str | None, _alone: int) -> None:
        if encoding is not None and encoding.casefold().replace("-", "") != "utf8":
            raise BadRequest("it is not written in UTF-8")

    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.XmlDeclHandler = declared
    try:
        packet.decode("utf-8")
        parser.Parse(packet, True)
    except UnicodeDecodeError as error:
        raise BadRequest("it is not written in UTF-8") from error
    except expat.ExpatError as error:
        raise BadRequest("it is damaged or not safe to read") from error
    return roots[0]


def without(packet: bytes, places: list[Place]) -> bytes:
    """The packet without these elements; no byte besides is touched."""
    kept, position = [], 0
    for place in sorted(places, key=lambda place: place.start):
        if place.start < position:
            continue  # inside another that goes
        kept.append(packet[position : place.start])
        position = place.end
    return b"".join([*kept, packet[position:]])


def inserted(packet: bytes, position: int, addition: str) -> bytes:
    """The packet with an addition before the byte at `position`."""
    return packet[:position] + addition.encode("utf-8") + packet[position:]
