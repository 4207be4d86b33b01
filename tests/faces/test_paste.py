"""A restored face goes into the untouched photograph."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.domain.face import AlignedFace, Landmarks
from desktop_app.domain.photo import ColourMode, FloatImage, SourcePixels
from desktop_app.domain.restoration import RestoreSettings
from desktop_app.faces.alignment import align_face, warp_points
from desktop_app.faces.grain import Grain, make_grain, measure_grain
from desktop_app.faces.mask import face_mask
from desktop_app.faces.paste import has_one_tone, paste_back
from desktop_app.imaging.display import to_rgb

PLAIN = RestoreSettings(keep_tone=False, grain=False)
UPRIGHT = np.array([[-28, -20], [28, -20], [0, 8], [-22, 36], [22, 36]], np.float32)
CMYK, GREY, RGB = ColourMode.CMYK, ColourMode.GREY, ColourMode.RGB


def _scene(mode: ColourMode, depth: int, extra: bool = False) -> SourcePixels:
    """A soft landscape of 400 x 300 pixels, in colour where the mode has any."""
    rng = np.random.default_rng(0)
    channels = {GREY: 1, RGB: 3, CMYK: 4}[mode] + extra
    noise = rng.random((300, 400, channels)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 4).reshape(300, 400, channels)
    soft = (soft - soft.min()) / np.ptp(soft) * 0.6 + 0.2
    white = 2**depth - 1
    samples = np.round(soft * white).astype(np.uint8 if depth == 8 else np.uint16)
    return SourcePixels(samples, mode, has_extra_channel=extra)


def _landmarks(x: float = 200, y: float = 150, angle: float = 0, size: float = 1) -> Landmarks:
    turn = np.deg2rad(angle)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return (UPRIGHT @ matrix.T * size + [x, y]).astype(np.float32)


def _aligned(pixels: SourcePixels, landmarks: Landmarks, size: int = 256) -> AlignedFace:
    return align_face(to_rgb(pixels), landmarks, size)


def _as_float(aligned: AlignedFace) -> FloatImage:
    return aligned.crop.astype(np.float32) / 255


def _laid(
    before: SourcePixels,
    restored: FloatImage,
    aligned: AlignedFace,
    landmarks: Landmarks,
    settings: RestoreSettings,
) -> SourcePixels:
    mask = face_mask(restored.shape[0], warp_points(landmarks, aligned.matrix))
    return paste_back(before, restored, aligned, mask, settings)


def _moved(before: SourcePixels, after: SourcePixels) -> NDArray[np.int64]:
    return np.abs(after.samples.astype(np.int64) - before.samples)


CASES = [(GREY, 8), (GREY, 16), (RGB, 8), (RGB, 16), (CMYK, 8), (CMYK, 16)]


@pytest.mark.parametrize(("mode", "depth"), CASES)
def test_outside_the_mask_no_sample_moves(mode: ColourMode, depth: int) -> None:
    before = _scene(mode, depth)
    landmarks = _landmarks(angle=20)
    aligned = _aligned(before, landmarks)
    after = _laid(before, np.ones((256, 256, 3), np.float32), aligned, landmarks, PLAIN)
    reach = cv2.warpAffine(
        face_mask(256, (landmarks @ aligned.matrix[:, :2].T + aligned.matrix[:, 2])),
        aligned.matrix,
        (400, 300),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
    moved = _moved(before, after).max(axis=2)
    assert moved[cv2.dilate(reach, np.ones((5, 5))) == 0].max() == 0
    assert moved[reach > 0.9].mean() > 0.1 * (2**depth - 1)
    assert after.samples.dtype == before.samples.dtype


@pytest.mark.parametrize(("mode", "depth"), CASES)
@pytest.mark.parametrize("size", [64, 256, 512])
def test_a_restorer_that_changes_nothing_changes_no_sample(
    mode: ColourMode, depth: int, size: int
) -> None:
    before = _scene(mode, depth)
    landmarks = _landmarks(angle=-35)
    aligned = _aligned(before, landmarks, size)
    after = _laid(before, _as_float(aligned), aligned, landmarks, RestoreSettings())
    assert _moved(before, after).max() == 0


def test_strength_zero_is_the_source_and_half_is_between() -> None:
    before = _scene(RGB, 16)
    landmarks = _landmarks()
    aligned = _aligned(before, landmarks)
    white = np.ones((256, 256, 3), np.float32)
    none = _laid(before, white, aligned, landmarks, replace(PLAIN, strength=0))
    half = _laid(before, white, aligned, landmarks, replace(PLAIN, strength=0.5))
    full = _laid(before, white, aligned, landmarks, PLAIN)
    assert _moved(before, none).max() == 0
    at = (slice(145, 155), slice(195, 205))
    assert _moved(before, half)[at].mean() == pytest.approx(
        _moved(before, full)[at].mean() / 2, rel=0.02
    )


@pytest.mark.parametrize("extra", [1, 3])
def test_opacity_and_infrared_stay_as_they_are(extra: int) -> None:
    before = _scene(RGB if extra == 3 else GREY, 8, extra=True)
    landmarks = _landmarks()
    aligned = _aligned(before, landmarks)
    after = _laid(before, np.ones((256, 256, 3), np.float32), aligned, landmarks, PLAIN)
    moved = _moved(before, after)
    assert moved[:, :, -1].max() == 0
    assert moved[:, :, 0].max() > 50


def test_a_sepia_photo_gets_no_new_colour() -> None:
    grey = _scene(GREY, 8).samples.astype(np.float32) / 255
    sepia = np.concatenate([grey * 0.9 + 0.1, grey * 0.8 + 0.05, grey * 0.65], axis=2)
    before = SourcePixels(np.round(sepia * 255).astype(np.uint8), RGB)
    landmarks = _landmarks()
    aligned = _aligned(before, landmarks)
    colourful = np.zeros((256, 256, 3), np.float32)
    colourful[:, :, 0] = 1
    after = _laid(before, colourful, aligned, landmarks, PLAIN)
    assert _moved(before, after).max() > 20
    inks = after.samples.astype(np.float32) / 255
    inside = (inks > 0).all(axis=2) & (inks < 1).all(axis=2)
    grey = (inks[:, :, 1] - 0.05) / 0.8
    assert np.abs(grey * 0.9 + 0.1 - inks[:, :, 0])[inside].max() <= 2 / 255
    assert np.abs(grey * 0.65 - inks[:, :, 2])[inside].max() <= 2 / 255


def test_a_grey_photo_saved_in_colour_stays_exactly_grey() -> None:
    grey = _scene(GREY, 8).samples
    before = SourcePixels(np.repeat(grey, 3, axis=2), RGB)
    landmarks = _landmarks(angle=10)
    aligned = _aligned(before, landmarks)
    colourful = np.random.default_rng(0).random((256, 256, 3)).astype(np.float32)
    after = _laid(before, colourful, aligned, landmarks, RestoreSettings())
    assert _moved(before, after).max() > 20
    assert np.ptp(after.samples.astype(int), axis=2).max() == 0


def test_a_cast_of_colour_is_not_taken_over_and_a_spot_is_removed() -> None:
    before = _scene(RGB, 8)
    landmarks = _landmarks()
    clean = _as_float(_aligned(before, landmarks))
    spotted = before.samples.copy()
    cv2.circle(spotted, (195, 160), 5, (255, 255, 255), -1)
    damaged = replace(before, samples=spotted)
    warm = np.clip(clean * [1.15, 1.0, 0.85] + [0.05, 0, 0], 0, 1).astype(np.float32)
    settings = RestoreSettings(keep_tone=True, grain=False)
    after = _laid(damaged, warm, _aligned(damaged, landmarks), landmarks, settings)
    inside = (slice(120, 180), slice(170, 230))
    cast = (after.samples[inside].astype(int) - before.samples[inside]).mean(axis=(0, 1))
    assert np.abs(cast).max() < 4
    assert after.samples[160, 195].max() < 200


def test_one_tone_is_told_from_colour() -> None:
    grey = _scene(GREY, 8).samples.astype(np.float32) / 255
    assert has_one_tone(np.repeat(grey, 3, axis=2))
    assert has_one_tone(np.concatenate([grey**0.8, grey, grey**1.3], axis=2))
    assert not has_one_tone(_scene(RGB, 8).samples.astype(np.float32) / 255)


def test_the_tone_of_the_surroundings_is_kept() -> None:
    before = _scene(RGB, 8)
    landmarks = _landmarks()
    aligned = _aligned(before, landmarks)
    brighter = np.clip(_as_float(aligned) + 0.15, 0, 1)
    keep = RestoreSettings(keep_tone=True, grain=False)
    assert _moved(before, _laid(before, brighter, aligned, landmarks, keep)).max() <= 2
    assert _moved(before, _laid(before, brighter, aligned, landmarks, PLAIN)).max() > 30


def test_detail_finer_than_the_crop_stays() -> None:
    """A face of 800 pixels in a photo, restored by a network that sees 128."""
    rng = np.random.default_rng(3)
    samples = rng.integers(60, 200, (1600, 1600, 3)).astype(np.uint8)
    before = SourcePixels(samples, RGB)
    landmarks = _landmarks(800, 800, size=8)
    aligned = _aligned(before, landmarks, 128)
    smooth = cv2.GaussianBlur(_as_float(aligned), (0, 0), 2)
    after = _laid(before, smooth, aligned, landmarks, PLAIN)
    at = (slice(700, 900), slice(700, 900))
    assert after.samples[at].std() > 0.97 * before.samples[at].std()


@pytest.mark.parametrize("angle", [0, 45, 90, 180])
@pytest.mark.parametrize("place", [(200, 150), (20, 20), (390, 290)])
def test_turned_faces_and_faces_at_the_edge_are_laid_in(
    angle: float, place: tuple[float, float]
) -> None:
    before = _scene(RGB, 8)
    landmarks = _landmarks(*place, angle=angle)
    aligned = _aligned(before, landmarks)
    after = _laid(before, np.zeros((256, 256, 3), np.float32), aligned, landmarks, PLAIN)
    assert after.samples[place[1], place[0]].max() <= 3
    assert after.samples.shape == before.samples.shape


def test_lost_grain_is_laid_over_again() -> None:
    flat = np.full((300, 400), 0.5, np.float32) + make_grain((300, 400), Grain(0.03, 0), seed=1)
    before = SourcePixels(np.round(flat * 65535).astype(np.uint16)[:, :, None], GREY)
    landmarks = _landmarks(size=0.9)
    aligned = _aligned(before, landmarks)
    smooth = np.full((256, 256, 3), 0.5, np.float32)
    inside = np.zeros((300, 400), bool)
    inside[120:180, 170:230] = True

    def left(settings: RestoreSettings) -> float:
        after = _laid(before, smooth, aligned, landmarks, settings)
        return measure_grain(after.samples[:, :, 0].astype(np.float32) / 65535, inside).strength

    wanted = measure_grain(before.samples[:, :, 0].astype(np.float32) / 65535, inside).strength
    assert left(replace(PLAIN, grain=False)) < 0.6 * wanted
    assert left(replace(PLAIN, grain=True)) == pytest.approx(wanted, rel=0.25)


@pytest.mark.parametrize("size", [128, 512])
def test_a_face_with_new_detail_gets_its_grain_too(size: int) -> None:
    flat = np.full((300, 400), 0.5, np.float32) + make_grain((300, 400), Grain(0.03, 0), seed=1)
    before = SourcePixels(np.round(flat * 65535).astype(np.uint16)[:, :, None], GREY)
    landmarks = _landmarks(size=0.9)
    aligned = _aligned(before, landmarks, size)
    stripes = np.sin(np.arange(size) / size * 100) * 0.1 + 0.5
    detailed = np.tile(stripes[:, None, None], (1, size, 3)).astype(np.float32)
    inside = (slice(130, 170), slice(180, 220))

    def grain(pixels: SourcePixels) -> float:
        part = pixels.samples[inside].astype(np.float64)[:, :, 0] / 65535
        return float((part - part.mean(axis=1, keepdims=True)).std())

    after = _laid(before, detailed, aligned, landmarks, replace(PLAIN, grain=True))
    assert grain(after) == pytest.approx(grain(before), rel=0.15)


def test_the_same_restoration_gives_the_same_samples() -> None:
    before = _scene(RGB, 8)
    landmarks = _landmarks()
    aligned = _aligned(before, landmarks)
    smooth = cv2.GaussianBlur(_as_float(aligned), (0, 0), 3)
    one, two = (_laid(before, smooth, aligned, landmarks, RestoreSettings()) for _ in "12")
    assert np.array_equal(one.samples, two.samples)
