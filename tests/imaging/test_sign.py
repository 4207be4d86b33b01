"""Signed exports: what the manifest says, that it holds, and that nothing leaves the machine."""

import logging
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from desktop_app.domain.errors import CannotSign, DiskFull
from desktop_app.domain.face import BBox
from desktop_app.imaging import credential as credential_module
from desktop_app.imaging.about import COMPOSITE_WITH_TRAINED, ExportAbout, RestorationNote
from desktop_app.imaging.credential import CredentialFiles, read_credential
from desktop_app.imaging.encode import SUFFIX_OF, ExportSettings, encode_photo
from desktop_app.imaging.sign import OWN_ASSERTION, SETTINGS
from desktop_app.imaging.source import decode_source
from tests.imaging import pictures
from tests.imaging.test_export_words import exiftool
from tests.sealed import can_seal

c2pa = pytest.importorskip("c2pa", reason="the extra `provenance` is not installed")
certificates = pytest.importorskip("tests.imaging.certificates")

_NOTE = RestorationNote("Ann Lee", "compact", "cd" * 32, 0.8, 3, seed=7, bbox=BBox(24, 16, 48, 48))
_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "tiff": "image/tiff"}
_TYPES |= {"webp": "image/webp", "avif": "image/avif"}


def _about(original: Path) -> ExportAbout:
    return ExportAbout(
        source_path=original,
        source_hash="ab" * 32,
        made_at=datetime(2026, 11, 28, 12, 0, tzinfo=UTC),
        software="Likeness 9.9",
        restorations=(_NOTE,),
    )


def _original(tmp_path: Path) -> Path:
    exif = pictures.exif_of(taken="1987:06:14 10:00:00", place=True, camera="Canon EOS 80D")
    return pictures.save(tmp_path / "original.jpg", pictures.gradient(), exif=exif)


def _signed(
    tmp_path: Path, file_format: str, files: CredentialFiles, *, keep_place: bool = False
) -> Path:
    original = tmp_path / "original.jpg"
    if not original.exists():
        _original(tmp_path)
    path = tmp_path / f"out{SUFFIX_OF[file_format]}"
    settings = ExportSettings(file_format, keep_place=keep_place)
    pixels = decode_source(original)
    encode_photo(pixels, path, settings, _about(original), read_credential(files))
    return path


def _read(path: Path, file_format: str) -> Any:
    with path.open("rb") as file, c2pa.Context.from_dict(SETTINGS) as context:
        return c2pa.Reader(_TYPES[file_format], file, context=context)


def _failures(reader: Any) -> list[str]:
    return [f["code"] for f in reader.get_validation_results()["activeManifest"]["failure"]]


@pytest.mark.parametrize("file_format", SUFFIX_OF)
def test_the_manifest_says_what_was_done_and_holds(tmp_path: Path, file_format: str) -> None:
    files = certificates.make_credential(tmp_path / "mine")
    path = _signed(tmp_path, file_format, files)
    reader = _read(path, file_format)
    assert reader.get_validation_state() == "Valid"
    assert _failures(reader) == ["signingCredential.untrusted"]  # on nobody's list
    manifest = reader.get_active_manifest()
    assert manifest["claim_generator_info"][0]["name"] == "Likeness"
    assert manifest["signature_info"]["common_name"] == "Ann Lee"
    assert "thumbnail" not in manifest
    (parent,) = manifest["ingredients"]
    assert parent["relationship"] == "parentOf"
    assert parent["instance_id"] == "urn:sha256:" + "ab" * 32
    said = {a["label"]: a["data"] for a in manifest["assertions"]}
    opened, edited = said["c2pa.actions.v2"]["actions"]
    assert opened["action"] == "c2pa.opened"
    assert opened["parameters"]["ingredients"]
    assert edited["action"] == "c2pa.edited"
    assert edited["digitalSourceType"] == COMPOSITE_WITH_TRAINED
    assert edited["softwareAgent"] == {"name": "Likeness", "version": "9.9"}
    assert edited["when"] == "2026-11-28T12:00:00Z"
    assert "The face of Ann Lee was restored" in edited["description"]
    assert edited["parameters"]["modelSHA256"] == "cd" * 32
    shape = edited["changes"][0]["region"][0]["shape"]
    assert shape["origin"] == {"x": 25, "y": 25}
    assert (shape["width"], shape["height"]) == (25, 50)
    assert said[OWN_ASSERTION]["sourceSHA256"] == "ab" * 32


