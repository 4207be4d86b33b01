"""Face regions as other programs lay them out, made from their documented formats."""

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from desktop_app.domain.face import BBox

Face = tuple[str, BBox]
"""A name, and edges in parts of the picture."""

_RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
_MWG = (
    'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" '
    'xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#" '
    'xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"'
)
_MP = (
    'xmlns:MP="http://ns.microsoft.com/photo/1.2/" '
    'xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#" '
    'xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"'
)
_ACDSEE = (
    'xmlns:acdsee-rs="http://ns.acdsee.com/regions/" '
    'xmlns:acdsee-stDim="http://ns.acdsee.com/sType/Dimensions#" '
    'xmlns:acdsee-stArea="http://ns.acdsee.com/sType/Area#"'
)


def packet(body: str, names: str, attributes: str = "") -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Another Program 1.0">\n'
        f" <rdf:RDF {_RDF}>\n"
        f'  <rdf:Description rdf:about="" {names} {attributes}>\n{body}'
        "  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    ).encode()


def lightroom(faces: Sequence[Face], size: tuple[int, int] | None) -> bytes:
    """MWG regions: nested Descriptions, simple properties as attributes, a tilt for each head."""
    items = "".join(
        f'<rdf:li><rdf:Description mwg-rs:Rotation="0.00000" mwg-rs:Name={quoteattr(name)} '
        f'mwg-rs:Type="Face"><mwg-rs:Area {_centre(box, "stArea")}/>'
        "</rdf:Description></rdf:li>\n"
        for name, box in faces
    )
    size_words = (
        f'<mwg-rs:AppliedToDimensions stDim:w="{size[0]}" stDim:h="{size[1]}" stDim:unit="pixel"/>'
        if size
        else ""
    )
    return packet(
        f'<mwg-rs:Regions rdf:parseType="Resource">{size_words}'
        f"<mwg-rs:RegionList><rdf:Bag>\n{items}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>\n",
        _MWG,
    )


def digikam(faces: Sequence[Face], size: tuple[int, int]) -> bytes:
    """MWG regions and Microsoft's tags of the same faces, as Exiv2 writes them."""
    mwg = "".join(
        f'<rdf:li mwg-rs:Name={quoteattr(name)} mwg-rs:Type="Face">'
        f'<mwg-rs:Area {_centre(box, "stArea")} stArea:unit="normalized"/></rdf:li>\n'
        for name, box in faces
    )
    microsoft = "".join(
        f'<rdf:li MPReg:PersonDisplayName={quoteattr(name)} MPReg:Rectangle="{_corner(box)}"/>\n'
        for name, box in faces
    )
    return packet(
        '<mwg-rs:Regions rdf:parseType="Resource">'
        f'<mwg-rs:AppliedToDimensions stDim:w="{size[0]}" stDim:h="{size[1]}" '
        'stDim:unit="pixel"/>'
        f"<mwg-rs:RegionList><rdf:Bag>{mwg}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
        f'<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag>{microsoft}</rdf:Bag>'
        "</MPRI:Regions></MP:RegionInfo>",
        f'{_MWG} {_MP} xmlns:digiKam="http://www.digikam.org/ns/1.0/"',
        'digiKam:ColorLabel="0"',
    )


def windows(faces: Sequence[Face]) -> bytes:
    """Windows Photo Gallery: every property an element, a person's account beside the name."""
    items = "".join(
        "<rdf:li><rdf:Description>"
        f"<MPReg:PersonDisplayName>{name}</MPReg:PersonDisplayName>"
        f"<MPReg:Rectangle>{_corner(box)}</MPReg:Rectangle>"
        "<MPReg:PersonEmailDigest>0E0A</MPReg:PersonEmailDigest>"
        "</rdf:Description></rdf:li>"
        for name, box in faces
    )
    return packet(
        "<MP:RegionInfo><rdf:Description><MPRI:Regions><rdf:Bag>"
        f"{items}</rdf:Bag></MPRI:Regions></rdf:Description></MP:RegionInfo>",
        _MP,
    )


def acdsee(faces: Sequence[Face], size: tuple[int, int]) -> bytes:
    """ACDSee: the box that it found lies off the one that its user drew."""
    items = "".join(
        f'<rdf:li><rdf:Description acdsee-rs:Type="Face" acdsee-rs:Name={quoteattr(name)} '
        'acdsee-rs:NameAssignType="manual">'
        f"<acdsee-rs:DLYArea {_centre(box, 'acdsee-stArea')}/>"
        '<acdsee-rs:ALGArea acdsee-stArea:x="0.01" acdsee-stArea:y="0.01" '
        'acdsee-stArea:w="0.01" acdsee-stArea:h="0.01"/></rdf:Description></rdf:li>'
        for name, box in faces
    )
    return packet(
        '<acdsee-rs:Regions rdf:parseType="Resource">'
        f'<acdsee-rs:AppliedToDimensions acdsee-stDim:w="{size[0]}" '
        f'acdsee-stDim:h="{size[1]}" acdsee-stDim:unit="pixel"/>'
        f"<acdsee-rs:RegionList><rdf:Bag>{items}</rdf:Bag></acdsee-rs:RegionList>"
        "</acdsee-rs:Regions>",
        _ACDSEE,
    )


def picasa(photo: str, faces: Sequence[Face]) -> bytes:
    """A folder's `.picasa.ini`; leading zeros are dropped, as Picasa does."""
    contacts = {name: f"{number + 0xA1B2C3D4E5:x}" for number, (name, _) in enumerate(faces)}
    entries = ";".join(f"rect64({rect64(box)}),{contacts[name]}" for name, box in faces)
    people = "\r\n".join(f"{number}={name};;" for name, number in contacts.items())
    return (
        "[Picasa]\r\nname=Family\r\n[Contacts2]\r\n"
        f"{people}\r\n[{photo}]\r\nbackuphash=4711\r\nfaces={entries}\r\n"
    ).encode()


def rect64(box: BBox) -> str:
    number = 0
    for edge in box:
        number = number << 16 | round(edge * 0xFFFF)
    return f"{number:x}"


def _centre(box: BBox, prefix: str) -> str:
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return (
        f'{prefix}:x="{x:.6f}" {prefix}:y="{y:.6f}" '
        f'{prefix}:w="{box.width:.6f}" {prefix}:h="{box.height:.6f}"'
    )


def _corner(box: BBox) -> str:
    return f"{box.left:.6f}, {box.top:.6f}, {box.width:.6f}, {box.height:.6f}"
