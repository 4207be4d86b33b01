"""The network says of a part of a photo what it says of the same part in a larger canvas."""

from pathlib import Path

import numpy as np
import pytest

from desktop_app.domain.errors import ModelNotInstalled, ModelRefused
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.free_sides import ALL_SIDES, freed
from desktop_app.faces.tiles import CELL, CELLS, MARGIN, tiles
from desktop_app.faces.yunet_network import YuNetNetwork
from desktop_app.imaging.decode import decode_photo
from desktop_app.models.onnx_session import open_session

YUNET = "face_detection_yunet_2023mar.onnx"


@pytest.fixture(scope="module")
def portrait(samples: Path) -> RgbImage:
    return decode_photo(next(samples.rglob("oval-office-2012.jpg")), max_side=640).image


def test_the_freed_network_gives_what_the_file_gives(bundled_models: Path) -> None:
    picture = np.random.default_rng(0).random((1, 3, 640, 640), np.float32) * 255
    fixed = open_session(bundled_models / YUNET, "cpu", 1)
    free = open_session(freed((bundled_models / YUNET).read_bytes(), ALL_SIDES), "cpu", 1)
    pairs = zip(
        fixed.run(None, {"input": picture}), free.run(None, {"input": picture}), strict=True
    )
    assert all(np.array_equal(one, other) for one, other in pairs)


def test_tiles_looked_at_together_show_what_each_shows_alone(
    bundled_models: Path, portrait: RgbImage
) -> None:
    alone = YuNetNetwork(bundled_models / YUNET, "cpu", 1)
    together = YuNetNetwork(bundled_models / YUNET, "cpu", 1, batch=3)
    parts = [portrait, portrait[:300], portrait[:, ::-1], portrait[:300, ::-1], portrait[::-1]]
    for one, other in zip(alone.look(parts, 0.4), together.look(parts, 0.4), strict=True):
        assert one.shape == other.shape
        assert np.allclose(one, other, atol=1e-2)
    assert len(alone.look(parts, 0.4)[0])


def test_small_parts_are_looked_at_together_and_show_the_same_to_the_bit(
    bundled_models: Path, portrait: RgbImage
) -> None:
    alone = YuNetNetwork(bundled_models / YUNET, "cpu", 1, batch=1)
    together = YuNetNetwork(bundled_models / YUNET, "cpu", 1)
    parts = [portrait[top : top + 128, top : top + 120] for top in range(0, 300, 16)]
    looks = [network.look(parts, 0.05) for network in (alone, together)]
    assert all(np.array_equal(one, other) for one, other in zip(*looks, strict=True))
    assert any(len(rows) for rows in looks[0])


def test_a_missing_and_a_damaged_network_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ModelNotInstalled):
        YuNetNetwork(tmp_path / "none.onnx", "cpu")
    (tmp_path / "bad.onnx").write_bytes(b"\x3a\xff\xff\x01no model")
    with pytest.raises(ModelRefused):
        YuNetNetwork(tmp_path / "bad.onnx", "cpu")


def test_nothing_is_looked_for_on_an_even_wall() -> None:
    ramp = np.linspace(90, 160, 2000).astype(np.uint8)
    wall = np.repeat(np.repeat(ramp[None, :, None], 1500, 0), 3, 2)
    noise = np.random.default_rng(0).normal(0, 3, wall.shape)
    assert list(tiles((wall + noise).clip(0, 255).astype(np.uint8))) == []


def test_what_stands_out_lies_in_a_tile_with_room_around_it() -> None:
    generator = np.random.default_rng(1)
    for _ in range(20):
        wall = np.full((1500, 2000, 3), 120, np.uint8)
        left, top = int(generator.integers(0, 1980)), int(generator.integers(0, 1480))
        wall[top : top + 20, left : left + 20] = 60
        assert any(
            tile.left <= max(0, left - 20)
            and tile.top <= max(0, top - 20)
            and tile.left + tile.pixels.shape[1] >= min(2000, left + 40)
            and tile.top + tile.pixels.shape[0] >= min(1500, top + 40)
            for tile in tiles(wall)
        )


def test_a_busy_photo_is_covered_whole_by_tiles_that_overlap() -> None:
    busy = np.random.default_rng(2).integers(0, 255, (250, 350, 3), np.uint8)
    busy = np.repeat(np.repeat(busy, 4, 0), 4, 1)
    seen = np.zeros(busy.shape[:2], int)
    for tile in tiles(busy):
        height, width = tile.pixels.shape[:2]
        assert max(height, width) <= CELL * CELLS + 2 * MARGIN
        seen[tile.top : tile.top + height, tile.left : tile.left + width] += 1
    assert seen.min() == 1
    assert seen.max() > 1
