"""Names in files are found however they were written, and laid onto the upright photo."""

import hashlib
import io
import shutil
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from desktop_app.domain.errors import BadRequest
from desktop_app.domain.face import BBox
from desktop_app.imaging.face_tags.extended_xmp import extended_xmp
from desktop_app.imaging.face_tags.frame import PhotoFrame, turned, turned_back
from desktop_app.imaging.face_tags.picasa import (
    parse_picasa_ini,
    read_contacts,
    rect64,
)
from desktop_app.imaging.face_tags.reading import FaceTagReader
from desktop_app.imaging.face_tags.tags import FaceTags
from desktop_app.imaging.formats import FileFormat
from desktop_app.imaging.header import PhotoHeader
from desktop_app.imaging.upright import turn_upright
from tests.imaging import pictures
from tests.imaging.face_tags import layouts

SIZE = (96, 64)
ANN = ("Ann Lee", BBox(0.1, 0.2, 0.3, 0.5))
BOB = ("Bob & <Béla>", BBox(0.6, 0.25, 0.8, 0.6))
WRITERS: dict[str, Callable[[], bytes]] = {
    "lightroom": lambda: layouts.lightroom([ANN, BOB], SIZE),
    "digikam": lambda: layouts.digikam([ANN, BOB], SIZE),
    "acdsee": lambda: layouts.acdsee([ANN, BOB], SIZE),
}


def photo_of(folder: Path, name: str = "photo.jpg", orientation: int = 1, **more: object) -> Path:
    exif = pictures.exif_of(orientation=orientation)
    stored = pictures.stored_for(pictures.gradient(*SIZE), orientation)
    return pictures.save(folder / name, stored, exif=exif, **more)


def read(photo: Path) -> FaceTags:
    return FaceTagReader().read(photo)[0]


def first(tags: FaceTags) -> dict[str, BBox]:
    return {face.name: face.area for face in tags.sets[0].readings[0].faces}


@pytest.mark.parametrize("writer", WRITERS)
def test_every_layout_gives_the_same_faces(tmp_path: Path, writer: str) -> None:
    photo = photo_of(tmp_path)
    photo.with_suffix(".jpg.xmp").write_bytes(WRITERS[writer]())
    tags = read(photo)
    assert tags.problems == ()
    for name, box in (ANN, BOB):
        assert first(tags)[name] == pytest.approx(box, abs=1e-5)


def test_windows_people_tags_are_read(tmp_path: Path) -> None:
    photo = photo_of(tmp_path, xmp=layouts.windows([ANN]))
    assert first(read(photo))["Ann Lee"] == pytest.approx(ANN[1], abs=1e-5)


def test_picasa_notes_are_read_with_their_leading_zeros_dropped(tmp_path: Path) -> None:
    corner = ("Åse 大田", BBox(0.0, 0.05, 0.2, 0.3))
    photo = photo_of(tmp_path, "IMG [1] = a.JPG", format="JPEG")
    notes = layouts.picasa("img [1] = A.jpg", [corner, ANN])
    assert len(layouts.rect64(corner[1])) < 16
    (tmp_path / ".picasa.ini").write_bytes(notes)
    assert first(read(photo))["Åse 大田"] == pytest.approx(corner[1], abs=1e-4)
    assert rect64("3f845bcb59418507").left == pytest.approx(0x3F84 / 0xFFFF)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_picasa_notes_may_have_any_encoding(encoding: str) -> None:
    text = "[Contacts2]\na1=Renée Müller;;\n[x.jpg]\nfaces=rect64(10002000a000b000),00a1;\n"
    folder = parse_picasa_ini(text.encode(encoding))
    found, problems = folder.tags_of("X.JPG", PhotoFrame(SIZE, 1), {})
    assert found is not None
    assert found.readings[0].faces[0].name == "Renée Müller"
    assert problems == ()


