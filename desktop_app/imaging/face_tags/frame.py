"""Lays regions onto the upright photo: they may mean the picture as stored, or as shown.

The Metadata Working Group's guidance (2.0, "Image Region Metadata") has regions of the picture as
it is stored, whatever its EXIF orientation; Lightroom, digiKam and ExifTool follow it, others
write what their user saw. `AppliedToDimensions`, the size that the regions were made for, tells
which, and whether the picture was only resized since (its shape is the same) or cut.
"""

from dataclasses import dataclass

from desktop_app.domain.face import BBox
from desktop_app.imaging.face_tags.tags import Reading, TaggedFace
from desktop_app.imaging.upright import upright_size

Size = tuple[int, int]
"""(width, height) in pixels."""

_SAME_SHAPE = 0.01
"""How far two proportions may differ and still be one picture resized, as the catalog has it."""

_BACK = {6: 8, 8: 6}
_QUARTERS = (1, 6, 3, 8)  # the orientations that turn clockwise by 0, 90, 180, 270 degrees


@dataclass(frozen=True)
class PhotoFrame:
    """A photo's size when upright, and the EXIF orientation (1 to 8) that makes it so."""

    upright: Size
    orientation: int

    @property
    def stored(self) -> Size:
        """The size before the photo is turned."""
        return upright_size(*self.upright, self.orientation)


def turned(area: BBox, orientation: int) -> BBox:
    """A region of the stored picture, as a region of the upright one; in parts of the picture.

    `orientation` as in EXIF 2.32, 4.6.4, tag 0x0112.
    """
    left, top, right, bottom = area
    return {
        2: BBox(1 - right, top, 1 - left, bottom),
        3: BBox(1 - right, 1 - bottom, 1 - left, 1 - top),
        4: BBox(left, 1 - bottom, right, 1 - top),
        5: BBox(top, left, bottom, right),
        6: BBox(1 - bottom, left, 1 - top, right),
        7: BBox(1 - bottom, 1 - right, 1 - top, 1 - left),
        8: BBox(top, 1 - right, bottom, 1 - left),
    }.get(orientation, area)


def turned_back(area: BBox, orientation: int) -> BBox:
    """A region of the upright picture, as a region of the stored one."""
    return turned(area, _BACK.get(orientation, orientation))


def quarter_turns(count: int) -> int:
    """The EXIF orientation that turns a picture clockwise `count` times by 90 degrees."""
    return _QUARTERS[count % 4]


def applied_orientations(applied_to: Size | None, frame: PhotoFrame) -> list[tuple[int, bool]]:
    """(orientation to turn the regions by, whether likely), best first; empty for a cut photo."""
    stored, shown = (frame.orientation, True), (1, True)
    if applied_to is None:
        return [stored] if frame.orientation == 1 else [stored, shown]
    found = []
    if _same_shape(applied_to, frame.stored):
        found.append(stored)
    if _same_shape(applied_to, frame.upright) and shown not in found:
        found.append(shown)
    if not found and _same_shape((applied_to[1], applied_to[0]), frame.upright):
        found = [(6, False), (8, False)]  # the pixels were turned after the names were written
    return found


def readings(
    faces: tuple[TaggedFace, ...], applied_to: Size | None, frame: PhotoFrame
) -> tuple[Reading, ...]:
    """The ways in which regions may lie on the upright photo; none where the photo was cut."""
    return tuple(
        Reading(turned_faces(faces, orientation), likely)
        for orientation, likely in applied_orientations(applied_to, frame)
    )


def turned_faces(faces: tuple[TaggedFace, ...], orientation: int) -> tuple[TaggedFace, ...]:
    """The same faces, each region turned."""
    return tuple(TaggedFace(f.name, turned(f.area, orientation), f.ours) for f in faces)


def _same_shape(one: Size, other: Size) -> bool:
    """Whether one is the other resized; sizes are rounded, so a pixel of the smaller may differ."""
    across, down = one[0] * other[1], one[1] * other[0]
    slack = max(_SAME_SHAPE * max(across, down), max(*one, *other))
    return abs(across - down) <= slack
