"""From a file to a file: outside the masks every sample is the decoded source's own."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from desktop_app.domain.face import Landmarks
from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.domain.restoration import KeptCrop, RestoreSettings
from desktop_app.faces.alignment import ffhq_matrix
from desktop_app.faces.mask import face_mask
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.encode import ExportSettings, encode_photo
from desktop_app.imaging.source import decode_source
from desktop_app.operations.compose import Patch, compose, window_around
from tests.imaging import pictures
from tests.imaging.table_profiles import press_profile, scanner_profile
from tests.imaging.test_matrix_profile import ADOBE, wide_profile

UPRIGHT = np.array([[-28, -20], [28, -20], [0, 8], [-22, 36], [22, 36]], np.float32)
SIZE = 128


def _points(x: float, y: float, degrees: float = 0, size: float = 0.6) -> Landmarks:
    turn = np.deg2rad(degrees)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return (UPRIGHT @ matrix.T * size + [x, y]).astype(np.float32)


def _scene(channels: int, kind: type[Any]) -> NDArray[Any]:
    rng = np.random.default_rng(channels)
    soft = cv2.GaussianBlur(rng.random((240, 320, channels)).astype(np.float32), (0, 0), 3)
    soft = soft.reshape(240, 320, channels)
    soft = 0.2 + 0.6 * (soft - soft.min()) / np.ptp(soft)
    return np.asarray(np.round(soft * np.iinfo(kind).max), kind)


def _write_jpeg(path: Path) -> None:
    Image.fromarray(_scene(3, np.uint8)).save(path, quality=90)


def _write_grey_jpeg(path: Path) -> None:
    Image.fromarray(_scene(1, np.uint8)[..., 0]).save(path, quality=90)


def _write_lying_jpeg(path: Path) -> None:
    Image.fromarray(_scene(3, np.uint8)).save(path, exif=pictures.exif_of(orientation=6))


def _write_png(path: Path) -> None:
    profile = wide_profile(ADOBE)
    Image.fromarray(_scene(3, np.uint8)).save(path, icc_profile=profile)


def _write_png_with_opacity(path: Path) -> None:
    Image.fromarray(_scene(4, np.uint8)).save(path)


def _write_deep_png(path: Path) -> None:
    path.write_bytes(cv2.imencode(".png", _scene(3, np.uint16))[1].tobytes())


def _write_deep_png_with_opacity(path: Path) -> None:
    path.write_bytes(cv2.imencode(".png", _scene(4, np.uint16))[1].tobytes())


def _write_deep_grey_png(path: Path) -> None:
    path.write_bytes(cv2.imencode(".png", _scene(1, np.uint16))[1].tobytes())


def _write_tiff_with_infrared(path: Path) -> None:
    tifffile.imwrite(path, _scene(4, np.uint16), photometric="rgb", extrasamples=["unspecified"])


def _write_deep_grey_tiff(path: Path) -> None:
    tifffile.imwrite(path, _scene(1, np.uint16)[..., 0], photometric="minisblack")


def _write_deep_tiff(path: Path) -> None:
    profile = wide_profile(ADOBE)
    tifffile.imwrite(path, _scene(3, np.uint16), photometric="rgb", iccprofile=profile)


def _write_inks(path: Path) -> None:
    tifffile.imwrite(path, _scene(4, np.uint8), photometric="separated")


def _write_inks_of_a_press(path: Path) -> None:
    tifffile.imwrite(path, _scene(4, np.uint8), photometric="separated", iccprofile=press_profile())


def _write_scan(path: Path) -> None:
    profile = scanner_profile()
    tifffile.imwrite(path, _scene(3, np.uint16), photometric="rgb", iccprofile=profile)


def _write_deep_inks(path: Path) -> None:
    tifffile.imwrite(path, _scene(4, np.uint16), photometric="separated")


SOURCES = {
    "jpeg.jpg": _write_jpeg,
    "grey.jpg": _write_grey_jpeg,
    "lying.jpg": _write_lying_jpeg,
    "adobe.png": _write_png,
    "opacity.png": _write_png_with_opacity,
    "deep.png": _write_deep_png,
    "deep-opacity.png": _write_deep_png_with_opacity,
    "deep-grey.png": _write_deep_grey_png,
    "infrared.tif": _write_tiff_with_infrared,
    "deep-grey.tif": _write_deep_grey_tiff,
    "deep-adobe.tif": _write_deep_tiff,
    "inks.tif": _write_inks,
    "deep-inks.tif": _write_deep_inks,
    "press.tif": _write_inks_of_a_press,
    "scan.tif": _write_scan,
}


def _reach(size: tuple[int, int], faces: list[Landmarks]) -> NDArray[np.bool_]:
    """(height, width): where a mask may reach, and two pixels more for the resampling."""
    reached = np.zeros((size[1], size[0]), np.uint8)
    for landmarks in faces:
        matrix = ffhq_matrix(landmarks, SIZE)
        mask = face_mask(SIZE, (landmarks @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32))
        laid = cv2.warpAffine(
            (mask > 0).astype(np.uint8),
            matrix,
            size,
            flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
        )
        reached |= cv2.dilate(laid, np.ones((5, 5), np.uint8))
    return reached > 0


def _restored(pixels: SourcePixels, faces: list[Landmarks]) -> SourcePixels:
    rng = np.random.default_rng(1)
    crop = rng.random((SIZE, SIZE, 3)).astype(np.float32)
    return compose(pixels, [Patch(KeptCrop(crop), face, RestoreSettings()) for face in faces])


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_outside_the_masks_the_file_is_the_decoded_source(
    tmp_path: Path, name: str, suffix: str
) -> None:
    source, out = tmp_path / name, tmp_path / f"out{suffix}"
    SOURCES[name](source)
    before = decode_source(source)
    infrared = before.has_extra_channel and not before.transparency
    if suffix == ".png" and (before.mode is ColourMode.CMYK or infrared):
        pytest.skip("PNG holds no inks and no infrared")
    width, height = before.size
    faces = [_points(width * 0.3, height * 0.4, 12), _points(width * 0.7, height * 0.6, -80)]
    settings = ExportSettings(suffix[1:].replace("tif", "tiff"))
    encode_photo(_restored(before, faces), out, settings, ExportAbout(source_path=source))
    after = decode_source(out)
    assert after.samples.dtype == before.samples.dtype
    assert after.samples.shape == before.samples.shape
    assert (after.icc_profile or None) == (before.icc_profile or None)
    assert after.mode is before.mode
    moved = (after.samples != before.samples).any(axis=2)
    assert not (moved & ~_reach(before.size, faces)).any()
    assert moved.any()


def test_overlapping_faces_are_both_laid_in_and_stay_inside_their_masks() -> None:
    before = SourcePixels(_scene(3, np.uint8), ColourMode.RGB)
    faces = [_points(140, 120), _points(185, 125, 15)]
    after = _restored(before, faces)
    moved = (after.samples != before.samples).any(axis=2)
    assert not (moved & ~_reach(before.size, faces)).any()
    for face in faces:
        x, y = face[2].astype(int)
        assert moved[y - 4 : y + 4, x - 4 : x + 4].mean() > 0.8


@pytest.mark.parametrize("place", [(4, 120), (316, 120), (160, 3), (160, 237), (2, 2)])
@pytest.mark.parametrize("degrees", [0, 45, 90, -90])
def test_a_turned_face_at_the_edge_is_laid_in(place: tuple[float, float], degrees: float) -> None:
    before = SourcePixels(_scene(3, np.uint16), ColourMode.RGB)
    faces = [_points(*place, degrees)]
    after = _restored(before, faces)
    moved = (after.samples != before.samples).any(axis=2)
    assert moved.any()
    assert not (moved & ~_reach(before.size, faces)).any()


@pytest.mark.parametrize("degrees", [0, 30, 90, 180])
def test_without_a_restorer_there_and_back_moves_nothing(degrees: float) -> None:
    before = SourcePixels(_scene(3, np.uint8), ColourMode.RGB)
    face = _points(160, 120, degrees)
    crop = window_around(before, face, SIZE).aligned.crop.astype(np.float32) / 255
    after = compose(before, [Patch(KeptCrop(crop), face, RestoreSettings())])
    assert np.array_equal(after.samples, before.samples)


def test_strength_zero_is_the_source() -> None:
    before = SourcePixels(_scene(3, np.uint16), ColourMode.RGB)
    crop = np.zeros((SIZE, SIZE, 3), np.float32)
    patch = Patch(KeptCrop(crop), _points(160, 120), replace(RestoreSettings(), strength=0.0))
    assert np.array_equal(compose(before, [patch]).samples, before.samples)