@pytest.mark.parametrize("file_format", SUFFIX_OF)
def test_signing_changes_no_pixel_and_no_word(tmp_path: Path, file_format: str) -> None:
    files = certificates.make_credential(tmp_path / "mine")
    signed = _signed(tmp_path, file_format, files)
    plain = tmp_path / f"plain{SUFFIX_OF[file_format]}"
    original = tmp_path / "original.jpg"
    pixels = decode_source(original)
    encode_photo(pixels, plain, ExportSettings(file_format), _about(original))
    assert np.array_equal(decode_source(signed).samples, decode_source(plain).samples)
    kept = ("XMP-", "ExifIFD:", "ICC", "GPS:", "IFD0:")
    one, other = (
        {
            name: value
            for name, value in exiftool(path).items()
            if name.startswith(kept) and "Offset" not in name
        }
        for path in (signed, plain)
    )
    assert one == other


@pytest.mark.parametrize("file_format", SUFFIX_OF)
def test_a_changed_pixel_is_detected(tmp_path: Path, file_format: str) -> None:
    files = certificates.make_credential(tmp_path / "mine")
    path = _signed(tmp_path, file_format, files)
    with Image.open(path) as image:
        at = image.tile[0][2] if file_format in ("tiff", "jpeg") else 0
    data = bytearray(path.read_bytes())
    places = {"png": data.find(b"IDAT") + 40, "webp": data.find(b"VP8 ") + 60}
    places |= {"avif": data.find(b"mdat") + 60}
    data[places.get(file_format, at + 700)] ^= 1
    path.write_bytes(data)
    reader = _read(path, file_format)
    assert reader.get_validation_state() == "Invalid"
    assert any("mismatch" in code for code in _failures(reader))


@pytest.mark.parametrize("kind", ["SECP256R1", "SECP384R1", "SECP521R1", "ed25519", "rsa2048"])
def test_every_kind_of_key_that_is_allowed_signs(tmp_path: Path, kind: str) -> None:
    files = certificates.make_credential(tmp_path / "mine", kind=kind, issuer="Root of the Lees")
    credential = read_credential(files)
    assert (credential.subject, credential.issuer) == ("Ann Lee", "Root of the Lees")
    assert not credential.self_signed
    assert _read(_signed(tmp_path, "png", files), "png").get_validation_state() == "Valid"


def test_a_certificate_of_ones_own_is_said_to_be_one(tmp_path: Path) -> None:
    assert read_credential(certificates.make_credential(tmp_path / "mine")).self_signed


def test_what_cannot_sign_is_said_in_a_sentence_without_the_key(tmp_path: Path) -> None:
    day = certificates.DAY
    good = certificates.make_credential(tmp_path / "good")
    other = certificates.make_credential(tmp_path / "other")
    (tmp_path / "words.pem").write_text("no certificate")
    cases = {
        "cannot be read": CredentialFiles(tmp_path / "gone.pem", good.private_key),
        "holds no certificate": CredentialFiles(tmp_path / "words.pem", good.private_key),
        "holds no private key": CredentialFiles(good.certificates, good.certificates),
        "does not belong": CredentialFiles(good.certificates, other.private_key),
        "locked with a password": certificates.make_credential(tmp_path / "l", password=b"1234"),
        "ended on": certificates.make_credential(tmp_path / "e", begins=-9 * day, ends=-day),
        "begins on": certificates.make_credential(tmp_path / "b", begins=day),
        "of a kind": certificates.make_credential(tmp_path / "r", kind="rsa1024"),
    }
    for words, files in cases.items():
        with pytest.raises(CannotSign, match=words) as heard:
            read_credential(files)
        assert _secret(good) not in str(heard.value)


