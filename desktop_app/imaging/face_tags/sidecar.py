"""Keeps the names of people in an XMP sidecar, beside whatever other programs wrote there.

What Likeness writes bears a mark (`likeness:Face`), as MWG regions in the place that the guidance
leaves for additions (`mwg-rs:Extensions`). Only what bears it is ever taken away or changed; all
other bytes of the sidecar stay as they are.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from desktop_app.domain.errors import BadRequest, FileVanished
from desktop_app.domain.face import BBox
from desktop_app.domain.names import cleaned_name
from desktop_app.domain.whole_file import as_expected, write_whole
from desktop_app.imaging.face_tags.frame import (
    PhotoFrame,
    Size,
    applied_orientations,
    turned_back,
)
from desktop_app.imaging.face_tags.reading import sidecar_of
from desktop_app.imaging.face_tags.tags import TaggedFace
from desktop_app.imaging.face_tags.xmp_places import Place, inserted, places_of, without
from desktop_app.imaging.face_tags.xmp_regions import (
    LIKENESS,
    MP,
    MPRI,
    MWG,
    Regions,
    applied_to_dimensions,
    namespaces,
    regions_in,
)
from desktop_app.imaging.face_tags.xmp_tree import LARGEST_XMP, RDF, fields, xmp_tree
from desktop_app.imaging.photo_file import opened, shown_name

_TOOLKIT = "Likeness"
_XMPTK = "{adobe:ns:meta/}xmptk"
_MARK = f"{LIKENESS}Face"
_CONTAINERS = (f"{RDF}Bag", f"{RDF}Seq")
_LISTS_OF_REGIONS = (f"{MWG}RegionList", f"{MPRI}Regions")
_SAME_REGION = 0.5  # overlap from which two regions of one name are the same
_NAMES = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in namespaces())
_RDF_NAME = f'xmlns:rdf="{RDF.strip("{}")}"'
_EMPTY = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="{_TOOLKIT}">\n'
    f"<rdf:RDF {_RDF_NAME}>\n</rdf:RDF>\n</x:xmpmeta>\n"
    '<?xpacket end="w"?>\n'
)


def is_ours(photo: Path) -> bool:
    """Whether the photo's sidecar holds a name that Likeness wrote."""
    packet = _kept(sidecar_of(photo))
    return packet is not None and LIKENESS.strip("{}").encode() in packet


def write_sidecar(
    photo: Path, faces: Sequence[TaggedFace], frame: PhotoFrame, *, dry_run: bool = False
) -> bool:
    """Makes the sidecar say exactly these faces, in parts of the upright photo; True if it changed.

    The file is written whole, and only where something changed; one that Likeness made is removed
    with its last name. The photo itself is never written.
    Raises `BadRequest` for a sidecar that cannot be added to without harm (it is left as it is),
    `NotPermitted`, `DiskFull`, `FileVanished`.
    """
    path = sidecar_of(photo)
    if not path.parent.is_dir():
        raise FileVanished(f"The folder of {shown_name(photo)} is not there.")
    before = _kept(path)
    try:
        after = updated_sidecar(before, faces, frame)
    except BadRequest as error:
        raise BadRequest(f"{shown_name(path)} was left as it is: {error}.") from error
    if after == before:
        return False
    if dry_run:
        return True
    if after is None:
        try:
            path.unlink()
        except OSError as error:
            raise as_expected(error, path) from error
    else:
        mode = path.stat().st_mode & 0o777 if before is not None else 0o644
        with write_whole(path, mode=mode) as file:
            file.write(after)
    return True


def updated_sidecar(
    packet: bytes | None, faces: Iterable[TaggedFace], frame: PhotoFrame
) -> bytes | None:
    """The packet that says exactly these faces besides what others wrote; None for no file.

    Raises `BadRequest` for a packet that cannot be added to.
    """
    wanted = [face for face in map(_clipped, faces) if face is not None]
    if packet is None:
        return _with_faces(_EMPTY.encode(), wanted, frame) if wanted else None
    bare = _without_ours(packet)
    if wanted:
        return _with_faces(bare, wanted, frame)
    if bare == packet:
        return packet
    root = places_of(bare)
    made_here = root.attributes.get(_XMPTK, "").startswith(_TOOLKIT)
    if made_here and not any(place.tag == f"{RDF}Description" for place in root.walk()):
        return None
    return bare


