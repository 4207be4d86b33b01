"""Garbage of a long session is found in the window's thread, however old it became."""

import gc
import threading
import weakref

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from desktop_app.ui.running import Sweeper


class Cycle(QObject):
    """An object that keeps itself alive."""

    def __init__(self, died_in: list[int]) -> None:
        super().__init__()
        self.itself = self
        weakref.finalize(self, lambda: died_in.append(threading.get_ident()))


def test_what_was_made_and_dropped_since_the_last_sweep_is_taken_by_the_next(
    qapp: QApplication,
) -> None:
    died_in: list[int] = []
    sweeper = Sweeper()
    try:
        for _ in range(20):
            sweeper.sweep()
            died_in.clear()
            Cycle(died_in)
            sweeper.sweep()
            assert died_in == [threading.get_ident()]
    finally:
        sweeper.stop()


def test_garbage_that_outlived_many_sweeps_is_taken_in_the_windows_thread(
    qapp: QApplication,
) -> None:
    died_in: list[int] = []
    sweeper = Sweeper()
    try:
        sweeper.sweep()
        kept = Cycle(died_in)
        for _ in range(4):
            sweeper.sweep()
        assert kept.itself is kept
        del kept
        assert not died_in
        for _ in range(15):  # within half a minute
            sweeper.sweep()
        assert died_in == [threading.get_ident()]
        assert not gc.isenabled()
        assert gc.get_freeze_count() > 1_000  # what was there before is not looked at again
    finally:
        sweeper.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
