"""What the frozen application starts with."""

import os
import sys
from pathlib import Path

from desktop_app.__main__ import main, window

# Of Debian and Arch, Fedora, openSUSE, macOS: a packed OpenSSL knows only where the computer it
# was built on keeps them, and a download after consent would find no https that it may trust.
CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def trust_what_the_system_trusts() -> None:
    """Names the system's certificates, unless the user named some. Windows needs no word."""
    if os.name != "nt" and "SSL_CERT_FILE" not in os.environ:
        found = next((path for path in CERTIFICATES if Path(path).is_file()), None)
        if found is not None:
            os.environ["SSL_CERT_FILE"] = found


if __name__ == "__main__":
    trust_what_the_system_trusts()
    windowed = Path(sys.executable).stem.lower() == "likeness-window"
    sys.exit(window() if windowed else main())
