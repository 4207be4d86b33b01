"""Shows a photo's own samples as the eye expects them: 8-bit sRGB."""

import functools
import io
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from desktop_app.domain.photo import ColourMode, RgbImage, SourcePixels

BACKDROP = 128
"""The neutral grey that is seen through transparent places."""

_BAND_ROWS = 256  # converted at a time, so that a large scan needs no second copy of itself
_LARGEST_PROFILE = 16_000_000
_PILLOW_MODE = {ColourMode.GREY: "L", ColourMode.RGB: "RGB", ColourMode.CMYK: "CMYK"}
_CHANNELS = {ColourMode.GREY: 1, ColourMode.RGB: 3, ColourMode.CMYK: 4}


def to_rgb(pixels: SourcePixels, *, in_place: bool = False) -> RgbImage:
    """(height, width, 3) sRGB of 8 bits.

    The profile is applied (relative colorimetric with black point compensation); a broken one is
    ignored. Places that are see-through show `BACKDROP`; an infrared channel is left out.
    `in_place`: the samples are needed no more, and may become the result.
    """
    height, width, _ = pixels.samples.shape
    fits = pixels.samples.shape[2] == 3 and pixels.samples.dtype == np.uint8
    if in_place and fits and pixels.samples.flags.writeable:
        result = pixels.samples
    else:
        result = np.empty((height, width, 3), np.uint8)
    transform = None
    if pixels.icc_profile and len(pixels.icc_profile) <= _LARGEST_PROFILE:
        transform = _to_srgb(pixels.icc_profile, _PILLOW_MODE[pixels.mode])
    for top in range(0, height, _BAND_ROWS):
        band = to_eight_bits(pixels.samples[top : top + _BAND_ROWS])
        result[top : top + _BAND_ROWS] = _show(band, pixels, transform)
    return result


def to_eight_bits(samples: NDArray[Any]) -> NDArray[np.uint8]:
    """Samples of 16 bits rounded to 8 (65535 is 255); those of 8 bits unchanged."""
    if samples.dtype == np.uint8:
        return samples
    shape = samples.shape
    flat = np.ascontiguousarray(samples).reshape(shape[0], -1)
    return np.asarray(cv2.convertScaleAbs(flat, alpha=1 / 257), np.uint8).reshape(shape)


def _show(
    band: NDArray[np.uint8], pixels: SourcePixels, transform: ImageCms.ImageCmsTransform | None
) -> RgbImage:
    colours = np.ascontiguousarray(band[..., : _CHANNELS[pixels.mode]])
    shown = _apply(colours, pixels.mode, transform) if transform else _plain(colours, pixels.mode)
    if pixels.has_extra_channel and pixels.transparency:
        return over_backdrop(shown, band[..., -1:])
    return shown


def over_backdrop(colours: NDArray[np.uint8], opacity: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`colours` (height, width, n) laid over `BACKDROP`, as `opacity` (height, width, 1) says."""
    wide = opacity.astype(np.uint16)
    mixed = colours * wide + BACKDROP * (255 - wide) + 127
    return (mixed // 255).astype(np.uint8)


def _apply(
    colours: NDArray[np.uint8], mode: ColourMode, transform: ImageCms.ImageCmsTransform
) -> RgbImage:
    image = Image.fromarray(
        colours[..., 0] if mode is ColourMode.GREY else colours, _PILLOW_MODE[mode]
    )
    return np.asarray(transform.apply(image))


def _plain(colours: NDArray[np.uint8], mode: ColourMode) -> RgbImage:
    """Without a profile: RGB is taken for sRGB, inks for ideal ones."""
    if mode is ColourMode.RGB:
        return colours
    if mode is ColourMode.GREY:
        return np.repeat(colours, 3, axis=2)
    light = 255 - colours.astype(np.uint16)
    return ((light[..., :3] * light[..., 3:] + 127) // 255).astype(np.uint8)


@functools.lru_cache(maxsize=16)
def _to_srgb(icc_profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """None where the profile is broken or made for another kind of picture."""
    try:
        return ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(icc_profile)),
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
