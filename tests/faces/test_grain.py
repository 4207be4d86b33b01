"""Grain is measured in calm places, and made as it was measured."""

import cv2
import numpy as np
import pytest

from desktop_app.faces.grain import Grain, grain_kept, make_grain, measure_grain

EVERYWHERE = np.ones((240, 240), bool)


@pytest.mark.parametrize("strength", [0.01, 0.03])
@pytest.mark.parametrize("coarseness", [0.0, 0.6, 1.1])
def test_made_grain_is_measured_as_it_was_asked_for(strength: float, coarseness: float) -> None:
    made = make_grain((240, 240), Grain(strength, coarseness), seed=3) + np.float32(0.5)
    told = measure_grain(made, EVERYWHERE)
    assert told.strength == pytest.approx(strength, rel=0.02)
    assert told.coarseness == pytest.approx(coarseness, abs=0.25)


@pytest.mark.parametrize("coarseness", [0.0, 1.0])
def test_detail_beside_a_calm_place_is_no_grain(coarseness: float) -> None:
    grain = make_grain((240, 240), Grain(0.01, coarseness), seed=4) + np.float32(0.5)
    leaves = np.random.default_rng(5).random((240, 240)).astype(np.float32)
    leaves = cv2.GaussianBlur(leaves, (0, 0), 1.2)
    busy = grain.copy()
    busy[:, :170] += (leaves[:, :170] - 0.5) * 2
    told, alone = measure_grain(busy, EVERYWHERE), measure_grain(grain, EVERYWHERE)
    assert told.strength == pytest.approx(alone.strength, rel=0.25)
    assert told.coarseness == pytest.approx(alone.coarseness, abs=0.35)


def test_a_smooth_photo_has_none_and_a_tiny_place_says_nothing() -> None:
    slope = np.tile(np.linspace(0.2, 0.8, 240, dtype=np.float32), (240, 1))
    assert measure_grain(slope, EVERYWHERE).strength < 0.001
    tiny = np.zeros((240, 240), bool)
    tiny[:10, :10] = True
    assert measure_grain(make_grain((240, 240), Grain(0.03, 0), 1), tiny).strength == 0


def test_what_is_kept_is_told_from_new_detail() -> None:
    grain = make_grain((240, 240), Grain(0.02, 0), seed=6)
    other = make_grain((240, 240), Grain(0.02, 0), seed=7)
    assert grain_kept(grain, grain / 2 + other, EVERYWHERE) == pytest.approx(0.5, abs=0.05)
    assert grain_kept(grain, other, EVERYWHERE) < 0.05


def test_the_same_seed_makes_the_same_grain_and_a_place_without_room_is_served() -> None:
    one, two = (make_grain((60, 50), Grain(0.02, 0.8), seed=8) for _ in "12")
    assert np.array_equal(one, two)
    assert make_grain((5, 3), Grain(0.02, 0), seed=1).shape == (5, 3)
    assert not make_grain((60, 50), Grain(0, 0), seed=1).any()
