"""Tells whether this computer runs on its battery, and how fast photos are looked at then."""

import ctypes
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from desktop_app.operations.looking_order import Pace

_SUPPLIES = Path("/sys/class/power_supply")
_ASK_EVERY_S = 10.0
_LONGEST_S = 2.0
_PACES = {"gentle": Pace.GENTLE, "pause": Pace.NONE, "full": Pace.FULL}


class _SystemPowerStatus(ctypes.Structure):
    """SYSTEM_POWER_STATUS of winbase.h."""

    _fields_ = [
        ("ac_line_status", ctypes.c_ubyte),
        ("battery_flag", ctypes.c_ubyte),
        ("battery_life_percent", ctypes.c_ubyte),
        ("system_status_flag", ctypes.c_ubyte),
        ("battery_life_time", ctypes.c_ulong),
        ("battery_full_life_time", ctypes.c_ulong),
    ]


def on_battery() -> bool:
    """False also where the system does not say; reads a file or asks the system."""
    if sys.platform == "win32":
        status = _SystemPowerStatus()
        asked = ctypes.windll.kernel32.GetSystemPowerStatus(ctypes.byref(status))
        return bool(asked) and status.ac_line_status == 0
    if sys.platform == "darwin":
        return _mac_on_battery()
    return supplies_on_battery(_SUPPLIES)


def supplies_on_battery(folder: Path) -> bool:
    """By Linux' own account (Documentation/ABI/testing/sysfs-class-power): a battery of the
    computer discharges, and no line gives power. Mice and headsets have batteries of their own.
    """
    discharging = False
    try:
        supplies = sorted(folder.iterdir())
    except OSError:
        return False
    for supply in supplies:
        kind = _said(supply / "type")
        if kind in ("Mains", "USB", "Wireless") and _said(supply / "online") == "1":
            return False
        if kind == "Battery" and _said(supply / "scope") != "Device":
            discharging = discharging or _said(supply / "status") == "Discharging"
    return discharging


class PaceByPower:
    """How fast to look now: `wish` names the pace on battery, "gentle", "pause" or "full".

    Asked as often as one likes, it asks the system every 10 seconds, in the caller's thread.
    """

    def __init__(
        self, wish: Callable[[], str], on_battery: Callable[[], bool] = on_battery
    ) -> None:
        self._wish = wish
        self._on_battery = on_battery
        self._asked_at = float("-inf")
        self._battery = False

    def __call__(self) -> Pace:
        wish = _PACES.get(self._wish(), Pace.GENTLE)
        if wish is Pace.FULL:
            return wish
        now = time.monotonic()
        if now - self._asked_at > _ASK_EVERY_S:
            self._asked_at = now
            self._battery = self._on_battery()
        return wish if self._battery else Pace.FULL


def _said(file: Path) -> str:
    try:
        return file.read_text("ascii", "replace").strip()
    except OSError:
        return ""


def _mac_on_battery() -> bool:
    try:
        told = subprocess.run(
            ["/usr/bin/pmset", "-g", "batt"],
            capture_output=True,
            text=True,
            timeout=_LONGEST_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return "'Battery Power'" in told.stdout
