"""Reads from the settings whether exports are signed, and with what."""

from pathlib import Path

from desktop_app.domain.errors import BadRequest
from desktop_app.imaging.credential import CredentialFiles
from desktop_app.settings.settings import Settings


def signing_of(settings: Settings) -> CredentialFiles | None:
    """The two files; None where none is named. Raises `BadRequest` for one without the other."""
    if bool(settings.certificate) != bool(settings.private_key):
        raise BadRequest(
            "The settings name a certificate without its private key, or a key alone. "
            "Choose the other one too, or forget both to export without signing."
        )
    if not settings.certificate:
        return None
    return CredentialFiles(Path(settings.certificate), Path(settings.private_key))
