"""Which device restores, in which precision, and what happens when its memory runs out."""

from collections.abc import Callable
from typing import TypeVar

import torch

from desktop_app.domain.errors import DeviceFailed, DeviceOutOfMemory, DeviceUnavailable

T = TypeVar("T")
_FAULTS = ("CUDA error", "cuDNN error", "CUBLAS_STATUS", "MPS backend")
"""How torch begins its account of a fault of the device."""


def devices_here() -> tuple[str, ...]:
    """The devices that torch can use on this machine, the fastest first."""
    found = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return (*found, "cpu")


def choose_device(wanted: str) -> str:
    """ "auto" is the fastest; a device asked for by name is that one or `DeviceUnavailable`."""
    here = devices_here()
    if wanted == "auto":
        return here[0]
    if wanted not in here:
        raise DeviceUnavailable(
            f"The large engine cannot use the device {wanted} here; it can use: {', '.join(here)}. "
            "Choose one of these in the settings."
        )
    return wanted


def choose_dtype(device: str) -> torch.dtype:
    """Half precision where the device computes in it; the processor in full.

    On GPUs fp16 loses less than bf16 (11 bits of mantissa against 8) and the fused networks stay
    well within its range.
    """
    return torch.float32 if device == "cpu" else torch.float16


def within_memory(work: Callable[[], T], smaller: Callable[[], T], device: str) -> T:
    """The result of `work`, or, where memory ran out, of one retry in `smaller` pieces.

    Raises `DeviceOutOfMemory` where that fails too, and `DeviceFailed` for a fault of the device,
    after which this process can use it no more.
    """
    try:
        return work()
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        _raise_unless_of_memory(error, device)
    free_cached(device)
    try:
        return smaller()
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        _raise_unless_of_memory(error, device)
        free_cached(device)
        raise DeviceOutOfMemory(
            f"The device {device} has too little memory for this restoration. Close other "
            "programs, choose fewer references, or choose the built-in engine."
        ) from error


def is_out_of_memory(error: BaseException) -> bool:
    """CUDA and MPS have an exception of their own; the processor's allocator only words."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError)
        and ("out of memory" in str(error) or "can't allocate memory" in str(error))
    )


def is_fault(error: BaseException) -> bool:
    """Whether the device itself failed: torch says so by a class (2.8 and newer) or in words."""
    return isinstance(error, torch.AcceleratorError) or (
        isinstance(error, RuntimeError) and any(word in str(error) for word in _FAULTS)
    )


def _raise_unless_of_memory(error: Exception, device: str) -> None:
    if is_out_of_memory(error):
        return
    if is_fault(error):
        raise DeviceFailed(
            f"The device {device} reported a fault, and the engine starts anew. Try again; where "
            "it happens again, update the driver, or choose the built-in engine."
        ) from error
    raise error


def free_cached(device: str) -> None:
    """Hands unused memory back to the device."""
    if device == "cuda":
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()
