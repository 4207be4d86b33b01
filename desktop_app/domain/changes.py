"""What a wish of the user changed in the catalog, for the screens that show it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from desktop_app.domain.ids import FaceId, FolderId, PersonId, PhotoId, RestorationId


@dataclass(frozen=True)
class CatalogChanges:
    """The rows that were added, changed or removed; `everything` where nobody counted."""

    folders: frozenset[FolderId] = field(default_factory=frozenset)
    photos: frozenset[PhotoId] = field(default_factory=frozenset)
    faces: frozenset[FaceId] = field(default_factory=frozenset)
    people: frozenset[PersonId] = field(default_factory=frozenset)
    restorations: frozenset[RestorationId] = field(default_factory=frozenset)
    everything: bool = False

    def __or__(self, other: "CatalogChanges") -> "CatalogChanges":
        return CatalogChanges(
            self.folders | other.folders,
            self.photos | other.photos,
            self.faces | other.faces,
            self.people | other.people,
            self.restorations | other.restorations,
            self.everything or other.everything,
        )

    def __bool__(self) -> bool:
        return self.everything or any(
            (self.folders, self.photos, self.faces, self.people, self.restorations)
        )

    @staticmethod
    def of(
        *,
        folders: Iterable[FolderId] = (),
        photos: Iterable[PhotoId] = (),
        faces: Iterable[FaceId] = (),
        people: Iterable[PersonId] = (),
        restorations: Iterable[RestorationId] = (),
    ) -> "CatalogChanges":
        return CatalogChanges(
            frozenset(folders),
            frozenset(photos),
            frozenset(faces),
            frozenset(people),
            frozenset(restorations),
        )
