"""A whole session, watched from outside: no network, no original touched, nothing left of anybody.

The real window runs in a process of its own, with `CI` unset and a umask that hides nothing, on a
library that may not be written. strace tells every socket and every file that it, or a process
that it started, opened.
"""

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import tifffile

from tests.imaging import pictures

CHECKOUT = Path(__file__).resolve().parents[2]
NAME = "Wilhelmine Unverwechselbar"
FILES = ("Tante Erna.jpg", "Tante Erna 16 bit.tif", "grau.png")
_WATCHED = (
    "socket,socketpair,connect,sendto,sendmsg,sendmmsg,bind,open,openat,creat,rename,renameat,"
    "renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,truncate,chmod,fchmodat,fchmodat2,utimensat,"
    "link,linkat,symlink,symlinkat,chown,lchown,fchownat,setxattr,lsetxattr,removexattr,mknodat"
)
_CALLS = ",".join(f"?{call}" for call in _WATCHED.split(","))  # not every processor has all
_OPENS_TO_WRITE = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|creat\(")
_READS = re.compile(r"^(open|openat)\(")

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@dataclass(frozen=True)
class Session:
    """What a session left, and what it was seen doing."""

    home: Path
    library: Path
    out: Path
    before: dict[str, object]
    threads: list[list[str]]  # the calls of each, in order

    @property
    def calls(self) -> list[str]:
        return [call for thread in self.threads for call in thread]

    def written(self, *names: str) -> dict[Path, bytes]:
        folders = [self.home / name for name in names] if names else [self.home]
        files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
        return {file: file.read_bytes() for file in files}


def looks(folder: Path) -> dict[str, object]:
    """Bytes, size, times, permissions and identity of everything in a folder, and of itself."""
    told: dict[str, object] = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        told_by_system = path.stat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        told[str(path)] = (
            digest,
            told_by_system.st_size,
            told_by_system.st_mtime_ns,
            told_by_system.st_ctime_ns,
            told_by_system.st_mode,
            told_by_system.st_ino,
        )
    return told


def make_library(folder: Path, samples: Path) -> None:
    """The sample photos, other formats, a place in EXIF, and another program's names."""
    shutil.copytree(samples / "library", folder)
    exif = pictures.exif_of(place=True, taken="1998:07:12 10:00:00")
    pictures.save(folder / FILES[0], pictures.gradient(), exif=exif)
    tifffile.imwrite(folder / FILES[1], pictures.noise(80, 90, 3, np.uint16), photometric="rgb")
    pictures.save(folder / FILES[2], pictures.noise(70, 70, 3, np.uint8)[..., 0])
    (folder / f"{FILES[0]}.xmp").write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")


def may_mount() -> bool:
    """Whether a name space of our own can be had, in which the library is mounted read-only."""
    asked = ["unshare", "-m", "true"]
    return shutil.which("unshare") is not None and subprocess.run(asked).returncode == 0


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Session:
    folder = tmp_path_factory.mktemp("session")
    home, library, out = (folder / name for name in ("home", "library", "out"))
    out.mkdir()
    make_library(library, samples)
    for path in library.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    library.chmod(0o555)
    before = looks(library)
    trace = folder / "trace"  # a file a thread, so that calls do not interrupt one another
    trace.mkdir()
    watch = ["strace", "-ff", "--seccomp-bpf", "-y", "-s", "4096", "-o", str(trace / "of")]
    program = [sys.executable, "-m", "tests.reliability.whole_session"]
    command = [*watch, "-e", f"trace={_CALLS}", *program, str(library), str(out), NAME]
    if may_mount():
        mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
        command = ["unshare", "-m", "sh", "-c", mount, str(library), *command]
    variables = {name: value for name, value in os.environ.items() if name != "CI"}
    variables |= {"LIKENESS_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    run = subprocess.run(
        command,
        cwd=CHECKOUT,
        env=variables,
        umask=0,
        capture_output=True,
        text=True,
        timeout=230,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    threads = [file.read_text("utf-8", "replace").splitlines() for file in trace.iterdir()]
    return Session(home, library, out, before, threads)


@pytest.mark.timeout(300)
def test_the_watch_sees_files_and_other_processes(session: Session) -> None:
    assert any("likeness.catalog" in call for call in session.calls)
    assert len(session.threads) > 5  # those of the children too
    probe = "import socket; socket.socket(); socket.socket(socket.AF_INET6)"
    seen = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-e", f"trace={_CALLS}", sys.executable, "-c", probe],
        capture_output=True,
        text=True,
    ).stderr.splitlines()
    assert len(sockets(seen)) == 2


def sockets(calls: list[str]) -> list[str]:
    """Every socket that leads out of the machine, or to the service that asks for names."""
    asks = re.compile(r"connect\(.*(nscd|resolve|:53\b|htons\(53\))")
    return [
        call for call in calls if ("socket(" in call and "AF_UNIX" not in call) or asks.search(call)
    ]


def test_no_connection_is_made_and_no_name_asked_for(session: Session) -> None:
    assert sockets(session.calls) == []


def test_no_original_changes_in_a_single_respect(session: Session) -> None:
    assert looks(session.library) == session.before


def test_no_original_and_nothing_beside_it_is_opened_to_be_written(session: Session) -> None:
    about = [call for call in session.calls if str(session.library) in call]
    assert len(about) > len(session.before)
    tried = [call for call in about if not _READS.match(call) or _OPENS_TO_WRITE.search(call)]
    # names beside photos were asked for, and refused by the folder: nothing but those
    beside = re.compile(r"O_TMPFILE|\.likeness-|\.xmp")
    assert [call for call in tried if not beside.search(call) or "= -1 E" not in call] == []


def test_an_export_stands_where_it_was_wanted(session: Session) -> None:
    (written,) = [path for path in session.out.iterdir() if path.suffix != ".json"]
    assert written.stat().st_size > 10_000


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_everything_kept_is_for_its_owner_alone_whatever_the_umask(session: Session) -> None:
    for path in [session.home, *session.home.rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_who_was_forgotten_is_in_no_byte_that_is_kept(session: Session) -> None:
    known = json.loads((session.out / "known.json").read_text())
    assert known["were_there"]
    assert known["vectors"]
    assert known["crops"]
    secrets = [bytes.fromhex(one) for one in (*known["vectors"], *known["crops"])]
    secrets += [NAME.encode(), NAME.casefold().encode(), NAME.encode("utf-16-le")]
    for file, content in session.written().items():
        assert not [secret[:40] for secret in secrets if secret in content], file


def test_neither_log_nor_report_holds_a_name_or_a_place(session: Session) -> None:
    log = b"".join(session.written("logs").values()).decode()
    report = (session.out / "report.json").read_text()
    photos = [Path(path).stem for path in session.before]
    words = ("Wilhelmine", "Unverwechselbar", str(session.home), str(session.library), *photos)
    for text in (log, report):
        assert "FileVanished" in text
        assert "whole_session.py" in text
        assert [word for word in words if word in text] == []
    assert "KeyError" in log
    assert "OSError" in log
