"""On battery photos are looked at as the user wishes; mains power and other batteries count not."""

from pathlib import Path

import pytest

from desktop_app.operations.looking_order import Pace
from desktop_app.operations.power import PaceByPower, on_battery, supplies_on_battery


def _supply(folder: Path, name: str, **says: str) -> None:
    (folder / name).mkdir(parents=True)
    for what, said in says.items():
        (folder / name / what).write_text(f"{said}\n")


@pytest.mark.parametrize(
    ("line", "status", "expected"),
    [("0", "Discharging", True), ("1", "Charging", False), ("1", "Discharging", False)],
)
def test_a_laptop_is_on_battery_when_it_discharges_and_no_line_gives_power(
    tmp_path: Path, line: str, status: str, expected: bool
) -> None:
    _supply(tmp_path, "AC", type="Mains", online=line)
    _supply(tmp_path, "BAT0", type="Battery", status=status, scope="System")
    assert supplies_on_battery(tmp_path) is expected


def test_the_battery_of_a_mouse_is_not_the_computers(tmp_path: Path) -> None:
    _supply(tmp_path, "hid", type="Battery", status="Discharging", scope="Device")
    assert not supplies_on_battery(tmp_path)
    assert not supplies_on_battery(tmp_path / "none")
    assert on_battery() in (True, False)


def test_the_wish_counts_on_battery_alone_and_the_system_is_seldom_asked() -> None:
    asked, wish = [], "gentle"

    def empty() -> bool:
        asked.append(1)
        return True

    pace = PaceByPower(lambda: wish, empty)
    assert [pace() for _ in range(50)] == [Pace.GENTLE] * 50
    wish = "pause"
    assert pace() is Pace.NONE
    wish = "full"
    assert pace() is Pace.FULL
    assert len(asked) == 1
    assert PaceByPower(lambda: "pause", lambda: False)() is Pace.FULL
