"""What an exported picture says of itself: who is on it, and what was done to it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop_app.domain.face import BBox
from desktop_app.domain.photo import PhotoDate

COMPOSITE_WITH_TRAINED = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)
"""IPTC's word for a photograph of which a part was made by a trained model."""


@dataclass(frozen=True)
class FaceRegion:
    """A face and whose it is; `name` is "" where that is not known."""

    bbox: BBox  # in pixels of the exported, upright picture
    name: str = ""


@dataclass(frozen=True)
class RestorationNote:
    """How one face was restored."""

    person: str  # "" where the face has no name
    engine: str
    model_hash: str
    strength: float  # 0 to 1
    references: int
    seed: int = 0
    keep_tone: bool = True
    grain: bool = True
    reference_hashes: tuple[str, ...] = ()  # SHA-256 of the files that guided, hexadecimal
    device: str = ""
    made_at: datetime | None = None
    likeness: tuple[float, float] | None = None  # cosine to the person's faces, before and after
    bbox: BBox | None = None  # the face, in pixels of the exported, upright picture


@dataclass(frozen=True)
class SourceWords:
    """What people wrote into the source's XMP, and goes along."""

    title: str = ""
    creators: tuple[str, ...] = ()
    rights: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    places: tuple[tuple[str, str], ...] = ()  # the name of an XMP property, and its value


@dataclass(frozen=True)
class ExportAbout:
    """The facts that are written beside the pixels.

    EXIF is copied from `source_path`. `digital_source_type` None leaves the label to what was
    done: with restorations it is `COMPOSITE_WITH_TRAINED`, without there is none.
    """

    source_path: Path | None = None
    source_hash: str = ""  # SHA-256 of the source's file, hexadecimal
    made_at: datetime | None = None
    software: str = "Likeness"  # with its version
    description: str = ""  # a caption in plain words
    restorations: tuple[RestorationNote, ...] = ()
    faces: tuple[FaceRegion, ...] = ()
    digital_source_type: str | None = None
    taken: PhotoDate = PhotoDate()  # noqa: RUF009 - frozen; of the photo, as the user knows it
    words: SourceWords = SourceWords()
    writing: str = ""  # a sentence on what became of the pixels that were not restored
