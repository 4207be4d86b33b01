"""Restores a face with the network that is part of the application."""

import hashlib
import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.errors import BadRequest, ModelNotInstalled
from desktop_app.domain.photo import RgbImage
from desktop_app.domain.restoration import (
    ReferenceMap,
    ReferenceMemory,
    RestoredFace,
    RestorerFacts,
)
from desktop_app.models.onnx_session import device_of, open_session, run
from desktop_app.models.store import sha256_of
from desktop_app.restoration.colour import unfaded, with_colours_of

ENGINE = "compact"
SIDE = 256
MOST_REFERENCES = 8
MEMORY = ("key_coarse", "value_coarse", "key_fine", "value_fine")


@dataclass(frozen=True)
class CompactMemory:
    """The references as the network remembers them.

    `tokens` are the four arrays of `MEMORY`, (1, heads, references * tokens, width); `identity`
    is the mean of the references' face embeddings, (1, 512), zeros without references; `order`
    tells for each remembered reference its place among those given.
    """

    tokens: tuple[NDArray[np.float32], ...]
    identity: NDArray[np.float32]
    order: tuple[int, ...]


class CompactRestorer:
    """The embedded restorer on ONNX Runtime: see resources/models/compact.md.

    Raises what `models.onnx_session.open_session` raises.
    """

    def __init__(self, encoder: Path, restorer: Path, device: str = "auto") -> None:
        self._encoder = open_session(encoder, device)
        self._restorer = open_session(restorer, device)
        sums = [sha256_of(file) for file in sorted((encoder, restorer), key=lambda f: f.name)]
        self._facts = RestorerFacts(
            engine=ENGINE,
            model_hash=hashlib.sha256("".join(sums).encode()).hexdigest(),
            input_size=SIDE,
            max_references=MOST_REFERENCES,
            deterministic=True,
            device=device_of(self._restorer),
            licence="Apache-2.0",
        )
        self._shapes = [
            tuple(entry.shape) for entry in self._restorer.get_inputs() if entry.name in MEMORY
        ]

    @property
    def facts(self) -> RestorerFacts:
        return self._facts

    def encode_references(self, crops: Sequence[RgbImage]) -> ReferenceMemory:
        """See `Restorer.encode_references`. The order of `crops` does not matter: equal to the bit.

        Raises `BadRequest` for more than `max_references` crops or crops of another size, and what
        `models.onnx_session.run` raises.
        """
        if len(crops) > MOST_REFERENCES:
            raise BadRequest(
                f"{len(crops)} references were chosen. Choose at most {MOST_REFERENCES}."
            )
        for crop in crops:
            _check_size(crop)
        # sums in floating point depend on their order, so the order is made the same
        order = sorted(range(len(crops)), key=lambda place: crops[place].tobytes())
        found = [run(self._encoder, None, {"references": _tensor(crops[i])}) for i in order]
        if found:
            tokens = tuple(np.concatenate([one[k] for one in found], axis=2) for k in range(4))
            identity = np.stack([one[4] for one in found]).mean(axis=0).astype(np.float32)
        else:
            tokens = tuple(
                np.zeros((1, heads, 0, width), np.float32) for _, heads, _, width in self._shapes
            )
            identity = np.zeros((1, 512), np.float32)
        state = CompactMemory(tokens, identity, tuple(order))
        return ReferenceMemory(ENGINE, self._facts.model_hash, len(crops), state)

    def restore(
        self, crop: RgbImage, memory: ReferenceMemory, seed: int, *, preview: bool = False
    ) -> RestoredFace:
        """See `Restorer.restore`. `seed` changes nothing here.

        A grey or toned crop stays so: its brightness is restored, its colours are kept; a faded
        one is shown to the network unfaded, and its result faded again.
        Raises `BadRequest` for a crop of another size, or a memory of another network, and
        `ModelNotInstalled` for a preview: it would not be faster; and what
        `models.onnx_session.run` raises.
        """
        if preview:
            raise ModelNotInstalled("The built-in engine has no fast preview. Restore without it.")
        _check_size(crop)
        if (memory.engine, memory.model_hash) != (ENGINE, self._facts.model_hash):
            raise BadRequest("The references were encoded by another engine. Encode them again.")
        state: CompactMemory = memory.state
        feeds = dict(zip(MEMORY, state.tokens, strict=True))
        fresh = unfaded(crop)
        seen = crop if fresh is None else fresh.picture
        restored, attention = run(
            self._restorer, None, {"degraded": _tensor(seen), "identity": state.identity} | feeds
        )
        picture = np.clip(restored[0].transpose(1, 2, 0) * 0.5 + 0.5, 0, 1)
        if fresh is not None:
            picture = np.clip(fresh.faded(picture), 0, 1)
        return RestoredFace(
            with_colours_of(crop, np.ascontiguousarray(picture)),
            _reference_map(attention, state.order),
        )

    def watched(self, look: Callable[[str], None]) -> AbstractContextManager[None]:
        """See `Restorer.watched`: a pass is over before anybody would look."""
        return nullcontext()

    def close(self) -> None:
        """See `Restorer.close`."""
        del self._encoder, self._restorer


def _check_size(crop: RgbImage) -> None:
    if crop.shape != (SIDE, SIDE, 3) or crop.dtype != np.uint8:
        raise BadRequest(f"The face must be cut out {SIDE} pixels wide and high, 8 bits a colour.")


def _tensor(crop: RgbImage) -> NDArray[np.float32]:
    """(1, 3, side, side) in [-1, 1]."""
    pixels = crop.astype(np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
    return np.ascontiguousarray(pixels)


def _reference_map(attention: NDArray[np.float32], order: tuple[int, ...]) -> ReferenceMap:
    """From (places, 1 + references * tokens), whose first column is the null reference."""
    places = attention.shape[0]
    rows = math.isqrt(places)
    by_reference = attention[:, 1:].reshape(places, len(order), rows * rows).sum(axis=2)
    mine = np.empty_like(by_reference)  # in the order in which the references were given
    mine[:, list(order)] = by_reference
    candidates = np.concatenate([attention[:, :1], mine], axis=1)
    winner = candidates.argmax(axis=1) - 1
    return ReferenceMap(winner.reshape(rows, rows).astype(np.int8), mine.mean(axis=0))
