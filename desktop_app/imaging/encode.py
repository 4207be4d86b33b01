"""Writes an exported photo: its own pixels, its colours, its words, never over the original."""

import contextlib
import dataclasses
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from PIL import Image

from desktop_app.domain.errors import BadRequest, FileVanished, NameTaken
from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.domain.whole_file import TEMPORARY, as_expected, write_whole
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.credential import Credential
from desktop_app.imaging.display import over_backdrop, to_eight_bits, to_rgb
from desktop_app.imaging.export_exif import MOST_EXIF_IN_JPEG, exif_bytes, exif_for_export
from desktop_app.imaging.photo_file import shown_name
from desktop_app.imaging.pillow_files import ORIENTATION
from desktop_app.imaging.sign import sign_picture
from desktop_app.imaging.source_words import source_words
from desktop_app.imaging.write_png import write_png
from desktop_app.imaging.write_tiff import write_tiff
from desktop_app.imaging.xmp import MOST_IN_JPEG, xmp_packet

SUFFIX_OF = {"jpeg": ".jpg", "png": ".png", "tiff": ".tif", "webp": ".webp", "avif": ".avif"}
"""The formats an export can have, and the suffix that goes with each."""

_FORMAT_OF = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".tif": "tiff", ".tiff": "tiff"}
_FORMAT_OF |= {".webp": "webp", ".avif": "avif"}

LOSSLESS = frozenset({"png", "tiff"})
DEEP = frozenset({"png", "tiff"})
"""Formats that can hold 16 bits."""

_LONGEST_SIDE = {"jpeg": 65_500, "webp": 16_383, "avif": 65_536}
_FULL_COLOUR_FROM = 90  # JPEG quality from which colour is kept at every pixel


@dataclass(frozen=True)
class ExportSettings:
    """How a photo is written."""

    file_format: str  # a key of SUFFIX_OF
    bit_depth: int | None = None  # 8 or 16; None as in the source
    quality: int = 92  # 1 to 100, for jpeg, webp, avif
    keep_place: bool = False  # whether GPS is copied
    overwrite: bool = False  # whether a file of that name may be replaced (never the original)


def format_of_suffix(path: Path) -> str:
    """The format that the name of an export asks for. Raises `BadRequest` for other suffixes."""
    file_format = _FORMAT_OF.get(path.suffix.lower())
    if file_format is None:
        raise BadRequest(
            f"{shown_name(path)}: photos are written as .jpg, .png, .tif, .webp or .avif. "
            "Choose a name that ends so."
        )
    return file_format


def encode_photo(
    pixels: SourcePixels,
    path: Path,
    settings: ExportSettings,
    about: ExportAbout,
    credential: Credential | None = None,
) -> None:
    """Writes the whole file at `path`, or nothing; signed where there is a `credential`.

    PNG and TIFF hold exactly the samples given, unless another bit depth is asked for. Inks
    (CMYK) stay inks in TIFF and become sRGB elsewhere; an infrared channel is kept in TIFF only;
    opacity is laid over grey in JPEG. The profile, EXIF (see `exif_for_export`) and XMP go along.
    Raises `NameTaken`, `BadRequest`, `DiskFull`, `NotPermitted`, `FileVanished`, `CannotSign`.
    """
    check_export(path, settings, about)
    _check_size(pixels, path, settings)
    about = dataclasses.replace(about, writing=what_became(pixels, settings))
    if about.source_path is not None:
        words = source_words(about.source_path, keep_place=settings.keep_place)
        about = dataclasses.replace(about, words=words)
    in_jpeg = settings.file_format == "jpeg"
    exif = exif_for_export(
        about.source_path,
        pixels.size,
        keep_place=settings.keep_place,
        taken=about.taken,
        most=MOST_EXIF_IN_JPEG if in_jpeg else None,
    )
    xmp = xmp_packet(about, pixels.size, MOST_IN_JPEG if in_jpeg else None)
    fit = _fit(pixels, settings)
    with write_whole(path) as file:
        if credential is None:
            _write(file, fit, settings, exif, xmp)
            return
        with _unsigned(path.parent) as plain:
            _write(plain, fit, settings, exif, xmp)
            sign_picture(
                plain,
                file,
                settings.file_format,
                fit.size,
                about,
                credential,
                keep_chain=settings.keep_place,
            )


def _write(
    file: BinaryIO, fit: SourcePixels, settings: ExportSettings, exif: Image.Exif, xmp: bytes
) -> None:
    if settings.file_format == "tiff":
        write_tiff(file, fit, exif, xmp)
    elif settings.file_format == "png":
        write_png(file, fit, exif_bytes(exif), xmp)
    else:
        _write_with_pillow(file, fit, settings, exif, xmp)


