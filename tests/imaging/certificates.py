"""Makes certificates and keys for tests: of one's own or by an issuer, sound or not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from desktop_app.imaging.credential import CredentialFiles

DAY = timedelta(days=1)


def make_key(kind: str) -> Any:
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))
    return ec.generate_private_key(getattr(ec, kind)())


def make_credential(
    folder: Path,
    *,
    kind: str = "SECP256R1",
    issuer: str = "",
    ends: timedelta = 365 * DAY,
    begins: timedelta = -DAY,
    password: bytes | None = None,
    usable: bool = True,
) -> CredentialFiles:
    """A certificate of Ann Lee; self-signed where no `issuer` is named.

    One that is not `usable` is made for encryption alone.
    """
    folder.mkdir(exist_ok=True)
    key = make_key(kind)
    issuers_key = make_key("SECP256R1") if issuer else key
    issued_by = _name(issuer or "Ann Lee")
    purpose = ExtendedKeyUsageOID.EMAIL_PROTECTION if usable else ExtendedKeyUsageOID.SERVER_AUTH
    usage = [usable, False, not usable, *([False] * 6)]
    own = (
        _begun(issued_by, "Ann Lee", key, begins, ends)
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(x509.KeyUsage(*usage), True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuers_key.public_key()), False
        )
        .sign(issuers_key, None if kind == "ed25519" and not issuer else hashes.SHA256())
    )
    chain = own.public_bytes(serialization.Encoding.PEM)
    if issuer:
        root = (
            _begun(issued_by, issuer, issuers_key, begins, ends)
            .add_extension(x509.BasicConstraints(True, None), True)
            .sign(issuers_key, hashes.SHA256())
        )
        chain += root.public_bytes(serialization.Encoding.PEM)
    locked = serialization.BestAvailableEncryption(password) if password else None
    (folder / "chain.pem").write_bytes(chain)
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            locked or serialization.NoEncryption(),
        )
    )
    return CredentialFiles(folder / "chain.pem", folder / "key.pem")


def _name(words: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, words),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "The Lee family"),
        ]
    )


def _begun(
    issuer: x509.Name, subject: str, key: Any, begins: timedelta, ends: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
    )
