"""What is done to clean portraits before the network sees them."""

import cv2
import numpy as np
import pytest

from desktop_app.domain.photo import FloatImage
from desktop_app.restoration.training.crops import FACE, Crop, PackedCrops, packed_side
from desktop_app.restoration.training.degrade import degrade
from desktop_app.restoration.training.old_print import age, faded, toned
from desktop_app.restoration.training.recipe import TrainingConfig
from desktop_app.restoration.training.samples import MIRRORED, Pose, cut, draw_batch


def a_crop(person: str, seed: int) -> Crop:
    rng = np.random.default_rng(seed)
    small = rng.integers(30, 230, (10, 10, 3), np.uint8)
    image = cv2.resize(small, (packed_side(FACE),) * 2, interpolation=cv2.INTER_CUBIC)
    points68 = rng.uniform(80, 240, (68, 2)).astype(np.float32)
    return Crop(image, points68[:5], points68, "test", person)


@pytest.fixture
def picture() -> FloatImage:
    return cut(a_crop("a", 0), Pose())[0]


def test_a_seed_gives_the_same_degradation_again(picture: FloatImage) -> None:
    for seed in range(12):
        once, again = (degrade(picture, np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(once, again)
        assert once.shape == picture.shape
        assert once.dtype == np.float32
        assert 0 <= once.min() <= once.max() <= 1


def test_degradations_differ_and_harm(picture: FloatImage) -> None:
    errors = [np.abs(degrade(picture, np.random.default_rng(s)) - picture).mean() for s in range(9)]
    assert min(errors) > 0
    assert len({round(float(error), 6) for error in errors}) == 9


def test_the_damage_of_old_prints_can_be_drawn_again(picture: FloatImage) -> None:
    textures = [a_crop("t", 9).image]
    for seed in range(12):
        once, again = (age(picture, textures, np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(once, again)
        assert once.dtype == np.float32


def test_fading_and_toning_keep_one_colour_for_each_brightness(picture: FloatImage) -> None:
    grey = toned(picture, 0)
    assert np.ptp(grey, axis=2).max() < 1e-6
    brown = faded(toned(picture, 1), np.random.default_rng(0))
    assert (brown[:, :, 0] >= brown[:, :, 2] - 1e-6).all()


def test_a_mirrored_crop_has_its_points_mirrored() -> None:
    crop = a_crop("a", 1)
    _, points = cut(crop, Pose())
    _, mirrored = cut(crop, Pose(mirrored=True))
    assert np.allclose(mirrored[:, 1], points[MIRRORED][:, 1], atol=1e-3)
    assert np.allclose(mirrored[:, 0], 255 - points[MIRRORED][:, 0], atol=1e-3)
    assert sorted(MIRRORED) == list(range(68))
    assert np.array_equal(MIRRORED[MIRRORED], np.arange(68))


def test_a_batch_depends_on_its_seed_alone() -> None:
    people = [(a_crop(str(n), n), a_crop(str(n), n + 50)) for n in range(4)]
    packed = PackedCrops(tuple(c for crops in people for c in crops), ())
    config = TrainingConfig(people=3, faces=2)
    once, again = (
        draw_batch(packed, people, config, np.random.default_rng(5), 2) for _ in range(2)
    )
    assert once.degraded.shape == (6, 256, 256, 3)
    assert once.references.shape == (6, 256, 256, 3)
    assert np.array_equal(once.degraded, again.degraded)
    assert np.array_equal(once.references, again.references)
    assert np.array_equal(once.reference_points, again.reference_points)