@contextlib.contextmanager
def _unsigned(folder: Path) -> Iterator[BinaryIO]:
    """A file without a name beside the one that is wanted: a scan may not fit into memory twice."""
    with tempfile.TemporaryFile(dir=folder, prefix=TEMPORARY) as file:
        yield cast(BinaryIO, file)


def check_export(path: Path, settings: ExportSettings, about: ExportAbout) -> None:
    """Whether the file could be written there, asked before the work begins.

    Raises `NameTaken`, `BadRequest`, `FileVanished`, `NotPermitted`.
    """
    name = shown_name(path)
    if settings.file_format not in SUFFIX_OF or settings.bit_depth not in (None, 8, 16):
        raise BadRequest(f"{name} cannot be written in this format or with these bits.")
    if settings.bit_depth == 16 and settings.file_format not in DEEP:
        raise BadRequest(f"{name}: only PNG and TIFF can hold 16 bits. Choose one of them, or 8.")
    if not path.parent.is_dir():
        raise FileVanished(f"The folder for {name} is not there. Choose another folder.")
    try:
        taken = path.exists() or path.is_symlink()
    except OSError as error:  # a name that no file can have
        raise as_expected(error, path) from error
    if taken:
        source = about.source_path
        if source is not None and source.exists() and path.exists() and path.samefile(source):
            raise NameTaken(f"{name} is the original, which is never written. Choose another name.")
        if path.is_dir() or not settings.overwrite:
            raise NameTaken(f"{name} is there already. Choose another name, or replace it.")


def _check_size(pixels: SourcePixels, path: Path, settings: ExportSettings) -> None:
    longest = _LONGEST_SIDE.get(settings.file_format)
    if longest is not None and max(pixels.size) > longest:
        raise BadRequest(
            f"{shown_name(path)} would be too large: this format ends at {longest} pixels a side. "
            "Choose PNG or TIFF."
        )


def what_became(pixels: SourcePixels, settings: ExportSettings) -> str:
    """What became of the pixels that were not restored, for the label in the file."""
    if settings.file_format not in LOSSLESS:
        name = settings.file_format.upper()
        return (
            f"The whole picture was encoded anew, with loss ({name}, quality {settings.quality})."
        )
    if pixels.mode is ColourMode.CMYK and settings.file_format != "tiff":
        return "The inks of the whole picture were converted to sRGB."
    if settings.bit_depth not in (None, pixels.bit_depth):
        return f"The whole picture was rewritten with {settings.bit_depth} bits a sample."
    return "Outside what was restored or marked, every sample is as in the source."


def _fit(pixels: SourcePixels, settings: ExportSettings) -> SourcePixels:
    """The samples in a kind that the format can hold."""
    file_format = settings.file_format
    depth = settings.bit_depth or (pixels.bit_depth if file_format in DEEP else 8)
    if pixels.mode is ColourMode.CMYK and file_format != "tiff":
        shown = SourcePixels(to_rgb(pixels), ColourMode.RGB)
        return _with_depth(shown, depth)
    fit = _with_depth(pixels, depth)
    if not fit.has_extra_channel or file_format == "tiff":
        return fit
    if fit.transparency and file_format != "jpeg":
        return fit
    colours = fit.samples[..., :-1]
    if fit.transparency:
        colours = over_backdrop(colours, fit.samples[..., -1:])
    return dataclasses.replace(
        fit, samples=np.ascontiguousarray(colours), has_extra_channel=False, transparency=False
    )


def _with_depth(pixels: SourcePixels, depth: int) -> SourcePixels:
    if depth == pixels.bit_depth:
        return pixels
    if depth == 8:
        return dataclasses.replace(pixels, samples=to_eight_bits(pixels.samples))
    return dataclasses.replace(pixels, samples=pixels.samples.astype(np.uint16) * 257)


def _write_with_pillow(
    file: BinaryIO, pixels: SourcePixels, settings: ExportSettings, exif: Image.Exif, xmp: bytes
) -> None:
    samples = pixels.samples
    image = Image.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples)
    if settings.file_format == "avif":  # with this tag Pillow writes all texts anew, in ASCII
        del exif[ORIENTATION]
    options: dict[str, Any] = {"quality": settings.quality, "exif": exif.tobytes(), "xmp": xmp}
    if pixels.icc_profile:
        options["icc_profile"] = pixels.icc_profile
    if settings.file_format == "jpeg":
        options["subsampling"] = 0 if settings.quality >= _FULL_COLOUR_FROM else 2
    # by way of memory: Pillow forgets why a write failed, and a full disk must be told as such
    encoded = io.BytesIO()
    image.save(encoded, settings.file_format.upper(), **options)
    file.write(encoded.getbuffer())
