"""Writes the XMP packet of an exported picture (ISO 16684-1, MWG 2.0, IPTC Extension)."""

import dataclasses
import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from xml.sax.saxutils import escape

from desktop_app.domain.photo import DatePrecision, PhotoDate
from desktop_app.imaging.about import (
    COMPOSITE_WITH_TRAINED,
    ExportAbout,
    FaceRegion,
    RestorationNote,
    SourceWords,
)

_NAMESPACES = {
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "stEvt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "stDim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
    "stArea": "http://ns.adobe.com/xmp/sType/Area#",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "likeness": "urn:likeness:restoration:1.0/",
}
MOST_IN_JPEG = 65_502  # bytes of XMP that a JPEG segment holds (XMP part 3, 1.1.3)
LABEL = b"likeness:SourceSHA256"
"""What stands in the XMP of every export."""
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_END = '<?xpacket end="w"?>'


def xmp_packet(about: ExportAbout, size: tuple[int, int], most_bytes: int | None = None) -> bytes:
    """The packet, UTF-8; `size` is (width, height) of the exported picture in pixels.

    Where it would be longer than `most_bytes` (a JPEG segment holds 65,502), the faces without
    a name are left out first, then all regions, then the notes of single faces, then the words.
    """
    named = tuple(face for face in about.faces if face.name)
    shorter = dataclasses.replace(about, faces=())
    bare = dataclasses.replace(shorter, restorations=(), digital_source_type=_source_type(about))
    for candidate in (
        about,
        dataclasses.replace(about, faces=named),
        shorter,
        bare,
        dataclasses.replace(bare, description="", words=SourceWords()),
    ):
        packet = _packet(candidate, size)
        if most_bytes is None or len(packet) <= most_bytes:
            break
    return packet


def what_was_done(notes: Iterable[RestorationNote]) -> str:
    """Sentences for the history and for a caption; faces restored alike share one."""
    alike: dict[tuple[str, int, int], list[str]] = {}
    for note in notes:
        key = (note.engine, round(note.strength * 100), note.references)
        alike.setdefault(key, []).append(note.person)
    return " ".join(_sentence(people, *key) for key, people in alike.items())


def _sentence(people: Sequence[str], engine: str, percent: int, references: int) -> str:
    guided = {0: "without reference photos", 1: "guided by 1 reference photo"}.get(
        references, f"guided by {references} reference photos"
    )
    each = " each" if len(people) > 1 and references else ""
    were = "was" if len(people) == 1 else "were"
    return (
        f"{_whose(people)} {were} restored by a trained model ({engine}, strength {percent} %), "
        f"{guided}{each}."
    )


def _whose(people: Sequence[str]) -> str:
    if len(people) == 1:
        return f"The face of {people[0]}" if people[0] else "A face"
    named = list(dict.fromkeys(person for person in people if person))
    if len(named) < len(people):
        whose = f", of {', '.join(named)} and others," if named else ""
        return f"{len(people)} faces{whose}"
    return f"The faces of {', '.join(named[:-1])} and {named[-1]}"


def _moment(when: datetime | None) -> str:
    return when.isoformat(timespec="seconds") if when else ""


def day_in_xmp(taken: PhotoDate) -> str:
    """The day, month or year as XMP writes it; "" for what it has no form for: decades, spans."""
    if taken.earliest is None:
        return ""
    form = {DatePrecision.DAY: "%Y-%m-%d", DatePrecision.MONTH: "%Y-%m", DatePrecision.YEAR: "%Y"}
    return taken.earliest.strftime(form[taken.precision]) if taken.precision in form else ""


def _span(taken: PhotoDate) -> str:
    """From the first day to the last (ISO 8601, 5.5), for every precision."""
    if taken.earliest is None or taken.latest is None:
        return ""
    return f"{taken.earliest.isoformat()}/{taken.latest.isoformat()}"


def _likeness(likeness: tuple[float, float] | None) -> str:
    if likeness is None:
        return ""
    before, after = (f"{value:.3f}" for value in likeness)
    return _simple("likeness:LikenessBefore", before) + _simple("likeness:LikenessAfter", after)


def _source_type(about: ExportAbout) -> str:
    if about.digital_source_type is not None:
        return about.digital_source_type
    return COMPOSITE_WITH_TRAINED if about.restorations else ""


def _packet(about: ExportAbout, size: tuple[int, int]) -> bytes:
    when = _moment(about.made_at)
    parts = [
        _simple("xmp:CreatorTool", about.software),
        _simple("xmp:ModifyDate", when),
        _simple("xmp:MetadataDate", when),
        _simple("photoshop:DateCreated", day_in_xmp(about.taken)),
        _simple("Iptc4xmpExt:DigitalSourceType", _source_type(about)),
        _caption("title", about.words.title),
        _list("dc:creator", "Seq", about.words.creators),
        _caption("rights", about.words.rights),
        _caption("description", "\n".join(filter(None, _descriptions(about)))),
        _bag("dc:subject", about.words.keywords),
        *(_simple(name, place) for name, place in about.words.places),
        _bag("Iptc4xmpExt:PersonInImage", _people(about)),
        _history(about, when),
        _simple("likeness:SourceSHA256", about.source_hash),
        _simple("likeness:Taken", _span(about.taken)),
        _simple("likeness:Writing", about.writing),
        _notes(about.restorations),
        _regions(about.faces, size),
    ]
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    body = "".join(parts)
    text = (
        f'{_BEGIN}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">'
        f'<rdf:Description rdf:about="" {names}>{body}</rdf:Description>'
        f"</rdf:RDF></x:xmpmeta>{_END}"
    )
    return text.encode("utf-8")


