"""What can go wrong while the application is being set up, each in one sentence."""

from __future__ import annotations

import errno
import platform
import re
from pathlib import Path

NO_SPACE = re.compile(r"No space left on device|Errno 28\b|WinError 112|Disk quota exceeded", re.I)
OFFLINE = re.compile(
    r"name resolution|Name or service not known|getaddrinfo failed|nodename nor servname"
    r"|Network is unreachable|Failed to establish a new connection|NewConnectionError"
    r"|ConnectTimeoutError|ReadTimeoutError|Connection refused|Connection reset"
    r"|ProxyError|No route to host",
    re.I,
)
CERTIFICATE = re.compile(r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError", re.I)
WRONG_HASH = re.compile(r"DO NOT MATCH THE HASHES", re.I)
NOT_OFFERED = re.compile(r"No matching distribution found for ([^\s=<>]+)")
NOT_ALLOWED = re.compile(r"Permission denied|Errno 13\b|Read-only file system", re.I)


class Trouble(Exception):
    """Setting up cannot go on; the message says why and what to do, in one sentence."""


def why_disk_failed(error: OSError) -> str | None:
    """One sentence for a full or forbidden disk; None for anything else."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return f"The disk is full{where}: free some space, then run the same command again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"This folder may not be written{where}: check who owns it, then run it again."
    return None


def why_pip_failed(output: str, place: Path, log: Path) -> str:
    """One sentence for what pip printed when it failed to install into `place`."""
    if NO_SPACE.search(output):
        return (
            f"The disk is full: free some space for {place} (and the folder for temporary files), "
            "then run the same command again."
        )
    if CERTIFICATE.search(output):
        return (
            "The package index could not be trusted (its certificate was refused): check the "
            "computer's clock and, behind a company proxy, pip's certificate setting."
        )
    if OFFLINE.search(output):
        return (
            "The package index could not be reached: connect to the internet (or set pip's proxy "
            "or index), then run the same command again."
        )
    if WRONG_HASH.search(output):
        return (
            "A downloaded package is not the one this project was tested with (its checksum "
            "differs), so it was not installed: try again, or try another package index."
        )
    missing = NOT_OFFERED.search(output)
    if missing:
        return (
            f"The package index has no ready-made {missing[1]} for this computer "
            f"({platform.system()} {platform.machine()}, Python {platform.python_version()}): "
            "see the README for the systems that are supported."
        )
    if NOT_ALLOWED.search(output):
        return f"{place} may not be written: check who owns it, then run the same command again."
    lines = [line.strip() for line in output.splitlines() if "error" in line.lower()]
    last = lines[-1] if lines else "no reason was given"
    return f"Installing failed ({last}): the whole story is in {log}."
