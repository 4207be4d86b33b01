"""A restorer's own process: reads wishes from its input, answers on its output."""

import os
import queue
import signal
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import BinaryIO

import numpy as np

from desktop_app.domain.errors import BadRequest, ExpectedError, ModelNotInstalled
from desktop_app.domain.progress import Progress
from desktop_app.domain.restoration import ReferenceMemory, Restorer
from desktop_app.restoration.apart.wire import (
    Broken,
    Message,
    failure,
    read_message,
    write_message,
)

MOST_MEMORIES = 4  # reference sets at hand; older ones are asked for again


class Child:
    """Does one wish after another; what is expected to fail is answered, not fatal.

    "open" makes the restorer named by "engine": "compact" of the files "encoder" and "restorer",
    "instant-restore" of "weights", with "cache", "preview" and "compiled"; both on "device".
    """

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._restorer: Restorer | None = None
        self._memories: OrderedDict[str, ReferenceMemory] = OrderedDict()

    def do(self, wish: Message) -> None:
        """Answers one wish; raises `Broken` when nobody listens any more."""
        wishes = {
            "devices": self._devices,
            "open": self._open,
            "encode": self._encode,
            "restore": self._restore,
            "convert": self._convert,
            "check_preview": self._check_preview,
        }
        try:
            what = wishes.get(str(wish.words.get("do")))
            if what is None:
                raise BadRequest("The engine does not know this wish.")
            answer = what(wish)
        except Broken:
            raise
        except ExpectedError as error:
            answer = failure(error)
        except ImportError as error:
            answer = failure(
                ModelNotInstalled(
                    f"The engine is not complete: {error.name} is missing or broken. Install the "
                    "application again; the large engine is added again in Models."
                )
            )
        except Exception as error:
            answer = failure(error)
        write_message(self._answers, answer)

    def _devices(self, wish: Message) -> Message:
        from desktop_app.restoration.instant_restore.devices import devices_here

        return Message({"devices": list(devices_here())})

    def _open(self, wish: Message) -> Message:
        engines = {"compact": self._compact, "instant-restore": self._instant_restore}
        self._restorer = engines[str(wish.words["engine"])](wish)
        facts = self._restorer.facts
        return Message(
            {
                "engine": facts.engine,
                "model_hash": facts.model_hash,
                "input_size": facts.input_size,
                "max_references": facts.max_references,
                "deterministic": facts.deterministic,
                "device": facts.device,
                "licence": facts.licence,
                "preview_hash": facts.preview_hash,
            }
        )

    def _compact(self, wish: Message) -> Restorer:
        from desktop_app.restoration.compact import CompactRestorer

        encoder, restorer = (Path(str(wish.words[part])) for part in ("encoder", "restorer"))
        return CompactRestorer(encoder, restorer, str(wish.words["device"]))

    def _instant_restore(self, wish: Message) -> Restorer:
        from desktop_app.restoration.instant_restore.restorer import InstantRestoreRestorer

        cache, preview = wish.words.get("cache"), wish.words.get("preview")
        restorer = InstantRestoreRestorer(
            Path(wish.words["weights"]),
            str(wish.words["device"]),
            None if cache is None else Path(cache),
            preview=None if preview is None else Path(preview),
        )
        if wish.words.get("compiled"):
            restorer.make_ready(self._tell)
        return restorer

    def _tell(self, stage: str) -> None:
        write_message(self._answers, Message({"stage": stage}))

    def _encode(self, wish: Message) -> Message:
        memory = self._opened().encode_references(list(wish.arrays[0]) if wish.arrays else [])
        self._memories[str(wish.words["key"])] = memory
        while len(self._memories) > MOST_MEMORIES:
            self._memories.popitem(last=False)
        return Message({"count": memory.count})

    def _restore(self, wish: Message) -> Message:
        key = str(wish.words["key"])
        memory = self._memories.get(key)
        if memory is None:
            return Message({"unknown": key})
        self._memories.move_to_end(key)
        face = self._opened().restore(
            wish.arrays[0],
            memory,
            int(wish.words["seed"]),
            preview=bool(wish.words.get("preview")),
        )
        told = face.reference_map
        if told is None:
            return Message({"map": False}, [face.crop])
        return Message({"map": True}, [face.crop, told.winner, told.share.astype(np.float32)])

    def _convert(self, wish: Message) -> Message:
        from desktop_app.restoration.instant_restore.convert import convert

        def report(progress: Progress) -> None:
            words = {"done": progress.done, "total": progress.total, "what": progress.what}
            write_message(self._answers, Message({"progress": words}))

        convert(
            Path(wish.words["source"]),
            Path(wish.words["target"]),
            report,
            wish.words.get("architecture"),
        )
        return Message({"converted": True})

    def _check_preview(self, wish: Message) -> Message:
        from desktop_app.restoration.instant_restore.preview import load_decoder

        load_decoder(Path(wish.words["source"]))
        return Message({"checked": True})

    def _opened(self) -> Restorer:
        if self._restorer is None:
            raise BadRequest("The engine was not opened.")
        return self._restorer


def main() -> int:
    """Serves until the other side ends; a wish under way then ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other side decides what Ctrl+C ends
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not come between the answers
    asked = sys.stdin.buffer
    wishes: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def listen() -> None:
        try:
            while True:
                wishes.put(read_message(asked))
        except Broken:
            os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    child = Child(answers)
    try:
        while True:
            child.do(wishes.get())
    except Broken:
        return 0


if __name__ == "__main__":
    sys.exit(main())
