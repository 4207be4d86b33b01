"""Offers the newest sound backup where the catalog is damaged."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale
from PySide6.QtWidgets import QMessageBox

from desktop_app.catalog import newest_sound_backup, restore_backup
from desktop_app.domain.errors import CatalogDamaged
from desktop_app.domain.progress import Report
from desktop_app.jobs.runner import JobRunner
from desktop_app.ui.running import wait_for

Opened = TypeVar("Opened")


def open_or_bring_back(
    runner: JobRunner, path: Path, open_it: Callable[[Report], Opened]
) -> Opened:
    """What `open_it` opens; a damaged catalog gives way to a backup, if the user says so.

    The damaged one is set aside, not deleted. Raises what `open_it` raises, `CatalogDamaged` where
    there is no sound backup or the user wants none.
    """
    try:
        opened: Opened = wait_for(runner, open_it)
    except CatalogDamaged as damage:
        found = wait_for(runner, partial(_newest, path))
        if found is None or not _is_wanted(str(damage), *found):
            raise
        wait_for(runner, partial(_bring_back, path, found[0]))
        opened = wait_for(runner, open_it)
    return opened


def _newest(path: Path, _report: Report) -> tuple[Path, float] | None:
    """The backup, and when it was made, in seconds."""
    backup = newest_sound_backup(path)
    return None if backup is None else (backup, backup.stat().st_mtime)


def _bring_back(path: Path, backup: Path, _report: Report) -> None:
    restore_backup(path, backup)


def _is_wanted(damage: str, backup: Path, made_at: float) -> bool:
    when = QLocale().toString(
        QDateTime.fromSecsSinceEpoch(int(made_at)), QLocale.FormatType.LongFormat
    )
    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Likeness")
    box.setText(damage)
    box.setInformativeText(
        _tr(
            "There is a sound backup of {when}. What you decided since then is not in it. "
            "The damaged catalog is set aside, not deleted; your photographs are not concerned."
        ).format(when=when)
    )
    box.setDetailedText(str(backup))
    use = box.addButton(_tr("Use the backup"), QMessageBox.ButtonRole.AcceptRole)
    leave = box.addButton(_tr("Quit"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(use)
    box.setEscapeButton(leave)
    box.exec()
    return box.clickedButton() is use


def _tr(text: str) -> str:
    return QCoreApplication.translate("damaged", text)
