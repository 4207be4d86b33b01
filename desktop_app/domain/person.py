"""A person of the family, and the photos that guide a restoration of their face."""

import enum
from dataclasses import dataclass

from desktop_app.domain.ids import FaceId, PersonId, PhotoId


@dataclass(frozen=True)
class Year:
    """A year of birth or death; `about` where the family is not sure."""

    year: int
    about: bool = False


@dataclass(frozen=True)
class Person:
    id: PersonId
    name: str
    born: Year | None = None
    died: Year | None = None
    ignored: bool = False


@dataclass(frozen=True)
class PersonSummary:
    """A person with the counts that a list of people shows."""

    person: Person
    confirmed: int
    suggested: int
    cover: FaceId | None  # the best confirmed face


@dataclass(frozen=True)
class FaceCluster:
    """Faces of one unknown person, best first."""

    number: int
    faces: tuple[FaceId, ...]


class ReferenceChoice(enum.Enum):
    """Who chose a reference."""

    AUTOMATIC = "automatic"
    PINNED = "pinned"
    EXCLUDED = "excluded"


@dataclass(frozen=True)
class Reference:
    """One photo of the person that guides a restoration, and why it was chosen."""

    face_id: FaceId
    photo_id: PhotoId
    reason: str  # "age 31, same view, sharp"
    choice: ReferenceChoice = ReferenceChoice.AUTOMATIC


class ReferenceState(enum.Enum):
    NONE = "none"
    WEAK = "weak"
    READY = "ready"


@dataclass(frozen=True)
class ReferenceSet:
    """The references of a person for one face, best first."""

    person_id: PersonId
    references: tuple[Reference, ...]
    state: ReferenceState
    why: str = ""  # what is missing, for WEAK and NONE
