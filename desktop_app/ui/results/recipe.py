"""Tells how a result was made, so that it can be understood and repeated years later."""

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from desktop_app.domain.restoration import Restoration, RestorationState
from desktop_app.ui.words import counted


def engine_name(engine: str) -> str:
    """The engine in the user's words."""
    return {
        "compact": _tr("Built-in engine"),
        "instant-restore": "InstantRestore",
        "instant-restore-preview": _tr("InstantRestore, fast preview"),
    }.get(engine, engine)


def device_name(device: str) -> str:
    return {
        "cpu": _tr("processor"),
        "cuda": _tr("NVIDIA GPU"),
        "coreml": _tr("Apple GPU"),
        "mps": _tr("Apple GPU"),
    }.get(device, device)


def recipe_lines(restoration: Restoration) -> list[str]:
    """What the result was made with, one fact a line."""
    made = restoration.made_at.astimezone()
    day = QLocale().toString(QDate(made.year, made.month, made.day), "d MMM yyyy")
    settings = restoration.settings
    extras = [_tr("tone kept")] * settings.keep_tone + [_tr("grain")] * settings.grain
    laid = _tr("Strength {n} %").format(n=round(settings.strength * 100))
    return [
        _tr("{day}, {engine} on the {device}").format(
            day=day,
            engine=engine_name(restoration.engine),
            device=device_name(restoration.device),
        ),
        counted(
            len(restoration.references), _tr("Guided by one photo"), _tr("Guided by {n} photos")
        )
        if restoration.references
        else _tr("Without references"),
        ", ".join([laid, *extras]),
        _tr("Weights {hash}, try {seed}").format(
            hash=restoration.model_hash[:8], seed=restoration.seed + 1
        ),
    ]


def state_words(restoration: Restoration) -> str:
    """ "Draft", "Accepted", "Original kept", and whether it is out of date."""
    words = {
        RestorationState.DRAFT: _tr("Draft"),
        RestorationState.ACCEPTED: _tr("Accepted"),
        RestorationState.REFUSED: _tr("Original kept"),
    }[restoration.state]
    return _tr("{state}, out of date").format(state=words) if restoration.stale else words


def _tr(text: str) -> str:
    return QCoreApplication.translate("recipe", text)
