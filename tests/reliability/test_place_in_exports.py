"""A place that is to stay at home is in no byte of an export, wherever the original kept it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.encode import SUFFIX_OF, ExportSettings, encode_photo
from desktop_app.imaging.source import decode_source
from tests.imaging import pictures

EXIFTOOL = shutil.which("exiftool")
pytestmark = pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed")

WORDS = ("Hohenschwangau", "47.557574", "10.749800", "Neuschwanstein")
ORIGINALS = ("photo.jpg", "photo.tif", "photo.png", "photo.webp")


def original(folder: Path, name: str) -> Path:
    """A place in EXIF, XMP and IPTC, in words and numbers, and in the thumbnail's own EXIF."""
    path = pictures.save(folder / name, pictures.gradient())
    small = pictures.save(folder / "small.jpg", pictures.gradient(32, 24))
    place = [
        "-GPSLatitude=47.557574",
        "-GPSLatitudeRef=N",
        "-GPSLongitude=10.749800",
        "-GPSLongitudeRef=E",
        "-GPSAreaInformation=Hohenschwangau",
        "-XMP-exif:GPSLatitude=47.557574",
        "-XMP-exif:GPSLongitude=10.749800",
        "-XMP-photoshop:City=Hohenschwangau",
        "-XMP-iptcCore:Location=Neuschwanstein",
        "-XMP-iptcExt:LocationShownCity=Hohenschwangau",
    ]
    if name.endswith(("jpg", "tif")):
        place += ["-IPTC:City=Hohenschwangau", "-IPTC:Sub-location=Neuschwanstein"]
    if name.endswith("jpg"):
        asked = [str(EXIFTOOL), "-q", "-overwrite_original", *place, str(small)]
        subprocess.run(asked, check=True)
        place.append(f"-ThumbnailImage<={small}")
    subprocess.run([str(EXIFTOOL), "-q", "-overwrite_original", *place, str(path)], check=True)
    return path


def said(path: Path) -> dict[str, object]:
    asked = [str(EXIFTOOL), "-j", "-G1", "-a", "-ee", str(path)]
    told: list[dict[str, object]] = json.loads(subprocess.run(asked, capture_output=True).stdout)
    return told[0]


@pytest.mark.parametrize("name", ORIGINALS)
def test_no_export_tells_the_place_when_it_is_to_stay_at_home(tmp_path: Path, name: str) -> None:
    source = original(tmp_path, name)
    assert any("GPS" in key for key in said(source))
    thumbnail = (tmp_path / "small.jpg").read_bytes()[-200:]
    pixels, about = decode_source(source), ExportAbout(source_path=source)
    for file_format, suffix in SUFFIX_OF.items():
        path = tmp_path / f"export{suffix}"
        encode_photo(pixels, path, ExportSettings(file_format, keep_place=False), about)
        facts = {key: value for key, value in said(path).items() if not key.startswith("System:")}
        places = ("GPS", "City", "Location", "Thumbnail", "Preview")
        assert [key for key in facts if any(place in key for place in places)] == []
        content = path.read_bytes()
        for word in WORDS:
            assert word.encode() not in content
            assert word.encode("utf-16-le") not in content
        assert thumbnail not in content


def test_the_words_are_looked_for_where_they_are(tmp_path: Path) -> None:
    content = original(tmp_path, "photo.jpg").read_bytes()
    assert b"Hohenschwangau" in content
    assert (tmp_path / "small.jpg").read_bytes()[-200:] in content
