"""The recipe in small: training learns, can be interrupted, and exports what it trained."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("onnxscript", reason="the extra `train` is not installed")

from desktop_app.restoration.compact import CompactRestorer  # noqa: E402
from desktop_app.restoration.training.crops import (  # noqa: E402
    FACE,
    Crop,
    PackedCrops,
    held_out_people,
    packed_side,
    read_packed,
    write_packed,
)
from desktop_app.restoration.training.export import (  # noqa: E402
    ENCODER,
    RESTORER,
    export,
    rounded,
)
from desktop_app.restoration.training.losses import grid, joined, losses  # noqa: E402
from desktop_app.restoration.training.perceptual import ShiftTolerantDistance  # noqa: E402
from desktop_app.restoration.training.recipe import (  # noqa: E402
    NetworkConfig,
    Recipe,
    TrainingConfig,
)
from desktop_app.restoration.training.samples import draw_batch  # noqa: E402
from desktop_app.restoration.training.trainer import (  # noqa: E402
    Budget,
    Trainer,
    build_network,
    load_network,
    to_tensors,
)

TINY = Recipe(
    NetworkConfig(
        widths=(16, 16, 16, 16),
        blocks=1,
        finishing_width=8,
        heads_coarse=1,
        heads_fine=1,
        head_width=16,
        condition_width=16,
    ),
    TrainingConfig(people=2, faces=1, warm_up=1, learning_rate=3e-3, looks_from=0.5),
)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def models(bundled_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedder, and a perceptual network of the true shape with random weights."""
    folder = tmp_path_factory.mktemp("models")
    shutil.copy(bundled_models / "fr_feature.onnx", folder)
    draw = torch.Generator().manual_seed(0)

    def random(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=draw) * 0.05

    state = {
        "scaling_layer.shift": random(1, 3, 1, 1),
        "scaling_layer.scale": torch.ones(1, 3, 1, 1),
    }
    convolutions = {"1.0": (64, 3, 11), "2.5": (192, 64, 5), "3.9": (384, 192, 3)}
    convolutions |= {"4.11": (256, 384, 3), "5.13": (256, 256, 3)}
    for name, (out, into, side) in convolutions.items():
        state[f"net.slice{name}.weight"] = random(out, into, side, side)
        state[f"net.slice{name}.bias"] = random(out)
    for name, width in {"1.1": 64, "2.4": 64, "3.8": 192}.items():
        kernel = torch.tensor([1.0, 2.0, 1.0])
        blur = (kernel[:, None] * kernel / 16).expand(width, 1, 3, 3)
        state[f"net.slice{name}.filt"] = blur.clone()
    for level, width in enumerate((64, 192, 384, 256, 256)):
        state[f"lin{level}.model.1.weight"] = random(1, width, 1, 1).abs()
    torch.save(state, folder / "alex_shift_tolerant.pth")
    return folder


def people(count: int) -> Mapping[str, tuple[Crop, ...]]:
    found = {}
    for number in range(count):
        rng = np.random.default_rng(number)
        small = rng.integers(30, 230, (12, 12, 3), np.uint8)
        image = cv2.resize(small, (packed_side(FACE),) * 2, interpolation=cv2.INTER_CUBIC)
        points = rng.uniform(90, 230, (68, 2)).astype(np.float32)
        found[str(number)] = (Crop(image, points[:5], points, "test", str(number)),)
    return found


def a_trainer(models: Path, recipe: Recipe = TINY) -> Trainer:
    known = people(3)
    packed = PackedCrops(tuple(crop for crops in known.values() for crop in crops), ())
    return Trainer(recipe, packed, known, models)


def test_crops_survive_packing(tmp_path: Path) -> None:
    crops = tuple(crop for crops in people(3).values() for crop in crops)
    write_packed(PackedCrops(crops, (crops[0].image,)), tmp_path / "crops.npz")
    again = read_packed(tmp_path / "crops.npz")
    assert [crop.person for crop in again.crops] == ["0", "1", "2"]
    assert np.array_equal(again.crops[1].points68, crops[1].points68)
    assert np.abs(again.crops[1].image.astype(int) - crops[1].image).mean() < 4
    assert len(again.textures) == 1


def test_the_people_kept_aside_are_fixed_and_of_every_source() -> None:
    sources = {person.split("/")[0] for person in held_out_people()}
    assert sources == {"london", "canada", "congress_since_1995", "congress_before_1931"}


def test_a_recipe_survives_its_checkpoint_and_foreign_fields_are_refused() -> None:
    assert Recipe.from_dict(TINY.as_dict()) == TINY
    values = TINY.as_dict()
    values["network"]["tilt"] = 3
    with pytest.raises(ValueError, match="tilt"):
        Recipe.from_dict(values)


