"""A network whose PReLU layers are written otherwise gives the same numbers, to the last bit."""

import contextlib
import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.domain.errors import ModelRefused
from desktop_app.models.onnx_session import load_runtime, open_session
from desktop_app.models.prelu import without_prelu

WITH_PRELU = ("fr_feature.onnx", "compact_encoder.onnx", "compact_restorer.onnx")
CHANNELS = 6


def _plain(model: bytes) -> Any:
    """A session of ONNX Runtime's own, which changes nothing in the model."""
    options = load_runtime().SessionOptions()
    options.intra_op_num_threads = 1
    return load_runtime().InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _inputs(session: Any, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
    shapes = {"coarse": 512, "fine": 2048}  # two references of the embedded restorer
    return {
        entry.name: rng.uniform(-1, 1, [shapes.get(side, side) for side in entry.shape]).astype(
            np.float32
        )
        for entry in session.get_inputs()
    }


def _same(one: Any, other: Any) -> bool:
    feeds = _inputs(one, np.random.default_rng(1))
    pairs = zip(one.run(None, feeds), other.run(None, feeds), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("name", WITH_PRELU)
def test_the_networks_of_the_application_give_the_same(bundled_models: Path, name: str) -> None:
    model = (bundled_models / name).read_bytes()
    written = without_prelu(model)
    assert written is not None
    assert b"PRelu" in model
    assert b"PRelu" not in written
    assert _same(_plain(model), _plain(written))
    assert _same(_plain(model), open_session(bundled_models / name, "cpu", 1))


def test_a_network_without_prelu_stays_as_it_is(bundled_models: Path) -> None:
    model = bundled_models / "fr_landmark.onnx"
    assert without_prelu(model.read_bytes()) is None
    with model.open("rb") as file:
        assert without_prelu(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) is None


def _network(
    slopes: list[NDArray[Any]],
    opset: int = 13,
    shape: tuple[int, ...] = (2, CHANNELS, 9, 7),
    halved: bool = False,
    **more: Any,
) -> bytes:
    """Convolutions (where the input is a picture) with a PRelu after each; equal slopes shared."""
    onnx = pytest.importorskip("onnx", reason="onnx, of the extra insightface, is not installed")
    helper, numbers = onnx.helper, onnx.numpy_helper
    rng = np.random.default_rng(3)
    nodes, weights, names = [], {}, {}
    kind = helper.np_dtype_to_tensor_dtype(slopes[0].dtype)
    x = "x"
    for place, slope in enumerate(slopes):
        if len(shape) == 4:
            weights[f"w{place}"] = rng.normal(0, 0.4, (shape[1], shape[1], 3, 3)).astype(
                slope.dtype
            )
            nodes.append(helper.make_node("Conv", [x, f"w{place}"], [f"c{place}"], pads=[1] * 4))
            x = f"c{place}"
        named = names.setdefault(slope.tobytes() + bytes(slope.ndim), f"s{place}")
        if halved:
            weights[f"{named}_half"] = slope.astype(np.float16)
            if place == 0:
                nodes.append(helper.make_node("Cast", [f"{named}_half"], [named], to=kind))
        else:
            weights[named] = slope
        nodes.append(helper.make_node("PRelu", [x, named], [f"p{place}"]))
        x = f"p{place}"
    tensors = [numbers.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info(x, kind, shape)],
        tensors,
    )
    for tensor in graph.initializer if more.get("elsewhere") else ():
        tensor.data_location = onnx.TensorProto.EXTERNAL
    given = [helper.make_opsetid("", opset)]
    version = helper.make_model(graph, opset_imports=given, ir_version=7)
    found: bytes = version.SerializeToString()
    return found


SLOPES = {
    "between 0 and 1": np.linspace(0.05, 0.9, CHANNELS),
    "of all kinds": np.array([-1.7, 0, 1, 2.5, -0.001, 40]),
    "all the same": np.full(CHANNELS, 0.25),
}


@pytest.mark.parametrize("opset", [7, 8, 9, 11, 13, 18])
@pytest.mark.parametrize("told", SLOPES)
@pytest.mark.parametrize("form", [(CHANNELS, 1, 1), (1, CHANNELS, 1, 1)])
def test_slopes_of_the_channels(told: str, form: tuple[int, ...], opset: int) -> None:
    slopes = SLOPES[told].astype(np.float32).reshape(form)
    model = _network([slopes, slopes, -slopes], opset)
    written = without_prelu(model)
    assert (written is None) == (opset < 9)
    assert _same(_plain(model), _plain(written or model))
    assert _same(_plain(model), open_session(model, "cpu", 1))


@pytest.mark.parametrize(
    ("slopes", "shape"),
    [
        (np.float32([0.3]), (2, CHANNELS, 9, 7)),
        (np.float32([[[-1.5]]]), (1, CHANNELS, 9, 7)),
        (np.float32(0.2), (1, CHANNELS, 9, 7)),
        (np.linspace(-1, 2, CHANNELS, dtype=np.float32), (3, CHANNELS)),
        (np.linspace(-1, 2, CHANNELS * 4, dtype=np.float32).reshape(CHANNELS, 4), (2, CHANNELS, 4)),
    ],
)
def test_slopes_of_other_shapes(slopes: NDArray[np.float32], shape: tuple[int, ...]) -> None:
    model = _network([np.asarray(slopes)] * 2, shape=shape)
    written = without_prelu(model)
    assert written is not None
    assert b"PRelu" not in written
    assert _same(_plain(model), _plain(written))


def test_slopes_kept_at_half_precision() -> None:
    slopes = SLOPES["of all kinds"].astype(np.float32).reshape(CHANNELS, 1, 1)
    model = _network([slopes, slopes], halved=True)
    written = without_prelu(model)
    assert written is not None
    assert _same(_plain(model), _plain(written))


def test_what_cannot_be_written_otherwise_stays() -> None:
    slopes = SLOPES["of all kinds"].reshape(CHANNELS, 1, 1)
    assert without_prelu(_network([slopes.astype(np.float64)])) is None
    assert without_prelu(_network([slopes.astype(np.float16)])) is None
    assert without_prelu(_network([slopes.astype(np.float32)], elsewhere=True)) is None


def test_bytes_of_no_model_are_refused_as_ever(bundled_models: Path, tmp_path: Path) -> None:
    whole = (bundled_models / "fr_feature.onnx").read_bytes()
    rng = np.random.default_rng(5)
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut.onnx").write_bytes(whole[:length])
        with pytest.raises(ModelRefused):
            open_session(tmp_path / "cut.onnx", "cpu")
    for _ in range(50):  # it may be refused or not, but in no other way
        broken = bytearray(whole[:60_000])
        for place in rng.integers(0, len(broken), 20):
            broken[place] = rng.integers(0, 256)
        with contextlib.suppress(ValueError, IndexError):
            without_prelu(bytes(broken))
