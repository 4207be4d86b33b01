"""What a file says of the faces in a photo, before anybody believes it."""

import math
from dataclasses import dataclass

from desktop_app.domain.face import BBox
from desktop_app.domain.names import LONGEST_NAME, cleaned_name

MOST_FACES = 1000
"""Regions that one photo may have; the largest group photographs have some hundred."""


@dataclass(frozen=True)
class TaggedFace:
    """A named face. `area` is in parts of the picture (0 to 1), and may reach beyond it."""

    name: str
    area: BBox
    ours: bool = False  # written by Likeness


@dataclass(frozen=True)
class Reading:
    """One way to lay the regions onto the upright photo.

    A reading that is not `likely` is believed only where it meets faces that were found.
    """

    faces: tuple[TaggedFace, ...]
    likely: bool = True


@dataclass(frozen=True)
class TagSet:
    """The regions of one layout in one file; the readings that come into question, best first."""

    layout: str  # "MWG", "Microsoft", "ACDSee", "Picasa"
    source: str  # the file's name, as shown
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class FaceTags:
    """All that is said of one photo's faces, and a sentence for all that could not be used."""

    sets: tuple[TagSet, ...] = ()
    problems: tuple[str, ...] = ()


def tagged_face(name: str, area: BBox, *, ours: bool = False) -> TaggedFace | str:
    """The face, or a sentence that says why it cannot be used; "" for a face without a name."""
    shown = cleaned_name(name[: 4 * LONGEST_NAME])
    if not shown:
        return ""
    if len(shown) > LONGEST_NAME:
        return f"a name has more than {LONGEST_NAME} characters: {shown[:40]}…"
    if not all(math.isfinite(edge) for edge in area):
        return f"the region of {shown} has no numbers for its place"
    if area.width <= 0 or area.height <= 0:
        return f"the region of {shown} is empty"
    if max(abs(edge) for edge in area) > 100:
        return f"the region of {shown} lies outside the photo"
    return TaggedFace(shown, area, ours)
