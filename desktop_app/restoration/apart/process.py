"""One child process in which a restorer lives, and the pipe to it."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from desktop_app.domain.errors import DeviceUnavailable
from desktop_app.restoration.apart.wire import (
    Broken,
    Message,
    raise_failure,
    read_message,
    write_message,
)

_LISTENER_ENDS = 5.0  # seconds; a pipe that a grandchild holds open must not hold us
_LOOK_EVERY = 0.1  # seconds between two looks at whether the answer is still wanted

ENGINE_SWITCH = "--instant-restore-child"
"""What the frozen application is started with to be the engine's process."""


_BEGIN = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from desktop_app.restoration.apart.child import main; sys.exit(main())"
)
"""Its own packages first; our code, of the very version that starts it, is looked up after them."""


def child_command(python: Path | None = None) -> list[str]:
    """How the engine's process is started: by `python` of a private environment, or by ours."""
    if python is not None:
        return [str(python), "-I", "-c", _BEGIN, str(_our_code())]
    if getattr(sys, "frozen", False):
        return [sys.executable, ENGINE_SWITCH]
    return [sys.executable, "-m", "desktop_app.restoration.apart.child"]


def _our_code() -> Path:
    """The folder that holds this package; in the packed application a wheel of its modules."""
    package = Path(__file__).resolve().parents[2]
    if getattr(sys, "frozen", False):
        return next((package / "_resources" / "engine").glob("likeness-*.whl"), package.parent)
    return package.parent


def environment_outside() -> dict[str, str]:
    """Our variables for programs that are no part of us: without what a packed application or a
    Python of ours was told about libraries and modules."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ours = getattr(sys, "_MEIPASS", None)
    if ours is not None and "LD_LIBRARY_PATH" in given:
        told = given.pop("LD_LIBRARY_PATH_ORIG", given["LD_LIBRARY_PATH"])
        kept = [folder for folder in told.split(os.pathsep) if folder and folder != ours]
        given["LD_LIBRARY_PATH"] = os.pathsep.join(kept)
    return given


class EngineProcess:
    """One child process and the pipe to it. Every call raises `Broken` when the child ended."""

    def __init__(self, command: Sequence[str]) -> None:
        environment = environment_outside()
        if not getattr(sys, "frozen", False):
            package = str(Path(__file__).resolve().parents[3])
            paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
            environment["PYTHONPATH"] = os.pathsep.join(paths)
        try:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise DeviceUnavailable(
                "The engine's process does not start. Install the engine again, "
                "or choose another one."
            ) from error
        self._heard: queue.SimpleQueue[Message | Broken] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, name="engine-ear", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(
        self,
        words: Mapping[str, Any],
        arrays: Sequence[NDArray[Any]] = (),
        look: Callable[[str], None] | None = None,
        stage: str = "",
    ) -> Message:
        """The answer. `look` is told `stage`, and then those on the way, again and again.

        Raises what the child refused with.
        """
        self.say(words, arrays)
        while True:
            answer = self.hear(None if look is None else partial(look, stage))
            if "stage" not in answer.words:
                break
            stage = str(answer.words["stage"])
            if look is not None:
                look(stage)
        raise_failure(answer.words)
        return answer

    def say(self, words: Mapping[str, Any], arrays: Sequence[NDArray[Any]] = ()) -> None:
        assert self._process.stdin is not None
        write_message(self._process.stdin, Message(words, arrays))  # type: ignore[arg-type]

    def hear(self, look: Callable[[], None] | None = None) -> Message:
        """The next message; while it is waited for, `look` is called a few times a second.

        What `look` raises leaves an answer under way: the child is then to be ended.
        """
        while True:
            try:
                heard = self._heard.get(timeout=_LOOK_EVERY)
            except queue.Empty:
                if look is not None:
                    look()
                continue
            if isinstance(heard, Broken):
                self._heard.put(heard)  # it stays broken, whoever asks next
                raise heard
            return heard

    def _listen(self) -> None:
        """On a thread of its own: whoever waits can then look up."""
        assert self._process.stdout is not None
        try:
            while True:
                self._heard.put(read_message(self._process.stdout))  # type: ignore[arg-type]
        except Broken as broken:
            self._heard.put(broken)

    def kill(self) -> None:
        """Ends the child whatever it is doing; its pipes are closed by whoever reads them."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def end(self) -> None:
        """Ends the child, closes its pipes and waits for it."""
        self.kill()
        self._process.wait()
        self._listener.join(_LISTENER_ENDS)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
