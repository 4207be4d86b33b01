"""Reads an XMP packet from a stranger into a tree, and finds its properties however written."""

from collections.abc import Iterator
from typing import TypeAlias
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
LARGEST_XMP = 4_000_000  # bytes

Value: TypeAlias = Element | str
"""A property of XMP is an element, or (a simple one) may be an attribute."""

_LISTS = {f"{RDF}Bag", f"{RDF}Seq", f"{RDF}Alt"}
_LONGEST_TEXT = 10_000


def xmp_tree(packet: bytes) -> Element | None:
    """The root element; None where the packet is no sound XML.

    Document types and entities are refused, so nothing is fetched and nothing unfolds; what is
    left grows with the packet only, and that is bounded by `LARGEST_XMP`.
    """
    if not packet.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16 may end with a null
        packet = packet.strip(b"\0 \t\r\n")
    if not packet or len(packet) > LARGEST_XMP:
        return None
    try:
        root = fromstring(packet, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    assert isinstance(root, Element)
    return root


def fields(node: Element) -> dict[str, Value]:
    """The properties of a structure: its attributes and children, also in a nested Description."""
    found: dict[str, Value] = {}
    inner = [child for child in node if child.tag == f"{RDF}Description"]
    for holder in (node, *inner):
        found.update(holder.attrib)
        for child in holder:
            if child.tag != f"{RDF}Description":
                found.setdefault(str(child.tag), child)
    return found


def items(value: Value | None) -> Iterator[Element]:
    """The members of a list, be it a Bag, a Seq or an Alt."""
    if isinstance(value, Element):
        for container in value:
            if container.tag in _LISTS:
                yield from (item for item in container if item.tag == f"{RDF}li")


def text(value: Value | None) -> str:
    """A simple value; of a list the first member; "" where there is none."""
    if isinstance(value, str):
        return value[:_LONGEST_TEXT].strip()
    if value is None:
        return ""
    first = next(items(value), value)
    return (first.text or "")[:_LONGEST_TEXT].strip()


def number(value: Value | None) -> float:
    """A number as XMP writes it, also a fraction ("1/3"); not a number where it is none."""
    words = text(value)[:40]
    above, _, below = words.partition("/")
    try:
        return float(above) / float(below) if below else float(above)
    except (ValueError, ZeroDivisionError):
        return float("nan")
