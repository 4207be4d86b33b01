"""After thousands of restorations and thumbnails the application holds what it held before."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QLabel, QWidget

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

CHECKOUT = Path(__file__).resolve().parents[2]
RESTORES = int(os.environ.get("LIKENESS_TEST_RESTORES", "60"))
SHORT = RESTORES < 500
_MB = 1_000_000


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("engine", ["tiny"] if SHORT else ["tiny", "compact"])
@pytest.mark.timeout(240 + 2 * RESTORES)
def test_memory_and_handles_stay_level(tmp_path: Path, engine: str) -> None:
    asked = [sys.executable, "-m", "tests.reliability.long_session", str(tmp_path / "session")]
    asked += ["--restores", str(RESTORES), "--thumbnails", str(10 * RESTORES), "--engine", engine]
    run = subprocess.run(asked, cwd=CHECKOUT, capture_output=True, text=True)
    assert run.stdout, run.stderr
    samples: list[dict[str, Any]] = json.loads(run.stdout)
    at_work = samples[1:-1]
    settled = at_work[len(at_work) // 3 :]  # before that, caches fill
    assert settled[-1]["restores"] == RESTORES
    assert max(s["handles"] for s in settled) - settled[0]["handles"] <= 2
    assert max(s["threads"] for s in settled) - settled[0]["threads"] <= 1
    assert samples[-1]["handles"] <= samples[0]["handles"]  # closed, it holds none of its files
    assert samples[-1]["threads"] <= samples[0]["threads"]
    grown = (settled[-1]["resident"] - settled[0]["resident"]) / _MB
    slope = _slope(settled)
    sys.stderr.write(f"{engine}: {slope:.2f} MB in a thousand restores, {grown:.2f} MB in all\n")
    if SHORT:  # one picture that stays from each restoration would be 30 MB by now
        assert grown < 8
    else:
        assert slope < 1


def _slope(samples: list[dict[str, Any]]) -> float:
    """Megabytes in a thousand restorations, each with ten thumbnails."""
    restores = [sample["restores"] / 1000 for sample in samples]
    resident = [sample["resident"] / _MB for sample in samples]
    return float(np.polyfit(restores, resident, 1)[0])


class Bystander(QWidget):
    """Overrides and slots in Python, which return None to Qt."""

    told = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.told.connect(self.hear)

    def paintEvent(self, event: object) -> None:
        self.calls += 1

    @Slot(int)
    def hear(self, number: int) -> None:
        self.calls += 1


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None cannot be freed from Python 3.12 on")
def test_a_million_qt_calls_leave_the_references_to_none_level(qapp: object) -> None:
    thing, timer, widget, label = QObject(), QTimer(), Bystander(), QLabel()
    canvas = QImage(64, 64, QImage.Format.Format_RGB32)
    widget.resize(32, 32)
    painter = QPainter()
    calls = (
        lambda: thing.setObjectName("name"),
        lambda: thing.blockSignals(False),
        lambda: timer.setInterval(5),
        lambda: timer.stop(),
        lambda: widget.setToolTip("a"),
        lambda: widget.update(),
        lambda: widget.setEnabled(True),
        lambda: widget.told.emit(3),
        lambda: label.setText("b"),
        lambda: label.setMinimumWidth(4),
        lambda: canvas.fill(7),
        lambda: painter.begin(canvas),
        lambda: painter.setOpacity(0.5),
        lambda: painter.fillRect(0, 0, 8, 8, 3),
        lambda: painter.save(),
        lambda: painter.restore(),
        lambda: painter.end(),
        lambda: widget.setProperty("look", "quiet"),
        lambda: widget.move(1, 1),
        lambda: widget.setAccessibleName("c"),
    )
    before = sys.getrefcount(None)
    for number in range(50_000):
        for call in calls:
            call()
        if number % 500 == 0:
            widget.render(canvas)
    assert widget.calls >= 50_100
    assert abs(sys.getrefcount(None) - before) < 1_000
