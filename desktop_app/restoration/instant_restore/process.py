"""The large engine in a process of its own, and what is asked of it there; imports no torch."""

import importlib.util
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from desktop_app.domain.errors import BadRequest, DeviceUnavailable
from desktop_app.domain.photo import RgbImage
from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.restoration import ReferenceMemory
from desktop_app.restoration.apart.process import EngineProcess, child_command
from desktop_app.restoration.apart.restorer import IDLE_SECONDS, RestorerApart
from desktop_app.restoration.apart.wire import Broken, raise_failure

NEEDED = ("torch", "diffusers", "safetensors")


def missing_packages(python: Path | None = None) -> tuple[str, ...]:
    """The packages that the large engine needs and that are not installed; imports none.

    `python` is that of a private environment, which is asked in a process of its own.
    """
    if python is None:
        return tuple(name for name in NEEDED if importlib.util.find_spec(name) is None)
    asked = (
        "import importlib.util, json;"
        f"print(json.dumps([n for n in {NEEDED!r} if importlib.util.find_spec(n) is None]))"
    )
    try:
        told = subprocess.run(
            [str(python), "-I", "-c", asked],
            capture_output=True,
            timeout=60,
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return tuple(json.loads(told.stdout))
    except (OSError, subprocess.SubprocessError, ValueError):
        return NEEDED  # an environment that does not answer has none of them


class InstantRestoreProcess(RestorerApart):
    """The large engine behind the protocol that all restorers share.

    `preview` are the weights of the fast preview, `python` the private environment's interpreter
    where there is one. `compiled` makes the engine ready by torch.compile where that can be done.
    """

    def __init__(
        self,
        weights: Path,
        device: str = "auto",
        *,
        cache: Path | None = None,
        preview: Path | None = None,
        compiled: bool = False,
        idle_seconds: float = IDLE_SECONDS,
        python: Path | None = None,
    ) -> None:
        opening = {
            "engine": "instant-restore",
            "weights": str(weights),
            "device": device,
            "cache": None if cache is None else str(cache),
            "preview": None if preview is None else str(preview),
            "compiled": compiled,
        }
        super().__init__(
            opening,
            "large engine",
            idle_seconds=idle_seconds,
            python=python,
            otherwise=", or choose the built-in engine",
        )

    def encode_references(self, crops: Sequence[RgbImage]) -> ReferenceMemory:
        """Raises `BadRequest`, `DeviceOutOfMemory`, and `Cancelled` after `cancel`."""
        if not crops:
            raise BadRequest("InstantRestore needs at least one reference of the person.")
        return super().encode_references(crops)


def convert_weights(
    source: Path,
    target: Path,
    report: Report,
    architecture: Mapping[str, Any] | None = None,
    python: Path | None = None,
) -> None:
    """Converts a published checkpoint in a process of its own, that of `python` where given.

    `target` is written whole or not at all; a cancelled conversion may leave a file whose name
    begins with `.likeness-` in its folder. Raises what `convert` raises, and `DeviceUnavailable`
    where the process ended (out of memory).
    """
    engine = EngineProcess(child_command(python))
    try:
        engine.say(
            {
                "do": "convert",
                "source": str(source),
                "target": str(target),
                "architecture": None if architecture is None else dict(architecture),
            }
        )
        reached = Progress(0, None, "Reading the checkpoint")

        def look() -> None:
            report(reached)

        while True:
            words = engine.hear(look).words
            raise_failure(words)
            if "progress" not in words:
                return
            reached = Progress(**words["progress"])
            report(reached)
    except Broken as error:
        raise DeviceUnavailable(
            "The conversion stopped, mostly for lack of memory. Close other programs, try again."
        ) from error
    finally:
        engine.end()


def check_preview(source: Path, report: Report, python: Path | None = None) -> None:
    """Reads `source` as the weights of the fast preview, in a process of its own.

    Raises `ModelRefused` where they are none, and `DeviceUnavailable` where the process ended.
    """
    engine = EngineProcess(child_command(python))
    try:
        reading = Progress(0, None, "Reading the weights")
        wish = {"do": "check_preview", "source": str(source)}
        engine.ask(wish, look=lambda _: report(reading))
    except Broken as error:
        raise DeviceUnavailable("The large engine's process does not start.") from error
    finally:
        engine.end()


def devices(python: Path | None = None) -> tuple[str, ...]:
    """The devices that the large engine could use, the fastest first; starts its process.

    Raises `ModelNotInstalled` where the engine's packages are missing.
    """
    engine = EngineProcess(child_command(python))
    try:
        return tuple(engine.ask({"do": "devices"}).words["devices"])
    except Broken as error:
        raise DeviceUnavailable("The large engine's process does not start.") from error
    finally:
        engine.end()
