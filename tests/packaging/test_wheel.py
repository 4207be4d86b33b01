"""The built wheel holds everything the application needs, and runs outside the checkout."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
NOT_SHIPPED = ("screenshots",)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="the build tools (build.txt) are not installed")
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "-w", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(CHECKOUT)], check=True)
    (built,) = folder.glob("likeness-*.whl")
    return built


def test_the_wheel_holds_every_resource(wheel: Path) -> None:
    resources = CHECKOUT / "resources"
    wanted = {
        f"desktop_app/_resources/{path.relative_to(resources).as_posix()}"
        for path in resources.rglob("*")
        if path.is_file() and path.relative_to(resources).parts[0] not in NOT_SHIPPED
    }
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert len(wanted) > 10
    assert wanted - names == set()
    assert not [name for name in names if "screenshots" in name or "__pycache__" in name]


def test_the_wheel_holds_every_module_and_the_licence(wheel: Path) -> None:
    modules = {
        path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "desktop_app").rglob("*.py")
    }
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert modules - names == set()
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_installed_wheel_finds_its_resources(wheel: Path, tmp_path: Path) -> None:
    """In an environment of its own; only the other packages are lent by this one."""
    venv.create(tmp_path / "venv", with_pip=False)
    scripts, suffix = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
    python = tmp_path / "venv" / scripts / f"python{suffix}"
    install = ["install", "--no-deps", "--no-index", "--quiet", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), *install], check=True)
    (site,) = (tmp_path / "venv").rglob("site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")

    ask = (
        "import json, desktop_app; from desktop_app.settings.places import resources; "
        "from desktop_app.catalog.catalog import Catalog; from pathlib import Path; "
        "told = json.loads((resources() / 'samples/samples.json').read_text('utf-8')); "
        "missing = [face['file'] for face in told['faces'] "
        "if not (resources() / 'samples' / told['library'] / face['file']).is_file()]; "
        "Catalog.open(Path('new.catalog')).close(); "  # its migrations are in the wheel
        "print(desktop_app.__file__, resources(), missing, sep='\\n')"
    )
    elsewhere = {**os.environ, "LIKENESS_HOME": str(tmp_path / "home")}
    elsewhere.pop("PYTHONPATH", None)
    run = subprocess.run(
        [str(python), "-c", ask],
        cwd=tmp_path,
        env=elsewhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    module, resources, missing = run.stdout.splitlines()
    assert Path(module).is_relative_to(site)
    assert Path(resources) == site / "desktop_app" / "_resources"
    assert missing == "[]"
    command = python.with_name(f"likeness{suffix}")
    helped = subprocess.run(
        [str(command), "--help"], cwd=tmp_path, env=elsewhere, capture_output=True, text=True
    )
    assert helped.returncode == 0, helped.stderr
    assert "restore" in helped.stdout


def test_the_wheel_that_the_engine_runs_from_holds_the_code_alone(
    wheel: Path, script: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    """It is put on a path as it is, in the process of the large engine."""
    slim = tmp_path / wheel.name
    script("engine_wheel").without_resources(wheel, slim)
    assert slim.stat().st_size < 2_000_000
    ask = (
        "import sys; sys.path.insert(0, sys.argv[1]); "
        "import desktop_app.restoration.apart.child as child; print(child.__file__)"
    )
    command = [sys.executable, "-I", "-c", ask, str(slim)]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert str(slim) in told.stdout
    with zipfile.ZipFile(slim) as archive:
        (record,) = (name for name in archive.namelist() if name.endswith("RECORD"))
        listed = {line.split(",")[0] for line in archive.read(record).decode().splitlines()}
        assert listed == {*archive.namelist()}
