"""Offers the newest sound backup, or a new beginning, where the catalog is damaged or gone."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale
from PySide6.QtWidgets import QMessageBox

from desktop_app.catalog import newest_sound_backup, restore_backup
from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import CatalogFacts
from desktop_app.domain.errors import CatalogDamaged, ExpectedError
from desktop_app.domain.progress import Cancelled, Report
from desktop_app.jobs.runner import JobRunner
from desktop_app.ui import words
from desktop_app.ui.running import wait_for

Opened = TypeVar("Opened")


@dataclass(frozen=True)
class SoundBackup:
    """A backup that could take the catalog's place, when it was made, and what is in it."""

    path: Path
    made_at: float  # seconds since 1970
    facts: CatalogFacts | None  # of a backup of this version


def open_or_bring_back(
    runner: JobRunner, path: Path, open_it: Callable[[Report], Opened]
) -> Opened:
    """What `open_it` opens; a damaged catalog gives way to a backup or a new one, as the user says.

    The damaged one is set aside, not deleted. Raises what `open_it` raises, `Cancelled` where the
    user wants neither.
    """
    try:
        opened: Opened = wait_for(runner, open_it)
    except CatalogDamaged as damage:
        bring_back(runner, path, damage)
        opened = wait_for(runner, open_it)
    return opened


def bring_back(runner: JobRunner, path: Path, damage: CatalogDamaged) -> None:
    """Puts a backup or an empty catalog in the place of the damaged one, as the user says.

    Nobody has it open. Raises `Cancelled` where the user wants neither.
    """
    backup = wait_for(runner, partial(_newest, path))
    remedy = _asked(str(damage), path, backup)
    if remedy is None:
        raise Cancelled from damage
    wait_for(runner, remedy)


def _newest(path: Path, _report: Report) -> SoundBackup | None:
    backup = newest_sound_backup(path)
    if backup is None:
        return None
    facts = None
    try:
        with Catalog.open(backup, read_only=True) as catalog:
            facts = catalog.facts()
    except ExpectedError:
        pass  # of an older version: brought up to date once it is the catalog
    return SoundBackup(backup, backup.stat().st_mtime, facts)


def _bring_back(path: Path, backup: Path, _report: Report) -> None:
    restore_backup(path, backup)


def _begin_anew(path: Path, _report: Report) -> None:
    Catalog.open(path, anew=True).close()


def _asked(damage: str, path: Path, backup: SoundBackup | None) -> Callable[[Report], None] | None:
    """What the user wants done; None to leave everything as it is."""
    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Likeness")
    box.setText(_tr("The catalog of your library cannot be opened: it is damaged or gone."))
    if backup is None:
        box.setInformativeText(
            _tr(
                "There is no sound backup of it. You can begin with an empty catalog and add your "
                "folders again; names that Likeness wrote beside your photos can be taken from "
                "there. What is left of the old one is set aside, not deleted; your photographs "
                "are not concerned."
            )
        )
    else:
        box.setInformativeText(
            _tr(
                "There is a sound backup of {when}{content}. What you decided since then is not in "
                "it. What is left of the old one is set aside, not deleted; your photographs "
                "are not concerned."
            ).format(when=_when(backup), content=_content(backup))
        )
    box.setDetailedText(damage)
    use = None
    if backup is not None:
        use = box.addButton(_tr("Use the backup"), QMessageBox.ButtonRole.AcceptRole)
    anew = box.addButton(_tr("Begin anew"), QMessageBox.ButtonRole.DestructiveRole)
    leave = box.addButton(_tr("Quit"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(use or leave)
    box.setEscapeButton(leave)
    box.exec()
    if backup is not None and box.clickedButton() is use:
        return partial(_bring_back, path, backup.path)
    return partial(_begin_anew, path) if box.clickedButton() is anew else None


def _when(backup: SoundBackup) -> str:
    made = QDateTime.fromSecsSinceEpoch(int(backup.made_at))
    return QLocale().toString(made, QLocale.FormatType.ShortFormat)


def _content(backup: SoundBackup) -> str:
    if backup.facts is None:
        return ""
    photos, people = backup.facts.photos, backup.facts.people
    return _tr(", with {photos} and {people}").format(
        photos=words.counted(photos, _tr("one photo"), _tr("{n} photos")),
        people=words.counted(people, _tr("one person"), _tr("{n} people")),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("damaged", text)
