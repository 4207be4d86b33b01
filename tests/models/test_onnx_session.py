"""A network is opened on the device that was asked for, and tells nobody about it."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from desktop_app.domain.errors import (
    DeviceFailed,
    DeviceOutOfMemory,
    DeviceUnavailable,
    ModelNotInstalled,
    ModelRefused,
)
from desktop_app.models.onnx_session import (
    MOST_THREADS,
    device_of,
    devices_available,
    open_session,
    run,
)

TELLS_THE_TRUTH = """
import sys
from pathlib import Path
from desktop_app.models.onnx_session import open_session
import gc
import os
seen = []
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "onnxruntime":
            seen.append(os.environ.get("ORT_DISABLE_TELEMETRY"))
sys.meta_path.insert(0, Watch())
assert "onnxruntime" not in sys.modules
open_session(Path(sys.argv[1]), "cpu")
assert seen == ["1"], seen
"""


@pytest.fixture(scope="module")
def model(bundled_models: Path) -> Path:
    return bundled_models / "fr_landmark.onnx"


def test_telemetry_is_off_before_onnx_runtime_is_imported(model: Path) -> None:
    variables = {
        name: value
        for name, value in os.environ.items()
        if name not in ("CI", "ORT_DISABLE_TELEMETRY")
    }
    subprocess.run(
        [sys.executable, "-c", TELLS_THE_TRUTH, str(model)],
        env=variables,
        cwd=Path(__file__).resolve().parents[2],
        check=True,
        timeout=60,
    )


def test_a_session_runs_where_it_says(model: Path) -> None:
    session = open_session(model, "cpu")
    assert device_of(session) == "cpu"
    assert "cpu" in devices_available()
    assert session.get_session_options().intra_op_num_threads <= MOST_THREADS
    assert open_session(model, threads=1).get_session_options().intra_op_num_threads == 1


def test_a_model_can_come_from_memory(model: Path) -> None:
    face = np.full((1, 1, 64, 64), 0.5, np.float32)
    one, two = (
        open_session(m, "cpu").run(None, {"input": face})[0] for m in (model, model.read_bytes())
    )
    assert np.array_equal(one, two)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Failed to allocate memory for requested buffer of size 4294967296",
            DeviceOutOfMemory,
        ),
        ("CUDA failure 2: out of memory ; GPU=0", DeviceOutOfMemory),
        ("CUDA error cudaErrorIllegalAddress:an illegal memory access", DeviceFailed),
        ("CUDNN failure 8: CUDNN_STATUS_EXECUTION_FAILED", DeviceFailed),
    ],
)
def test_what_a_device_says_in_the_middle_of_a_pass_comes_in_a_sentence(
    model: Path, monkeypatch: pytest.MonkeyPatch, said: str, told: type[Exception]
) -> None:
    session = open_session(model, "cpu")
    face = {"input": np.full((1, 1, 64, 64), 0.5, np.float32)}

    from onnxruntime.capi.onnxruntime_pybind11_state import RuntimeException

    def fail(*given: object) -> None:
        raise RuntimeException(said)

    monkeypatch.setattr(session, "run", fail)
    with pytest.raises(told, match="choose the device `cpu`"):
        run(session, None, face)
    monkeypatch.undo()
    assert len(run(session, ["output"], face)) == 1
    with pytest.raises(Exception, match="rank"):  # a bug of ours stays one
        run(session, None, {"input": face["input"][0]})


def test_a_device_that_is_not_there_is_refused_with_the_reason(model: Path) -> None:
    with pytest.raises(DeviceUnavailable, match="no device named toaster"):
        open_session(model, "toaster")
    for device in {"cuda", "coreml"} - set(devices_available()):
        with pytest.raises(DeviceUnavailable, match=r"[Cc]hoose the device `cpu`"):
            open_session(model, device)


def test_a_missing_or_broken_model_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelNotInstalled, match=r"nowhere\.onnx is missing"):
        open_session(tmp_path / "nowhere.onnx")
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model at all")
    with pytest.raises(ModelRefused, match=r"broken\.onnx is damaged"):
        open_session(broken, "cpu")


def test_the_bytes_of_a_model_are_not_kept_beside_its_session(model: Path) -> None:
    gone = []

    class Given(bytes):
        """Bytes that tell when nobody holds them any more."""

        def __del__(self) -> None:
            gone.append(len(self))

    session = open_session(Given(model.read_bytes()), "cpu")
    gc.collect()
    assert gone == [model.stat().st_size]
    assert device_of(session) == "cpu"
