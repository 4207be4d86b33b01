"""Reads which models are known, and how it stands with each."""

from dataclasses import dataclass

from desktop_app.domain.progress import Progress, Report
from desktop_app.models.known import KnownModel
from desktop_app.models.store import ModelCondition, ModelStore


@dataclass(frozen=True)
class ModelOnPage:
    """A model and its condition now."""

    model: KnownModel
    condition: ModelCondition


def read_models(store: ModelStore, report: Report) -> list[ModelOnPage]:
    """A quick look at each: are its files there, and as long as they should be?"""
    models = store.all()
    found = []
    for number, model in enumerate(models):
        report(Progress(number, len(models)))
        found.append(ModelOnPage(model, store.state(model.id)))
    return found
