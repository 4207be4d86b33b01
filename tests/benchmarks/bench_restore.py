"""Measures the large engine against a straight port of the published method, on one device.

    python tests/benchmarks/bench_restore.py [--device cpu|cuda|mps] [--dtype float16] [--compile]
        [--map] [--side 512] [--repeats N] [--threads N] [--tiny] [--folder F]

Both run the same random weights at the published shapes on one 512 px face with four references:
the port as its authors run it (float32, LoRA beside its weights, attention by explicit softmax,
references encoded, run and decoded at every call), the engine cold (references never seen), warm
(their memory kept) and with the small decoder. Each runs in a process of its own, one after the
other; the report says the ratios, the peaks of memory and how far the results lie apart.
`--tiny` measures nothing: it shows that this script works.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import diffusers
import torch

from desktop_app.restoration.instant_restore.architecture import PUBLISHED
from desktop_app.restoration.instant_restore.devices import devices_here

COUNT = 4
RANK = 32
PORT_TFLOP, COLD_TFLOP, WARM_TFLOP = 22.98, 12.18, 4.64  # counted: design of the engine
PEAK_TFLOPS = {"NVIDIA H200": 989.0, "NVIDIA H100": 989.0}  # fp16, dense, as published


def architecture(tiny: bool) -> dict[str, Any]:
    from tests.restoration.instant_restore import tiny as small

    if tiny:
        return small.ARCHITECTURE
    # the text network runs at conversion alone, so that its depth is not measured
    return {**PUBLISHED, "text_encoder": {**PUBLISHED["text_encoder"], "num_hidden_layers": 1}}


def make_weights(folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """A checkpoint in the published layout, fp16, with random weights of torch's usual spread."""
    from desktop_app.restoration.instant_restore.architecture import Architecture
    from desktop_app.restoration.instant_restore.parts import expected_shapes
    from tests.restoration.instant_restore.straight_port import StraightPort

    shapes = architecture(asked.tiny)
    with torch.device("meta"):
        port = StraightPort(shapes, rank_unet=RANK, rank_vae=RANK)
    generator = torch.Generator().manual_seed(0)

    def drawn(name: str, shape: tuple[int, ...]) -> torch.Tensor:
        if len(shape) < 2:
            return torch.full(shape, 1.0 if "norm" in name and "weight" in name else 0.0).half()
        fan = torch.Size(shape[1:]).numel()
        return (torch.randn(shape, generator=generator) * fan**-0.5).half()

    state = {name: drawn(name, tuple(t.shape)) for name, t in port.published().items()}
    text = expected_shapes("text_encoder", Architecture.read(shapes))
    state |= {f"net.text_encoder.{n}": drawn(n, shape) for n, shape in text.items()}
    model = {"lora_rank_unet": RANK, "lora_rank_vae": RANK, "use_adain": True, "train_input": False}
    torch.save({"cfg": {"model": model}, "state_dict": state}, folder / "weights.pt")
    return {}


