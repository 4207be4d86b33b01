"""Colours of a photo's own profile, exactly: LittleCMS is the judge."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.matrix_profile import matrix_coding
from tests.imaging import pictures

PROPHOTO = ((0.7977, 0.2880, 0.0), (0.1352, 0.7119, 0.0), (0.0313, 0.0001, 0.8249))
ADOBE = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))


def wide_profile(primaries: tuple[tuple[float, ...], ...]) -> bytes:
    """sRGB's curve with other primaries, as ICC keeps them (relative to D50)."""
    data = bytearray(pictures.profile("sRGB"))
    for entry in range(struct.unpack_from(">I", data, 128)[0]):
        name, offset, _ = struct.unpack_from(">4sII", data, 132 + 12 * entry)
        if name in (b"rXYZ", b"gXYZ", b"bXYZ"):
            column = primaries[(b"rXYZ", b"gXYZ", b"bXYZ").index(name)]
            struct.pack_into(">3i", data, offset + 8, *(round(v * 65536) for v in column))
    return bytes(data)


def _pixels(profile: bytes | None, mode: ColourMode = ColourMode.RGB) -> SourcePixels:
    samples = np.random.default_rng(0).integers(60, 200, (40, 50, 3)).astype(np.uint8)
    return SourcePixels(samples, mode, icc_profile=profile)


@pytest.mark.parametrize("primaries", [PROPHOTO, ADOBE])
def test_colours_are_those_of_littlecms(primaries: tuple[tuple[float, ...], ...]) -> None:
    profile = wide_profile(primaries)
    pixels = _pixels(profile)
    coding = matrix_coding(pixels)
    assert coding is not None
    mine = coding.to_srgb(pixels.samples.astype(np.float32) / 255)
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        "RGB",
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    theirs = np.asarray(transform.apply(Image.fromarray(pixels.samples)), np.float32) / 255
    assert np.abs(np.clip(mine, 0, 1) - theirs).max() < 2 / 255


@pytest.mark.parametrize("primaries", [PROPHOTO, ADOBE])
def test_there_and_back_is_nothing(primaries: tuple[tuple[float, ...], ...]) -> None:
    pixels = _pixels(wide_profile(primaries))
    coding = matrix_coding(pixels)
    assert coding is not None
    samples = pixels.samples.astype(np.float32) / 255
    assert np.abs(coding.from_srgb(coding.to_srgb(samples)) - samples).max() < 1 / 65535 * 8


def test_srgb_inks_and_rubbish_need_no_coding() -> None:
    assert matrix_coding(_pixels(None)) is None
    assert matrix_coding(_pixels(pictures.profile("sRGB"))) is None
    assert matrix_coding(_pixels(b"no profile at all" * 20)) is None
    cut = wide_profile(ADOBE)[:300]
    assert matrix_coding(_pixels(cut)) is None
    assert matrix_coding(_pixels(wide_profile(ADOBE), ColourMode.CMYK)) is None
