"""Says in words under a restored photo what was done to it, as genealogists ask for."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from desktop_app.domain.restoration import Restoration
from desktop_app.ui.results.recipe import engine_name
from desktop_app.ui.words import counted


def caption_words(results: Sequence[Restoration], names: Sequence[str]) -> str:
    """Who was restored, when, with what, and that it is an illustration; "" without results."""
    if not results:
        return ""
    guided = sum(len(result.references) for result in results)
    return _tr(
        "Restored with Likeness on {day}: {who} ({engine}, {guided}). "
        "An illustration, not evidence of how the face looked."
    ).format(
        day=QLocale().toString(QDate.currentDate(), "d MMM yyyy"),
        who=", ".join(names) or counted(len(results), _tr("one face"), _tr("{n} faces")),
        engine=", ".join(sorted({engine_name(result.engine) for result in results})),
        guided=counted(
            guided,
            _tr("guided by one photo of the same person"),
            _tr("guided by {n} photos of the same people")
            if len(results) > 1
            else _tr("guided by {n} photos of the same person"),
        ),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("caption", text)
