"""A photo as its file keeps it, before it is turned upright."""

from dataclasses import dataclass

from desktop_app.domain.photo import SourcePixels


@dataclass(frozen=True)
class StoredPhoto:
    """What a reader found in a file.

    `pixels` may be smaller than `full_size` where a smaller picture was asked for and the
    format can be decoded small.
    """

    pixels: SourcePixels  # not yet upright
    full_size: tuple[int, int]  # (width, height), not yet upright
    orientation: int = 1  # EXIF, 1 to 8
    complete: bool = True  # False where the file was cut short or has gaps


@dataclass(frozen=True)
class Wanted:
    """What is asked of a reader."""

    name: str  # of the file, as shown to the user
    max_pixels: int
    max_side: int | None = None  # None: every pixel; else the longer side that will do
    eight_bits: bool = False  # samples of 8 bits will do, where the file has more
