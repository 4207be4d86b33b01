"""Fetches a model's file from its makers, after the user agreed to their terms."""

import contextlib
import glob
import http.client
import re
import shutil
import urllib.error
import urllib.parse
import urllib.request
import urllib.response
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO, Any

from desktop_app.domain.errors import DiskFull, FileVanished, ModelRefused
from desktop_app.domain.private_folder import private_folder
from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.whole_file import as_expected
from desktop_app.models.addresses import require_named
from desktop_app.models.store import sha256_of

_BLOCK = 1 << 20  # bytes
_ROOM_TO_SPARE = 100_000_000
_PATIENCE = 60.0  # seconds without an answer


@dataclass(frozen=True)
class Offered:
    """What the other side says of a file before it is fetched."""

    size: int
    sha256: str


def ask_for(url: str) -> Offered:
    """Size and sha256, from the answer before its redirection (Hugging Face's own headers).

    Fetches nothing. Raises `FileVanished` where the other side cannot be reached, `ModelRefused`
    where it tells no checksum or is not among the named addresses.
    """
    require_named(url)
    opener = urllib.request.build_opener(_StayHere)
    try:
        with contextlib.closing(
            opener.open(urllib.request.Request(url, method="HEAD"), timeout=_PATIENCE)
        ) as answer:
            headers: Message = answer.headers
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        raise _unreachable(url) from error
    checksum = str(headers.get("X-Linked-Etag", "")).strip('"').lower()
    size = str(headers.get("X-Linked-Size") or headers.get("Content-Length") or "")
    if not re.fullmatch(r"[0-9a-f]{64}", checksum) or not size.isdecimal():
        raise ModelRefused(
            "The publisher states no checksum for this file, so it is not fetched. "
            "Download it yourself, then install it from that file."
        )
    return Offered(int(size), checksum)


def kept_of(url: str, folder: Path) -> int:
    """Bytes of the file at `url` that are in `folder` from a download that broke off."""
    name = _name_of(url)
    return sum(part.stat().st_size for part in folder.glob(f"{glob.escape(name)}.*.part"))


def download(url: str, folder: Path, report: Report) -> Path:
    """The file at `url`, complete and compared with the checksum that its publisher states.

    A download that broke off goes on where it stopped; nothing has the file's own name before
    its checksum is right. Raises `FileVanished` where the other side cannot be reached,
    `ModelRefused` for a wrong checksum or none, `DiskFull`, `NotPermitted`, and `Cancelled`
    through `report`.
    """
    name = _name_of(url)
    target = folder / name
    offered = ask_for(url)
    part = folder / f"{name}.{offered.sha256[:16]}.part"
    try:
        private_folder(folder)
        if target.is_file() and sha256_of(target) == offered.sha256:
            return target
        here = part.stat().st_size if part.is_file() else 0
        if here > offered.size:
            part.unlink()
            here = 0
        if shutil.disk_usage(folder).free < offered.size - here + _ROOM_TO_SPARE:
            raise DiskFull(
                f"{name} needs {offered.size / 1e9:.1f} GB and there is less free. "
                "Free some space, then try again."
            )
        if here < offered.size:
            _fetch(url, part, here, offered, report)
        if sha256_of(part) != offered.sha256:
            part.unlink()
            raise ModelRefused(f"{name} came in damaged: its checksum is wrong. Try again.")
        part.replace(target)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError) as error:
        raise _unreachable(url) from error
    except OSError as error:
        raise as_expected(error, target) from error
    return target


def _name_of(url: str) -> str:
    name = urllib.parse.unquote(urllib.parse.urlsplit(url).path.rpartition("/")[2])
    if not name or name.startswith(".") or Path(name).name != name or "\\" in name:
        raise ModelRefused("The address names no file that could be kept.")
    return name


def _fetch(url: str, part: Path, here: int, offered: Offered, report: Report) -> None:
    asked = urllib.request.Request(url, headers={"Range": f"bytes={here}-"} if here else {})
    opener = urllib.request.build_opener(_NamedAlone)
    with opener.open(asked, timeout=_PATIENCE) as answer:
        goes_on = here > 0 and answer.status == 206
        done = here if goes_on else 0
        with part.open("ab" if goes_on else "wb") as file:
            while done < offered.size and (block := answer.read(_BLOCK)):
                file.write(block[: offered.size - done])
                done += len(block)
                report(Progress(min(done, offered.size), offered.size, "Downloading"))
    if done < offered.size:
        raise TimeoutError("the download broke off")


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Answers a redirection with the answer itself."""

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any
    ) -> Any:
        return urllib.response.addinfourl(fp, headers, req.full_url, code)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


class _NamedAlone(urllib.request.HTTPRedirectHandler):
    """Follows redirections, but only to the addresses that are named: never to http."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Any,
        newurl: str,
    ) -> urllib.request.Request | None:
        require_named(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _unreachable(url: str) -> FileVanished:
    host = urllib.parse.urlsplit(url).hostname
    return FileVanished(
        f"{host} cannot be reached or broke off. What came in is kept: try again when online, "
        "or download the file yourself and install it from there."
    )
