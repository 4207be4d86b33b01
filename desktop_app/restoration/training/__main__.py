"""The recipe on the command line: prepare, train, evaluate, export, or all of them."""

import argparse
import json
import os
from pathlib import Path

import cv2
import torch

from desktop_app.restoration.compact import CompactRestorer
from desktop_app.restoration.training.crops import FACE, held_out_people, read_packed
from desktop_app.restoration.training.evaluate import (
    by_brightness,
    evaluate,
    held_out,
    identities,
    old_photos,
    table,
    write_results,
)
from desktop_app.restoration.training.export import ENCODER, RESTORER, export, seconds_a_face
from desktop_app.restoration.training.measures import Measures, own_grid
from desktop_app.restoration.training.prepare import prepare
from desktop_app.restoration.training.recipe import RECIPES
from desktop_app.restoration.training.trainer import Budget, Trainer, load_network, ranks

SAVE_EVERY = 240.0  # seconds


def main() -> None:
    arguments = _parser().parse_args()
    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(1)
    if arguments.what in ("prepare", "all"):
        packed = prepare(
            arguments.data, arguments.models, arguments.work / "crops.npz", arguments.side
        )
        print(f"{len(packed.crops)} portraits of {len(packed.people())} people")
    if arguments.what in ("train", "all"):
        train(arguments)
    if arguments.what == "train-large":
        from desktop_app.restoration.training.large import LargeRecipe
        from desktop_app.restoration.training.large_run import train_large

        budget = Budget(arguments.steps, arguments.minutes)
        train_large(
            arguments.base,
            arguments.work,
            arguments.models,
            budget,
            arguments.device,
            LargeRecipe(),
        )
    if arguments.what in ("export", "all"):
        network, state = load_network(arguments.work / "checkpoint.pt", arguments.models)
        export(network, arguments.out)
        print(f"step {state['step']}, {state['seconds'] / 60:.1f} minutes of training")
    if arguments.what in ("evaluate", "all"):
        measure(arguments)


def train(arguments: argparse.Namespace) -> None:
    """Goes on from the last checkpoint of `work`, or begins; writes losses.jsonl beside it."""
    if "WORLD_SIZE" in os.environ:
        backend = "nccl" if arguments.device.startswith("cuda") else "gloo"
        torch.distributed.init_process_group(backend)
    first = ranks()[0] == 0
    packed = read_packed(arguments.work / "crops.npz")
    held_out = set(held_out_people())
    people = {name: crops for name, crops in packed.people().items() if name not in held_out}
    trainer = Trainer(RECIPES[arguments.recipe], packed, people, arguments.models, arguments.device)
    checkpoint = arguments.work / "checkpoint.pt"
    if checkpoint.exists():
        trainer.resume(checkpoint)
        print(f"going on from step {trainer.step}, {trainer.seconds / 60:.1f} minutes")
    elif arguments.begin_from is not None:
        trainer.begin_from(arguments.begin_from)
    budget = Budget(arguments.steps, arguments.minutes)
    saved = trainer.seconds
    with (arguments.work / "losses.jsonl").open("a", encoding="utf-8") as log:

        def watch(step: int, told: dict[str, float]) -> None:
            nonlocal saved
            if not first:
                return
            line = {"step": step, "seconds": round(trainer.seconds, 1)} | {
                name: round(value, 5) for name, value in told.items()
            }
            print(json.dumps(line), file=log, flush=True)
            if trainer.seconds - saved > SAVE_EVERY:
                trainer.save(checkpoint)
                saved = trainer.seconds

        trainer.train(budget, watch)
    if first:
        trainer.save(checkpoint)
    print(f"{trainer.step} steps in {trainer.seconds / 60:.1f} minutes")


def measure(arguments: argparse.Namespace) -> None:
    """Prints the tables of the model card; pictures and single scores go to `work`."""
    out, work = arguments.out, arguments.work
    restorer = CompactRestorer(out / ENCODER, out / RESTORER, "cpu")
    measures = Measures(arguments.models)
    sets = {"held_out": held_out(read_packed(work / "crops.npz"))}
    if (arguments.data / "identities").is_dir():
        sets["identities"] = identities(arguments.data / "identities")
    for name, cases in sets.items():
        scores = evaluate(cases, restorer, measures, work / f"{name}.png")
        people = [case.person for case in cases]
        write_results(work / f"{name}.json", scores, people)
        print(f"\n{name}, {len(people)} people\n\n{table(scores, people)}")
        print(by_brightness(cases, scores))
        true = sum(own_grid(case.truth) for case in cases) / len(cases)
        print(f"grid of the true faces: {true:.3f}")
    if (arguments.data / "old_photos").is_dir():
        photos, sheet = arguments.data / "old_photos", work / "old_photos.png"
        print(old_photos(photos, arguments.models, restorer, measures, sheet))
    for count in (0, 4, 8):
        seconds = seconds_a_face(out, count)
        print(f"{seconds:.2f} s a face with {count} references in a warm memory")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m desktop_app.restoration.training")
    parser.add_argument(
        "what", choices=["prepare", "train", "export", "evaluate", "all", "train-large"]
    )
    parser.add_argument("--data", type=Path, help="folder of README.md's layout")
    parser.add_argument("--models", type=Path, help="folder of the small face networks")
    parser.add_argument("--work", type=Path, required=True, help="crops, checkpoints, losses")
    parser.add_argument("--out", type=Path, help="where the shipped files go")
    parser.add_argument("--recipe", choices=sorted(RECIPES), default="small")
    parser.add_argument("--begin-from", type=Path, help="the checkpoint of another recipe's run")
    parser.add_argument("--side", type=int, default=FACE, help="of the faces to prepare")
    parser.add_argument("--base", type=Path, help="SD-Turbo as diffusers keeps it")
    parser.add_argument("--minutes", type=float, help="of training, over all sittings")
    parser.add_argument("--steps", type=int, help="of training, over all sittings")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=1, help="of the processor")
    return parser


if __name__ == "__main__":
    main()
