"""Runs uv, which makes environments and fills them: one step at a time, watched, stoppable."""

import queue
import re
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from desktop_app.domain.errors import DiskFull, ExpectedError, FileVanished, ModelRefused
from desktop_app.restoration.apart.process import environment_outside

_LOOK_EVERY = 0.5  # seconds
_PYTHON = "cpython>=3.11,<3.15"
_LEADING_AWAY = ("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV")
_KEPT_LINES = 200


class Uv:
    """uv with a cache, a folder for Pythons of its own, and a log of what it said.

    What it fetched lies whole in the cache: a run that is cut off fetches nothing of it again.
    Which index it asks is the user's matter: uv reads its own settings and variables.
    """

    def __init__(self, program: Path, cache: Path, pythons: Path, log: Path) -> None:
        self._program = program
        self._log = log
        self._environment = {
            **{k: v for k, v in environment_outside().items() if k not in _LEADING_AWAY},
            "UV_CACHE_DIR": str(cache),
            "UV_PYTHON_INSTALL_DIR": str(pythons),
            "UV_NO_PROGRESS": "1",
            "NO_COLOR": "1",
        }

    def python_here(self) -> Path | None:
        """A Python of this computer that fits; None where there is none."""
        command = [
            "--no-cache",
            "python",
            "find",
            "--system",
            "--no-managed-python",
            "--no-python-downloads",
        ]
        try:
            told = self._quick([*command, _PYTHON])
        except (OSError, subprocess.SubprocessError):
            return None
        return Path(told.strip())

    def make_environment(self, folder: Path, look: Callable[[], None]) -> None:
        """An empty environment, of this computer's Python or else of one that uv fetches."""
        here = self.python_here()
        chosen = [str(here)] if here else [_PYTHON, "--managed-python"]
        fetch = "never" if here else "automatic"
        self.run(["venv", "--python", *chosen, str(folder)], look, {"UV_PYTHON_DOWNLOADS": fetch})

    def would_bring(self, python: Path, wanted: str) -> list[str]:
        """Names of the packages that installing `wanted` from the index would bring."""
        said = self.run([*_install(python), "--dry-run", wanted], lambda: None)
        return re.findall(r"(?m)^ \+ ([A-Za-z0-9._-]+)==", said)

    def install(self, python: Path, options: Sequence[str], look: Callable[[], None]) -> None:
        """Wheels alone: nothing is built here, so that no foreign script runs."""
        self.run([*_install(python), *options], look)

    def run(
        self,
        arguments: Sequence[str],
        look: Callable[[], None],
        variables: Mapping[str, str] | None = None,
    ) -> str:
        """What uv said. `look` is called twice a second; what it raises ends uv.

        Raises `FileVanished` where the index cannot be reached, `DiskFull`, and `ModelRefused` for
        a wrong checksum, for what the index does not offer, and for all else that uv refuses.
        """
        try:
            process = subprocess.Popen(
                [str(self._program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                env={**self._environment, **(variables or {})},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise ModelRefused(
                f"{self._program.name}, which adds the engine's packages, does not start. "
                "Install Likeness again."
            ) from error
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        listener = threading.Thread(target=_listen, args=(process, lines), daemon=True)
        listener.start()
        said: list[str] = []
        ended = False
        try:
            while not ended:
                looked = time.monotonic()
                while not ended and (left := looked + _LOOK_EVERY - time.monotonic()) > 0:
                    try:
                        line = lines.get(timeout=left)
                    except queue.Empty:
                        break
                    ended = line is None
                    said.append(line or "")
                look()
        finally:
            if process.poll() is None and not ended:
                process.kill()
            process.wait()
            listener.join()
            if process.stdout is not None:
                process.stdout.close()
            self._keep(arguments, said)
        whole = "".join(said)
        if process.returncode:
            raise why_uv_failed(whole)
        return whole

    def _quick(self, arguments: Sequence[str]) -> str:
        return subprocess.run(
            [str(self._program), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env=self._environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ).stdout

    def _keep(self, arguments: Sequence[str], said: Sequence[str]) -> None:
        """The whole story, for whoever has to find out why it failed; it stays here."""
        with self._log.open("a", encoding="utf-8") as file:
            self._log.chmod(0o600)
            file.write("uv " + " ".join(arguments) + "\n" + "".join(said[-_KEPT_LINES:]) + "\n")


def _install(python: Path) -> list[str]:
    return ["pip", "install", "--python", str(python), "--no-build"]


def _listen(process: "subprocess.Popen[str]", lines: "queue.SimpleQueue[str | None]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def why_uv_failed(said: str) -> ExpectedError:
    """A sentence for the user, from what uv printed."""
    if re.search(r"(?i)no space left|os error 28|os error 112|disk quota", said):
        return DiskFull(
            "The disk is full. What came in whole is kept: free some space, then add the engine "
            "again."
        )
    if re.search(r"(?i)hash mismatch|does not match the expected hash|hash(es)? .*mismatch", said):
        return ModelRefused(
            "A package that came in is not the one that was meant: its checksum is wrong. Nothing "
            "was changed. Try again later, or over another network."
        )
    if re.search(
        r"(?i)error sending request|dns error|failed to fetch|connection|timed? ?out|tcp connect|"
        r"network is unreachable|no such host|client error|invalid peer certificate|broken pipe",
        said,
    ):
        return FileVanished(
            "The packages cannot be fetched: the network or their server cannot be reached. What "
            "came in whole is kept; add the engine again when online, and it goes on there."
        )
    if re.search(r"(?i)no solution found|not found in|no matching|has no wheels|no download", said):
        return ModelRefused(
            "The package index has no build for this computer and its Python. Check which index "
            "this computer uses, or use the built-in engine."
        )
    last = [line.strip() for line in said.splitlines() if line.strip()]
    return ModelRefused(
        f"Adding the engine failed: {last[-1] if last else 'uv ended without a word'}. What came "
        "in whole is kept; try again, or use the built-in engine."
    )
