"""Drives a restorer that lives in a process of its own; loads none of what it needs."""

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.errors import (
    BadRequest,
    DeviceFailed,
    DeviceUnavailable,
    ExpectedError,
)
from desktop_app.domain.photo import RgbImage
from desktop_app.domain.progress import Cancelled
from desktop_app.domain.restoration import (
    ReferenceMap,
    ReferenceMemory,
    RestoredFace,
    RestorerFacts,
)
from desktop_app.restoration.apart.process import EngineProcess, child_command
from desktop_app.restoration.apart.wire import Broken, EngineFailed, Message

MOST_STARTS = 5  # of one piece of work whose process ends under it
IDLE_SECONDS = 300.0
LEAST_FREE_MEMORY = 0.08  # share of the machine's memory below which an idle engine ends
_LOOK_EVERY = 5.0  # seconds


@dataclass(frozen=True)
class HandedReferences:
    """What a memory is on this side: a name, and the photos to make it again from."""

    key: str
    crops: NDArray[np.uint8]  # (references, size, size, 3)


Work: TypeAlias = Callable[[EngineProcess], Message | None]
"""A piece of work for a living engine."""


class RestorerApart:
    """A restorer in a child process, behind the protocol that all restorers share.

    Started when first needed, kept warm, ended when idle or when memory is short, started again
    when it crashed: the work under way is then offered again, up to `MOST_STARTS` times.
    One call at a time; `cancel` may come from any thread. Work that is given up half-way, by
    `cancel` or by what a `watched` look raises, ends the process; the next work starts another.
    """

    def __init__(
        self,
        opening: Mapping[str, Any],
        name: str,
        *,
        idle_seconds: float = IDLE_SECONDS,
        python: Path | None = None,
        otherwise: str = "",
    ) -> None:
        """`opening` is what the child is asked to open: see `child.Child`.

        `name` is the engine's in the middle of a sentence, `otherwise` what else the user may do
        where it does not run (", or choose ..."). `python` is the interpreter of a private
        environment where there is one.
        """
        self._wish = {"do": "open", **opening}
        self._name = name
        self._otherwise = otherwise
        self._command = child_command(python)
        self._idle_seconds = idle_seconds
        self._one_at_a_time = threading.Lock()
        self._engine: EngineProcess | None = None
        self._facts: RestorerFacts | None = None
        self._busy = False
        self._look: Callable[[str], None] | None = None
        self._note = ""  # what the child said of its start, shown during its first work
        self._cancelled = threading.Event()
        self._closed = threading.Event()
        self._last_used = time.monotonic()
        self._watcher: threading.Thread | None = None

    @property
    def facts(self) -> RestorerFacts:
        """Starts the engine where it never ran.

        Raises `ModelNotInstalled`, `ModelRefused`, `DeviceUnavailable`, `DeviceOutOfMemory`.
        """
        if self._facts is None:
            self._done(lambda engine: None)
        assert self._facts is not None
        return self._facts

    def encode_references(self, crops: Sequence[RgbImage]) -> ReferenceMemory:
        """Raises `BadRequest`, `DeviceOutOfMemory`, `DeviceFailed`; `Cancelled` after `cancel`."""
        if len({crop.shape for crop in crops}) > 1:
            raise BadRequest("All references must have the same size.")
        stacked = np.stack(list(crops)) if crops else np.zeros((0, 0, 0, 3), np.uint8)
        if stacked.dtype != np.uint8:
            raise BadRequest("References must be pictures of 8 bits.")
        handed = HandedReferences(hashlib.sha256(stacked.tobytes()).hexdigest(), stacked)
        self._done(lambda engine: self._encode(engine, handed))
        facts = self.facts
        return ReferenceMemory(facts.engine, facts.model_hash, len(crops), handed)

    def restore(
        self, crop: RgbImage, memory: ReferenceMemory, seed: int, *, preview: bool = False
    ) -> RestoredFace:
        """Raises `BadRequest`, `DeviceOutOfMemory`, `DeviceFailed`; `Cancelled` after `cancel`."""
        handed = memory.state
        if not isinstance(handed, HandedReferences) or (
            self._facts is not None and memory.model_hash != self._facts.model_hash
        ):
            raise BadRequest("This memory was made by another engine. Encode the references again.")
        if crop.dtype != np.uint8:
            raise BadRequest("The degraded face must be a picture of 8 bits.")
        wish = {"do": "restore", "key": handed.key, "seed": seed, "preview": preview}
        answer = self._done(lambda engine: self._restore(engine, crop, handed, wish))
        assert answer is not None
        if answer.words.get("map"):
            winner, share = answer.arrays[1], answer.arrays[2]
            return RestoredFace(answer.arrays[0], ReferenceMap(winner, share))
        return RestoredFace(answer.arrays[0])

    @contextlib.contextmanager
    def watched(self, look: Callable[[str], None]) -> Iterator[None]:
        """See `Restorer.watched`; also the start of the process is work that may take long."""
        before, self._look = self._look, look
        try:
            yield
        finally:
            self._look = before

    def cancel(self) -> None:
        """Ends the work under way: whoever waits for it gets `Cancelled`."""
        if not self._busy:
            return
        self._cancelled.set()
        engine = self._engine
        if engine is not None:
            engine.kill()

    def close(self) -> None:
        self._closed.set()
        self.cancel()
        with self._one_at_a_time:
            self._end()

    @property
    def pid(self) -> int | None:
        """The process that runs now, or None where none does."""
        engine = self._engine
        return engine.pid if engine is not None and engine.alive else None

    def _done(self, work: Work) -> Message | None:
        """The result of `work` on a living engine."""
        with self._one_at_a_time:
            if self._closed.is_set():
                raise BadRequest("The engine was closed.")
            self._busy = True
            try:
                for _ in range(MOST_STARTS):
                    try:
                        return work(self._living())
                    except Broken:
                        self._end()
                        if self._cancelled.is_set():
                            raise Cancelled from None
                    except DeviceFailed:
                        self._end()  # no process gets a faulty device to work again
                        raise
                    except (ExpectedError, EngineFailed):
                        raise
                    except BaseException:
                        self._end()  # an answer may still be under way: nobody will hear it
                        raise
                raise DeviceUnavailable(
                    f"The {self._name} stopped {MOST_STARTS} times during this work, mostly for "
                    f"lack of memory. Close other programs{self._otherwise}."
                )
            finally:
                self._busy = False
                self._cancelled.clear()
                self._last_used = time.monotonic()

    def _living(self) -> EngineProcess:
        if self._engine is not None and not self._engine.alive:
            self._end()
        if self._engine is None:
            self._engine = EngineProcess(self._command)
            if self._cancelled.is_set():
                raise Broken("cancelled")
            try:
                self._told(f"Starting the {self._name}")
                told = self._engine.ask(self._wish, (), self._told, self._note).words
            except Broken:
                raise
            except Exception:
                self._end()
                raise
            self._facts = RestorerFacts(**told)
            self._watch()
        return self._engine

    def _told(self, stage: str) -> None:
        self._note = stage
        if self._look is not None:
            self._look(stage)

    def _encode(self, engine: EngineProcess, handed: HandedReferences) -> Message:
        wish = {"do": "encode", "key": handed.key}
        crops = [handed.crops] if len(handed.crops) else []
        return engine.ask(wish, crops, self._look, self._note)

    def _restore(
        self,
        engine: EngineProcess,
        crop: RgbImage,
        handed: HandedReferences,
        wish: Mapping[str, Any],
    ) -> Message:
        answer = engine.ask(wish, [crop], self._look, self._note)
        if "unknown" in answer.words:  # a new process, or one that remembers others by now
            self._encode(engine, handed)
            answer = engine.ask(wish, [crop], self._look, self._note)
        self._note = ""
        return answer

    def _end(self) -> None:
        if self._engine is not None:
            self._engine.end()
            self._engine = None

    def _watch(self) -> None:
        if self._watcher is None or not self._watcher.is_alive():
            self._watcher = threading.Thread(
                target=self._end_when_idle, name="engine-watch", daemon=True
            )
            self._watcher.start()

    def _end_when_idle(self) -> None:
        step = min(_LOOK_EVERY, self._idle_seconds / 4)
        while not self._closed.wait(step):
            if not self._one_at_a_time.acquire(blocking=False):
                continue
            try:
                idle = time.monotonic() - self._last_used
                if self._engine is None:
                    return
                if idle > self._idle_seconds or (idle > step and memory_is_short()):
                    self._end()
                    return
            finally:
                self._one_at_a_time.release()


def memory_is_short() -> bool:
    """Whether little of the machine's memory is free; False where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        told = {name: int(rest.split()[0]) for name, _, rest in (n.partition(":") for n in lines)}
        return told["MemAvailable"] < LEAST_FREE_MEMORY * told["MemTotal"]
    except (OSError, KeyError, ValueError, IndexError):
        return False