def test_training_lowers_the_losses_and_pulls_attention_to_the_landmarks(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(TINY, training=replace(TINY.training, looks_from=2.0, average=0.0))
    trainer = a_trainer(models, recipe)
    known = list(people(3).values())
    config = replace(recipe.training, other_person=0.0)
    packed = PackedCrops(tuple(c for crops in known for c in crops), ())
    batch = draw_batch(packed, known, config, np.random.default_rng(1), 1)
    judge = ShiftTolerantDistance(models / "alex_shift_tolerant.pth")

    def measured() -> dict[str, float]:
        tensors = to_tensors(batch, torch.device("cpu"))
        with torch.no_grad():
            found = losses(trainer.network, judge, tensors, config, (64, 64))
        return {name: float(loss) for name, loss in found.items()}

    before = measured()
    assert set(before) == {"pixel", "grid", "perceptual", "identity", "landmark_attention"}
    monkeypatch.setattr(trainer, "_draw", lambda step: batch)  # so few steps learn one batch
    trainer.train(Budget(steps=15))
    after = measured()
    assert after["pixel"] < before["pixel"]
    assert after["landmark_attention"] < before["landmark_attention"] - 0.3


def test_a_grid_is_told_from_a_photograph() -> None:
    photo = torch.rand(1, 3, 256, 256, generator=torch.Generator().manual_seed(1)) * 0.2
    cell = torch.zeros(8, 8)
    cell[::4, ::4], cell[2::4, 2::4] = 0.04, -0.04
    pattern = cell.tile(32, 32)
    assert float(grid(photo)) < 0.01
    strength = float(pattern.square().mean().sqrt())
    assert float(grid(pattern.expand(1, 3, -1, -1))) == pytest.approx(strength, rel=0.05)
    assert float(grid(photo + pattern)) > float(grid(photo)) + 0.4 * strength


class Killed(Exception):
    pass


def test_a_resumed_run_ends_as_an_unbroken_one(models: Path, tmp_path: Path) -> None:
    unbroken = a_trainer(models)
    unbroken.train(Budget(steps=4))
    broken = a_trainer(models)

    def kill_at_two(step: int, told: dict[str, float]) -> None:
        broken.save(tmp_path / "checkpoint.pt")
        if step == 2:
            raise Killed

    with pytest.raises(Killed):
        broken.train(Budget(steps=4), kill_at_two)
    resumed = a_trainer(models)
    resumed.resume(tmp_path / "checkpoint.pt")
    resumed.train(Budget(steps=4))
    pairs = zip(unbroken.average.parameters(), resumed.average.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_another_recipe_cannot_go_on_from_a_checkpoint(models: Path, tmp_path: Path) -> None:
    a_trainer(models).save(tmp_path / "checkpoint.pt")
    other = replace(TINY, training=replace(TINY.training, seed=1))
    with pytest.raises(ValueError, match="another recipe"):
        a_trainer(models, other).resume(tmp_path / "checkpoint.pt")
    network, state = load_network(tmp_path / "checkpoint.pt", models)
    assert network.config == TINY.network
    assert state["step"] == 0


def test_another_recipe_begins_at_the_weights_and_tells_what_came_before(
    models: Path, tmp_path: Path
) -> None:
    first = a_trainer(models)
    first.train(Budget(steps=2))
    first.save(tmp_path / "first.pt")
    recipe = replace(TINY, training=replace(TINY.training, identity=1.5))
    second = a_trainer(models, recipe)
    second.begin_from(tmp_path / "first.pt")
    pairs = zip(first.average.parameters(), second.network.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
    second.train(Budget(steps=1))
    second.save(tmp_path / "second.pt")
    _, state = load_network(tmp_path / "second.pt", models)
    assert (state["step"], state["before"][0]["step"]) == (1, 2)
    assert Recipe.from_dict(state["before"][0]["recipe"]) == TINY
    wider = replace(TINY, network=replace(TINY.network, finishing_width=16))
    with pytest.raises(ValueError, match="another shape"):
        a_trainer(models, wider).begin_from(tmp_path / "first.pt")


def test_the_exported_files_answer_as_the_training_code_does(models: Path, tmp_path: Path) -> None:
    network = build_network(TINY, models)
    export(network, tmp_path)
    restorer = CompactRestorer(tmp_path / ENCODER, tmp_path / RESTORER, "cpu")
    network = rounded(network)
    rng = np.random.default_rng(0)
    for count in (0, 1, 4, 8):
        faces = rng.integers(0, 256, (count + 1, 256, 256, 3), np.uint8)
        exported = restorer.restore(faces[0], restorer.encode_references(list(faces[1:])), 0)
        pictures = torch.from_numpy(faces).permute(0, 3, 1, 2).float() / 127.5 - 1
        with torch.no_grad():
            if count:
                memory = tuple(joined(m, count, 1) for m in network.remember(pictures[1:]))
                identity = network.embed(pictures[1:]).mean(dim=0, keepdim=True)
            else:
                memory = (torch.zeros(1, 1, 0, 16),) * 4
                identity = torch.zeros(1, 512)
            trained = network.restore(pictures[:1], memory, identity)[0]
        expected = (trained[0].permute(1, 2, 0) * 0.5 + 0.5).clamp(0, 1).numpy()
        assert np.abs(expected - exported.crop).max() < 1e-3


def test_the_embedder_in_torch_is_the_embedder_of_the_app(models: Path) -> None:
    from desktop_app.faces.embedder import unit_length
    from desktop_app.models.onnx_session import open_session
    from desktop_app.restoration.training.onnx_network import OnnxNetwork

    pixels = np.random.default_rng(0).normal(0, 1, (1, 3, 112, 112)).astype(np.float32)
    session = open_session(models / "fr_feature.onnx", "cpu")
    (expected,) = session.run(None, {"input": pixels})
    found = OnnxNetwork(models / "fr_feature.onnx")(torch.from_numpy(pixels)).numpy()
    assert float(unit_length(found[0]) @ unit_length(expected[0])) > 0.9999
