"""Reads the certificate with which exports are signed, and says what it is worth."""

import importlib.util
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.domain.errors import CannotSign
from desktop_app.imaging.photo_file import shown_name

if TYPE_CHECKING:
    from cryptography import x509

_LARGEST = 1_000_000  # bytes: chains are some kilobytes
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_SHORTEST_RSA = 2048  # bits (C2PA 2.1, 13.2.1)


@dataclass(frozen=True)
class CredentialFiles:
    """Where the certificate chain and the private key lie, both PEM."""

    certificates: Path  # the signer's own first, then those that vouch for it
    private_key: Path


@dataclass(frozen=True)
class Credential:
    """Who signs. The key is never shown, logged or kept: it lives as long as one export."""

    subject: str
    issuer: str
    self_signed: bool
    expires: datetime
    algorithm: str  # in C2PA's words: "es256", "ps256", "ed25519" ...
    chain: bytes = field(repr=False)
    private_key: bytes = field(repr=False)


def can_sign() -> bool:
    """Whether the optional package is here."""
    return all(importlib.util.find_spec(name) for name in ("c2pa", "cryptography"))


def read_credential(files: CredentialFiles) -> Credential:
    """Raises `CannotSign`, in words that never hold anything of the key."""
    if not can_sign():
        raise CannotSign(
            "Exports cannot be signed: the package c2pa-python is not installed. "
            "Install it (pip install c2pa-python), or export without signing."
        )
    from cryptography import x509

    chain = _bytes_of(files.certificates, "certificate")
    try:
        certificates = x509.load_pem_x509_certificates(chain)
    except ValueError:
        raise CannotSign(
            f"{shown_name(files.certificates)} holds no certificate. Choose a PEM file that "
            'begins with "BEGIN CERTIFICATE".'
        ) from None
    key_bytes = _bytes_of(files.private_key, "private key")
    key = _key(key_bytes, files.private_key)
    own = certificates[0]
    _check_pair(own, key, files)
    _check_days(own, files.certificates)
    return Credential(
        subject=_name(own.subject),
        issuer=_name(own.issuer),
        self_signed=own.issuer == own.subject,
        expires=own.not_valid_after_utc,
        algorithm=_algorithm(key, files.private_key),
        chain=chain,
        private_key=key_bytes,
    )


def _bytes_of(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError:
        raise CannotSign(
            f"The {what} {shown_name(path)} cannot be read. Choose its file again in the "
            "settings, or export without signing."
        ) from None
    if len(data) > _LARGEST:
        raise CannotSign(f"{shown_name(path)} is too large for a {what}. Choose another file.")
    return data


def _key(data: bytes, path: Path) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(data, password=None)
    except TypeError:
        raise CannotSign(
            f"The private key {shown_name(path)} is locked with a password, which is never asked "
            "for here. Save it without one, readable by you alone."
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise CannotSign(
            f"{shown_name(path)} holds no private key that can sign. Choose a PEM file that "
            'begins with "BEGIN PRIVATE KEY".'
        ) from None


def _check_pair(own: "x509.Certificate", key: Any, files: CredentialFiles) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    kind = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if own.public_key().public_bytes(*kind) != key.public_key().public_bytes(*kind):
        raise CannotSign(
            f"The private key {shown_name(files.private_key)} does not belong to the first "
            f"certificate in {shown_name(files.certificates)}. Choose the two that go together."
        )


def _check_days(own: "x509.Certificate", path: Path) -> None:
    now = datetime.now(UTC)
    if now > own.not_valid_after_utc:
        day = own.not_valid_after_utc.date().isoformat()
        raise CannotSign(
            f"The certificate {shown_name(path)} ended on {day}. Choose a newer one, or export "
            "without signing."
        )
    if now < own.not_valid_before_utc:
        day = own.not_valid_before_utc.date().isoformat()
        raise CannotSign(
            f"The certificate {shown_name(path)} begins on {day} only. Look at the clock of this "
            "computer, or choose another certificate."
        )


def _algorithm(key: Any, path: Path) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    algorithm = None
    if isinstance(key, ec.EllipticCurvePrivateKey):
        algorithm = _CURVES.get(key.curve.name)
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        algorithm = "ed25519"
    elif isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _SHORTEST_RSA:
        algorithm = "ps256"
    if algorithm is None:
        raise CannotSign(
            f"The private key {shown_name(path)} is of a kind that Content Credentials do not "
            "take. Choose one of P-256, P-384, P-521, Ed25519 or RSA with 2048 bits or more."
        )
    return algorithm


def _name(name: "x509.Name") -> str:
    """The common name, or else the organisation, or else all of it."""
    from cryptography.x509.oid import NameOID

    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(kind):
            if isinstance(attribute.value, str) and attribute.value.strip():
                return attribute.value.strip()
    return name.rfc4514_string()
