"""Reads from the settings whether exports are signed, and with what."""

from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain.errors import BadRequest, ExpectedError
from desktop_app.domain.progress import Progress, Report
from desktop_app.imaging.credential import CredentialFiles, read_credential
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


@dataclass(frozen=True)
class WhoSigns:
    """As whom exports would be signed now; all "" where they are not."""

    subject: str = ""
    self_signed: bool = False
    problem: str = ""  # why what is chosen cannot sign


def who_signs(settings: Settings, report: Report) -> WhoSigns:
    """Reads the certificate, as an export would; never raises for what is wrong with it."""
    report(Progress(0, None))
    try:
        files = signing_of(settings)
        if files is None:
            return WhoSigns()
        credential = read_credential(files)
    except ExpectedError as problem:
        return WhoSigns(problem=str(problem))
    return WhoSigns(credential.subject, credential.self_signed)
