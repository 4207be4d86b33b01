"""The list of parts by others that the application shows is complete and true."""

import re
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from types import ModuleType

from desktop_app.domain.progress import Progress
from desktop_app.ui.settings.about_card import licences_file, read_licences
from tests.packaging.test_requirements import LISTS, pins

SHIPPED = ("core.txt", "cpu.txt")
ELSEWHERE = {"colorama"}  # Windows only


def _nothing(_progress: Progress) -> None:
    pass


def _listed() -> dict[str, str]:
    rows = re.findall(r"(?m)^\| ([a-z0-9-]+) \| (\d\S*) \| \S", read_licences(_nothing))
    return dict(rows)


def test_the_list_names_just_what_is_shipped() -> None:
    shipped = {
        name: str(version)
        for path in LISTS
        if path.name in SHIPPED
        for name, version in pins(path).items()
        if name not in ELSEWHERE
    }
    listed = _listed()
    assert listed.pop("pyinstaller")  # its bootloader starts the packed application
    assert listed.pop("uv")  # adds the large engine's packages
    assert listed == shipped


def test_the_list_agrees_with_what_is_installed(script: Callable[[str], ModuleType]) -> None:
    normal = script("notices").normal
    installed = {normal(dist.metadata["Name"]): dist.version for dist in metadata.distributions()}
    listed = _listed()
    both = {*installed} & {*listed}
    assert len(both) > 15
    assert {name: installed[name] for name in both} == {name: listed[name] for name in both}


def test_qts_terms_are_told() -> None:
    told = read_licences(_nothing)
    assert "GNU Lesser General Public License" in told
    assert "may be replaced" in told
    assert Path(licences_file()).is_file()
