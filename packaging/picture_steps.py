"""Photographs the steps of a user with the Debian package: install, remove.

    sudo python3 packaging/picture_steps.py FOLDER PACKAGE.deb OUT

FOLDER holds the system that `try_package.py` made. The pictures are of a real terminal in it, under
Xvfb; the step between them, the window, is `try_package.py`'s own picture.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from try_in_chroot import reach_packages
from try_package import _Inside

STEP = """
Xvfb :79 -screen 0 860x420x24 >/dev/null 2>&1 & screen=$!
export DISPLAY=:79
sleep 1
rm -f /tmp/done
xterm -geometry 104x24+8+8 -fa Monospace -fs 10 -bg '#1e1e1e' -fg '#e6e6e6' -e sh -c \
    'echo "\\$ sudo %(words)s"; %(command)s; touch /tmp/done; sleep 20' & terminal=$!
until [ -e /tmp/done ]; do sleep 0.2; done
sleep 1
xwd -root -silent | convert xwd:- png8:/tmp/%(name)s.png
kill $terminal $screen
"""

STEPS = (
    (
        "step-install",
        "apt install ./likeness_0.1.0_amd64.deb",
        "cd /tmp && apt-get install -y --no-install-recommends ./likeness_0.1.0_amd64.deb",
    ),
    ("step-remove", "apt remove likeness", "apt-get remove -y likeness"),
)


def main() -> int:
    """0 where both pictures were made."""
    if "LIKENESS_OWN_MOUNTS" not in os.environ:  # mounts end with the process that made them
        variables = {**os.environ, "LIKENESS_OWN_MOUNTS": "1"}
        again = ["unshare", "--mount", sys.executable, __file__, *sys.argv[1:]]
        return subprocess.call(again, env=variables)
    folder, package, out = (Path(given).resolve() for given in sys.argv[1:4])
    shutil.copy(package, folder / "tmp" / "likeness_0.1.0_amd64.deb")
    for name in ("proc", "dev", "sys"):
        subprocess.run(["mount", "--rbind", f"/{name}", str(folder / name)], check=True)
    inside = _Inside(folder, reach_packages(folder))
    quiet = ("apt-get", "install", "-y", "-qq", "--no-install-recommends")
    inside.run(*quiet, "xterm", "fonts-dejavu-core", "fontconfig")
    for name, words, command in STEPS:
        inside.run("sh", "-c", STEP % {"name": name, "words": words, "command": command})
        shutil.copy(folder / "tmp" / f"{name}.png", out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
