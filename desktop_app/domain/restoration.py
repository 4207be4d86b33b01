"""A restorer, what it remembers of a person's references, and what came of a restoration."""

import enum
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.ids import FaceId, PersonId, PhotoId, RestorationId
from desktop_app.domain.photo import FloatImage, RgbImage


@dataclass(frozen=True)
class RestorerFacts:
    """What a restorer says of itself."""

    engine: str  # "compact" or "instant-restore"; in a recipe also "instant-restore-preview"
    model_hash: str  # sha256 of the weights, hexadecimal
    input_size: int  # side of the aligned crop, in pixels
    max_references: int
    deterministic: bool  # where true, another try means other references
    device: str
    licence: str
    preview_hash: str = ""  # sha256 of the fast preview's weights; "" where it has none

    @property
    def previewed(self) -> "RestorerFacts":
        """What a recipe says of a fast preview: an engine of its own name, and both weights."""
        return replace(
            self,
            engine=f"{self.engine}-preview",
            model_hash=f"{self.model_hash}+{self.preview_hash}",
        )


@dataclass(frozen=True)
class ReferenceMemory:
    """The encoded keys and values of a reference set; `state` belongs to the restorer alone."""

    engine: str
    model_hash: str
    count: int  # references, 0 for a blind restoration
    state: Any


@dataclass(frozen=True)
class ReferenceMap:
    """Which reference was used where.

    `winner` is (rows, columns) int8 over the crop, -1 where no reference was followed;
    `share` is (references,), each reference's part of the attention, in sum at most 1.
    """

    winner: NDArray[np.int8]
    share: NDArray[np.float32]


@dataclass(frozen=True)
class RestoredFace:
    """The restored crop, (size, size, 3) float32 sRGB in [0, 1]."""

    crop: FloatImage
    reference_map: ReferenceMap | None = None


@dataclass(frozen=True)
class KeptCrop:
    """A restored face as the catalog keeps it: laid in again, it needs no network.

    `picture` is (size, size, 3); `mask` (size, size), 0 to 1, says where it replaces the photo.
    None in results that were kept before masks were: they are laid in under an oval.
    """

    picture: FloatImage
    mask: NDArray[np.float32] | None = None

    @property
    def size(self) -> int:
        return int(self.picture.shape[0])


class Restorer(Protocol):
    """Restores an aligned face in one step, guided by references of the same person."""

    @property
    def facts(self) -> RestorerFacts: ...

    def encode_references(self, crops: Sequence[RgbImage]) -> ReferenceMemory:
        """`crops` are aligned faces (input_size, input_size, 3), 0 to `max_references` of them."""
        ...

    def restore(
        self, crop: RgbImage, memory: ReferenceMemory, seed: int, *, preview: bool = False
    ) -> RestoredFace:
        """`crop` is the aligned degraded face (input_size, input_size, 3).

        `preview` shows roughly what would come, in less time. Raises `ModelNotInstalled` where
        the restorer has no `preview_hash`.
        """
        ...

    def watched(self, look: Callable[[str], None]) -> AbstractContextManager[None]:
        """Within the block, work that may take long calls `look` a few times a second.

        It is given the stage where one is worth a word, else "". What it raises (`Cancelled`)
        ends the work inside a face, of which nothing is left.
        """
        ...

    def close(self) -> None:
        """Frees the device; the restorer is not used again."""
        ...


@dataclass(frozen=True)
class RestoreSettings:
    """How the restored face is laid into the photo; none of these needs another pass."""

    strength: float = 1.0  # 0 keeps the photo, 1 shows the restoration in full
    keep_tone: bool = True  # brightness and colour follow the surroundings
    grain: bool = True  # the grain of the neighbourhood goes on through the face


@dataclass(frozen=True)
class RestoreRequest:
    """One face to be restored; `references` None means the automatic choice."""

    face_id: FaceId
    references: tuple[FaceId, ...] | None = None
    settings: RestoreSettings = RestoreSettings()
    seed: int = 0
    preview: bool = False  # roughly and fast, where the engine can


class RestorationState(enum.Enum):
    DRAFT = "draft"
    ACCEPTED = "accepted"
    REFUSED = "refused"


UNCHANGED = 0.03
"""A smaller change of a cosine is none: the embedder itself wavers as much.

Measured with fr_feature by tests/benchmarks/bench_wavering.py on the London portraits, each against
the same person's other portrait. Faces 50 px wide, as in old prints (60 people): encoding as JPEG
of quality 90, resampling, noise of 3 of 255 or points moved by 1 % of the eyes' distance move the
cosine by 0.003 to 0.015 on average and by 0.007 to 0.030 in 95 of 100 cases; JPEG of quality 60 by
0.09, which is damage. Faces 300 px wide (86 people): 0.0005 to 0.003, in 99 of 100 cases 0.012.
Chosen on every second person; the others give 0.009 to 0.036 and 0.011.
"""


@dataclass(frozen=True)
class Likeness:
    """Cosine similarities of a face to the person's confirmed faces, before and after."""

    before: float
    after: float
    spread: float  # standard deviation over the person's confirmed faces
    faces: int  # how many confirmed faces were compared
    nearest_other: float = -1.0  # after, to the nearest other person of the catalog
    nearest_other_name: str = ""

    @property
    def fell(self) -> bool:
        return self.after <= self.before - UNCHANGED or self.nearest_other > self.after


@dataclass(frozen=True)
class Restoration:
    """A result that was kept, with its whole recipe."""

    id: RestorationId
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
    state: RestorationState
    stale: bool
    made_at: datetime
    source_hash: str  # content hash of the photo that was restored
