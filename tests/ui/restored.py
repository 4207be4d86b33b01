"""Results in the painted library: kept as the real ones are, made by no network."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

import numpy as np

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import NewRestoration
from desktop_app.domain.ids import FaceId, PersonId, RestorationId
from desktop_app.domain.photo import RgbImage
from desktop_app.domain.restoration import (
    KeptCrop,
    Likeness,
    ReferenceMap,
    ReferenceMemory,
    RestoredFace,
    RestorerFacts,
    RestoreSettings,
)
from desktop_app.imaging.crops import crop_to_png, map_to_bytes

BETTER = Likeness(0.36, 0.68, 0.06, 5, 0.12, "Bert")
WORSE = Likeness(0.52, 0.41, 0.05, 5, 0.12, "Bert")
SOMEBODY_ELSE = Likeness(0.36, 0.38, 0.05, 5, 0.55, "Bert")


def keep_result(
    catalog: Catalog,
    face_id: FaceId,
    person_id: PersonId,
    references: Sequence[FaceId],
    *,
    tone: float = 0.5,
    likeness: Likeness | None = BETTER,
    strength: float = 1.0,
    engine: str = "compact",
) -> RestorationId:
    """A draft of one flat tone, half of it after its first reference, half after its last."""
    face = catalog.faces.get(face_id)
    winner = np.zeros((16, 16), np.int8)
    winner[8:] = max(0, len(references) - 1)
    share = np.full(max(1, len(references)), 1 / max(1, len(references)), np.float32)
    return catalog.restorations.add(
        NewRestoration(
            photo_id=face.photo_id,
            face_id=face_id,
            person_id=person_id,
            references=tuple(references),
            engine=engine,
            model_hash="ab" * 32,
            device="cpu",
            seed=0,
            settings=RestoreSettings(strength, keep_tone=False, grain=False),
            likeness=likeness,
            source_hash=catalog.photos.get(face.photo_id).content_hash,
            crop_png=crop_to_png(KeptCrop(np.full((64, 64, 3), tone, np.float32))),
            reference_map=map_to_bytes(ReferenceMap(winner, share)),
        )
    )


class PaintedRestorer:
    """Paints a face flat: brighter with more references."""

    facts = RestorerFacts("compact", "ab" * 32, 64, 4, True, "cpu", "Apache-2.0")

    def encode_references(self, crops: Sequence[RgbImage]) -> ReferenceMemory:
        return ReferenceMemory("compact", "ab" * 32, len(crops), None)

    def watched(self, look: Callable[[str], None]) -> AbstractContextManager[None]:
        return nullcontext()

    def restore(
        self, crop: RgbImage, memory: ReferenceMemory, seed: int, *, preview: bool = False
    ) -> RestoredFace:
        return RestoredFace(np.full(crop.shape, 0.2 * memory.count, np.float32))

    def close(self) -> None:
        pass
