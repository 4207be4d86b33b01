"""Opens photos with Pillow, one format at a time, and takes their samples as they are."""

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import jpeg_factory
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from desktop_app.domain.errors import UnreadablePhoto
from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.formats import FileFormat
from desktop_app.imaging.photo_file import check_pixels
from desktop_app.imaging.png_chunks import exif_chunk
from desktop_app.imaging.stored import StoredPhoto, Wanted

ORIENTATION = 0x0112

# Image.open would try every format it knows, and its pixel limit is one number for the whole
# process; opening by the one plugin that the file's first bytes name is the stricter allow-list.
_OPENERS: Mapping[FileFormat, Callable[[BinaryIO], ImageFile]] = {
    FileFormat.JPEG: jpeg_factory,
    FileFormat.PNG: PngImageFile,
    FileFormat.TIFF: TiffImageFile,
    FileFormat.WEBP: WebPImageFile,
    FileFormat.AVIF: AvifImageFile,
    FileFormat.BMP: BmpImageFile,
    FileFormat.GIF: GifImageFile,
}

_LOSSY = {FileFormat.JPEG, FileFormat.WEBP, FileFormat.AVIF}
_SIXTEEN_BIT_GREY = {"I;16", "I;16L", "I;16B", "I;16N"}


def open_with_pillow(file: BinaryIO, file_format: FileFormat) -> ImageFile:
    """Reads the header only."""
    file.seek(0)
    image = _OPENERS[file_format](file)
    if file_format is FileFormat.PNG:  # else asking for the EXIF decodes all the pixels
        position = file.tell()
        image.info.setdefault("exif", exif_chunk(file))
        file.seek(position)
    return image


def orientation_of(image: Image.Image) -> int:
    """EXIF orientation, 1 to 8; 1 where the file does not say or says nonsense."""
    try:
        orientation = image.getexif().get(ORIENTATION, 1)
    except Exception:  # garbage in the EXIF block says nothing about the pixels
        return 1
    return orientation if orientation in range(1, 9) else 1


def read_with_pillow(file: BinaryIO, file_format: FileFormat, wanted: Wanted) -> StoredPhoto:
    """The first picture of the file, all its pixels."""
    image = open_with_pillow(file, file_format)
    check_pixels(*image.size, wanted.name, wanted.max_pixels)
    orientation = orientation_of(image)
    pixels = samples_of(image, wanted.name, lossy=file_format in _LOSSY)
    return StoredPhoto(pixels, image.size, orientation)


def samples_of(image: Image.Image, name: str, *, lossy: bool) -> SourcePixels:
    """The samples of an opened picture: palettes unfolded, 16-bit grey kept, nothing else changed.

    Raises `UnreadablePhoto` for kinds of samples that have no 8- or 16-bit form.
    """
    icc_profile = image.info.get("icc_profile") or None
    image.load()
    if image.mode in _SIXTEEN_BIT_GREY:
        return SourcePixels(
            np.asarray(image).astype(np.uint16)[..., np.newaxis],
            ColourMode.GREY,
            icc_profile=icc_profile,
            lossy=lossy,
        )
    image = _unfold(image, name)
    samples: NDArray[Any] = np.array(image)
    if samples.ndim == 2:
        samples = samples[..., np.newaxis]
    mode = {"L": ColourMode.GREY, "LA": ColourMode.GREY, "CMYK": ColourMode.CMYK}.get(
        image.mode, ColourMode.RGB
    )
    has_alpha = image.mode in ("LA", "RGBA")
    return SourcePixels(samples, mode, has_alpha, icc_profile, lossy, transparency=has_alpha)


def _unfold(image: Image.Image, name: str) -> Image.Image:
    """Brings the rarer modes to L, LA, RGB, RGBA or CMYK without loss."""
    see_through = "transparency" in image.info
    if image.mode in ("L", "RGB") and see_through:
        return image.convert("LA" if image.mode == "L" else "RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA"):
        return image.convert("RGBA" if see_through or image.mode == "PA" else "RGB")
    if image.mode in ("YCbCr", "HSV", "RGBX"):
        return image.convert("RGB")
    if image.mode in ("La", "RGBa"):
        return image.convert(image.mode.upper())
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
        if converted is not None:
            return converted
    raise UnreadablePhoto(
        f"{name} keeps its pixels in a way that is not read here ({image.mode}). "
        "Save it as TIFF or PNG with 8 or 16 bits, then try again."
    )
