"""Opens a network for looking at faces on the best device there is."""

import functools
import mmap
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from desktop_app.domain.errors import (
    DeviceFailed,
    DeviceOutOfMemory,
    DeviceUnavailable,
    ModelNotInstalled,
    ModelRefused,
)
from desktop_app.models.prelu import without_prelu

if TYPE_CHECKING:
    import onnxruntime

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
"""ONNX Runtime's own name of each device."""

MOST_THREADS = 4  # beyond it the small networks used here gain nothing


_FAULTS = ("CUDA error", "CUDA failure", "CUDNN", "CUBLAS", "CoreML", "device removed")
"""How ONNX Runtime's providers begin their account of a fault of the device."""


def open_session(
    model: Path | bytes, device: str = "auto", threads: int | None = None
) -> "onnxruntime.InferenceSession":
    """A session on `device`: "auto", "cpu", "cuda" or "coreml".

    "auto" takes a GPU where one works and the processor where none does; a device asked for by
    name is that device or an error. `threads` of the processor, by default one a core, at most
    `MOST_THREADS`. The same input gives the same output on the same machine. For the processor the
    network's PReLU layers are written otherwise (`without_prelu`), which changes no number.
    Raises `DeviceUnavailable`, `DeviceOutOfMemory`, `ModelNotInstalled`, `ModelRefused`.
    """
    if device != "auto" and device not in PROVIDERS:
        known = ", ".join(("auto", *PROVIDERS))
        raise DeviceUnavailable(f"There is no device named {device}. Choose one of: {known}.")
    if isinstance(model, Path) and not model.is_file():
        raise ModelNotInstalled(
            f"The model file {model.name} is missing. Reinstall the application, "
            "or install the model again."
        )
    runtime = load_runtime()
    wanted = _device_to_try(device)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads or min(os.cpu_count() or 1, MOST_THREADS)
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # failures come back as exceptions, in words of our own
    options.use_deterministic_compute = True
    # a pattern of the memory would be laid out beside what the first pass took, which stays taken:
    # 95 MB more with the built-in models, for no time gained
    options.enable_mem_pattern = False
    names = [PROVIDERS[wanted]] if wanted == "cpu" else [PROVIDERS[wanted], PROVIDERS["cpu"]]
    try:
        quicker = _quicker(model) if wanted == "cpu" else None
        given = str(model) if isinstance(model, Path) else model
        session = runtime.InferenceSession(quicker or given, options, providers=names)
        # WORKAROUND for onnxruntime 1.28, onnxruntime_inference_collection.py: it keeps the bytes
        # for a change of providers, which nobody asks for here: 174 MB more for insightface's r50
        session._model_bytes = None
    except Exception as error:  # ONNX Runtime's exceptions share no base class of its own
        raise _in_words(error, model, device) from error
    if device not in ("auto", "cpu") and PROVIDERS[device] not in session.get_providers():
        raise DeviceUnavailable(_why_not(device))
    return session


def run(
    session: "onnxruntime.InferenceSession",
    outputs: Sequence[str] | None,
    inputs: Mapping[str, NDArray[Any]],
) -> list[NDArray[Any]]:
    """One pass of the network: the arrays named in `outputs`, or all of them.

    Raises `DeviceOutOfMemory`, after which the session works on, and `DeviceFailed`, after which
    it is to be opened anew.
    """
    try:
        found: list[NDArray[Any]] = session.run(outputs, inputs)
        return found
    except Exception as error:  # ONNX Runtime's exceptions share no base class of its own
        said = str(error)
        if _is_out_of_memory(said):
            raise DeviceOutOfMemory(
                "The device has too little memory for this photo. Close other programs, "
                "or choose the device `cpu` in the settings."
            ) from error
        if any(word in said for word in _FAULTS):
            raise DeviceFailed(
                f"The device {device_of(session)} reported a fault. Try again; where it happens "
                "again, restart the application or choose the device `cpu` in the settings."
            ) from error
        raise


def device_of(session: "onnxruntime.InferenceSession") -> str:
    """The device that a session really runs on: "cpu", "cuda" or "coreml"."""
    first = session.get_providers()[0]
    return next(device for device, provider in PROVIDERS.items() if provider == first)


def devices_available() -> tuple[str, ...]:
    """The devices that the installed ONNX Runtime was built for, the fastest first.

    A GPU listed here may still be refused by its driver; only an opened session tells.
    """
    present = load_runtime().get_available_providers()
    return tuple(name for name in ("cuda", "coreml", "cpu") if PROVIDERS[name] in present)


@functools.cache
def load_runtime() -> ModuleType:
    """ONNX Runtime, imported with its telemetry switched off.

    From 1.29 the library reports to its maker by default; the variable is read at the import,
    so nothing else in the application may import onnxruntime.
    Raises `ModelNotInstalled` where no ONNX Runtime is installed.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelNotInstalled(
            "ONNX Runtime, which runs the networks, is not installed. "
            "Install the application with its extra `cpu` or `cuda`."
        ) from error
    runtime: ModuleType = onnxruntime
    if "CUDAExecutionProvider" in runtime.get_available_providers():
        runtime.preload_dlls()
    return runtime


def _quicker(model: Path | bytes) -> bytes | None:
    """The model as it is quicker on the processor; None where it stays as it is."""
    try:
        if isinstance(model, bytes):
            return without_prelu(model)
        with model.open("rb") as file:
            return without_prelu(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError, IndexError):
        return None  # ONNX Runtime refuses it, too


def _device_to_try(device: str) -> str:
    if device != "auto":
        if device not in devices_available():
            raise DeviceUnavailable(_why_not(device))
        return device
    return devices_available()[0]


def _why_not(device: str) -> str:
    present = ", ".join(devices_available())
    if device == "coreml" and sys.platform != "darwin":
        return "CoreML exists on Apple computers only. Choose the device `cpu`."
    if device not in devices_available():
        extra = " (the extra `cuda`)" if device == "cuda" else ""
        return (
            f"The installed ONNX Runtime was built without {device}; it offers: {present}. "
            f"Install the build for {device}{extra}, or choose the device `cpu`."
        )
    return (
        f"The {device} device did not start: its driver or its libraries are missing or too old. "
        "Update the driver, or choose the device `cpu`."
    )


def _in_words(
    error: Exception, model: Path | bytes, device: str
) -> DeviceUnavailable | DeviceOutOfMemory | ModelRefused:
    """The user's words for a session that would not open."""
    said = str(error)
    name = model.name if isinstance(model, Path) else "The model"
    if _is_out_of_memory(said):
        return DeviceOutOfMemory(
            f"The device has too little memory for {name}. Close other programs, "
            "or choose the device `cpu`."
        )
    if device not in ("auto", "cpu") and ("CUDA" in said or "CoreML" in said):
        return DeviceUnavailable(_why_not(device))
    return ModelRefused(f"{name} is damaged or no ONNX model. Install it again.")


def _is_out_of_memory(said: str) -> bool:
    """ONNX Runtime tells it in words only: of CUDA, and of its own arena."""
    return "out of memory" in said.lower() or "failed to allocate" in said.lower()
