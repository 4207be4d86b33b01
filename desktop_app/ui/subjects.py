"""What a screen can be asked to show."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.domain.ids import FaceId, PhotoId, RestorationId


@dataclass(frozen=True)
class PhotoSubject:
    """One photo; `among` are the photos that next and previous walk."""

    photo_id: PhotoId
    among: Sequence[PhotoId] = ()


@dataclass(frozen=True)
class RestoreSubject:
    """A photo whose faces may be restored, beginning with `face_id`."""

    photo_id: PhotoId
    face_id: FaceId | None = None


@dataclass(frozen=True)
class CompareSubject:
    """Results of one photo, to be judged; the first is shown first.

    Where `going_on`, this photo is one of many: the next whose drafts wait follows by itself.
    """

    photo_id: PhotoId
    restoration_ids: tuple[RestorationId, ...] = ()
    going_on: bool = False


@dataclass(frozen=True)
class ExportSubject:
    """Results to be written out as files, and photos without results."""

    restoration_ids: tuple[RestorationId, ...] = ()
    photo_ids: tuple[PhotoId, ...] = ()
