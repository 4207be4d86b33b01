"""`likeness demo`: the whole way on the bundled sample library."""

import argparse
from pathlib import Path
from typing import Any

from desktop_app.cli.tools import Tools
from desktop_app.operations.run_demo import report_as_values, run_demo


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "demo", parents=[common], help="index, name, restore, compare, export the sample library"
    )
    parser.add_argument(
        "--folder", type=Path, metavar="FOLDER", help="where its catalog and pictures are written"
    )
    parser.add_argument("--engine", choices=("compact", "instant-restore"))
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "coreml"))
    parser.set_defaults(command=_demo)


def _demo(asked: argparse.Namespace, tools: Tools) -> int:
    folder = asked.folder or tools.places.data / "demo"
    demo = run_demo(folder, tools.eyes, tools.restorer, tools.terminal.report("Demo"))
    say = tools.terminal.say
    say(f"Faces found: {demo.faces_found} of {demo.faces_expected}")
    say(f"People right: {demo.people_right} of {demo.faces_expected}")
    say(f"Likeness to the true photo: {demo.likeness_before:.2f} -> {demo.likeness_after:.2f}")
    say(f"PSNR of the face: {demo.psnr_before:.1f} dB -> {demo.psnr_after:.1f} dB")
    say(f"To the confirmed photos: {demo.words}")
    say("Seconds: " + ", ".join(f"{stage} {s:.1f}" for stage, s in demo.seconds.items()))
    say(f"Before and after: {demo.picture}")
    say(f"Restored photo:   {demo.export}")
    say(f"Report:           {demo.picture.with_name('report.json')}")
    tools.terminal.result(report_as_values(demo))
    return int(demo.faces_found < demo.faces_expected or demo.people_right < demo.faces_expected)
