"""The options by which a command signs what it writes."""

import argparse
from pathlib import Path
from typing import Any

from desktop_app.cli.tools import Tools
from desktop_app.domain.errors import BadRequest
from desktop_app.imaging.credential import Credential, CredentialFiles
from desktop_app.operations.signing_choice import signing_of


def add_signing(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "Content Credentials (C2PA)",
        "With a certificate, here or in the settings, what is written is signed. Needs the "
        "package c2pa-python.",
    )
    group.add_argument("--certificate", type=Path, metavar="FILE", help="PEM, yours first")
    group.add_argument("--private-key", type=Path, metavar="FILE", help="PEM without a password")
    group.add_argument("--unsigned", action="store_true", help="do not sign, whatever is set")


def signing_asked(asked: argparse.Namespace, tools: Tools) -> CredentialFiles | None:
    """Raises `BadRequest` where one of the two files is named without the other."""
    if asked.unsigned:
        return None
    if (asked.certificate is None) != (asked.private_key is None):
        raise BadRequest("To sign, name both: --certificate FILE --private-key FILE")
    if asked.certificate is not None:
        return CredentialFiles(asked.certificate, asked.private_key)
    return signing_of(tools.settings)


def signed_words(signed: Credential | None) -> str:
    """ "" for what was not signed."""
    if signed is None:
        return ""
    if signed.self_signed:
        return (
            f"Signed as {signed.subject}, self-signed: it shows that nobody changed the file "
            "since, not who you are."
        )
    return f"Signed as {signed.subject}, certified by {signed.issuer}."


def signed_values(signed: Credential | None) -> dict[str, Any] | None:
    if signed is None:
        return None
    return {
        "by": signed.subject,
        "issuer": signed.issuer,
        "self_signed": signed.self_signed,
        "expires": signed.expires.isoformat(),
    }
