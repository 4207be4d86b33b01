"""Files of strangers that call themselves models: refused before anything is run or allocated."""

import ast
import json
import shutil
from pathlib import Path

import pytest

from desktop_app.domain.errors import ModelNotInstalled, ModelRefused
from desktop_app.faces.insightface_pack import open_pack
from desktop_app.models.known import KNOWN
from desktop_app.models.onnx_session import open_session
from desktop_app.models.store import ModelStore

resource = pytest.importorskip("resource", reason="Windows does not tell the most memory")
CODE = Path(__file__).resolve().parents[2] / "desktop_app"
_MEGABYTE = 1024  # ru_maxrss counts in KiB on Linux


def most_memory() -> float:
    """Megabytes that this process ever held."""
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / _MEGABYTE


# ONNX


def onnx_file(path: Path, dims: list[int], *, data: bytes = b"1234", location: str = "") -> Path:
    """A network that adds one weight, whose size or place is a lie."""
    onnx = pytest.importorskip("onnx")
    weight = onnx.TensorProto(name="w", data_type=onnx.TensorProto.FLOAT)
    weight.dims.extend(dims)
    if location:
        weight.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", location), ("offset", "0"), ("length", "16")):
            entry = weight.external_data.add()
            entry.key, entry.value = key, value
    else:
        weight.raw_data = data
    number = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    result = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)
    node = onnx.helper.make_node("Add", ["x", "w"], ["y"])
    graph = onnx.helper.make_graph([node], "graph", [number], [result], [weight])
    opset = onnx.helper.make_opsetid("", 17)
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize(
    ("dims", "location"),
    [
        ([1 << 20, 1 << 14], ""),  # 64 GB of weights in four bytes
        ([1 << 28], ""),
        ([-1], ""),
        ([1 << 62, 4], ""),
        ([4], "../secret.bin"),
        ([4], "inside/../../secret.bin"),
        ([4], "/etc/hostname"),
        ([1 << 30], "weights.bin"),
    ],
)
def test_a_network_whose_weights_lie_about_size_or_place_is_refused(
    tmp_path: Path, dims: list[int], location: str
) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (tmp_path / "secret.bin").write_bytes(b"\0" * 16)
    (folder / "weights.bin").write_bytes(b"\0" * 16)
    model = onnx_file(folder / "model.onnx", dims, location=location)
    before = most_memory()
    with pytest.raises(ModelRefused, match=r"model\.onnx is damaged") as refused:
        open_session(model, "cpu")
    assert "\n" not in str(refused.value)
    assert most_memory() - before < 300


def test_a_network_cut_short_anywhere_is_refused(tmp_path: Path, bundled_models: Path) -> None:
    whole = (bundled_models / "fr_landmark.onnx").read_bytes()
    for end in range(0, len(whole), len(whole) // 12):
        model = tmp_path / "cut.onnx"
        model.write_bytes(whole[:end])
        with pytest.raises(ModelRefused):
            open_session(model, "cpu")


def test_a_pack_of_hostile_files_is_refused(tmp_path: Path) -> None:
    onnx_file(tmp_path / "det.onnx", [1 << 40])
    (tmp_path / "rec.onnx").write_bytes(b"\x3a\xff\xff\xff\xff\x7f")  # a length of gigabytes
    with pytest.raises(ModelRefused):
        open_pack(tmp_path, "cpu")


# What is shipped


@pytest.mark.parametrize("model_id", [m.id for m in KNOWN.values() if m.bundled])
def test_a_flipped_bit_in_what_is_shipped_is_found_before_it_is_used(
    tmp_path: Path, bundled_models: Path, model_id: str
) -> None:
    bundled = tmp_path / "bundled"
    shutil.copytree(bundled_models, bundled)
    assert ModelStore(bundled, tmp_path / "none").path(model_id)
    file = bundled / KNOWN[model_id].files[-1]
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(ModelNotInstalled, match="checksum"):
        ModelStore(bundled, tmp_path / "none").path(model_id)


def test_every_file_that_is_shipped_has_its_checksum(bundled_models: Path) -> None:
    told = json.loads((bundled_models / "checksums.json").read_text())
    shipped = {path.name for path in bundled_models.iterdir() if path.suffix == ".onnx"}
    assert shipped == {name for name in told if name.endswith(".onnx")}
    assert shipped == {name for model in KNOWN.values() for name in model.files}
    assert all(len(about["sha256"]) == 64 for about in told.values())


# Weights


def test_a_preview_of_other_shapes_is_refused_before_a_weight_is_read(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("diffusers")
    safetensors = pytest.importorskip("safetensors.torch")
    from desktop_app.restoration.instant_restore.preview import empty_decoder, load_decoder

    shapes = {name: tensor.shape for name, tensor in empty_decoder().state_dict().items()}
    good = {name: torch.zeros(shape) for name, shape in shapes.items()}
    path = tmp_path / "preview.safetensors"
    safetensors.save_file(good, path)
    load_decoder(path)
    name = next(iter(shapes))
    safetensors.save_file(good | {name: torch.zeros(40_000_000)}, path)
    before = most_memory()
    with pytest.raises(ModelRefused):
        load_decoder(path)
    assert most_memory() - before < 80  # of 160 that the file holds
    lie = json.dumps({"w": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 4]}}).encode()
    path.write_bytes(len(lie).to_bytes(8, "little") + lie + b"1234")
    with pytest.raises(ModelRefused):
        load_decoder(path)
    path.write_bytes((1 << 60).to_bytes(8, "little") + b"{}")
    with pytest.raises(ModelRefused):
        load_decoder(path)


# Pickles


def test_no_pickle_is_ever_opened_but_for_its_weights() -> None:
    wrong = []
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            said = {word.arg: ast.unparse(word.value) for word in node.keywords}
            unsafe = (
                (called == "torch.load" and said.get("weights_only") != "True")
                or (called in ("np.load", "numpy.load") and said.get("allow_pickle") != "False")
                or called.startswith(("pickle.load", "marshal.load", "shelve.", "joblib.load"))
                or called in ("eval", "exec", "pickle.Unpickler", "yaml.load", "torch.jit.load")
            )
            if unsafe:
                wrong.append(f"{path.relative_to(CODE)}:{node.lineno} {called}")
    assert wrong == []