def inputs(side: int, device: str) -> tuple[torch.Tensor, torch.Tensor, dict[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(1)
    small = torch.randn(COUNT + 1, 3, 32, 32, generator=generator)
    pictures = (
        torch.nn.functional.interpolate(small, (side, side), mode="bicubic").tanh().to(device)
    )
    shape = (4, side // 8, side // 8)
    draws = {
        "input_posterior": torch.randn(1, *shape, generator=generator),
        "reference_posterior": torch.randn(COUNT, *shape, generator=generator),
        "reference_noise": torch.randn(COUNT, *shape, generator=generator),
        "input_noise": torch.randn(1, *shape, generator=generator),
    }
    return pictures[0], pictures[1:], draws


def timed(work: Callable[[], Any], repeats: int, device: str) -> tuple[float, Any]:
    """Median seconds of `repeats` runs, and the last result.

    On the processor these are the seconds that it worked for us, all threads together: what else
    runs on the machine then spoils the ratios least.
    """
    clock = time.process_time if device == "cpu" else time.perf_counter
    taken = []
    result = None
    for _ in range(repeats):
        began = clock()
        result = work()
        wait_for(device)
        taken.append(clock() - began)
        print(f"{taken[-1]:.3f} s", file=sys.stderr, flush=True)
    return sorted(taken)[len(taken) // 2], result


def wait_for(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()
    elif device == "mps":
        torch.mps.synchronize()


def peak_gigabytes(device: str) -> float:
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def run_port(folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    from desktop_app.restoration.instant_restore.checkpoint import Checkpoint
    from tests.restoration.instant_restore.straight_port import StraightPort

    weights, shapes = folder / "weights.pt", architecture(asked.tiny)
    with torch.device("meta"):
        port = StraightPort(shapes, rank_unet=RANK, rank_vae=RANK)
    state = torch.load(weights, weights_only=True, mmap=True)["state_dict"]
    port.load_published(state, assign=True)
    port.to(asked.device)
    port.caption = Checkpoint(weights, shapes).caption_embedding().to(asked.device)
    degraded, references, draws = inputs(asked.side, asked.device)
    draws = {name: draw.to(asked.device) for name, draw in draws.items()}
    if asked.device == "cuda":
        port(degraded, references, draws)
    seconds, image = timed(lambda: port(degraded, references, draws), asked.repeats, asked.device)
    torch.save(image.cpu(), folder / "port.pt")
    return {"port_s": seconds, "port_gb": peak_gigabytes(asked.device)}


def run_engine(folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    from diffusers import AutoencoderTiny
    from safetensors.torch import save_file

    from desktop_app.restoration.instant_restore import Draws, InstantRestore

    dtype = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
    weights, shapes = folder / "weights.pt", architecture(asked.tiny)
    net = InstantRestore.from_checkpoint(weights, shapes, asked.device, dtype[asked.dtype])
    torch.manual_seed(2)
    preview = folder / "preview.safetensors"
    save_file(AutoencoderTiny().state_dict(), preview)
    net.use_preview_decoder(preview)
    degraded, references, given = inputs(asked.side, asked.device)
    draws = Draws(**given)
    net.load_reference_networks()
    if asked.compile:
        net.compile()
        net.restore(degraded, net.encode_references(references, draws), draws)
    encode_s, memory = timed(
        lambda: net.encode_references(references, draws), asked.repeats, asked.device
    )
    cold_gb = peak_gigabytes(asked.device)
    warm_s, image = timed(lambda: net.restore(degraded, memory, draws), asked.repeats, asked.device)
    preview_s, _ = timed(
        lambda: net.restore(degraded, memory, draws, preview=True), asked.repeats, asked.device
    )
    map_s = None
    if asked.map:
        map_s, _ = timed(
            lambda: net.restore(degraded, memory, draws, with_map=True), asked.repeats, asked.device
        )
    torch.save(image.cpu(), folder / "engine.pt")
    net.release_reference_networks()
    if asked.device == "cuda":
        torch.cuda.reset_peak_memory_stats()
        net.restore(degraded, memory, draws)
    return {
        "warm_gb": peak_gigabytes(asked.device) if asked.device == "cuda" else None,
        "encode_s": encode_s,
        "warm_s": warm_s,
        "preview_s": preview_s,
        "map_s": map_s,
        "cold_gb": cold_gb,
        "memory_mb": memory.size / 1e6,
    }


ROLES = {"weights": make_weights, "engine": run_engine, "port": run_port}


def report(found: dict[str, Any], folder: Path, asked: argparse.Namespace) -> None:
    port, engine = torch.load(folder / "port.pt"), torch.load(folder / "engine.pt")
    difference = float((port - engine).abs().max())
    decibels = float(-10 * ((port - engine) / 2).square().mean().clamp(min=1e-20).log10())
    cold_s = found["encode_s"] + found["warm_s"]
    name = torch.cuda.get_device_name() if asked.device == "cuda" else processor()
    print(
        f"device {asked.device} ({name}), threads {torch.get_num_threads()}, {platform.platform()}"
    )
    print(
        f"torch {torch.__version__}, diffusers {diffusers.__version__}, "
        f"engine {asked.dtype}{', compiled' if asked.compile else ''}, port float32, "
        f"{'tiny shapes: no measurement' if asked.tiny else 'published shapes'}, "
        f"{asked.side} px, {COUNT} references, {asked.repeats} repeats"
    )
    port_s = found["port_s"]
    for what, seconds in (
        ("straight port", port_s),
        ("engine, cold", cold_s),
        ("engine, warm", found["warm_s"]),
        *([("engine, warm, with the map", found["map_s"])] if asked.map else []),
        ("engine, warm, fast preview", found["preview_s"]),
    ):
        print(f"{what:28} {seconds:9.3f} s   {port_s / seconds:6.2f} times")
    print(f"largest difference of engine and port {difference:.2e}, {decibels:.1f} dB")
    warm = "not measured"
    if found["warm_gb"] is not None:
        share = found["warm_gb"] / found["port_gb"]
        warm = f"{found['warm_gb']:.2f} GB ({share:.2f} of the port's)"
    share = found["cold_gb"] / found["port_gb"]
    print(
        f"peak memory: port {found['port_gb']:.2f} GB, engine cold {found['cold_gb']:.2f} GB "
        f"({share:.2f} of the port's), warm {warm}; "
        f"a memory of {COUNT} references {found['memory_mb']:.0f} MB"
    )
    if asked.device == "cpu":
        print("(of the process, the mapped checkpoint counted in)")
    peak = next((v for k, v in PEAK_TFLOPS.items() if name.startswith(k)), None)
    if peak is not None and asked.side == 512 and asked.dtype != "float32":
        share = WARM_TFLOP / found["warm_s"] / peak
        print(f"share of the device's arithmetic, warm: {share:.0%} of {peak:.0f} TFLOP/s")
    print(
        f"at 512 px arithmetic alone would give {PORT_TFLOP / COLD_TFLOP:.2f} times cold, "
        f"{PORT_TFLOP / WARM_TFLOP:.2f} times warm"
    )
    for device in ("cpu", "cuda", "mps"):
        if device != asked.device:
            here = "here, but not asked for" if device in devices_here() else "no such device here"
            print(f"{device}: not measured ({here})")


def processor() -> str:
    """The processor's own name, where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--map", action="store_true", help="measure the map of references too")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--side", type=int, default=512, help="of the face, in pixels")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--role", choices=ROLES, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.tiny:
        asked.side = 128
    if asked.threads:
        torch.set_num_threads(asked.threads)
    if asked.role is not None:
        print(json.dumps(ROLES[asked.role](asked.folder, asked)))
        return
    with tempfile.TemporaryDirectory(dir=asked.folder) as made:
        folder = Path(made)
        found: dict[str, Any] = {}
        for role in ROLES:
            given = [*sys.argv[1:], "--role", role, "--folder", str(folder)]
            answer = subprocess.run(
                [sys.executable, __file__, *given], check=True, stdout=subprocess.PIPE, text=True
            )
            found |= json.loads(answer.stdout.splitlines()[-1])
            print(role, found, file=sys.stderr, flush=True)
        report(found, folder, asked)


if __name__ == "__main__":
    main()
