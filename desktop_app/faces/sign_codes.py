"""Writes a face as 512 signs, so that a million faces are looked through in milliseconds."""

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.faces.fixed_point import Fixed

BITS = 512
_WORDS = BITS // 64
_AT_ONCE = 1 << 17  # pairs: what is counted of them stays in the processor's cache
_ASKED_AT_ONCE = 8  # for each of which a part of the codes is read, while it lies in the cache
_SEED = 20
# Binomial standard deviations; bits of orthogonal planes spread 0.83 of one, of half of them 0.92.
_SURE = 2.9
_SURE_OF_HALF = 3.3


def sign_codes(vectors: Fixed) -> NDArray[np.uint64]:
    """(8, faces): on which side of 512 fixed planes through the origin each face lies.

    The angle between two faces is about the share of differing signs times pi (Charikar 2002,
    "Similarity estimation techniques from rounding algorithms"). The planes are a Hadamard matrix
    with the signs of its rows drawn once; all sums are exact, so a face has one code everywhere.
    """
    planes = _planes(vectors.shape[1])
    codes = np.empty((_WORDS, len(vectors)), np.uint64)
    for start in range(0, len(vectors), 8192):
        sides = vectors[start : start + 8192].astype(np.float32) @ planes >= 0
        codes[:, start : start + 8192] = np.packbits(sides, axis=1).view(np.uint64).T
    return codes


@dataclass(frozen=True)
class Radius:
    """How many signs of two faces that are alike differ at most."""

    half: int  # of the first 256
    whole: int  # of all 512


def radius(cosine: float) -> Radius:
    """The radius that all pairs with this cosine or more keep, but for a few in 10,000.

    Raises `ValueError` under 0.3, where codes leave out too little to be worth it.
    """
    if cosine < 0.3:
        raise ValueError(f"sign codes do not tell faces apart at a cosine of {cosine}")
    share = math.acos(min(1.0, cosine)) / math.pi

    def most(bits: int, sure: float) -> int:
        return math.ceil(bits * share + sure * math.sqrt(bits * share * (1 - share)) + 1)

    return Radius(most(BITS // 2, _SURE_OF_HALF), most(BITS, _SURE))


def within(
    codes: NDArray[np.uint64], asked: NDArray[np.uint64], most: Radius
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which of (8, faces) lie within a radius of which of (8, asked): places asked, places found.

    Pairs in the order asked, then found. Only the first half of the codes is read of every face,
    the rest of those alone that it leaves (1 in 40 at a cosine of 0.6): a million faces take as
    long as memory needs to hand out 32 MB.
    """
    ones, others = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
    together = min(_ASKED_AT_ONCE, max(1, asked.shape[1]))
    size = min(_AT_ONCE // together, codes.shape[1])
    differing = np.empty(together * size, np.uint64)
    counted, half = np.empty((2, together * size), np.uint8)
    for start in range(0, codes.shape[1], _AT_ONCE // together):
        part = codes[:, start : start + size]
        for first in range(0, asked.shape[1], together):
            some = asked[:, first : first + together]
            shape = (some.shape[1], part.shape[1])
            end = shape[0] * shape[1]
            for word in range(_WORDS // 2):
                signs = differing[:end].reshape(shape)
                np.bitwise_xor(part[word], some[word, :, None], out=signs)
                np.bitwise_count(differing[:end], out=(counted if word else half)[:end])
                if word:  # 256 wraps to 0: a false find, which the other half or the cosine drops
                    np.add(half[:end], counted[:end], out=half[:end])
            maybe = np.flatnonzero(half[:end] <= most.half)
            one, other = np.divmod(maybe, shape[1])
            whole = half.take(maybe).astype(np.uint16)
            for word in range(_WORDS // 2, _WORDS):
                signs = part[word].take(other) ^ some[word].take(one)
                whole += np.bitwise_count(signs)
            near = np.flatnonzero(whole <= most.whole)
            ones.append(one[near] + first)
            others.append(other[near] + start)
    one, other = np.concatenate(ones), np.concatenate(others)
    if asked.shape[1] == 1:
        return one, other
    order = np.argsort(one, kind="stable")
    return one[order], other[order]


def pairs_within(
    ones: NDArray[np.uint64], others: NDArray[np.uint64], most: Radius
) -> NDArray[np.bool_]:
    """(pairs,): whether `within` would find the other of each pair; both are (8, pairs)."""
    differing = np.bitwise_count(ones ^ others)
    half = differing[: _WORDS // 2].sum(axis=0, dtype=np.int64)
    whole = half + differing[_WORDS // 2 :].sum(axis=0, dtype=np.int64)
    return np.asarray((half <= most.half) & (whole <= most.whole))


@functools.cache
def _planes(dimensions: int) -> NDArray[np.float32]:
    """(dimensions, 512), all 1 and -1."""
    side = 1 << max(BITS.bit_length() - 1, (dimensions - 1).bit_length())
    planes = np.ones((1, 1), np.float32)
    while len(planes) < side:  # Sylvester's construction
        planes = np.block([[planes, planes], [planes, -planes]])
    drawn = np.random.PCG64(_SEED).random_raw(side)  # raw: the same in every numpy
    signs = np.where(np.asarray(drawn, np.uint64) & np.uint64(1), 1, -1).astype(np.float32)
    chosen = np.argsort(drawn, kind="stable")[:dimensions]  # of fewer rows the first are copies
    return np.ascontiguousarray(planes[chosen, :BITS] * signs[chosen, None])
