"""The Debian package and the portable archive, from the one folder."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import tarfile
from pathlib import Path

from trouble import Trouble

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
ICON_SIDES = (16, 24, 32, 48, 64, 128, 256, 512)
APP_ID = "likeness"

# What the folder leaves to the system: drawing, and the C and C++ libraries of its drivers.
DEPENDS = "libc6 (>= 2.36), libstdc++6 (>= 12), libgcc-s1, libgl1, libegl1, libfontconfig1, zlib1g"


def lay_out(folder: Path, drawn: Path, root: Path, version: str) -> None:
    """The tree of the installed system below `root`; `drawn` holds the icon in its sizes."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(folder, root / "opt" / "likeness", symlinks=True)
    share = root / "usr" / "share"
    _copy(HERE / "linux" / "likeness.desktop", share / "applications" / f"{APP_ID}.desktop")
    told = (HERE / "linux" / "likeness.metainfo.xml").read_text(encoding="utf-8")
    metainfo = share / "metainfo" / f"{APP_ID}.metainfo.xml"
    metainfo.parent.mkdir(parents=True)
    metainfo.write_text(told.replace("@VERSION@", version), encoding="utf-8")
    icons = share / "icons" / "hicolor"
    _copy(CHECKOUT / "resources/icons/likeness.svg", icons / "scalable/apps" / f"{APP_ID}.svg")
    for side in ICON_SIDES:
        _copy(drawn / f"{side}.png", icons / f"{side}x{side}" / "apps" / f"{APP_ID}.png")
    page = share / "man" / "man1" / "likeness.1.gz"
    page.parent.mkdir(parents=True)
    page.write_bytes(gzip.compress((HERE / "linux" / "likeness.1").read_bytes(), mtime=0))
    doc = share / "doc" / "likeness"
    _copy(HERE / "linux" / "copyright", doc / "copyright")
    command = root / "usr" / "bin" / "likeness"
    command.parent.mkdir(parents=True)
    command.symlink_to("/opt/likeness/likeness")


def strip_symbols(folder: Path) -> None:
    """Takes debugging symbols out of Python and SQLAlchemy: 10 MB of the package.

    Other wheels' libraries stay as they came: their places were patched after linking, and
    `strip` may damage such files. Raises `Trouble`.
    """
    inside = folder / "_internal"
    files = [
        *inside.glob("libpython3*.so*"),
        *inside.glob("python3*/lib-dynload/*.so"),
        *inside.glob("sqlalchemy/**/*.so"),
    ]
    if shutil.which("strip") is None:
        raise Trouble("strip is needed to pack here: install binutils.")
    for file in files:
        run = subprocess.run(["strip", "--strip-unneeded", str(file)], check=False)
        if run.returncode:
            raise Trouble(f"{file.name} could not be stripped.")


def deb(folder: Path, out: Path, version: str) -> Path:
    """likeness_VERSION_amd64.deb. Raises `Trouble`."""
    root = out / "deb"
    lay_out(folder, out / "icons", root, version)
    size = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir()) // 1024
    control = root / "DEBIAN" / "control"
    control.parent.mkdir()
    told = (HERE / "linux" / "control").read_text(encoding="utf-8")
    for name, value in (("VERSION", version), ("SIZE", str(size)), ("DEPENDS", DEPENDS)):
        told = told.replace(f"@{name}@", value)
    control.write_text(told, encoding="utf-8")
    for script in ("postinst", "postrm"):
        _copy(HERE / "linux" / script, root / "DEBIAN" / script)
        (root / "DEBIAN" / script).chmod(0o755)
    _plain_rights(root)
    made = out / f"likeness_{version}_amd64.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(made)]
    try:
        run = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    except FileNotFoundError as error:
        raise Trouble("dpkg-deb is needed to make a Debian package.") from error
    if run.returncode:
        raise Trouble("dpkg-deb refused to make the package.")
    return made


def tarball(folder: Path, out: Path, version: str) -> Path:
    """likeness-VERSION-linux-x86_64.tar.xz: unpack anywhere, start `likeness/likeness`."""
    made = out / f"likeness-{version}-linux-x86_64.tar.xz"
    with tarfile.open(made, "w:xz") as archive:
        archive.add(folder, "likeness", filter=_owned_by_nobody)
    return made


def _owned_by_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def _plain_rights(root: Path) -> None:
    """Everybody may read, only root may write, whatever the umask of this computer is."""
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)
