"""`likeness doctor`: what is in order, what is not, and what to do about it."""

import argparse
from typing import Any

from desktop_app.cli.tools import Tools
from desktop_app.operations.check_health import Verdict, check_health

_SIGNS = {Verdict.GOOD: "ok  ", Verdict.NOTE: "note", Verdict.BAD: "BAD "}


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("doctor", parents=[common], help="check the installation")
    parser.set_defaults(command=_doctor)


def _doctor(asked: argparse.Namespace, tools: Tools) -> int:
    findings = check_health(tools.places, tools.store)
    for finding in findings:
        tools.terminal.say(f"{_SIGNS[finding.verdict]}  {finding.subject}: {finding.words}")
        if finding.remedy:
            tools.terminal.say(f"      {finding.remedy}")
    tools.terminal.result(
        {
            "findings": [
                {
                    "subject": finding.subject,
                    "verdict": finding.verdict.value,
                    "words": finding.words,
                    "remedy": finding.remedy,
                }
                for finding in findings
            ]
        }
    )
    return 1 if any(finding.verdict is Verdict.BAD for finding in findings) else 0
