"""A photo, its pixels for the eye, and its pixels as the file keeps them."""

import enum
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.ids import FolderId, PhotoId

RgbImage: TypeAlias = NDArray[np.uint8]
"""(height, width, 3) sRGB, upright: for display, for finding and describing faces."""

FloatImage: TypeAlias = NDArray[np.float32]
"""(height, width, 3) sRGB in [0, 1]."""


class ColourMode(enum.Enum):
    """How the samples of a pixel are to be read."""

    GREY = "grey"
    RGB = "rgb"
    CMYK = "cmyk"


@dataclass(frozen=True)
class SourcePixels:
    """A photo's own samples, turned upright, otherwise untouched: for restoring and export.

    `samples` is (height, width, channels), uint8 or uint16; a fourth channel of RGB or a
    second of grey is `has_extra_channel` (opacity or infrared: kept, never restored).
    """

    samples: NDArray[Any]
    mode: ColourMode
    has_extra_channel: bool = False
    icc_profile: bytes | None = None
    lossy: bool = False  # the file's own encoding was lossy (JPEG, lossy WebP, HEIC)
    transparency: bool = False  # the extra channel is opacity, and is looked through on display

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return int(self.samples.shape[1]), int(self.samples.shape[0])

    @property
    def bit_depth(self) -> int:
        return int(self.samples.dtype.itemsize * 8)


class DatePrecision(enum.Enum):
    """How exactly the day of a photo is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    DECADE = "decade"
    RANGE = "range"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PhotoDate:
    """When a photo was taken: between two days, both included; None where unknown."""

    earliest: date | None = None
    latest: date | None = None
    precision: DatePrecision = DatePrecision.UNKNOWN

    @property
    def middle_year(self) -> float | None:
        """The middle of the span, in years (1952.5 is the middle of 1952)."""
        if self.earliest is None or self.latest is None:
            return None
        middle = (self.earliest.toordinal() + self.latest.toordinal()) / 2
        return middle / 365.2425 + 1 - 1 / 365.2425


class PhotoState(enum.Enum):
    """Where a photo stands on its way into the catalog."""

    FOUND = "found"
    INDEXED = "indexed"
    FAILED = "failed"
    MISSING = "missing"


@dataclass(frozen=True)
class PhotoMetadata:
    """What a file says about itself; every field read as a stranger's word."""

    taken: PhotoDate = PhotoDate()
    camera: str = ""
    orientation: int = 1  # EXIF, 1 to 8
    has_place: bool = False
    file_format: str = ""
    width: int = 0  # upright, in pixels
    height: int = 0


@dataclass(frozen=True)
class Photo:
    """A file of the user's, as the catalog knows it. The file itself is never written."""

    id: PhotoId
    folder_id: FolderId
    path: str  # absolute; bytes that are no text are kept by os.fsdecode's surrogates
    state: PhotoState
    width: int  # upright, in pixels; 0 while unknown
    height: int
    content_hash: str  # hexadecimal; "" while unknown
    taken: PhotoDate
    reason: str = ""  # why it could not be read, for FAILED
    file_format: str = ""
    camera: str = ""
    turned: int = 0  # degrees clockwise by which the user turned it; width and height follow
