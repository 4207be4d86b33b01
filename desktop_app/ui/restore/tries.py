"""Finds what to try next: other references, or another seed where the engine draws lots."""

import itertools
from collections.abc import Collection, Sequence

from desktop_app.domain.ids import FaceId
from desktop_app.domain.person import ReferenceChoice
from desktop_app.domain.restoration import Restoration
from desktop_app.ui.restore.reading import FaceOnPage

MOST_REFERENCES = 4
_LOOKED_AT = 12  # photos, best first


def another_choice(face: FaceOnPage) -> tuple[FaceId, ...] | None:
    """References that no result of this face has been made with, the best first.

    None where every choice was tried, or there is nothing to choose from.
    """
    if face.references is None:
        return None
    ranked = [ref.face_id for ref in face.references.references]
    ranked += [r.face_id for r in face.others if r.choice is not ReferenceChoice.EXCLUDED]
    tried = {frozenset(version.references) for version in face.versions if not is_rough(version)}
    return _first_untried(ranked[:_LOOKED_AT], tried)


def draws_lots(engine: str, result: Restoration | None) -> bool:
    """Whether another seed gives another result: the large engine; "automatic" as it did last."""
    if engine == "automatic":
        return result is not None and result.engine.startswith("instant-restore")
    return engine.startswith("instant-restore")


def next_seed(face: FaceOnPage, references: tuple[FaceId, ...]) -> int:
    """The first seed after all that this face was restored with from these references."""
    tried = [v.seed for v in face.versions if set(v.references) == set(references)]
    return max(tried, default=-1) + 1


def is_rough(result: Restoration) -> bool:
    """Whether it is a fast preview, which is to be restored in full before it is decided on."""
    return result.engine.endswith("-preview")


def _first_untried(
    ranked: Sequence[FaceId], tried: Collection[frozenset[FaceId]]
) -> tuple[FaceId, ...] | None:
    for size in range(min(MOST_REFERENCES, len(ranked)), 0, -1):
        places = itertools.combinations(range(len(ranked)), size)
        for choice in sorted(places, key=sum):
            faces = tuple(ranked[place] for place in choice)
            if frozenset(faces) not in tried:
                return faces
    return None
