"""What goes into the catalog and what is asked of it: files found, photos read, filters, facts."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desktop_app.domain.face import DetectedFace, Embedding, FaceQuality
from desktop_app.domain.ids import FaceId, FolderId, PersonId, PhotoId
from desktop_app.domain.photo import PhotoMetadata, PhotoState
from desktop_app.domain.restoration import Likeness, RestoreSettings


@dataclass(frozen=True)
class Folder:
    """A folder of the user's photos; read in place, never written to."""

    id: FolderId
    path: str  # absolute; bytes that are no text are kept by os.fsdecode's surrogates
    added_at: datetime
    last_indexed: datetime | None
    offline: bool  # its drive was not there at the last look


@dataclass(frozen=True)
class KnownFile:
    """What the catalog knows of a file, to tell whether it changed since."""

    photo_id: PhotoId
    size: int  # bytes
    mtime_ns: int
    state: PhotoState


@dataclass(frozen=True)
class FoundPhoto:
    """A file that a scan met; `relative` is os.fsencode of the path below the folder, '/' apart."""

    relative: bytes
    size: int  # bytes
    mtime_ns: int


@dataclass(frozen=True)
class NewFace:
    """A face found in a photo; `embedding` is None where it could not be described."""

    detected: DetectedFace
    quality: FaceQuality
    embedding: Embedding | None


@dataclass(frozen=True)
class Suggestion:
    """Whom a face may show by what the machine knows; nobody, where `person` is None."""

    face: FaceId
    person: PersonId | None = None
    score: float = 0.0  # cosine to `nearest`
    nearest: FaceId | None = None  # the face with a name that it is most like, where one is
    against: FaceId | None = None  # a face that speaks against that name


@dataclass(frozen=True)
class IndexedPhoto:
    """All that was read from one photo."""

    photo_id: PhotoId
    content_hash: str  # sha256 of the file, hexadecimal
    metadata: PhotoMetadata
    faces: Sequence[NewFace]
    detector: str  # the detector's id
    embedding_model: str  # the embedder's id
    turned: int = 0  # degrees clockwise by which the photo was turned when it was read
    closely: bool = True  # no closer look would show more faces


class PhotoOrder(enum.Enum):
    """How the library is laid out; photos without a date come last in both directions of time.

    A date with a span stands where it begins; of two that begin together the shorter one is first.
    """

    OLDEST_FIRST = "oldest_first"
    NEWEST_FIRST = "newest_first"
    NAME = "name"
    LAST_ADDED_FIRST = "last_added_first"


@dataclass(frozen=True)
class PhotoFilter:
    """Which photos are shown; None stands for no wish, and all wishes must be met."""

    text: str = ""  # each word in the path below the folder, or in a confirmed person's name
    folder_id: FolderId | None = None
    person_id: PersonId | None = None  # with a confirmed face of this person
    state: PhotoState | None = None  # None: every photo but the missing ones
    has_faces: bool | None = None  # a face that is not marked "not a face"
    needs_review: bool | None = None  # a face with a suggestion, or a good face without a name
    restored: bool | None = None  # a restoration that was not refused
    date_unknown: bool | None = None
    from_year: int | None = None  # a date that may lie in this year or later
    to_year: int | None = None  # a date that may lie in this year or before
    date_vague: bool | None = None  # known, but not to the day
    order: PhotoOrder = PhotoOrder.OLDEST_FIRST


@dataclass(frozen=True)
class NewRestoration:
    """A result to be kept, with its whole recipe."""

    photo_id: PhotoId
    face_id: FaceId
    person_id: PersonId | None
    references: tuple[FaceId, ...]
    engine: str
    model_hash: str
    device: str
    seed: int
    settings: RestoreSettings
    likeness: Likeness | None
    source_hash: str  # content hash of the photo that was restored
    crop_png: bytes  # the restored crop
    reference_map: bytes | None = None  # which reference was used where


class DecisionKind(enum.Enum):
    """What the user decided; each can be taken back."""

    NAME = "name"
    CONFIRM = "confirm"
    REJECT = "reject"
    IGNORE = "ignore"
    NOT_A_FACE = "not_a_face"
    CLEAR = "clear"  # the face has no name again
    DRAW = "draw"
    NEW_PERSON = "new_person"
    RENAME = "rename"
    YEARS = "years"
    MERGE = "merge"
    IGNORE_PERSON = "ignore_person"
    DATE = "date"
    TURN = "turn"
    SPLIT = "split"
    REFERENCE = "reference"
    JUDGE = "judge"  # a restoration was accepted or refused


@dataclass(frozen=True)
class Decision:
    """The decision that `people.undo` would take back."""

    kind: DecisionKind
    made_at: datetime
    faces: int  # how many faces it was about
    photos: int  # how many photos it gave a date or turned


@dataclass(frozen=True)
class CatalogFacts:
    """How large the catalog is."""

    schema: str  # the last migration, "0001"
    folders: int
    photos: int
    faces: int
    people: int
    restorations: int
    size_bytes: int  # the file and its write-ahead log
