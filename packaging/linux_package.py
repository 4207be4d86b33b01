"""The Debian package and the portable archive, from the one folder."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import tarfile
import tempfile
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
    lay_out_menu(drawn, share)
    (share / "applications").mkdir()
    (share / f"{APP_ID}.desktop").rename(share / "applications" / f"{APP_ID}.desktop")
    told = (HERE / "linux" / "likeness.metainfo.xml").read_text(encoding="utf-8")
    metainfo = share / "metainfo" / f"{APP_ID}.metainfo.xml"
    metainfo.parent.mkdir(parents=True)
    metainfo.write_text(told.replace("@VERSION@", version), encoding="utf-8")
    page = share / "man" / "man1" / "likeness.1.gz"
    page.parent.mkdir(parents=True)
    page.write_bytes(gzip.compress((HERE / "linux" / "likeness.1").read_bytes(), mtime=0))
    doc = share / "doc" / "likeness"
    _copy(HERE / "linux" / "copyright", doc / "copyright")
    command = root / "usr" / "bin" / "likeness"
    command.parent.mkdir(parents=True)
    command.symlink_to("/opt/likeness/likeness")


def lay_out_menu(drawn: Path, folder: Path) -> None:
    """The menu's entry and the icon in all sizes; the portable application carries them too."""
    _copy(HERE / "linux" / "likeness.desktop", folder / f"{APP_ID}.desktop")
    icons = folder / "icons" / "hicolor"
    _copy(CHECKOUT / "resources/icons/likeness.svg", icons / "scalable/apps" / f"{APP_ID}.svg")
    for side in ICON_SIDES:
        _copy(drawn / f"{side}.png", icons / f"{side}x{side}" / "apps" / f"{APP_ID}.png")


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
    with tempfile.TemporaryDirectory(dir=out) as place:
        parts = [Path(place) / name for name in ("debian-binary", "control.tar.xz", "data.tar.xz")]
        parts[0].write_text("2.0\n", encoding="ascii")
        _pack(root / "DEBIAN", ".", parts[1])
        shutil.rmtree(root / "DEBIAN")
        _pack(root, ".", parts[2])
        made.unlink(missing_ok=True)
        # deb(5): an ar archive of these three, in this order
        command = ["ar", "rcD", str(made), *(part.name for part in parts)]
        if subprocess.run(command, check=False, cwd=place).returncode:
            raise Trouble("ar, of binutils, refused to make the package.")
    return made


def tarball(folder: Path, out: Path, version: str) -> Path:
    """likeness-VERSION-linux-x86_64.tar.xz: unpack anywhere, start `likeness/likeness`."""
    made = out / f"likeness-{version}-linux-x86_64.tar.xz"
    _pack(folder, "likeness", made)
    return made


def _pack(folder: Path, name: str, made: Path) -> None:
    """An archive in which `folder` is called `name`, owned by root. Raises `Trouble`.

    The filter for x86 code and a dictionary that spans most of it save 5 % against dpkg-deb's
    own way (measured, see README.md); whoever unpacks it needs 65 MB of memory.
    """
    command = ["xz", "--threads=1", "--format=xz", "--x86", "--lzma2=preset=9e,dict=64MiB"]
    try:
        with (
            made.open("wb") as file,
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=file) as xz,
        ):
            assert xz.stdin is not None
            with tarfile.open(fileobj=xz.stdin, mode="w|", format=tarfile.GNU_FORMAT) as archive:
                archive.add(folder, name, filter=_owned_by_nobody)
            xz.stdin.close()
    except FileNotFoundError as error:
        raise Trouble("xz is needed to pack here: install xz-utils.") from error
    if xz.returncode:
        raise Trouble("xz refused to make the package.")


def _owned_by_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Whoever packs it."""
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