def test_names_come_from_picasas_contacts_where_the_notes_have_none(tmp_path: Path) -> None:
    file = tmp_path / "contacts.xml"
    file.write_text(
        '<contacts><contact id="a1" name="Ann" display="A"/><contact id="b2"/></contacts>'
    )
    contacts = read_contacts(file)
    notes = (
        "[x.jpg]\nfaces=rect64(10002000a000b000),a1;rect64(1,ff),q;rect64(8000900090009500),c3\n"
    )
    found, problems = parse_picasa_ini(notes.encode()).tags_of(
        "x.jpg", PhotoFrame(SIZE, 1), contacts
    )
    assert found is not None
    assert [face.name for face in found.readings[0].faces] == ["Ann"]
    assert any("contact 00000000000000c3 has no name" in words for words in problems)
    assert any("garbled" in words for words in problems)
    file.write_text("<!DOCTYPE x [<!ENTITY e 'e'>]><contacts/>")
    with pytest.raises(BadRequest, match="not Picasa's list"):
        read_contacts(file)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_regions_turn_as_the_pixels_do(orientation: int) -> None:
    stored = np.zeros((40, 60, 1), np.uint8)
    stored[4:12, 10:30] = 1
    area = BBox(10 / 60, 4 / 40, 30 / 60, 12 / 40)
    upright = turn_upright(stored, orientation)
    rows, columns = np.nonzero(upright[..., 0])
    height, width = upright.shape[:2]
    seen = BBox(
        columns.min() / width,
        rows.min() / height,
        (columns.max() + 1) / width,
        (rows.max() + 1) / height,
    )
    assert turned(area, orientation) == pytest.approx(seen)
    assert turned_back(turned(area, orientation), orientation) == pytest.approx(area)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_regions_of_the_stored_picture_are_turned_with_it(tmp_path: Path, orientation: int) -> None:
    stored = SIZE if orientation < 5 else SIZE[::-1]
    on_stored = turned_back(ANN[1], orientation)
    photo = photo_of(tmp_path, orientation=orientation)
    photo.with_suffix(".xmp").write_bytes(layouts.lightroom([("Ann", on_stored)], stored))
    assert first(read(photo))["Ann"] == pytest.approx(ANN[1], abs=1e-5)


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_regions_of_the_picture_as_shown_are_known_by_their_size(
    tmp_path: Path, orientation: int
) -> None:
    xmp = layouts.lightroom([ANN], (SIZE[0] * 40, SIZE[1] * 40))  # and it was resized since
    photo = photo_of(tmp_path, orientation=orientation, xmp=xmp)
    tags = read(photo)
    assert first(tags)["Ann Lee"] == pytest.approx(ANN[1], abs=1e-5)
    assert len(tags.sets[0].readings) == 1


@pytest.mark.parametrize("orientation", [2, 3, 4])
def test_both_readings_are_offered_where_the_size_does_not_tell(
    tmp_path: Path, orientation: int
) -> None:
    photo = photo_of(tmp_path, orientation=orientation, xmp=layouts.lightroom([ANN], SIZE))
    as_stored, as_shown = read(photo).sets[0].readings
    assert as_stored.faces[0].area == pytest.approx(turned(ANN[1], orientation), abs=1e-5)
    assert as_shown.faces[0].area == pytest.approx(ANN[1], abs=1e-5)


def test_a_photo_turned_since_has_readings_that_need_a_witness(tmp_path: Path) -> None:
    photo = photo_of(tmp_path, xmp=layouts.lightroom([ANN], SIZE[::-1]))
    readings = read(photo).sets[0].readings
    assert [reading.likely for reading in readings] == [False, False]


def test_the_regions_of_a_photo_cut_since_are_refused_with_the_names(tmp_path: Path) -> None:
    photo = photo_of(tmp_path, xmp=layouts.lightroom([ANN], (96, 90)))
    tags = read(photo)
    assert tags.sets == ()
    assert "was cut since" in tags.problems[0]
    assert "Ann Lee" in tags.problems[0]


def test_other_regions_circles_and_pixels_are_understood(tmp_path: Path) -> None:
    xmp = layouts.packet(
        '<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="96" '
        'stDim:h="64" stDim:unit="pixel"/><mwg-rs:RegionList><rdf:Seq>'
        '<rdf:li rdf:parseType="Resource"><mwg-rs:Type>Pet</mwg-rs:Type><mwg-rs:Name>Rex'
        '</mwg-rs:Name><mwg-rs:Area stArea:x=".5" stArea:y=".5" stArea:w=".1" stArea:h=".1"/>'
        '</rdf:li><rdf:li rdf:parseType="Resource"><mwg-rs:Type>Face</mwg-rs:Type><mwg-rs:Name>'
        'Round</mwg-rs:Name><mwg-rs:Area stArea:x="1/2" stArea:y="0.5" stArea:d="0.3"/></rdf:li>'
        '<rdf:li rdf:parseType="Resource"><mwg-rs:Type>Face</mwg-rs:Type><mwg-rs:Name>Pixel'
        '</mwg-rs:Name><mwg-rs:Area stArea:x="48" stArea:y="32" stArea:w="24" stArea:h="32" '
        'stArea:unit="pixel"/></rdf:li><rdf:li rdf:parseType="Resource"><mwg-rs:Type>Face'
        "</mwg-rs:Type></rdf:li></rdf:Seq></mwg-rs:RegionList></mwg-rs:Regions>",
        'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" '
        'xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#" '
        'xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"',
    )
    faces = first(read(photo_of(tmp_path, xmp=xmp)))
    assert set(faces) == {"Round", "Pixel"}
    assert faces["Round"] == pytest.approx(BBox(0.4, 0.35, 0.6, 0.65))
    assert faces["Pixel"] == pytest.approx(BBox(0.375, 0.25, 0.625, 0.75))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_embedded_packets_are_found_in_every_format(tmp_path: Path, file_format: str) -> None:
    photo = tmp_path / f"photo.{file_format.lower()}"
    image = Image.fromarray(pictures.gradient(*SIZE))
    xmp = layouts.digikam([ANN], SIZE)
    if file_format == "PNG":
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=True)
        image.save(photo, pnginfo=info)
    elif file_format == "TIFF":
        image.save(photo, tiffinfo={700: xmp})
    else:
        image.save(photo, xmp=xmp)
    assert "Ann Lee" in first(read(photo))


