"""What every test may ask for."""

from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of evaluation data beside the checkout; the test is skipped where it is absent."""
    folder = CHECKOUT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("../shared (evaluation data beside the checkout) is not here")
    return folder


@pytest.fixture(scope="session")
def qapp_cls() -> type[Any]:
    """pytest-qt makes the application of this class."""
    from desktop_app.app.application import Application

    return Application


@pytest.fixture(scope="session")
def samples() -> Path:
    """The bundled sample library."""
    return CHECKOUT / "resources" / "samples"


@pytest.fixture(scope="session")
def bundled_models() -> Path:
    return CHECKOUT / "resources" / "models"