def _kept(path: Path) -> bytes | None:
    """The sidecar as it is; None where there is none."""
    if not os.path.lexists(path):
        return None
    with opened(path) as file:
        packet = file.read(LARGEST_XMP + 1)
    if len(packet) > LARGEST_XMP:
        raise BadRequest(
            f"{shown_name(path)} was left as it is: it is too large to be read safely."
        )
    return packet


def _without_ours(packet: bytes) -> bytes:
    """Takes away each region that bears the mark, and what is empty without them."""
    if LIKENESS.strip("{}").encode() not in packet:
        return packet
    gone: set[Place] = set()
    for around in places_of(packet).walk():
        container = around.child(*_CONTAINERS) if around.tag in _LISTS_OF_REGIONS else None
        if container is None:
            continue
        ours = [item for item in container.children if _is_marked(item)]
        gone.update(ours)
        if ours and len(ours) == len(container.children):
            _remove_upwards(container, gone)
    return without(packet, list(gone))


def _is_marked(item: Place) -> bool:
    return any(place.tag == _MARK or _MARK in place.attributes for place in item.walk())


def _remove_upwards(container: Place, gone: set[Place]) -> None:
    """An emptied list goes with its property, and that with the Description it alone was in."""
    place = container
    while place.parent is not None and place.tag not in (f"{MWG}Regions", f"{MP}RegionInfo"):
        place = place.parent
    gone.add(place)
    around = place.parent
    if (
        around is not None
        and around.tag == f"{RDF}Description"
        and set(around.attributes) <= {f"{RDF}about"}
        and all(child in gone for child in around.children)
    ):
        gone.add(around)


def _with_faces(packet: bytes, faces: Sequence[TaggedFace], frame: PhotoFrame) -> bytes:
    tree = xmp_tree(packet)
    if tree is None:
        raise BadRequest("it is damaged or not safe to read")
    said = {regions.layout: regions for regions in regions_in(tree)}
    on_stored = [_turned_back(face, frame.orientation) for face in faces]
    root = places_of(packet)
    whole = next((place for place in root.walk() if place.tag == f"{RDF}RDF"), None)
    if whole is None or whole.inner_end is None:
        raise BadRequest("it is no XMP packet that can be added to")
    theirs = next((place for place in root.walk() if place.tag == f"{MWG}Regions"), None)
    microsoft = next((place for place in root.walk() if place.tag == f"{MP}RegionInfo"), None)
    additions: list[tuple[int, str]] = []
    new = ""
    if theirs is None:
        new += _mwg_property(on_stored, frame.stored)
    else:
        applied_to = _applied_to(tree)
        likely = [turn for turn, is_likely in applied_orientations(applied_to, frame) if is_likely]
        if not likely:
            raise BadRequest(
                "the regions that another program wrote into it are of another cut of the photo"
            )
        laid = [_turned_back(face, likely[0]) for face in faces]
        items = "".join(_mwg_item(face, _RDF_NAME) for face in _not_said(laid, said.get("MWG")))
        additions.append((_end_of_list(theirs, f"{MWG}RegionList"), items))
    if microsoft is None:
        new += _microsoft_property(on_stored)
    else:
        unsaid = _not_said(on_stored, said.get("Microsoft"))
        items = "".join(_microsoft_item(face, _RDF_NAME) for face in unsaid)
        additions.append((_end_of_list(microsoft, f"{MPRI}Regions"), items))
    if new:
        about = next((p for p in whole.children if p.tag == f"{RDF}Description"), None)
        whose = about.attributes.get(f"{RDF}about", "") if about is not None else ""
        additions.append(
            (
                whole.inner_end,
                f"<rdf:Description {_RDF_NAME} rdf:about={quoteattr(whose)} {_NAMES}>"
                f"{new}</rdf:Description>",
            )
        )
    for position, addition in sorted(additions, reverse=True):
        packet = inserted(packet, position, addition)
    return packet


def _applied_to(tree) -> Size | None:  # type: ignore[no-untyped-def]
    regions = next(tree.iter(f"{MWG}Regions"))
    return applied_to_dimensions(fields(regions).get(f"{MWG}AppliedToDimensions"))


