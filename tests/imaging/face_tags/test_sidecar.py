"""Names are kept in sidecars beside what other programs wrote, byte for byte."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop_app.domain.errors import BadRequest
from desktop_app.domain.face import BBox
from desktop_app.imaging.face_tags.frame import PhotoFrame
from desktop_app.imaging.face_tags.reading import FaceTagReader, photo_frame, sidecar_of
from desktop_app.imaging.face_tags.sidecar import is_ours, updated_sidecar, write_sidecar
from desktop_app.imaging.face_tags.tags import TaggedFace
from tests.imaging import pictures
from tests.imaging.face_tags import layouts

SIZE = (96, 64)
FRAME = PhotoFrame(SIZE, 1)
ANN = TaggedFace("Ann Lee", BBox(0.1, 0.2, 0.3, 0.5))
BOB = TaggedFace('Böb & <"Béla"> 大田', BBox(0.6, 0.25, 0.8, 0.6))
FOREIGN = ("Cid", BBox(0.4, 0.1, 0.5, 0.3))


def exiftool(path: Path) -> dict[str, Any]:
    if shutil.which("exiftool") is None:
        pytest.skip("ExifTool is not installed")
    command = [
        "exiftool",
        "-json",
        "-G1",
        "-struct",
        "-n",
        "-a",
        "-validate",
        "-warning",
        str(path),
    ]
    command += ["-XMP:all"]
    (facts,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert not [name for name in facts if name.endswith((":Warning", ":Error"))]
    return dict(facts)


@pytest.fixture(params=range(1, 9))
def photo(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    orientation = request.param
    stored = pictures.stored_for(pictures.gradient(*SIZE), orientation)
    exif = pictures.exif_of(orientation=orientation)
    return pictures.save(tmp_path / "photo.jpg", stored, exif=exif)


def seen(photo: Path) -> dict[str, list[tuple[str, BBox]]]:
    tags, _ = FaceTagReader().read(photo)
    assert tags.problems == ()
    return {
        tag_set.layout: [(face.name, face.area) for face in tag_set.readings[0].faces]
        for tag_set in tags.sets
    }


def test_what_is_written_is_read_again_in_both_layouts(photo: Path) -> None:
    original = photo.read_bytes()
    assert write_sidecar(photo, [ANN, BOB], photo_frame(photo))
    for faces in seen(photo).values():
        assert [name for name, _ in faces] == [ANN.name, BOB.name]
        for (_, area), written in zip(faces, (ANN, BOB), strict=True):
            assert area == pytest.approx(written.area, abs=2e-6)
    assert set(seen(photo)) == {"MWG", "Microsoft"}
    assert photo.read_bytes() == original
    assert not write_sidecar(photo, [ANN, BOB], photo_frame(photo))


def test_exiftool_reads_what_is_written(photo: Path) -> None:
    frame = photo_frame(photo)
    write_sidecar(photo, [ANN, BOB], frame)
    facts = exiftool(sidecar_of(photo))
    info = facts["XMP-mwg-rs:RegionInfo"]
    assert (info["AppliedToDimensions"]["W"], info["AppliedToDimensions"]["H"]) == frame.stored
    assert [region["Name"] for region in info["RegionList"]] == [ANN.name, BOB.name]
    assert {region["Type"] for region in info["RegionList"]} == {"Face"}
    people = facts["XMP-MP:RegionInfoMP"]["Regions"]
    assert [person["PersonDisplayName"] for person in people] == [ANN.name, BOB.name]
    x, y = info["RegionList"][0]["Area"]["X"], info["RegionList"][0]["Area"]["Y"]
    left, top, width, height = map(float, people[0]["Rectangle"].split(", "))
    assert (x, y) == pytest.approx((left + width / 2, top + height / 2), abs=2e-6)


@pytest.mark.parametrize(
    "foreign",
    [
        layouts.lightroom([FOREIGN], SIZE),
        layouts.digikam([FOREIGN], SIZE),
        layouts.windows([FOREIGN]),
        layouts.acdsee([FOREIGN], SIZE),
        layouts.packet(
            "<dc:title>A &amp; B</dc:title>", 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ),
    ],
    ids=["lightroom", "digikam", "windows", "acdsee", "title"],
)
def test_what_others_wrote_stays_byte_for_byte(foreign: bytes) -> None:
    both = updated_sidecar(foreign, [ANN, BOB], FRAME)
    assert both is not None
    position = 0
    for tag in foreign.split(b"<"):  # every piece of theirs is there, in its order
        position = both.index(tag.rstrip(b" "), position)
    assert updated_sidecar(both, [ANN, BOB], FRAME) == both
    fewer = updated_sidecar(both, [BOB], FRAME)
    assert fewer is not None
    assert b"Ann Lee" not in fewer
    assert updated_sidecar(fewer, [], FRAME) == foreign


def test_ours_and_theirs_are_read_together(tmp_path: Path) -> None:
    photo = pictures.save(tmp_path / "photo.jpg", pictures.gradient(*SIZE))
    sidecar_of(photo).write_bytes(layouts.digikam([FOREIGN], SIZE))
    write_sidecar(photo, [ANN], FRAME)
    assert [name for name, _ in seen(photo)["MWG"]] == ["Cid", "Ann Lee"]
    facts = exiftool(sidecar_of(photo))
    assert [r["Name"] for r in facts["XMP-mwg-rs:RegionInfo"]["RegionList"]] == ["Cid", "Ann Lee"]
    assert facts["XMP-digiKam:ColorLabel"] == 0


def test_a_region_that_another_program_has_too_is_not_doubled() -> None:
    foreign = layouts.digikam([(ANN.name, ANN.area)], SIZE)
    assert updated_sidecar(foreign, [ANN], FRAME) == foreign


def test_regions_follow_the_frame_that_the_other_program_used() -> None:
    frame = PhotoFrame(SIZE, 6)
    foreign = layouts.lightroom([FOREIGN], SIZE)  # as shown, not as stored
    both = updated_sidecar(foreign, [ANN], frame)
    assert both is not None
    assert b"<stArea:x>0.200000</stArea:x><stArea:y>0.350000</stArea:y>" in both


def test_a_sidecar_of_ours_goes_with_the_last_name(tmp_path: Path) -> None:
    photo = pictures.save(tmp_path / "photo.jpg", pictures.gradient(*SIZE))
    write_sidecar(photo, [ANN], FRAME)
    assert is_ours(photo)
    assert write_sidecar(photo, [], FRAME, dry_run=True)
    assert sidecar_of(photo).exists()
    assert write_sidecar(photo, [], FRAME)
    assert not sidecar_of(photo).exists()
    assert not write_sidecar(photo, [], FRAME)


def test_what_exiftool_rewrote_is_still_known_as_ours(tmp_path: Path) -> None:
    photo = pictures.save(tmp_path / "photo.jpg", pictures.gradient(*SIZE))
    write_sidecar(photo, [ANN], FRAME)
    exiftool(sidecar_of(photo))  # skips where it is absent
    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", "-XMP-dc:Title=Picnic", sidecar_of(photo)],
        check=True,
    )
    assert write_sidecar(photo, [BOB], FRAME)
    assert [name for name, _ in seen(photo)["MWG"]] == [BOB.name]
    assert write_sidecar(photo, [], FRAME)
    assert exiftool(sidecar_of(photo))["XMP-dc:Title"] == "Picnic"
    assert seen(photo) == {}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<x:xmpmeta", "damaged"),
        (b"<html/>", "no XMP packet"),
        (layouts.lightroom([FOREIGN], SIZE).decode().encode("utf-16"), "not written in UTF-8"),
        (b'<?xml version="1.0" encoding="latin-1"?><a/>', "not written in UTF-8"),
        (layouts.packet("<a/>" * 100_001, ""), "too many parts"),
        (layouts.lightroom([FOREIGN], (96, 96)), "another cut"),
        (
            layouts.lightroom([], SIZE).replace(b"<rdf:Bag>\n</rdf:Bag>", b"<rdf:Bag/>"),
            "empty list",
        ),
    ],
)
def test_a_sidecar_that_cannot_be_added_to_is_left_as_it_is(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    photo = pictures.save(tmp_path / "photo.jpg", pictures.gradient(*SIZE))
    sidecar_of(photo).write_bytes(content)
    with pytest.raises(BadRequest, match=reason):
        write_sidecar(photo, [ANN], FRAME)
    assert sidecar_of(photo).read_bytes() == content


def test_deep_and_broken_packets_are_refused_without_a_crash() -> None:
    deep = layouts.packet("<a>" * 20_000 + "</a>" * 20_000, "")
    assert updated_sidecar(deep, [ANN], FRAME) is not None
    generator = np.random.default_rng(7)
    both = updated_sidecar(layouts.digikam([FOREIGN], SIZE), [ANN, BOB], FRAME)
    assert both is not None
    for _ in range(500):
        data = bytearray(both)
        for _ in range(int(generator.integers(1, 4))):
            place = int(generator.integers(0, len(data)))
            if generator.integers(0, 2):
                data[place] = int(generator.integers(32, 127))
            else:
                del data[place : place + int(generator.integers(1, 40))]
        try:
            updated_sidecar(bytes(data), [BOB], FRAME)
        except BadRequest:
            continue
