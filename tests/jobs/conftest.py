"""Jobs need a Qt application, but no screen."""

import gc
import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def garbage_is_collected_here() -> Iterator[None]:
    """As in the application: a QObject that garbage takes in a lane's thread leaves its timers."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()
