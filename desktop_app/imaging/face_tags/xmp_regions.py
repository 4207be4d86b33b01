"""Finds the named faces in an XMP packet: MWG regions, Microsoft's people tags, ACDSee's regions.

Layouts: Metadata Working Group, Guidelines for Handling Image Metadata 2.0, 5.9; Microsoft, WIC
People Tagging (schemas MP, MPRI, MPReg); ACDSee as ExifTool's tag tables XMP-acdsee-rs have it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from desktop_app.domain.face import BBox
from desktop_app.imaging.face_tags.frame import Size
from desktop_app.imaging.face_tags.tags import MOST_FACES, TaggedFace, tagged_face
from desktop_app.imaging.face_tags.xmp_tree import Value, fields, items, number, text

MWG = "{http://www.metadataworkinggroup.com/schemas/regions/}"
ST_AREA = "{http://ns.adobe.com/xmp/sType/Area#}"
ST_DIM = "{http://ns.adobe.com/xap/1.0/sType/Dimensions#}"
MP = "{http://ns.microsoft.com/photo/1.2/}"
MPRI = "{http://ns.microsoft.com/photo/1.2/t/RegionInfo#}"
MPREG = "{http://ns.microsoft.com/photo/1.2/t/Region#}"
ACDSEE = "{http://ns.acdsee.com/regions/}"
ACDSEE_AREA = "{http://ns.acdsee.com/sType/Area#}"
ACDSEE_DIM = "{http://ns.acdsee.com/sType/Dimensions#}"
IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
LIKENESS = "{urn:likeness:people:1.0/}"

_LARGEST_SIDE = 1_000_000  # pixels


@dataclass(frozen=True)
class Regions:
    """The named faces of one layout, in parts of the picture of size `applied_to`."""

    layout: str
    faces: tuple[TaggedFace, ...]
    applied_to: Size | None  # None where the layout or the file does not say
    problems: tuple[str, ...]


def regions_in(root: Element) -> list[Regions]:
    """The layouts that a packet holds, the most exact first; those without a name are left out."""
    found = [
        *(_mwg(node) for node in root.iter(f"{MWG}Regions")),
        *(_acdsee(node) for node in root.iter(f"{ACDSEE}Regions")),
        *(_microsoft(node) for node in root.iter(f"{MP}RegionInfo")),
    ]
    return [regions for regions in found if regions.faces or regions.problems]


def applied_to_dimensions(value: Value | None, namespace: str = ST_DIM) -> Size | None:
    """The size in pixels that regions were made for; None where it is absent or absurd."""
    if not isinstance(value, Element):
        return None
    said = fields(value)
    width, height = number(said.get(f"{namespace}w")), number(said.get(f"{namespace}h"))
    if not (1 <= width <= _LARGEST_SIDE and 1 <= height <= _LARGEST_SIDE):
        return None
    return round(width), round(height)


def _mwg(node: Element) -> Regions:
    said = fields(node)
    size = applied_to_dimensions(said.get(f"{MWG}AppliedToDimensions"))

    def one(region: dict[str, Value]) -> TaggedFace | str:
        if text(region.get(f"{MWG}Type")).casefold() != "face":
            return ""
        extensions = region.get(f"{MWG}Extensions")
        inside = fields(extensions) if isinstance(extensions, Element) else {}
        name = text(region.get(f"{MWG}Name")) or text(inside.get(f"{IPTC}PersonInImage"))
        area = _area(region.get(f"{MWG}Area"), ST_AREA, size)
        if round(_or_zero(number(region.get(f"{MWG}Rotation"))) / (math.pi / 2)) % 2:
            area = _on_its_side(area, size)
        return tagged_face(name, area, ours=f"{LIKENESS}Face" in inside)

    return _collected("MWG", said.get(f"{MWG}RegionList"), size, one)


def _acdsee(node: Element) -> Regions:
    """Its user's own box (DLYArea) counts before the one that was found (ALGArea)."""
    said = fields(node)
    size = applied_to_dimensions(said.get(f"{ACDSEE}AppliedToDimensions"), ACDSEE_DIM)

    def one(region: dict[str, Value]) -> TaggedFace | str:
        if text(region.get(f"{ACDSEE}Type")).casefold() != "face":
            return ""
        if text(region.get(f"{ACDSEE}NameAssignType")).casefold() == "denied":
            return ""
        area = region.get(f"{ACDSEE}DLYArea", region.get(f"{ACDSEE}ALGArea"))
        return tagged_face(text(region.get(f"{ACDSEE}Name")), _area(area, ACDSEE_AREA, size))

    return _collected("ACDSee", said.get(f"{ACDSEE}RegionList"), size, one)


def _microsoft(node: Element) -> Regions:
    """Rectangles are "left, top, width, height"; a person without one has no face here."""

    def one(region: dict[str, Value]) -> TaggedFace | str:
        rectangle = text(region.get(f"{MPREG}Rectangle"))
        if not rectangle:
            return ""
        parts = [number(part) for part in rectangle.split(",")[:5]]
        left, top, width, height = parts if len(parts) == 4 else [math.nan] * 4
        return tagged_face(
            text(region.get(f"{MPREG}PersonDisplayName")),
            BBox(left, top, left + width, top + height),
            ours=f"{LIKENESS}Face" in region,
        )

    return _collected("Microsoft", fields(node).get(f"{MPRI}Regions"), None, one)


def _collected(layout: str, regions: Value | None, size: Size | None, one) -> Regions:  # type: ignore[no-untyped-def]
    faces: list[TaggedFace] = []
    problems: list[str] = []
    for count, item in enumerate(items(regions)):
        if count == MOST_FACES:
            problems.append(f"it has more than {MOST_FACES} regions; the rest was left out")
            break
        found = one(fields(item))
        if isinstance(found, TaggedFace):
            faces.append(found)
        elif found:
            problems.append(found)
    return Regions(layout, tuple(faces), size, tuple(problems))


def _area(value: Value | None, namespace: str, size: Size | None) -> BBox:
    """Centre and size as edges; a circle ("d", of the shorter side) as the square around it."""
    if not isinstance(value, Element):
        return BBox(*[math.nan] * 4)
    said = fields(value)
    x, y, width, height = (number(said.get(f"{namespace}{name}")) for name in "xywh")
    across, down = size or (1, 1)
    diameter = number(said.get(f"{namespace}d"))
    if math.isnan(width) and math.isnan(height) and not math.isnan(diameter):
        shorter = min(across, down)
        width, height = diameter * shorter / across, diameter * shorter / down
    if text(said.get(f"{namespace}unit")).casefold() == "pixel":
        if size is None:
            return BBox(*[math.nan] * 4)
        x, width, y, height = x / across, width / across, y / down, height / down
    return BBox(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _on_its_side(area: BBox, size: Size | None) -> BBox:
    """The region of a head that lies: Lightroom gives the box of the head held upright."""
    across, down = size or (1, 1)
    x, y = (area.left + area.right) / 2, (area.top + area.bottom) / 2
    half_width, half_height = area.height * down / across / 2, area.width * across / down / 2
    return BBox(x - half_width, y - half_height, x + half_width, y + half_height)


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) and abs(value) < 1000 else 0.0


def namespaces() -> Iterator[tuple[str, str]]:
    """The usual prefix of each schema that is read or written here, with its address."""
    for prefix, name in (
        ("mwg-rs", MWG),
        ("stArea", ST_AREA),
        ("stDim", ST_DIM),
        ("MP", MP),
        ("MPRI", MPRI),
        ("MPReg", MPREG),
        ("likeness", LIKENESS),
    ):
        yield prefix, name.strip("{}")