def _simple(name: str, value: object) -> str:
    text = _clean(str(value))
    return f"<{name}>{text}</{name}>" if text else ""


def _clean(text: str) -> str:
    """Escaped, without the signs that XML 1.0 cannot hold (and halves of broken file names)."""
    allowed = "".join(
        sign
        if (sign >= " " and not "\ud800" <= sign <= "\udfff" and sign < "\ufffe")
        or sign in "\t\n"
        or sign > "\uffff"
        else "\ufffd"
        for sign in text
    )
    return escape(allowed, {'"': "&quot;"})


def _descriptions(about: ExportAbout) -> tuple[str, ...]:
    """The source's own, then what was done to it; an export of an export says that once."""
    words, done = about.words.description, about.description
    return (words,) if done and done in words else (words, done)


def _caption(name: str, text: str) -> str:
    if not text:
        return ""
    item = f'<rdf:li xml:lang="x-default">{_clean(text)}</rdf:li>'
    return f"<dc:{name}><rdf:Alt>{item}</rdf:Alt></dc:{name}>"


def _bag(name: str, values: Iterable[str]) -> str:
    return _list(name, "Bag", values)


def _list(name: str, kind: str, values: Iterable[str]) -> str:
    items = "".join(f"<rdf:li>{_clean(value)}</rdf:li>" for value in values)
    return f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>" if items else ""


def _people(about: ExportAbout) -> list[str]:
    names = [face.name for face in about.faces] + [note.person for note in about.restorations]
    return [name for name in dict.fromkeys(names) if name]


def _history(about: ExportAbout, when: str) -> str:
    if not about.restorations:
        return ""
    event = (
        _simple("stEvt:action", "edited")
        + _simple("stEvt:softwareAgent", about.software)
        + _simple("stEvt:when", when)
        + _simple(
            "stEvt:parameters", f"{what_was_done(about.restorations)} {about.writing}".strip()
        )
    )
    item = f'<rdf:li rdf:parseType="Resource">{event}</rdf:li>'
    return f"<xmpMM:History><rdf:Seq>{item}</rdf:Seq></xmpMM:History>"


def _notes(notes: Iterable[RestorationNote]) -> str:
    items = "".join(
        '<rdf:li rdf:parseType="Resource">'
        + _simple("likeness:Person", note.person)
        + _simple("likeness:Engine", note.engine)
        + _simple("likeness:ModelSHA256", note.model_hash)
        + _simple("likeness:Strength", f"{note.strength:g}")
        + _simple("likeness:KeepTone", note.keep_tone)
        + _simple("likeness:Grain", note.grain)
        + _simple("likeness:Seed", note.seed)
        + _simple("likeness:References", note.references)
        + _bag("likeness:ReferenceSHA256", note.reference_hashes)
        + _simple("likeness:Device", note.device)
        + _simple("likeness:MadeAt", _moment(note.made_at))
        + _likeness(note.likeness)
        + "</rdf:li>"
        for note in notes
    )
    if not items:
        return ""
    return f"<likeness:Restorations><rdf:Bag>{items}</rdf:Bag></likeness:Restorations>"


def _regions(faces: Iterable[FaceRegion], size: tuple[int, int]) -> str:
    """MWG regions: centres and sizes as parts of the picture, of the upright picture written."""
    items = "".join(_region(face, size) for face in faces)
    if not items:
        return ""
    return (
        '<mwg-rs:Regions rdf:parseType="Resource">'
        f'<mwg-rs:AppliedToDimensions stDim:w="{size[0]}" stDim:h="{size[1]}" stDim:unit="pixel"/>'
        f"<mwg-rs:RegionList><rdf:Bag>{items}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
    )


def _region(face: FaceRegion, size: tuple[int, int]) -> str:
    left, right = (min(max(x / size[0], 0.0), 1.0) for x in (face.bbox.left, face.bbox.right))
    top, bottom = (min(max(y / size[1], 0.0), 1.0) for y in (face.bbox.top, face.bbox.bottom))
    area = ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
    if not all(map(math.isfinite, area)) or area[2] <= 0 or area[3] <= 0:
        return ""
    numbers = " ".join(
        f'stArea:{name}="{value:.6f}"' for name, value in zip("xywh", area, strict=True)
    )
    name = f' mwg-rs:Name="{_clean(face.name)}"' if face.name else ""
    return (
        f'<rdf:li><rdf:Description{name} mwg-rs:Type="Face">'
        f'<mwg-rs:Area {numbers} stArea:unit="normalized"/></rdf:Description></rdf:li>'
    )