def _secret(files: CredentialFiles) -> str:
    return files.private_key.read_text().splitlines()[1]


def test_a_certificate_that_is_not_for_signing_leaves_no_file(tmp_path: Path) -> None:
    files = certificates.make_credential(tmp_path / "mine", usable=False)
    with pytest.raises(CannotSign, match="refused for Content Credentials"):
        _signed(tmp_path, "jpeg", files)
    assert not list(tmp_path.glob("out*"))
    assert not list(tmp_path.glob(".likeness-*"))


def test_the_key_stands_in_no_log_and_no_repr(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    files = certificates.make_credential(tmp_path / "mine")
    path = _signed(tmp_path, "jpeg", files)
    secret = _secret(files)
    assert secret not in caplog.text
    assert secret not in repr(read_credential(files))
    assert secret.encode() not in path.read_bytes()


def test_a_full_disk_while_signing_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = certificates.make_credential(tmp_path / "mine")
    from desktop_app.imaging import sign

    def full(self: Any, data: Any) -> int:
        self.failure = OSError(28, os.strerror(28))
        raise self.failure

    monkeypatch.setattr(sign._Watched, "write", full)
    with pytest.raises(DiskFull):
        _signed(tmp_path, "jpeg", files)
    assert not list(tmp_path.glob("out*"))


def test_without_the_package_the_way_out_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credential_module.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(CannotSign, match="not installed"):
        read_credential(CredentialFiles(tmp_path / "a", tmp_path / "b"))


def test_the_sources_own_manifest_goes_along_unless_the_place_is_removed(tmp_path: Path) -> None:
    files = certificates.make_credential(tmp_path / "mine")
    _signed(tmp_path, "jpeg", files).rename(tmp_path / "first.jpg")
    source = tmp_path / "first.jpg"
    for keep_place in (True, False):
        path = tmp_path / f"second {keep_place}.png"
        about = replace(_about(source), source_hash="ef" * 32)
        settings = ExportSettings("png", keep_place=keep_place)
        encode_photo(decode_source(source), path, settings, about, read_credential(files))
        reader = _read(path, "png")
        assert reader.get_validation_state() == "Valid"
        (parent,) = reader.get_active_manifest()["ingredients"]
        assert ("active_manifest" in parent) is keep_place


@pytest.mark.skipif(not can_seal(), reason="the seal is written for Linux on two processors")
def test_signing_opens_no_connection(tmp_path: Path) -> None:
    """Not even where the source names a manifest that lies elsewhere."""
    files = certificates.make_credential(tmp_path / "mine")
    original = _original(tmp_path)
    elsewhere = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="http://127.0.0.1:9/manifest.c2pa"/></rdf:RDF></x:xmpmeta>'  # noqa: E501
    with Image.open(original) as image:
        image.save(original, xmp=elsewhere)
    program = tmp_path / "program.py"
    program.write_text(
        f"""
import sys
sys.path.insert(0, {str(Path.cwd())!r})
from pathlib import Path
from tests.imaging.test_sign import _signed, _read
from desktop_app.imaging.credential import CredentialFiles
files = CredentialFiles(Path({str(files.certificates)!r}), Path({str(files.private_key)!r}))
path = _signed(Path({str(tmp_path)!r}), "jpeg", files, keep_place=True)
print(_read(path, "jpeg").get_validation_state())
"""
    )
    sealed = Path(__file__).parents[1] / "sealed.py"
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(
        [sys.executable, str(sealed), str(program)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "Valid"
