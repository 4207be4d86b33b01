"""A child process that speaks the engine's language and needs no torch: it only passes on."""

import os
import sys
import time

import numpy as np

from desktop_app.domain.errors import DeviceFailed, DeviceOutOfMemory
from desktop_app.domain.restoration import (
    ReferenceMap,
    ReferenceMemory,
    RestoredFace,
    RestorerFacts,
)
from desktop_app.restoration.apart import child
from desktop_app.restoration.apart.wire import Message

SECONDS = float(os.environ.get("STAND_IN_SECONDS", "0"))


class StandIn:
    facts = RestorerFacts("instant-restore", "a" * 64, 64, 8, False, "cpu", "none")

    def encode_references(self, crops):
        return ReferenceMemory("instant-restore", "a" * 64, len(crops), np.mean(crops, axis=0))

    def restore(self, crop, memory, seed, *, preview=False):
        time.sleep(60 if seed == 12 else SECONDS)
        if seed == 13:
            raise DeviceOutOfMemory("The device has too little memory.")
        if seed == 14:
            raise ZeroDivisionError("a bug")
        if seed == 15:
            raise DeviceFailed("The device reported a fault.")
        print("what a library prints")
        face = ((crop + memory.state) / (1020 if preview else 510)).astype(np.float32)
        told = ReferenceMap(np.zeros((8, 8), np.int8), np.ones(memory.count, np.float32))
        return RestoredFace(face, told)


class StandInChild(child.Child):
    def _open(self, wish):
        self._tell("a word on the way")
        self._restorer = StandIn()
        return Message(vars(StandIn.facts))


child.Child = StandInChild
sys.exit(child.main())
