"""What a file says of itself: when, with which camera, how large."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from desktop_app.domain.photo import DatePrecision, PhotoDate
from desktop_app.imaging.content_hash import content_hash
from desktop_app.imaging.metadata import read_metadata
from desktop_app.imaging.photo_dates import date_of_words
from tests.imaging import pictures

_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" {}</rdf:RDF></x:xmpmeta>'
)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp", "avif"])
def test_day_camera_and_place_are_read(tmp_path: Path, suffix: str) -> None:
    exif = pictures.exif_of(taken="1987:06:14 10:30:00", place=True, camera="Canon EOS 80D")
    if suffix == "tif":  # Pillow writes these directories into a TIFF only where they are items
        for tag in (pictures.EXIF, pictures.GPS):
            exif[tag] = exif.get_ifd(tag)
    path = pictures.save(tmp_path / f"p.{suffix}", pictures.gradient(), exif=exif)
    said = read_metadata(path)
    day = date(1987, 6, 14)
    assert said.taken == PhotoDate(day, day, DatePrecision.DAY)
    assert said.camera == "Canon EOS 80D"
    assert said.has_place
    assert (said.width, said.height) == (96, 64)


def test_a_file_that_says_nothing_has_empty_fields(tmp_path: Path) -> None:
    said = read_metadata(pictures.save(tmp_path / "p.png", pictures.gradient()))
    assert said.taken == PhotoDate()
    assert said.camera == ""
    assert not said.has_place
    assert said.file_format == "PNG"


def _year(year: int) -> PhotoDate:
    return PhotoDate(date(year, 1, 1), date(year, 12, 31), DatePrecision.YEAR)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("1952", _year(1952)),
        ("1952:  :     :  :  ", _year(1952)),
        ("1952:00:00 00:00:00", _year(1952)),
        ("1952-06", PhotoDate(date(1952, 6, 1), date(1952, 6, 30), DatePrecision.MONTH)),
        (
            "1952:02:00 00:00:00",
            PhotoDate(date(1952, 2, 1), date(1952, 2, 29), DatePrecision.MONTH),
        ),
        (
            "1952-06-14T10:00:00+02:00",
            PhotoDate(date(1952, 6, 14), date(1952, 6, 14), DatePrecision.DAY),
        ),
        ("2024:01:01 00:00:60", PhotoDate(date(2024, 1, 1), date(2024, 1, 1), DatePrecision.DAY)),
        ("0000:00:00 00:00:00", PhotoDate()),
        ("9999:12:31 23:59:59", PhotoDate()),
        ("2023:02:30 10:00:00", PhotoDate()),
        ("1952:13:01 10:00:00", PhotoDate()),
        ("1700:01:01 10:00:00", PhotoDate()),
        ("    :  :     :  :  ", PhotoDate()),
        ("June 1952", PhotoDate()),
        ("", PhotoDate()),
    ],
)
def test_dates_are_as_exact_as_their_words(words: str, expected: PhotoDate) -> None:
    assert date_of_words(words) == expected


def test_a_photo_is_not_from_the_future() -> None:
    future = date.today() + timedelta(days=3)
    assert date_of_words(f"{future:%Y:%m:%d} 10:00:00") == PhotoDate()


@pytest.mark.parametrize(
    "body",
    [
        'photoshop:DateCreated="1952-06"/>',
        "><photoshop:DateCreated>1952-06</photoshop:DateCreated></rdf:Description>",
    ],
)
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_a_month_in_xmp_is_read(tmp_path: Path, suffix: str, body: str) -> None:
    path = tmp_path / f"p.{suffix}"
    image = Image.fromarray(pictures.gradient())
    xmp = _XMP.format(body)
    if suffix == "png":
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp)
        image.save(path, pnginfo=info)
    elif suffix == "tif":
        image.save(path, tiffinfo={700: xmp.encode()})
    else:
        image.save(path, xmp=xmp.encode())
    taken = read_metadata(path).taken
    assert taken == PhotoDate(date(1952, 6, 1), date(1952, 6, 30), DatePrecision.MONTH)


@pytest.mark.parametrize("tag", [0x0132, 0x9004])
def test_the_day_of_scanning_is_not_the_day_of_the_photo(tmp_path: Path, tag: int) -> None:
    exif = Image.Exif()
    (exif if tag == 0x0132 else exif.get_ifd(pictures.EXIF))[tag] = "2019:05:01 10:00:00"
    path = pictures.save(tmp_path / "p.jpg", pictures.gradient(), exif=exif)
    assert read_metadata(path).taken == PhotoDate()


def test_control_signs_and_long_words_of_a_camera_are_cut(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Evil\x1b[31m", "x" * 5000
    path = pictures.save(tmp_path / "p.jpg", pictures.gradient(), exif=exif)
    camera = read_metadata(path).camera
    assert camera.isprintable()
    assert len(camera) <= 80


def test_an_entity_bomb_in_xmp_is_not_unfolded(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    bomb += b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(8))
    bomb += b"]><x:xmpmeta><a>&i;</a></x:xmpmeta>"
    path = pictures.save(tmp_path / "p.jpg", pictures.gradient(), xmp=bomb)
    assert read_metadata(path).taken == PhotoDate()


def test_the_content_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2
    assert content_hash(tmp_path / "a.jpg") == expected