def _end_of_list(around: Place, name: str) -> int:
    """Where the list of regions of another program ends."""
    regions = around.child(name)
    container = regions.child(*_CONTAINERS) if regions is not None else None
    if container is None or container.inner_end is None:
        raise BadRequest("another program left an empty list of regions in it")
    return container.inner_end


def _not_said(faces: Sequence[TaggedFace], said: Regions | None) -> list[TaggedFace]:
    """The faces that the other program's regions do not name at the same place already."""
    theirs = said.faces if said is not None else ()
    return [
        face
        for face in faces
        if not any(
            one.name.casefold() == face.name.casefold()
            and one.area.overlap(face.area) > _SAME_REGION
            for one in theirs
        )
    ]


def _turned_back(face: TaggedFace, orientation: int) -> TaggedFace:
    return TaggedFace(face.name, turned_back(face.area, orientation), ours=True)


def _clipped(face: TaggedFace) -> TaggedFace | None:
    """The part of a region inside the photo; None where there is none."""
    left, top, right, bottom = (min(max(edge, 0.0), 1.0) for edge in face.area)
    area = BBox(left, top, right, bottom)
    return TaggedFace(face.name, area) if area.width > 0 and area.height > 0 else None


def _mwg_property(faces: Sequence[TaggedFace], size: Size) -> str:
    items = "".join(_mwg_item(face) for face in faces)
    return (
        '\n<mwg-rs:Regions rdf:parseType="Resource">\n'
        '<mwg-rs:AppliedToDimensions rdf:parseType="Resource">'
        f"<stDim:w>{size[0]}</stDim:w><stDim:h>{size[1]}</stDim:h>"
        "<stDim:unit>pixel</stDim:unit></mwg-rs:AppliedToDimensions>\n"
        f"<mwg-rs:RegionList><rdf:Bag>{items}</rdf:Bag></mwg-rs:RegionList>\n</mwg-rs:Regions>\n"
    )


def _mwg_item(face: TaggedFace, rdf: str = "") -> str:
    """A region; `rdf` declares the prefix where it stands in another program's text."""
    x, y = (face.area.left + face.area.right) / 2, (face.area.top + face.area.bottom) / 2
    numbers = (("x", x), ("y", y), ("w", face.area.width), ("h", face.area.height))
    area = "".join(f"<stArea:{name}>{value:.6f}</stArea:{name}>" for name, value in numbers)
    names = f" {rdf} {_NAMES}" if rdf else ""
    return (
        f'<rdf:li{names} rdf:parseType="Resource"><mwg-rs:Name>{_escaped(face.name)}</mwg-rs:Name>'
        '<mwg-rs:Type>Face</mwg-rs:Type><mwg-rs:Area rdf:parseType="Resource">'
        f"{area}<stArea:unit>normalized</stArea:unit></mwg-rs:Area>"
        '<mwg-rs:Extensions rdf:parseType="Resource"><likeness:Face>confirmed</likeness:Face>'
        "</mwg-rs:Extensions></rdf:li>"
    )


def _microsoft_property(faces: Sequence[TaggedFace]) -> str:
    items = "".join(_microsoft_item(face) for face in faces)
    return (
        '<MP:RegionInfo rdf:parseType="Resource">\n'
        f"<MPRI:Regions><rdf:Bag>{items}</rdf:Bag></MPRI:Regions>\n</MP:RegionInfo>\n"
    )


def _microsoft_item(face: TaggedFace, rdf: str = "") -> str:
    left, top = face.area.left, face.area.top
    rectangle = f"{left:.6f}, {top:.6f}, {face.area.width:.6f}, {face.area.height:.6f}"
    names = f" {rdf} {_NAMES}" if rdf else ""
    return (
        f'<rdf:li{names} rdf:parseType="Resource">'
        f"<MPReg:PersonDisplayName>{_escaped(face.name)}</MPReg:PersonDisplayName>"
        f"<MPReg:Rectangle>{rectangle}</MPReg:Rectangle>"
        "<likeness:Face>confirmed</likeness:Face></rdf:li>"
    )


def _escaped(name: str) -> str:
    return escape(cleaned_name(name))
