"""Reads which engines there are to restore with, and why one cannot run."""

from PySide6.QtCore import QCoreApplication

from desktop_app.domain.progress import Progress, Report
from desktop_app.models.store import ModelState, ModelStore
from desktop_app.ui.restore.sides import EngineChoice
from desktop_app.ui.results.recipe import engine_name

ENGINES = ("compact", "instant-restore")


def read_engines(store: ModelStore, report: Report) -> list[EngineChoice]:
    """The automatic choice first, then each engine by its name."""
    report(Progress(0, None))
    choices = [EngineChoice("automatic", _tr("Automatic"))]
    for engine in ENGINES:
        condition = store.state(engine)
        why_not = {
            ModelState.INSTALLED: "",
            ModelState.MISSING: _tr("not installed"),
            ModelState.DAMAGED: _tr("damaged"),
        }[condition.state]
        choices.append(EngineChoice(engine, engine_name(engine), why_not))
    if all(choice.why_not for choice in choices[1:]):
        choices[0] = EngineChoice("automatic", choices[0].title, _tr("no engine is installed"))
    return choices


def _tr(text: str) -> str:
    return QCoreApplication.translate("engines", text)
