"""Installs the Debian package into an empty Debian 12 as a user would, uses it, removes it.

    sudo python3 packaging/try_package.py FOLDER PACKAGE.deb [--portable ARCHIVE.tar.xz]

Makes the system in FOLDER with debootstrap (no Python, no development package), installs the
package with apt, then, as an ordinary user and with the network cut (unshare --net): the self-test,
the sample library indexed, a print restored and a result exported by the `likeness` command, the
window opened under Xvfb and photographed. Then the package is removed, and what is left is listed.
A second user has everything of theirs removed by the command. The portable archive is unpacked in
the first user's home, tried, put into the menu and taken out again.
How packages are reached is taken from this machine at run time. Pictures stay in FOLDER.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from try_in_chroot import SUITE, debian_mirror, reach_packages

USER, OTHER = "anna", "ben"
HOME = f"/home/{USER}"
SAMPLES = "/opt/likeness/_internal/desktop_app/_resources/samples/library"
# Not the application's: what photographs its window.
TO_LOOK = ("xvfb", "xauth", "imagemagick", "x11-utils", "x11-apps", "desktop-file-utils")

USE = f"""
set -e
cd {HOME}
export HOME={HOME} USER={USER} LANG=C.UTF-8
[ "$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ')" = lo ]  # no network but to oneself
echo "== who: $(id -un); python: $(command -v python3 || echo none)"
likeness --version
likeness self-test
likeness index "{SAMPLES}"
likeness restore "{SAMPLES}/Old prints/blue-room-print.jpg" \\
    --reference "{SAMPLES}/Official portraits/oval-office-2012.jpg" --out restored.png --face 1
likeness restore "{SAMPLES}/Old prints/blue-room-print.jpg" \\
    --reference "{SAMPLES}/Official portraits/oval-office-2012.jpg" --out restored.tif --face 1
likeness demo --folder demo
likeness doctor
likeness engine status
likeness data show
ls -la . demo
"""

WITHOUT_A_TRACE = f"""
set -e
cd /home/{OTHER}
export HOME=/home/{OTHER} USER={OTHER} LANG=C.UTF-8
likeness index "{SAMPLES}"
likeness data remove --yes
left=$(find . -iname '*likeness*')
[ -z "$left" ] || {{ echo "left: $left"; exit 1; }}
"""

PORTABLE = f"""
set -e
cd {HOME}
export HOME={HOME} USER={USER} LANG=C.UTF-8
mkdir -p "my apps"
tar -xf /tmp/likeness.tar.xz -C "my apps"
"my apps/likeness/likeness" self-test
"my apps/likeness/likeness" menu add
desktop-file-validate .local/share/applications/likeness.desktop
grep Exec .local/share/applications/likeness.desktop
find .local/share/icons -name 'likeness.*' | sort
"""

PUT_AWAY = f"""
set -e
cd {HOME}
export HOME={HOME} USER={USER} LANG=C.UTF-8
"my apps/likeness/likeness" menu remove
rm -r "my apps"
left=$(find .local/share/applications .local/share/icons -iname '*likeness*')
[ -z "$left" ] || {{ echo "left: $left"; exit 1; }}
"""

WINDOW = """
cd %(home)s
export HOME=%(home)s LANG=C.UTF-8
Xvfb :77 -screen 0 1360x900x24 >/dev/null 2>&1 & screen=$!
export DISPLAY=:77
for n in 1 2 3; do
    sleep 1
    begun=$(date +%%s%%N)
    %(likeness)s window & window=$!
    i=0
    until xwininfo -root -tree 2>/dev/null | grep -q '"Likeness"'; do
        i=$((i + 1)); [ $i -gt 600 ] && break; sleep 0.02
    done
    echo "start $n: window after $(( ($(date +%%s%%N) - begun) / 1000000 )) ms"
    [ $n = 3 ] && sleep 8 && xwd -root -silent | convert xwd:- %(picture)s.png
    kill -TERM $window; wait $window 2>/dev/null
