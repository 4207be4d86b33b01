"""Grey stays grey, brown stays brown, and a faded print is seen unfaded."""

import numpy as np
import pytest

from desktop_app.domain.photo import RgbImage
from desktop_app.restoration.colour import unfaded, with_colours_of


def _print(darkest: int, brightest: int, tint: tuple[float, float, float]) -> RgbImage:
    """A slope from dark to bright, (64, 64, 3), in one tone."""
    slope = np.linspace(darkest, brightest, 64 * 64).reshape(64, 64, 1)
    return np.round(np.clip(slope * np.array(tint), 0, 255)).astype(np.uint8)


def test_a_faded_print_is_spread_over_the_range_of_a_fresh_one_and_comes_back() -> None:
    crop = _print(110, 180, (1.0, 0.92, 0.75))
    fresh = unfaded(crop)
    assert fresh is not None
    assert abs(float(fresh.picture.min()) - 0.15 * 255) < 4
    assert abs(float(fresh.picture.max()) - 0.85 * 255) < 4
    assert (fresh.picture[:, :, 0] == fresh.picture[:, :, 2]).all()
    back = with_colours_of(crop, fresh.faded(fresh.picture.astype(np.float32) / 255))
    assert np.abs(back * 255 - crop).max() < 4


@pytest.mark.parametrize("crop", [_print(0, 255, (1, 1, 1)), _print(5, 250, (1, 0.95, 0.9))])
def test_a_print_that_has_not_faded_is_left_alone(crop: RgbImage) -> None:
    assert unfaded(crop) is None


def test_a_colour_photo_is_left_alone() -> None:
    crop = np.random.default_rng(0).integers(90, 160, (64, 64, 3)).astype(np.uint8)
    assert unfaded(crop) is None
    restored = np.full((64, 64, 3), 0.5, np.float32)
    assert with_colours_of(crop, restored) is restored


def test_an_even_wall_is_not_torn_apart() -> None:
    fresh = unfaded(np.full((64, 64, 3), 128, np.uint8))
    assert fresh is not None
    assert np.ptp(fresh.picture) == 0


def test_a_face_before_a_grey_wall_is_a_colour_photo() -> None:
    """Studio portraits have few colours: on the mean they stray from one tone by little."""
    crop = np.full((256, 256, 3), 128, np.uint8)
    crop[:, :, :] = np.linspace(90, 170, 256).astype(np.uint8)[:, None, None]
    crop[90:170, 90:170] = (150, 118, 100)  # skin, as bright as the wall behind it
    assert unfaded(crop) is None
    restored = np.full((256, 256, 3), 0.5, np.float32)
    assert with_colours_of(crop, restored) is restored


def test_a_brown_print_with_coarse_noise_in_its_colours_is_still_brown() -> None:
    rng = np.random.default_rng(3)
    noisy = _print(20, 230, (1.0, 0.9, 0.7)).repeat(4, 0).repeat(4, 1).astype(int)
    noisy += rng.normal(0, 8, noisy.shape).astype(int)
    crop = np.clip(noisy, 0, 255).astype(np.uint8)
    restored = np.full(crop.shape, 0.5, np.float32)
    assert with_colours_of(crop, restored) is not restored
