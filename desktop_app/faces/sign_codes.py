"""Writes a face as 512 signs, so that a million faces are looked through in milliseconds."""

import functools
import math

import numpy as np
from numpy.typing import NDArray

from desktop_app.faces.fixed_point import Fixed

BITS = 512
_WORDS = BITS // 64
_AT_ONCE = 1 << 16  # faces: what is counted of them stays in the processor's cache
_SEED = 20
_SURE = 2.9  # binomial standard deviations; bits of orthogonal planes spread 0.83 of one


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


def radius(cosine: float) -> int:
    """How many signs of two faces with this cosine or more differ at most, but for a few in 10,000.

    Raises `ValueError` under 0.3, where codes leave out too little to be worth it.
    """
    if cosine < 0.3:
        raise ValueError(f"sign codes do not tell faces apart at a cosine of {cosine}")
    share = math.acos(min(1.0, cosine)) / math.pi
    return math.ceil(BITS * share + _SURE * math.sqrt(BITS * share * (1 - share)) + 1)


def within(codes: NDArray[np.uint64], code: NDArray[np.uint64], most: int) -> NDArray[np.intp]:
    """Which of (8, faces) differ from one (8,) in at most `most` signs, 255 or fewer, rising."""
    found = []
    size = min(_AT_ONCE, codes.shape[1])
    differing = np.empty(size, np.uint64)
    counted = np.empty(size, np.uint8)
    halves = np.empty((2, size), np.uint8)
    for start in range(0, codes.shape[1], _AT_ONCE):
        part = codes[:, start : start + _AT_ONCE]
        end = part.shape[1]
        for word in range(_WORDS):
            half = halves[word * 2 // _WORDS, :end]
            np.bitwise_xor(part[word], code[word], out=differing[:end])
            if word % (_WORDS // 2) == 0:
                np.bitwise_count(differing[:end], out=half)
            else:
                np.bitwise_count(differing[:end], out=counted[:end])
                np.add(half, counted[:end], out=half)
        # halves are bytes (256 wraps to 0: a false find, which its cosine drops later), so the
        # sum, which may be more than a byte holds, is compared without being made
        one, other = halves[0, :end], halves[1, :end]
        np.minimum(one, np.uint8(most), out=one)
        np.subtract(np.uint8(most), one, out=one)
        found.append(np.flatnonzero(other <= one) + start)
    return np.concatenate(found) if found else np.zeros(0, np.intp)


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
