"""`likeness models`: which models are here, under which terms."""

import argparse
import json
from pathlib import Path
from typing import Any

from desktop_app.cli.tools import Tools
from desktop_app.domain.errors import BadRequest
from desktop_app.models.store import ModelState
from desktop_app.operations.install_model import fetch_model, install_model


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("models", help="list, verify, install and remove models")
    wishes = parser.add_subparsers(required=True, metavar="WISH")
    listing = wishes.add_parser("list", parents=[common], help="all models and their terms")
    listing.set_defaults(command=_list)
    verify = wishes.add_parser("verify", parents=[common], help="compare files with checksums")
    verify.add_argument("models", nargs="*", metavar="MODEL", help="none: all that are installed")
    verify.set_defaults(command=_verify)
    install = wishes.add_parser(
        "install", parents=[common], help="install from a local file, or from a model's makers"
    )
    install.add_argument("model", metavar="MODEL")
    install.add_argument("--from", dest="source", type=Path, metavar="PATH")
    install.add_argument(
        "--accept-licence",
        action="store_true",
        help="agree to the terms that `models list` shows, and download from the makers",
    )
    install.add_argument(
        "--file",
        metavar="NAME",
        help="which of the published files to download; none: the makers' best",
    )
    install.add_argument(
        "--architecture",
        type=Path,
        metavar="JSON",
        help="the shapes of a checkpoint that has others than the published ones",
    )
    install.set_defaults(command=_install)
    remove = wishes.add_parser("remove", parents=[common], help="remove an installed model")
    remove.add_argument("model", metavar="MODEL")
    remove.set_defaults(command=_remove)


def _list(asked: argparse.Namespace, tools: Tools) -> int:
    rows = []
    for model in tools.store.all():
        condition = tools.store.state(model.id)
        tools.terminal.say(f"{model.id}: {model.title} ({condition.state.value})")
        tools.terminal.say(f"    {model.purpose}")
        tools.terminal.say(f"    terms: {model.licence} ({model.licence_source})")
        rows.append(
            {
                "id": model.id,
                "title": model.title,
                "purpose": model.purpose,
                "state": condition.state.value,
                "licence": model.licence,
                "licence_source": model.licence_source,
                "input_size": model.input_size,
                "devices": list(model.devices),
                "published": list(model.published),
                "bundled": model.bundled,
                "size": tools.store.size_of(model.id),
            }
        )
    tools.terminal.result({"models": rows})
    return 0


def _verify(asked: argparse.Namespace, tools: Tools) -> int:
    store = tools.store
    wanted = asked.models or [
        model.id
        for model in store.all()
        if store.state(model.id).state is not ModelState.MISSING or model.bundled
    ]
    conditions = {model_id: store.verify(model_id) for model_id in wanted}
    for model_id, condition in conditions.items():
        words = "right" if condition.state is ModelState.INSTALLED else condition.why
        tools.terminal.say(f"{model_id}: {words}")
    tools.terminal.result({i: condition.state.value for i, condition in conditions.items()})
    return int(any(c.state is not ModelState.INSTALLED for c in conditions.values()))


def _install(asked: argparse.Namespace, tools: Tools) -> int:
    report = tools.terminal.report("Installing")
    python = tools.places.engine_python
    if asked.source is not None:
        shapes = None if asked.architecture is None else _shapes(asked.architecture)
        install_model(tools.store, asked.model, asked.source, report, shapes, python=python)
    else:
        fetch_model(
            tools.store,
            asked.model,
            asked.file,
            tools.places.downloads,
            report,
            terms_accepted=asked.accept_licence,
            python=python,
        )
    tools.terminal.say(f"{asked.model} is installed.")
    tools.terminal.result({"installed": asked.model})
    return 0


def _shapes(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadRequest(f"{path.name} is no readable JSON file.") from error
    if not isinstance(told, dict):
        raise BadRequest(f"{path.name} describes no architecture.")
    return told


def _remove(asked: argparse.Namespace, tools: Tools) -> int:
    tools.store.remove(asked.model)
    tools.terminal.say(f"{asked.model} is removed.")
    tools.terminal.result({"removed": asked.model})
    return 0
