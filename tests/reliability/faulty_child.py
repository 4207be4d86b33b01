"""The large engine's process on a device that fails its first face.

    python faulty_child.py oom|fault FILE

`FILE` tells a later process that the failure has been.
"""

import sys
from pathlib import Path
from typing import Any

import torch

from desktop_app.restoration.apart import child
from desktop_app.restoration.instant_restore import network

KIND, FAILED = sys.argv[1], Path(sys.argv[2])
MOST_TRIES = 2  # a lack of memory is met by one more try in smaller pieces
whole = network.predict_noise


def failing(*given: Any) -> Any:
    tries = len(FAILED.read_bytes()) if FAILED.exists() else 0
    if tries < (MOST_TRIES if KIND == "oom" else 1):
        FAILED.write_bytes(b"x" * (tries + 1))
        if KIND == "oom":
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")
    return whole(*given)


network.predict_noise = failing
sys.exit(child.main())