done
kill $screen
"""


def main() -> int:
    """0 where everything went well and nothing but the user's data is left."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("package", type=Path)
    parser.add_argument("--portable", type=Path, metavar="ARCHIVE", help="try this one too")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("A chroot needs root: run this with sudo.")
    if "LIKENESS_OWN_MOUNTS" not in os.environ:  # mounts end with the process that made them
        variables = {**os.environ, "LIKENESS_OWN_MOUNTS": "1"}
        again = ["unshare", "--mount", sys.executable, __file__, *sys.argv[1:]]
        return subprocess.call(again, env=variables)
    folder: Path = options.folder.resolve()
    if not (folder / "etc" / "debian_version").exists():
        only = ["--variant=minbase", "--include=ca-certificates", SUITE, str(folder)]
        subprocess.run(["debootstrap", *only, *debian_mirror()], check=True)
    shutil.copy(options.package, folder / "tmp" / "likeness.deb")
    for name in ("proc", "dev", "sys"):
        subprocess.run(["mount", "--rbind", f"/{name}", str(folder / name)], check=True)
    variables = reach_packages(folder)
    inside = _Inside(folder, variables)
    inside.run("apt-get", "update", "-qq")
    quiet = ("apt-get", "install", "-y", "-qq", "--no-install-recommends")
    inside.run(*quiet, *TO_LOOK)
    for user in (USER, OTHER):
        inside.run("sh", "-c", f"id {user} >/dev/null 2>&1 || useradd --create-home {user}")
    before = _files(folder)
    packages = inside.told("dpkg-query", "-W", "-f", "${Package}\n")
    started = time.monotonic()
    inside.run(*quiet, "/tmp/likeness.deb")
    print(f"== installed in {time.monotonic() - started:.0f} s", flush=True)
    came = set(inside.told("dpkg-query", "-W", "-f", "${Package}\n").split()) - {*packages.split()}
    print("== came with it:", *sorted(came - {"likeness"}), flush=True)
    inside.run("unshare", "--net", "su", USER, "-c", USE)
    window = {"home": HOME, "likeness": "likeness", "picture": "window"}
    inside.run("unshare", "--net", "su", USER, "-c", WINDOW % window)
    inside.run("unshare", "--net", "su", OTHER, "-c", WITHOUT_A_TRACE)
    inside.run("apt-get", "remove", "-y", "-qq", "likeness")
    inside.run("apt-get", "purge", "-y", "-qq", "likeness")
    left = sorted(
        path for path in _files(folder) - before if "likeness" in path.lower() or "/opt/" in path
    )
    foreign = [path for path in left if not path.startswith(HOME)]
    print("== left of Likeness in the user's home:", *_tops(left), sep="\n   ")
    print("== left elsewhere:", *(foreign or ["nothing"]), sep="\n   ", flush=True)
    if options.portable is not None:
        shutil.copy(options.portable, folder / "tmp" / "likeness.tar.xz")
        window |= {"likeness": "'my apps/likeness/likeness'", "picture": "portable"}
        for script in (PORTABLE, WINDOW % window, PUT_AWAY):
            inside.run("unshare", "--net", "su", USER, "-c", script)
        print("== the portable archive: tried and put away", flush=True)
    return int(bool(foreign))


class _Inside:
    """Commands in the new system, with a bare environment."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        bare = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
        settings = [f"{name}={value}" for name, value in {**bare, **variables}.items()]
        settings.append("DEBIAN_FRONTEND=noninteractive")
        self._start = ["chroot", str(folder), "env", "-i", *settings]

    def run(self, *command: str) -> None:
        """Ends the script where the command fails."""
        sys.stdout.flush()
        if subprocess.call([*self._start, *command], stdin=subprocess.DEVNULL):
            sys.exit(f"FAILED in the new system: {command[0]} {command[-1][:60]}")

    def told(self, *command: str) -> str:
        whole = [*self._start, *command]
        return subprocess.run(whole, capture_output=True, text=True, check=True).stdout


def _files(folder: Path) -> set[str]:
    """Every file of the system, without the kernel's, apt's memory and the temporary ones."""
    aside = {"proc", "sys", "dev", "run", "tmp"}
    found: set[str] = set()
    for place, folders, names in os.walk(folder):
        inside = "/" + Path(place).relative_to(folder).as_posix().removeprefix(".")
        if inside == "/":
            folders[:] = [name for name in folders if name not in aside]
        folders[:] = [name for name in folders if f"{inside}/{name}" != "/var/lib/apt"]
        found |= {f"{inside.rstrip('/')}/{name}" for name in [*names, *folders]}
    return found


def _tops(paths: Sequence[str]) -> list[str]:
    """The outermost of the paths that lie in the user's home."""
    mine = [path for path in paths if path.startswith(HOME)]
    return [p for p in mine if not any(p.startswith(f"{other}/") for other in mine)]


if __name__ == "__main__":
    sys.exit(main())
