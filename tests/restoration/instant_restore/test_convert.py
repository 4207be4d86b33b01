# ruff: noqa: E402
"""A published checkpoint becomes one file that restores like it; a bad one leaves nothing."""

import pytest

torch = pytest.importorskip("torch", reason="torch, which runs the large engine, is not here")
pytest.importorskip("diffusers", reason="diffusers, which the large engine uses, is not here")

import json
import os
import pickle
import zipfile

from safetensors import safe_open

from desktop_app.domain.errors import ExpectedError, FileVanished, ModelRefused
from desktop_app.domain.progress import Cancelled
from desktop_app.restoration.instant_restore import Draws, InstantRestore
from desktop_app.restoration.instant_restore.convert import convert
from tests.restoration.instant_restore import tiny


@pytest.fixture(scope="module")
def converted(tiny_file, tmp_path_factory):
    target = tmp_path_factory.mktemp("converted") / "tiny.safetensors"
    convert(tiny_file, target, architecture=tiny.ARCHITECTURE)
    return target


def test_a_converted_file_restores_like_its_source(tiny_net, converted):
    net = InstantRestore.from_safetensors(converted)
    images = []
    for each in (tiny_net, net):
        memory = each.encode_references(tiny.pictures(2, 8), Draws(**tiny.draws(2)))
        images.append(each.restore(tiny.pictures(1)[0], memory, Draws(**tiny.draws(2))))
    error = ((images[0] - images[1]) / 2).square().mean()
    assert -10 * error.log10() > 50


def test_the_file_says_where_it_comes_from(tiny_file, converted):
    import hashlib

    with safe_open(str(converted), "pt") as file:
        told, names = file.metadata(), list(file.keys())
        assert all(file.get_tensor(name).dtype == torch.float16 for name in names)
    assert told["source"] == tiny_file.name
    assert told["source_sha256"] == hashlib.sha256(tiny_file.read_bytes()).hexdigest()
    assert told["kind"] == "AdaIN, references only"
    assert json.loads(told["architecture"])["unet"] == tiny.ARCHITECTURE["unet"]
    assert "no licence" in told["licence"]
    assert not [n for n in names if "lora" in n or "text" in n or "reference_vae.decoder" in n]


def test_converting_twice_gives_the_same_bytes(tiny_file, converted, tmp_path):
    again = tmp_path / "again.safetensors"
    convert(tiny_file, again, architecture=tiny.ARCHITECTURE)
    assert again.read_bytes() == converted.read_bytes()


def test_progress_is_told_and_a_cancelled_conversion_leaves_nothing(tiny_file, tmp_path):
    seen = []

    def stop_late(progress):
        seen.append(progress)
        if progress.what.startswith("Converting"):
            raise Cancelled

    with pytest.raises(Cancelled):
        convert(tiny_file, tmp_path / "out.safetensors", stop_late, tiny.ARCHITECTURE)
    assert list(tmp_path.iterdir()) == []
    assert seen[-1].done <= seen[-1].total


def _truncated(good):
    return good[: len(good) // 2]


def _flipped(good):
    middle = len(good) // 2
    return good[:middle] + bytes([good[middle] ^ 255]) + good[middle + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [_truncated, _flipped, lambda good: b"", lambda good: b"no zip" * 1000,
     lambda good: pickle.dumps({"cfg": 1})],
    ids=["truncated", "flipped", "empty", "foreign", "bare_pickle"],
)  # fmt: skip
def test_a_spoiled_file_is_refused_in_one_sentence(tiny_file, tmp_path, spoil):
    source = tmp_path / "spoiled.pt"
    source.write_bytes(spoil(tiny_file.read_bytes()))
    _refused(source)


def test_a_file_that_would_run_code_is_refused_and_runs_nothing(tmp_path):
    trace = tmp_path / "ran"

    class Runs:
        def __reduce__(self):
            return os.system, (f"touch {trace}",)

    source = tmp_path / "evil.pt"
    torch.save({"cfg": {"model": {}}, "state_dict": {"net.unet.conv_in.weight": Runs()}}, source)
    _refused(source)
    assert not trace.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.pop("cfg"),
        lambda p: p.pop("state_dict"),
        lambda p: p["cfg"].pop("model"),
        lambda p: p["cfg"]["model"].update(lora_rank_unet="4"),
        lambda p: p["cfg"]["model"].update(lora_rank_vae=0),
        lambda p: p["cfg"]["model"].update(use_adain="yes"),
        lambda p: p["state_dict"].pop("net.unet.conv_in.weight"),
        lambda p: p["state_dict"].pop("net.text_encoder.text_model.final_layer_norm.bias"),
        lambda p: p["state_dict"].update({"net.unet.conv_in.weight": torch.zeros(8, 4, 1, 1)}),
        lambda p: p["state_dict"].update({"net.unet.conv_in.bias": torch.full((8,), torch.nan)}),
        lambda p: p["state_dict"].update({"net.unet.conv_in.bias": torch.full((8,), 1e6)}),
        lambda p: p["state_dict"].update({"net.unet.conv_in.bias": "words"}),
    ],
)
def test_a_checkpoint_that_lacks_something_is_refused(tmp_path, change):
    _, published = tiny.build()
    change(published)
    _refused(tiny.save(published, tmp_path / "lacking.pt"))


def test_a_checkpoint_of_other_shapes_is_refused(tiny_file, tmp_path):
    with pytest.raises(ModelRefused):
        convert(tiny_file, tmp_path / "out.safetensors")  # the published shapes


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileVanished):
        convert(tmp_path / "none.pt", tmp_path / "out.safetensors")


def test_compressed_records_are_refused(tiny_file, tmp_path):
    source = tmp_path / "packed.pt"
    with (
        zipfile.ZipFile(tiny_file) as old,
        zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
    _refused(source)


def test_converted_files_of_another_kind_are_refused(tmp_path, converted):
    from safetensors.torch import save_file

    other = tmp_path / "other.safetensors"
    save_file({"weight": torch.zeros(3)}, other)
    with pytest.raises(ModelRefused, match="no converted InstantRestore weights"):
        InstantRestore.from_safetensors(other)
    half = tmp_path / "half.safetensors"
    half.write_bytes(converted.read_bytes()[:-1000])
    with pytest.raises(ModelRefused, match="damaged"):
        InstantRestore.from_safetensors(half)
    with pytest.raises(FileVanished):
        InstantRestore.from_safetensors(tmp_path / "none.safetensors")


def _refused(source):
    folder = source.parent / "models"
    folder.mkdir()
    with pytest.raises(ExpectedError) as refused:
        convert(source, folder / "out.safetensors", architecture=tiny.ARCHITECTURE)
    assert isinstance(refused.value, ModelRefused)
    assert "\n" not in str(refused.value)
    assert list(folder.iterdir()) == []
