"""What the work needs and whether it is here, for the first start."""

import os
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from desktop_app.domain.progress import Progress, Report
from desktop_app.models.onnx_session import devices_available
from desktop_app.models.store import ModelState, ModelStore
from desktop_app.ui.library.start_screen import Equipment


def read_equipment(store: ModelStore, report: Report) -> Sequence[Equipment]:
    """Looks for the models and for a GPU; runs beside the window, because it loads ONNX Runtime."""
    report(Progress(0, None))
    found = [
        _model(store, "yunet", _tr("Finding faces")),
        _model(store, "fr_feature", _tr("Recognising people")),
        _model(store, "compact", _tr("Restoring")),
    ]
    devices = devices_available()
    names = {"cuda": _tr("an NVIDIA GPU"), "coreml": _tr("the Apple GPU")}
    gpu = next((names[device] for device in devices if device in names), "")
    where = gpu or _tr("the processor ({n} cores)").format(n=os.cpu_count() or 1)
    found.append(Equipment(_tr("Working on"), where, True))
    return found


def _model(store: ModelStore, model_id: str, subject: str) -> Equipment:
    if store.state(model_id).state is ModelState.INSTALLED:
        return Equipment(subject, _tr("built in, ready"), True)
    return Equipment(subject, _tr("missing; see Models"), False)


def _tr(text: str) -> str:
    return QCoreApplication.translate("equipment", text)
