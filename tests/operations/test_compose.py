"""A face laid into a photo of another profile has the colours that were meant."""

import numpy as np
import pytest

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.domain.restoration import KeptCrop, RestoreSettings
from desktop_app.imaging.display import to_rgb
from desktop_app.operations.compose import composed_window, window_around
from tests.imaging.table_profiles import press_profile, scanner_profile
from tests.imaging.test_matrix_profile import ADOBE, PROPHOTO, wide_profile

POINTS = np.array([[172, 130], [228, 130], [200, 158], [178, 186], [222, 186]], np.float32)
PLAIN = RestoreSettings(keep_tone=False, grain=False)


PROFILES = {
    "adobe": lambda: wide_profile(ADOBE),
    "prophoto": lambda: wide_profile(PROPHOTO),
    "scanner": scanner_profile,
    "press": press_profile,
}


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_change_of_colour_comes_out_as_it_was_meant(name: str, kind: type) -> None:
    white = np.iinfo(kind).max
    y, x = np.mgrid[0:300, 0:400].astype(np.float32)
    wave = np.sin(x / 15) * 0.06  # enough colour that the picture has more tones than one
    soft = np.stack([0.5 + x / 2000 + wave, 0.45 + y / 3000, 0.4 - x / 4000 - wave], axis=-1)
    mode = ColourMode.CMYK if name == "press" else ColourMode.RGB
    if mode is ColourMode.CMYK:
        soft = np.concatenate([soft - 0.1, np.full((300, 400, 1), 0.12, np.float32)], axis=2)
    samples = np.round(soft * white).astype(kind)
    pixels = SourcePixels(samples, mode, icc_profile=PROFILES[name]())
    window = window_around(pixels, POINTS, 256)
    before = to_rgb(window.pixels).astype(float)
    meant = window.aligned.crop.astype(np.float32) / 255 + np.float32([0.06, 0.0, -0.06])
    after = to_rgb(composed_window(window, KeptCrop(meant), PLAIN)).astype(float)
    x, y = window.landmarks[2].astype(int)
    change = (after - before)[y - 5 : y + 5, x - 5 : x + 5].mean(axis=(0, 1))
    assert change == pytest.approx([0.06 * 255, 0, -0.06 * 255], abs=1.2)
    unchanged = KeptCrop(window.aligned.crop.astype(np.float32) / 255)
    same = composed_window(window, unchanged, RestoreSettings())
    assert np.array_equal(same.samples, window.pixels.samples)
