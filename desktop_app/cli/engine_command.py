"""`likeness engine`: the packages that the large engine runs on, in an environment of their own."""

import argparse
from typing import Any

from desktop_app.cli.tools import Tools
from desktop_app.operations.install_engine import (
    engine_condition,
    install_engine,
    offer_engine,
    remove_engine,
    verify_engine,
)
from desktop_app.restoration.engine_environment.environment import EngineState
from desktop_app.restoration.engine_environment.torch_build import TorchBuild


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "engine", help="add, check and remove the packages of the large engine"
    )
    wishes = parser.add_subparsers(required=True, metavar="WISH")
    status = wishes.add_parser("status", parents=[common], help="what is here, what would come")
    status.add_argument("--verify", action="store_true", help="compare every file's checksum")
    status.set_defaults(command=_status)
    install = wishes.add_parser(
        "install",
        parents=[common],
        help="fetch torch and what else the engine needs",
        description="Fetches pinned packages with uv, which reads its own settings "
        "(UV_DEFAULT_INDEX names another package index). What broke off goes on where it stopped.",
    )
    install.add_argument(
        "--accept-licence", action="store_true", help="agree to the terms that `status` shows"
    )
    install.add_argument(
        "--for",
        dest="build",
        choices=[build.value for build in TorchBuild],
        help="what it is to compute on; none: what this computer has",
    )
    install.set_defaults(command=_install)
    remove = wishes.add_parser("remove", parents=[common], help="remove all of it again")
    remove.set_defaults(command=_remove)


def _status(asked: argparse.Namespace, tools: Tools) -> int:
    terminal, where = tools.terminal, tools.places
    found = (
        verify_engine(where, terminal.report("Checking"))
        if asked.verify
        else engine_condition(where)
    )
    facts = found.facts
    told: dict[str, Any] = {"state": found.state.value, "why": found.why}
    if facts is not None:
        terminal.say(
            f"torch {facts.torch} for {facts.build}, Python {facts.python}, "
            f"{facts.size / 1e9:.1f} GB in {where.engine}"
        )
        told |= {
            "torch": facts.torch,
            "build": facts.build,
            "python": facts.python,
            "size": facts.size,
        }
    whole = "every file is right" if asked.verify else "installed"
    terminal.say(found.why if found.why else f"The large engine's packages: {whole}.")
    if found.state in (EngineState.MISSING, EngineState.OUTDATED, EngineState.DAMAGED):
        offer = offer_engine(where, terminal.report("Looking"))
        terminal.say(
            f"To add them: likeness engine install --accept-licence\n"
            f"    computing on: {offer.build.value}\n"
            f"    to fetch: about {offer.download / 1e9:.1f} GB"
            + (f", of which {offer.kept / 1e9:.1f} GB are here" if offer.kept > 50_000_000 else "")
            + f"\n    on the disk: about {offer.size / 1e9:.1f} GB of {offer.free / 1e9:.1f} GB "
            f"free, in {offer.folder}\n"
            f"    Python: {offer.python or 'none that fits; one is fetched too'}\n"
            f"    terms: {offer.terms}"
        )
        told |= {
            "offer": {
                "build": offer.build.value,
                "download": offer.download,
                "kept": offer.kept,
                "size": offer.size,
                "free": offer.free,
                "folder": str(offer.folder),
                "python": offer.python,
                "terms": offer.terms,
            }
        }
    terminal.result(told)
    return int(found.state is EngineState.DAMAGED)


def _install(asked: argparse.Namespace, tools: Tools) -> int:
    facts = install_engine(
        tools.places,
        tools.terminal.report("Adding the engine"),
        terms_accepted=asked.accept_licence,
        build=TorchBuild(asked.build) if asked.build else None,
    )
    tools.terminal.say(
        f"torch {facts.torch} for {facts.build} is installed ({facts.size / 1e9:.1f} GB). "
        "Its weights come apart: likeness models list"
    )
    tools.terminal.result({"torch": facts.torch, "build": facts.build, "size": facts.size})
    return 0


def _remove(asked: argparse.Namespace, tools: Tools) -> int:
    remove_engine(tools.places)
    tools.terminal.say("The large engine's packages are removed.")
    tools.terminal.result({"removed": True})
    return 0
