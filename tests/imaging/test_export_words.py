"""The words of an export, as ExifTool reads them."""

import json
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from desktop_app.domain.face import BBox
from desktop_app.domain.photo import DatePrecision, PhotoDate, SourcePixels
from desktop_app.imaging.about import (
    COMPOSITE_WITH_TRAINED,
    ExportAbout,
    FaceRegion,
    RestorationNote,
)
from desktop_app.imaging.encode import SUFFIX_OF, ExportSettings, encode_photo
from desktop_app.imaging.metadata import read_metadata
from desktop_app.imaging.source import decode_source
from desktop_app.imaging.xmp import xmp_packet
from tests.imaging import pictures

_NOTE = RestorationNote("Ann Lee", "compact", "cd" * 32, 0.8, 3, seed=7)
_FACES = (FaceRegion(BBox(10, 8, 30, 40), "Ann Lee"), FaceRegion(BBox(50, 10, 60, 22)))


def exiftool(path: Path) -> dict[str, Any]:
    if shutil.which("exiftool") is None:
        pytest.skip("ExifTool is not installed")
    command = ["exiftool", "-json", "-G1", "-struct", "-n", "-a", str(path)]
    (facts,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert not [name for name in facts if name.endswith((":Warning", ":Error"))]
    return dict(facts)


def _original(tmp_path: Path) -> Path:
    """A photo lying on its side, with everything a camera writes, and a thumbnail."""
    exif = pictures.exif_of(
        orientation=6, taken="1987:06:14 10:00:00", place=True, camera="Canon EOS 80D"
    )
    exif[0x013B] = "Åse Müller".encode()
    exif[0x0100], exif[0x0111] = 4711, 4712  # how the old file was built
    exif[0x011A], exif[0x011B], exif[0x0128] = 300.0, 300.0, 2
    exif.get_ifd(pictures.EXIF)[0x927C] = b"maker's secret " * 20
    stored = pictures.stored_for(pictures.gradient(), 6)
    return pictures.save(tmp_path / "original.jpg", stored, exif=exif)


def _export(tmp_path: Path, file_format: str, *, keep_place: bool = False) -> Path:
    original = _original(tmp_path)
    about = ExportAbout(
        source_path=original,
        source_hash="ab" * 32,
        made_at=datetime(2026, 11, 23, 20, 0, tzinfo=UTC),
        software="Likeness 9.9",
        description='Ann & <Bob>, "1987"',
        restorations=(_NOTE,),
        faces=_FACES,
    )
    path = tmp_path / f"out{SUFFIX_OF[file_format]}"
    settings = ExportSettings(file_format, keep_place=keep_place)
    encode_photo(decode_source(original), path, settings, about)
    return path


@pytest.mark.parametrize("file_format", SUFFIX_OF)
def test_exiftool_reads_what_was_done(tmp_path: Path, file_format: str) -> None:
    facts = exiftool(_export(tmp_path, file_format))
    assert facts["XMP-iptcExt:DigitalSourceType"] == COMPOSITE_WITH_TRAINED
    assert facts["XMP-xmp:CreatorTool"] == "Likeness 9.9"
    assert facts["XMP-dc:Description"] == 'Ann & <Bob>, "1987"'
    assert facts["XMP-likeness:SourceSHA256"] == "ab" * 32
    (event,) = facts["XMP-xmpMM:History"]
    assert event["When"] == "2026:11:23 20:00:00+00:00"
    assert "The face of Ann Lee was restored" in event["Parameters"]
    assert "3 reference photos" in event["Parameters"]
    (note,) = facts["XMP-likeness:Restorations"]
    assert note["ModelSHA256"] == "cd" * 32
    assert (note["Strength"], note["Seed"], note["References"]) == (0.8, 7, 3)
    regions = facts["XMP-mwg-rs:RegionInfo"]
    assert regions["AppliedToDimensions"] == {"W": 96, "H": 64, "Unit": "pixel"}
    named, unnamed = regions["RegionList"]
    assert named["Name"] == "Ann Lee"
    assert "Name" not in unnamed
    area = named["Area"]
    assert area["X"] == pytest.approx(20 / 96, abs=1e-5)
    assert area["Y"] == pytest.approx(24 / 64, abs=1e-5)
    assert area["W"] == pytest.approx(20 / 96, abs=1e-5)
    assert area["H"] == pytest.approx(32 / 64, abs=1e-5)


@pytest.mark.parametrize("file_format", SUFFIX_OF)
@pytest.mark.parametrize("keep_place", [False, True])
def test_the_cameras_words_go_along_the_place_only_if_asked(
    tmp_path: Path, file_format: str, keep_place: bool
) -> None:
    path = _export(tmp_path, file_format, keep_place=keep_place)
    facts = exiftool(path)
    assert facts["ExifIFD:DateTimeOriginal"] == "1987:06:14 10:00:00"
    assert facts["IFD0:Model"] == "Canon EOS 80D"
    assert facts["IFD0:Artist"] == "Åse Müller"
    assert facts["IFD0:XResolution"] == 300
    assert facts.get("IFD0:Orientation", 1) == 1
    assert facts.get("IFD0:ImageWidth", 96) == 96
    assert any(name.startswith("GPS:") for name in facts) is keep_place
    if keep_place:
        assert facts["GPS:GPSLatitude"] == pytest.approx(52.500417, abs=1e-5)
    said = read_metadata(path)
    assert said.has_place is keep_place
    assert (said.width, said.height, said.orientation) == (96, 64, 1)
    assert b"maker's secret" not in path.read_bytes()


def test_the_thumbnail_of_the_old_face_stays_behind(tmp_path: Path) -> None:
    original = _original(tmp_path)
    thumbnail = pictures.jpeg_bytes(pictures.gradient(16, 16))
    exif = Image.open(original).getexif()
    exif.get_ifd(0x8769)
    first = exif.get_ifd(1)
    first[0x0103], first[0x0202] = 6, len(thumbnail)
    first[0x0201] = 0
    block = exif.tobytes() + thumbnail
    pictures.save(original, pictures.gradient(), exif=block)
    about = ExportAbout(source_path=original)
    for file_format, suffix in SUFFIX_OF.items():
        path = tmp_path / f"out{suffix}"
        encode_photo(decode_source(original), path, ExportSettings(file_format), about)
        facts = exiftool(path)
        assert not [name for name in facts if name.startswith("IFD1:")]
        assert thumbnail not in path.read_bytes()


def test_a_scan_in_tiff_keeps_its_words_in_tiff_and_png(tmp_path: Path) -> None:
    original = tmp_path / "scan.tif"
    exif = pictures.exif_of(camera="Epson V600", taken="1952:00:00 00:00:00")
    exif[pictures.EXIF] = exif.get_ifd(pictures.EXIF)  # else Pillow leaves it out of a TIFF
    Image.fromarray(pictures.gradient()).save(original, exif=exif, dpi=(1200, 1200))
    for file_format in ("tiff", "png", "jpeg"):
        path = tmp_path / f"out{SUFFIX_OF[file_format]}"
        about = ExportAbout(source_path=original)
        encode_photo(decode_source(original), path, ExportSettings(file_format), about)
        facts = exiftool(path)
        assert facts["IFD0:Model"] == "Epson V600"
        assert facts["IFD0:XResolution"] == 1200
        assert facts["ExifIFD:DateTimeOriginal"] == "1952:00:00 00:00:00"


def test_garbage_in_the_originals_exif_does_not_stop_an_export(tmp_path: Path) -> None:
    original = tmp_path / "p.jpg"
    whole = pictures.jpeg_bytes(pictures.gradient())
    block = b"Exif\0\0II*\0\x08\0\0\0" + b"\xff\x07" * 300
    segment = b"\xff\xe1" + (len(block) + 2).to_bytes(2) + block
    original.write_bytes(whole[:2] + segment + whole[2:])
    about = ExportAbout(source_path=original)
    for file_format, suffix in SUFFIX_OF.items():
        path = tmp_path / f"out{suffix}"
        encode_photo(decode_source(original), path, ExportSettings(file_format), about)
        assert decode_source(path).size == (96, 64)


def test_without_a_restoration_nothing_is_labelled_as_made_by_a_model(tmp_path: Path) -> None:
    packet = xmp_packet(ExportAbout(), (10, 10))
    assert b"DigitalSourceType" not in packet
    assert b"History" not in packet


def test_any_name_makes_a_well_formed_packet() -> None:
    names = ["<&>\"'", "\x00\x1b\x0b", "half \udce9", "👵 日本", "\ufffe\uffff", "a\nb\tc"]
    faces = tuple(FaceRegion(BBox(0, 0, 5, 5), name) for name in names)
    packet = xmp_packet(ExportAbout(faces=faces, description="".join(names)), (10, 10))
    root = ElementTree.fromstring(packet)
    kept = [e for e in root.iter() if e.tag.endswith("}Description")][1:]
    assert len(kept) == len(names)


def test_faces_are_clipped_to_the_picture_and_empty_ones_left_out() -> None:
    faces = (
        FaceRegion(BBox(-10, -10, 5, 5), "Edge"),
        FaceRegion(BBox(20, 20, 30, 30), "Outside"),
        FaceRegion(BBox(float("nan"), 0, 3, 3), "Nowhere"),
    )
    packet = xmp_packet(ExportAbout(faces=faces), (10, 10)).decode()
    assert 'stArea:x="0.250000" stArea:y="0.250000" stArea:w="0.500000"' in packet
    assert packet.count("mwg-rs:Area") == 1


def test_a_crowd_does_not_burst_a_jpeg(tmp_path: Path) -> None:
    """The packet of a JPEG ends at 65,502 bytes: what was done is kept, faces give way."""
    crowd = tuple(FaceRegion(BBox(i % 90, 1, i % 90 + 5, 9), f"Face {i}") for i in range(900))
    about = ExportAbout(restorations=(_NOTE,) * 300, faces=crowd, description="x" * 70_000)
    pixels = SourcePixels(pictures.gradient(), decode_source(_original(tmp_path)).mode)
    encode_photo(pixels, tmp_path / "out.jpg", ExportSettings("jpeg"), about)
    facts = exiftool(tmp_path / "out.jpg")
    assert facts["XMP-iptcExt:DigitalSourceType"] == COMPOSITE_WITH_TRAINED
    encode_photo(pixels, tmp_path / "out.png", ExportSettings("png"), about)
    assert len(exiftool(tmp_path / "out.png")["XMP-mwg-rs:RegionInfo"]["RegionList"]) == 900


def _with_words(tmp_path: Path, *more: str) -> Path:
    original = _original(tmp_path)
    if shutil.which("exiftool") is None:
        pytest.skip("ExifTool is not installed")
    words = (
        "-XMP-dc:Title=Sunday & <guests>",
        "-XMP-dc:Creator=Ann Lee",
        "-XMP-dc:Creator=Bob",
        "-XMP-dc:Rights=The Lee family",
        "-XMP-dc:Description=Before the church",
        "-XMP-dc:Subject=wedding",
        "-XMP-dc:Subject=Berlin",
        "-XMP-photoshop:City=Berlin",
        "-XMP-photoshop:Country=Germany",
        "-XMP-iptcCore:Location=Hidden Lane 7",
        "-XMP-exif:GPSLatitude=52.5",
        *more,
    )
    subprocess.run(["exiftool", "-q", "-overwrite_original", *words, str(original)], check=True)
    return original


@pytest.mark.parametrize("file_format", SUFFIX_OF)
@pytest.mark.parametrize("keep_place", [False, True])
def test_the_words_of_the_source_go_along_its_place_only_if_asked(
    tmp_path: Path, file_format: str, keep_place: bool
) -> None:
    original = _with_words(tmp_path)
    about = ExportAbout(source_path=original, description="Restored.", restorations=(_NOTE,))
    path = tmp_path / f"out{SUFFIX_OF[file_format]}"
    settings = ExportSettings(file_format, keep_place=keep_place)
    encode_photo(decode_source(original), path, settings, about)
    facts = exiftool(path)
    assert facts["XMP-dc:Title"] == "Sunday & <guests>"
    assert facts["XMP-dc:Creator"] == ["Ann Lee", "Bob"]
    assert facts["XMP-dc:Rights"] == "The Lee family"
    assert facts["XMP-dc:Description"].splitlines() == ["Before the church", "Restored."]
    if keep_place:
        assert facts["XMP-dc:Subject"] == ["wedding", "Berlin"]
        assert facts["XMP-photoshop:City"] == "Berlin"
        assert facts["XMP-photoshop:Country"] == "Germany"
        assert facts["XMP-iptcCore:Location"] == "Hidden Lane 7"
    else:
        assert facts["XMP-dc:Subject"] in ("wedding", ["wedding"])
        held = path.read_bytes()
        for place in (b"Berlin", b"Germany", b"Hidden Lane"):
            assert place not in held


@pytest.mark.parametrize(
    "packet",
    [
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>",
        b"<x:xmpmeta",
        b"\xff\xfe\0",
    ],
)
def test_hostile_words_of_the_source_say_nothing(tmp_path: Path, packet: bytes) -> None:
    path, out = tmp_path / "hostile.png", tmp_path / "out.png"
    Image.new("RGB", (40, 30)).save(tmp_path / "hostile.jpg", xmp=packet)
    path = tmp_path / "hostile.jpg"
    about = ExportAbout(source_path=path)
    encode_photo(decode_source(path), out, ExportSettings("png"), about)
    assert "XMP-dc:Title" not in exiftool(out)


def test_very_long_words_of_the_source_are_bounded(tmp_path: Path) -> None:
    many = [f"-XMP-dc:Subject=word {number} {'&' * 300}" for number in range(150)]
    original = _with_words(tmp_path, f"-XMP-dc:Title={'t' * 9000}", *many)
    about = ExportAbout(source_path=original, source_hash="ab" * 32, restorations=(_NOTE,))
    for file_format in ("jpeg", "png"):
        path = tmp_path / f"out{SUFFIX_OF[file_format]}"
        encode_photo(decode_source(original), path, ExportSettings(file_format), about)
        facts = exiftool(path)
        assert facts["XMP-likeness:SourceSHA256"] == "ab" * 32
        assert len(facts.get("XMP-dc:Title", "")) <= 2000
        assert len(facts.get("XMP-dc:Subject", [])) <= 100


@pytest.mark.parametrize("kind", ["texts", "numbers"])
def test_more_exif_than_a_jpeg_has_room_for_is_cut_to_what_it_holds(
    tmp_path: Path, kind: str
) -> None:
    """A PNG may hold any amount."""
    exif = pictures.exif_of(taken="1952:06:14 10:00:00")
    exif[0x013B] = "Ann Lee"
    details = exif.get_ifd(pictures.EXIF)
    if kind == "texts":
        details.update(dict.fromkeys(range(0xA430, 0xA43C), "x" * 7_900))
    else:
        details.update(dict.fromkeys(range(0xC000, 0xD770), 7))
    source = tmp_path / "source.png"
    Image.new("RGB", (60, 40), "grey").save(source, exif=exif)
    out = tmp_path / "out.jpg"
    encode_photo(decode_source(source), out, ExportSettings("jpeg"), ExportAbout(source))
    with Image.open(out) as image:
        kept = image.getexif()
        assert kept[0x013B] == "Ann Lee"
        assert len(image.info["exif"]) < 65_534
        if kind == "texts":
            assert kept.get_ifd(pictures.EXIF)[0x9003] == "1952:06:14 10:00:00"


@pytest.mark.parametrize(("year", "kept"), [(1952, False), (2015, True), (None, True)])
def test_a_scanners_date_is_left_out_where_the_user_knows_better(
    tmp_path: Path, year: int | None, kept: bool
) -> None:
    exif = pictures.exif_of(taken="2015:03:01 10:00:00")
    source = pictures.save(tmp_path / "scan.jpg", pictures.gradient(), exif=exif)
    taken = PhotoDate()
    if year is not None:
        taken = PhotoDate(date(year, 1, 1), date(year, 12, 31), DatePrecision.YEAR)
    out = tmp_path / "out.png"
    about = ExportAbout(source, taken=taken)
    encode_photo(decode_source(source), out, ExportSettings("png"), about)
    with Image.open(out) as image:
        assert (0x9003 in image.getexif().get_ifd(pictures.EXIF)) is kept
