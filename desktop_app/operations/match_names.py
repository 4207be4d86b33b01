"""Finds out which face each name in the user's files means.

Programs draw a face differently: its features, the whole head, a square around it. A region means
the found face that it overlaps by more than 0.3 (intersection over union; a head drawn 1.8 times as
wide as the face inside still does), or, where it is drawn wider or narrower still, the one whose
centre it holds and in which its own centre lies, if neither is more than 3 times as wide. Best
overlaps come first, and each face and each region is used once. 0.3 is also what a drawn face is
told from a known one by (`add_missed_faces`); PASCAL VOC's 0.5 (Everingham et al. 2010, 4.2) is for
boxes drawn to one rule. The numbers are chosen by this reasoning, not measured.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.domain.face import BBox
from desktop_app.imaging.face_tags.frame import quarter_turns, turned
from desktop_app.imaging.face_tags.tags import FaceTags, Reading, TagSet

_SAME_FACE = 0.3
_MOST_TIMES = 3.0
_LEAST_INSIDE = 0.5  # the part of a region that must lie in the photo; the rest is cut off


@dataclass(frozen=True)
class NamedRegion:
    """Who is where in a photo, in pixels of the photo as it is shown, by the word of a file."""

    name: str
    bbox: BBox
    source: str  # the file's name and its layout


def named_regions(
    tags: FaceTags, size: tuple[int, int], degrees: int, faces: Sequence[BBox]
) -> tuple[list[NamedRegion], list[str]]:
    """What the files say of a photo, each face once, and a sentence for all that cannot be used.

    `size` is (width, height) as shown, `degrees` by how much the user turned the photo clockwise,
    `faces` the boxes of its known faces: where a file leaves open whether it means the picture as
    stored or as shown, they decide.
    """
    found: list[NamedRegion] = []
    problems = list(tags.problems)
    for tag_set in tags.sets:
        source = f"{tag_set.source} ({tag_set.layout})"
        chosen = _chosen(tag_set, size, degrees, faces)
        if chosen is None:
            names = ", ".join(face.name for face in tag_set.readings[0].faces[:5])
            problems.append(
                f"{source}: the photo was turned since the names were written, and no face shows "
                f"how; name these faces by hand ({names})"
            )
            continue
        for name, box in chosen:
            inside = _inside(box, size)
            if inside is None:
                problems.append(f"{source}: the region of {name} lies outside the photo")
                continue
            found.append(NamedRegion(name, inside, source))
    return _each_once(found, problems), problems


def pairs(regions: Sequence[BBox], faces: Sequence[BBox]) -> dict[int, int]:
    """Region -> face, by the rule above; numbers of those given."""
    candidates = []
    for number, region in enumerate(regions):
        for place, face in enumerate(faces):
            overlap = region.overlap(face)
            if overlap > _SAME_FACE or _about_one_face(region, face):
                candidates.append((-overlap, number, place))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, number, place in sorted(candidates):
        if number not in found and place not in taken:
            found[number] = place
            taken.add(place)
    return found


def same_name(one: str, other: str) -> bool:
    """Names are compared as the catalog compares them: without case."""
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def _about_one_face(one: BBox, other: BBox) -> bool:
    if min(one.width, one.height, other.width, other.height) <= 0:
        return False
    times = math.sqrt(one.width * one.height / (other.width * other.height))
    if not 1 / _MOST_TIMES <= times <= _MOST_TIMES:
        return False
    return _holds_centre(one, other) and _holds_centre(other, one)


def _holds_centre(one: BBox, other: BBox) -> bool:
    x, y = (other.left + other.right) / 2, (other.top + other.bottom) / 2
    return one.left <= x <= one.right and one.top <= y <= one.bottom


def _chosen(
    tag_set: TagSet, size: tuple[int, int], degrees: int, faces: Sequence[BBox]
) -> list[tuple[str, BBox]] | None:
    """The reading that meets most faces, the earlier of equals; None where none can be believed."""
    best: list[tuple[str, BBox]] | None = None
    most = 0
    for reading in tag_set.readings:
        laid = _laid(reading, size, degrees)
        met = len(pairs([box for _, box in laid], faces))
        if met > most or (best is None and reading.likely):
            best, most = laid, max(met, most)
    return best


def _laid(reading: Reading, size: tuple[int, int], degrees: int) -> list[tuple[str, BBox]]:
    width, height = size
    turn = quarter_turns(degrees // 90)
    laid = []
    for face in sorted(reading.faces, key=lambda face: not face.ours):  # our own word counts first
        left, top, right, bottom = turned(face.area, turn)
        laid.append((face.name, BBox(left * width, top * height, right * width, bottom * height)))
    return laid


def _inside(box: BBox, size: tuple[int, int]) -> BBox | None:
    """The part inside the photo; None where most of the region lies outside."""
    width, height = size
    part = BBox(
        min(max(box.left, 0.0), width),
        min(max(box.top, 0.0), height),
        min(max(box.right, 0.0), width),
        min(max(box.bottom, 0.0), height),
    )
    if part.width * part.height < _LEAST_INSIDE * box.width * box.height:
        return None
    return part


def _each_once(regions: Sequence[NamedRegion], problems: list[str]) -> list[NamedRegion]:
    """Programs say the same in several layouts: the first one counts; contradictions are told."""
    kept: list[NamedRegion] = []
    for region in regions:
        here = [
            other
            for other in kept
            if other.bbox.overlap(region.bbox) > _SAME_FACE
            or _about_one_face(other.bbox, region.bbox)
        ]
        if any(same_name(other.name, region.name) for other in here):
            continue
        elsewhere = next((other for other in here if other.source != region.source), None)
        if elsewhere is not None:
            problems.append(
                f"{region.source} says {region.name} where {elsewhere.source} says "
                f"{elsewhere.name}; the latter was taken"
            )
            continue
        kept.append(region)
    return kept
