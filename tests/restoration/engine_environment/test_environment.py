"""The folder of the large engine's packages is changed by one process at a time."""

from pathlib import Path

import pytest

from desktop_app.domain.errors import BadRequest
from desktop_app.restoration.engine_environment.environment import EngineEnvironment


def test_only_one_at_a_time_makes_it(tmp_path: Path) -> None:
    environment = EngineEnvironment(tmp_path / "engine")
    with (
        environment.growing(),
        pytest.raises(BadRequest, match="already"),
        EngineEnvironment(tmp_path / "engine").growing(),
    ):
        pass
    with environment.growing() as coming:
        coming.mkdir()
    assert list(tmp_path.glob("engine*")) == []


def test_where_an_open_file_cannot_be_removed_the_lock_is_freed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows."""
    environment = EngineEnvironment(tmp_path / "engine")
    unlink = Path.unlink

    def refuse_the_lock(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".lock":
            raise PermissionError(13, "another process uses it")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse_the_lock)
    for _ in range(2):
        with environment.growing():
            pass
    environment.remove()
