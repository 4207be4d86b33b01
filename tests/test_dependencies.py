"""The packages that are installed are the ones that were chosen, each once."""

import re
import sys
from importlib import metadata

import pytest
from PySide6.QtCore import QObject, QTimer


def installed(pattern: str) -> list[str]:
    names = (dist.metadata["Name"].lower() for dist in metadata.distributions())
    return sorted(name for name in names if re.fullmatch(pattern, name))


def test_one_opencv_is_installed() -> None:
    assert installed(r"opencv[-_].*python.*|opencv-python.*") == ["opencv-python-headless"]


def test_one_onnxruntime_is_installed() -> None:
    found = installed(r"onnxruntime(-gpu|-directml|-openvino|-silicon)?")
    assert found in (["onnxruntime"], ["onnxruntime-gpu"])


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None cannot be freed from Python 3.12 on")
def test_qt_calls_do_not_use_up_references_to_none() -> None:
    thing, timer = QObject(), QTimer()
    before = sys.getrefcount(None)
    for _ in range(5_000):
        thing.setObjectName("name")
        thing.blockSignals(False)
        timer.setInterval(5)
        timer.stop()
    assert abs(sys.getrefcount(None) - before) < 500
