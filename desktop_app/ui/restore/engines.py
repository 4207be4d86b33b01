"""Reads which engines there are to restore with, and why one cannot run."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from desktop_app.domain.progress import Progress, Report
from desktop_app.models.store import ModelState, ModelStore
from desktop_app.restoration.engines import PREVIEW
from desktop_app.restoration.instant_restore.process import missing_packages
from desktop_app.ui.restore.sides import EngineChoice
from desktop_app.ui.results.recipe import engine_name

ENGINES = ("compact", "instant-restore")
PREVIEWED = "instant-restore-preview"
"""Not an engine of its own: the large one, asked for its fast preview."""


def read_engines(store: ModelStore, python: Path | None, report: Report) -> list[EngineChoice]:
    """The automatic choice first, then each engine by its name, and a preview where there is one.

    `python` is the interpreter of the large engine's private environment, where there is one.
    """
    report(Progress(0, None))
    choices = [EngineChoice("automatic", _tr("Automatic"))]
    for engine in ENGINES:
        condition = store.state(engine)
        why_not = {
            ModelState.INSTALLED: "",
            ModelState.MISSING: _tr("not installed"),
            ModelState.DAMAGED: _tr("damaged"),
        }[condition.state]
        if engine == "instant-restore" and not why_not and missing_packages(python):
            why_not = _tr("its engine is not installed")
        choices.append(EngineChoice(engine, engine_name(engine), why_not))
    if all(choice.why_not for choice in choices[1:]):
        choices[0] = EngineChoice("automatic", choices[0].title, _tr("no engine is installed"))
    if not choices[-1].why_not and store.state(PREVIEW).state is ModelState.INSTALLED:
        choices.append(EngineChoice(PREVIEWED, engine_name(PREVIEWED)))
    return choices


def _tr(text: str) -> str:
    return QCoreApplication.translate("engines", text)
