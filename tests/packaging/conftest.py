"""The setup scripts, which are no package: imported for a test and forgotten after it."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Imports `packaging/NAME.py`; one test sees one and the same set of modules."""
    names = {path.stem for path in PACKAGING.glob("*.py")}
    monkeypatch.syspath_prepend(str(PACKAGING))
    yield importlib.import_module
    for name in names & set(sys.modules):
        del sys.modules[name]