def test_a_packet_behind_the_pixels_of_a_png_is_found(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(pictures.gradient(*SIZE)).save(buffer, "PNG")
    body = b"iTXtXML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(layouts.digikam([ANN], SIZE))
    chunk = (len(body) - 4).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
    data = buffer.getvalue()
    end = data.rindex(b"IEND") - 4
    photo = tmp_path / "late.png"
    photo.write_bytes(data[:end] + chunk + data[end:])
    assert "Ann Lee" in first(read(photo))


def test_the_sidecar_of_the_whole_name_counts_first(tmp_path: Path) -> None:
    photo = photo_of(tmp_path, xmp=layouts.lightroom([("In the photo", ANN[1])], SIZE))
    (tmp_path / "photo.xmp").write_bytes(layouts.lightroom([("Short", ANN[1])], SIZE))
    (tmp_path / "photo.jpg.xmp").write_bytes(layouts.lightroom([("Whole", ANN[1])], SIZE))
    assert [next(iter(s.readings[0].faces)).name for s in read(photo).sets] == [
        "Whole",
        "Short",
        "In the photo",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Zoe\u0308 \u202eevil\u0000\u0007", "Zoë evil"),
        ("  Ann \t Lee ", "Ann Lee"),
        ("محمد", "محمد"),
        ("김영희 👩‍👧", "김영희 👩‍👧"),
    ],
)
def test_names_of_any_script_come_without_signs_that_mislead(name: str, expected: str) -> None:
    notes = f"[Contacts2]\na1={name};;\n[x.jpg]\nfaces=rect64(10002000a000b000),a1\n"
    found, _ = parse_picasa_ini(notes.encode()).tags_of("x.jpg", PhotoFrame(SIZE, 1), {})
    assert found is not None
    assert found.readings[0].faces[0].name == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<x:xmpmeta", "damaged or not safe"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "damaged or not safe"),
        (b"<a>" * 100_000, "damaged or not safe"),
        (b" " * 4_000_001, "too large"),
        (layouts.lightroom([("N" * 500, ANN[1])], SIZE), "more than 200 characters"),
        (layouts.lightroom([("Ann", BBox(0.5, 0.5, 0.5, 0.5))], SIZE), "is empty"),
        (layouts.lightroom([("Ann", BBox(900, 900, 990, 990))], SIZE), "outside the photo"),
        (layouts.windows([ANN]).replace(b"0.100000, ", b"x, "), "no numbers"),
    ],
)
def test_a_bad_sidecar_is_one_plain_reason_and_the_rest_is_read(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    photo = photo_of(tmp_path, xmp=layouts.lightroom([BOB], SIZE))
    (tmp_path / "photo.jpg.xmp").write_bytes(content)
    tags = read(photo)
    assert [words for words in tags.problems if reason in words] == list(tags.problems)
    assert len(tags.problems) == 1
    assert BOB[0] in first(tags)


def test_a_thousand_mutations_of_xmp_and_ini_never_crash(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    originals = [
        layouts.lightroom([ANN, BOB], SIZE),
        layouts.digikam([ANN, BOB], SIZE),
        layouts.windows([ANN]),
        layouts.acdsee([ANN, BOB], SIZE),
        layouts.picasa("photo.jpg", [ANN, BOB]),
    ]
    photo = photo_of(tmp_path, orientation=6)
    for number in range(1000):
        original = originals[number % len(originals)]
        data = bytearray(original)
        for _ in range(int(generator.integers(1, 8))):
            place = int(generator.integers(0, len(data)))
            kind = int(generator.integers(0, 4))
            if kind == 0:
                data[place] = int(generator.integers(0, 256))
            elif kind == 1:
                del data[place : place + int(generator.integers(1, 60))]
            elif kind == 2:
                cut = int(generator.integers(0, len(data)))
                data[place:place] = data[cut : cut + 80]
            else:
                data[place:place] = generator.choice([b"\0", b"1e309", b"-", b"&#0;", b"]]>"])
            data = data or bytearray(b" ")
        name = ".picasa.ini" if original is originals[-1] else "photo.jpg.xmp"
        (tmp_path / name).write_bytes(data)
        for tag_set in read(photo).sets:
            for reading in tag_set.readings:
                for face in reading.faces:
                    assert face.name
                    assert np.isfinite(face.area).all()
        (tmp_path / name).unlink()


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_what_exiftool_writes_into_a_photo_is_read(tmp_path: Path, suffix: str) -> None:
    if shutil.which("exiftool") is None:
        pytest.skip("ExifTool is not installed")
    photo = pictures.save(tmp_path / f"photo{suffix}", pictures.gradient(*SIZE))
    area = "{X=0.2,Y=0.35,W=0.2,H=0.3,Unit=normalized}"
    size = "{W=96,H=64,Unit=pixel}"
    mwg = f"{{AppliedToDimensions={size},RegionList=[{{Area={area},Name=Ann Lee,Type=Face}}]}}"
    people = "{Regions=[{PersonDisplayName=Bob,Rectangle=0.6|, 0.25|, 0.2|, 0.35}]}"
    command = ["exiftool", "-q", "-overwrite_original"]
    subprocess.run(
        [*command, f"-RegionInfo={mwg}", f"-RegionInfoMP={people}", str(photo)], check=True
    )
    tags = read(photo)
    assert tags.problems == ()
    assert first(tags)["Ann Lee"] == pytest.approx(ANN[1])
    (bob,) = tags.sets[1].readings[0].faces
    assert (bob.name, bob.area) == ("Bob", pytest.approx(BOB[1]))


def test_the_regions_of_a_heic_photo_are_turned_as_its_exif_remembers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader has turned the pixels already; there is no encoder here to make a true one."""
    on_stored = turned_back(ANN[1], 6)
    xmp = layouts.lightroom([("Ann", on_stored)], SIZE[::-1])
    header = PhotoHeader(FileFormat.HEIF, *SIZE, 1, pictures.exif_of(orientation=6), xmp)
    monkeypatch.setattr(
        "desktop_app.imaging.face_tags.reading.read_header", lambda _file, _name: header
    )
    photo = tmp_path / "photo.heic"
    photo.write_bytes(b"")
    assert first(read(photo))["Ann"] == pytest.approx(ANN[1], abs=1e-5)


def _extended(tmp_path: Path, spoil: bytes = b"", parts: int = 3) -> Path:
    """A JPEG whose regions stand in Extended XMP, as the specification's part 3 has it."""
    rest = layouts.lightroom([ANN], SIZE)
    digest = hashlib.md5(rest, usedforsecurity=False).hexdigest().upper().encode()
    first_packet = layouts.packet(
        f"<xmpNote:HasExtendedXMP>{digest.decode()}</xmpNote:HasExtendedXMP>",
        'xmlns:xmpNote="http://ns.adobe.com/xmp/note/"',
    )
    photo = photo_of(tmp_path, xmp=first_packet)
    data = photo.read_bytes()
    step = -(-len(rest) // parts)
    segments = []
    for offset in range(0, len(rest), step):
        part = rest[offset : offset + step]
        if spoil:
            part = part.replace(b"Ann", spoil)
        body = b"http://ns.adobe.com/xmp/extension/\0" + digest
        body += len(rest).to_bytes(4, "big") + offset.to_bytes(4, "big") + part
        segments.append(b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body)
    segments.reverse()  # their order says nothing
    photo.write_bytes(data[:2] + b"".join(segments) + data[2:])
    return photo


def test_names_in_the_second_half_of_a_long_packet_are_read(tmp_path: Path) -> None:
    assert list(first(read(_extended(tmp_path)))) == ["Ann Lee"]


def test_a_second_half_that_is_not_what_the_first_names_is_passed_over(tmp_path: Path) -> None:
    assert read(_extended(tmp_path, spoil=b"Bob")).sets == ()


@pytest.mark.parametrize("length", [2, 30, 200, 500, 900])
def test_a_photo_cut_short_inside_it_is_no_danger(tmp_path: Path, length: int) -> None:
    whole = _extended(tmp_path).read_bytes()
    cut = io.BytesIO(whole[:length])
    note = b"HasExtendedXMP='" + b"0" * 32 + b"'"
    assert extended_xmp(cut, note) == b""
