"""Colours of scanners' and presses' profiles, both ways: LittleCMS is the judge."""

import functools
import io
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.coding import coding_of
from desktop_app.imaging.display import to_rgb
from desktop_app.imaging.table_profile import TableCoding, table_coding
from tests.imaging import pictures
from tests.imaging.table_profiles import press_profile, scanner_profile
from tests.imaging.test_matrix_profile import ADOBE, wide_profile

scanner_profile = functools.cache(scanner_profile)
press_profile = functools.cache(press_profile)
RGB, CMYK = ColourMode.RGB, ColourMode.CMYK
PROFILES = {RGB: scanner_profile, CMYK: press_profile}
CHANNELS = {RGB: 3, CMYK: 4}


def _soft(channels: int, seed: int) -> NDArray[np.float32]:
    """(60, 80, channels) from 0 to 1 without sharp edges."""
    noise = np.random.default_rng(seed).random((60, 80, channels)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 5).reshape(60, 80, channels)
    soft = (soft - soft.min(axis=(0, 1))) / np.ptp(soft, axis=(0, 1))
    return np.asarray(soft, np.float32)


def _pixels(mode: ColourMode, kind: type[Any]) -> SourcePixels:
    inks = 0.15 + 0.5 * _soft(CHANNELS[mode], 1)
    if mode is CMYK:
        inks[:, :, 3] *= 0.4
    samples = np.round(inks * np.iinfo(kind).max).astype(kind)
    return SourcePixels(samples, mode, icc_profile=PROFILES[mode]())


def _coding(pixels: SourcePixels) -> TableCoding:
    coding = coding_of(pixels)
    assert isinstance(coding, TableCoding)
    return coding


def _parts(pixels: SourcePixels) -> NDArray[np.float32]:
    white = np.float32(np.iinfo(pixels.samples.dtype).max)
    return pixels.samples.astype(np.float32) / white


@pytest.mark.parametrize("mode", [RGB, CMYK])
def test_colours_are_those_of_littlecms(mode: ColourMode) -> None:
    pixels = _pixels(mode, np.uint8)
    mine = np.clip(_coding(pixels).to_srgb(_parts(pixels)), 0, 1) * 255
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(PROFILES[mode]())),
        ImageCms.createProfile("sRGB"),
        mode.name,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION | ImageCms.Flags.NOOPTIMIZE,
    )
    theirs = np.asarray(transform.apply(Image.fromarray(pixels.samples, mode.name)), float)
    assert np.abs(mine - theirs).max() < 1.2  # half a step is their rounding
    assert np.abs(mine - theirs).mean() < 0.3


@pytest.mark.parametrize("mode", [RGB, CMYK])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_change_of_colour_is_met_within_rounding(mode: ColourMode, kind: type[Any]) -> None:
    pixels = _pixels(mode, kind)
    coding, parts = _coding(pixels), _parts(pixels)
    change = 0.1 * (_soft(3, 2) - 0.5)
    moved = coding.moved(parts, change)
    met = coding.to_srgb(moved) - coding.to_srgb(parts)
    assert np.abs(met - change).max() < 0.05 / 255
    white = np.iinfo(kind).max
    written = SourcePixels(
        np.round(moved * white).astype(kind), mode, icc_profile=pixels.icc_profile
    )
    shown = to_rgb(written).astype(float) - to_rgb(pixels)
    assert np.abs(shown - change * 255).mean() < 0.5  # two roundings make 0.33
    assert np.percentile(np.abs(shown - change * 255), 99) < 1.5


@pytest.mark.parametrize("mode", [RGB, CMYK])
def test_no_change_is_exactly_none_and_black_ink_is_not_traded_for_colours(
    mode: ColourMode,
) -> None:
    pixels = _pixels(mode, np.uint16)
    coding, parts = _coding(pixels), _parts(pixels)
    change = np.zeros((60, 80, 3), np.float32)
    assert np.array_equal(coding.moved(parts, change), parts)
    change[20:40, 20:40] = 0.02
    moved = coding.moved(parts, change)
    elsewhere = np.ones((60, 80), bool)
    elsewhere[20:40, 20:40] = False
    assert np.array_equal(moved[elsewhere], parts[elsewhere])
    assert np.abs(moved - parts).max() < 0.1


def test_what_the_inks_cannot_show_ends_at_their_border() -> None:
    pixels = _pixels(CMYK, np.uint8)
    coding, parts = _coding(pixels), _parts(pixels)
    brighter = coding.moved(parts, np.full((60, 80, 3), 2, np.float32))
    assert np.isfinite(brighter).all()
    assert brighter.min() >= 0
    assert coding.to_srgb(brighter).mean() > coding.to_srgb(parts).mean() + 0.1


def test_profiles_without_tables_and_rubbish_are_left_to_others() -> None:
    samples = np.zeros((4, 4, 3), np.uint8)

    def asked(profile: bytes | None, mode: ColourMode = RGB) -> TableCoding | None:
        return table_coding(SourcePixels(samples, mode, icc_profile=profile))

    assert asked(None) is None
    assert asked(b"no profile at all" * 20) is None
    assert asked(scanner_profile()[:400]) is None
    assert asked(press_profile()) is None  # made for inks
    assert asked(pictures.profile("sRGB")) is None
    assert not isinstance(coding_of(_with(samples, wide_profile(ADOBE))), TableCoding)


def _with(samples: NDArray[np.uint8], profile: bytes) -> SourcePixels:
    return SourcePixels(samples, RGB, icc_profile=profile)
