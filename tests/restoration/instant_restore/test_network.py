# ruff: noqa: E402
"""The fast engine gives what the slow plain port gives, on a tiny model of the project's own."""

import pytest

torch = pytest.importorskip("torch", reason="torch, which runs the large engine, is not here")
pytest.importorskip("diffusers", reason="diffusers, which the large engine uses, is not here")


from desktop_app.domain.errors import BadRequest
from desktop_app.restoration.instant_restore import Draws, InstantRestore
from tests.restoration.instant_restore import tiny


@pytest.mark.parametrize("use_adain", [True, False], ids=["adain", "plain"])
@pytest.mark.parametrize("own_keys", [True, False], ids=["own_keys", "references_only"])
@pytest.mark.parametrize(("count", "rank"), [(1, 3), (4, 4)])
def test_the_engine_equals_the_straight_port(tmp_path, use_adain, own_keys, count, rank):
    port, published = tiny.build(rank=rank, use_adain=use_adain, own_keys=own_keys)
    net = InstantRestore.from_checkpoint(
        tiny.save(published, tmp_path / "tiny.pt"), architecture=tiny.ARCHITECTURE
    )
    degraded, references, draws = tiny.pictures(1)[0], tiny.pictures(count, 8), tiny.draws(count)
    expected = port(degraded, references, draws)
    memory = net.encode_references(references, Draws(**draws))
    image = net.restore(degraded, memory, Draws(**draws))
    assert expected.std() > 0.1
    assert (image - expected).abs().max() < 1e-4
    for layer, (key, value) in enumerate(port.kept):
        assert (memory.keys[layer] - key).abs().max() < 1e-3
        assert (memory.values[layer] - value).abs().max() < 1e-3


@pytest.mark.parametrize("change", ["use_adain", "train_input", "lora_rank_unet"])
def test_each_fact_of_the_config_moves_the_result(tmp_path, tiny_net, change):
    _, published = tiny.build()
    model = published["cfg"]["model"]
    model[change] = not model[change] if isinstance(model[change], bool) else 5
    other = InstantRestore.from_checkpoint(
        tiny.save(published, tmp_path / "other.pt"), architecture=tiny.ARCHITECTURE
    )
    degraded, references, draws = tiny.pictures(1)[0], tiny.pictures(2, 8), Draws(**tiny.draws(2))
    images = [
        net.restore(degraded, net.encode_references(references, draws), draws)
        for net in (tiny_net, other)
    ]
    assert (images[0] - images[1]).abs().max() > 1e-3


def test_names_of_several_gpus_and_half_weights_are_read(tmp_path, tiny_net):
    port, published = tiny.build()
    words = {k: v for k, v in published["state_dict"].items() if "text_encoder" in k}
    several = {"cfg": published["cfg"], "state_dict": port.published(module=True) | words}
    net = InstantRestore.from_checkpoint(
        tiny.save(several, tmp_path / "several.pt"), architecture=tiny.ARCHITECTURE
    )
    halves = {name: tensor.half() for name, tensor in published["state_dict"].items()}
    half = InstantRestore.from_checkpoint(
        tiny.save({**published, "state_dict": halves}, tmp_path / "half.pt"),
        architecture=tiny.ARCHITECTURE,
    )
    images = [_restored(each) for each in (tiny_net, net, half)]
    assert torch.equal(images[0], images[1])
    assert 0 < (images[0] - images[2]).abs().max() < 0.05


def test_the_same_seed_gives_the_same_face_and_another_seed_another(tiny_net):
    assert torch.equal(_restored(tiny_net, seed=1), _restored(tiny_net, seed=1))
    assert not torch.equal(_restored(tiny_net, seed=1), _restored(tiny_net, seed=2))


def test_a_draw_does_not_depend_on_how_many_references_there_are():
    many = Draws(seed=4).of("reference_noise", (4, 4, 8, 8))
    few = Draws(seed=4).of("reference_noise", (2, 4, 8, 8))
    assert torch.equal(many[:2], few)
    assert not torch.equal(many[0], many[1])
    assert abs(float(many.mean())) < 0.2
    assert abs(float(many.std()) - 1) < 0.1


def test_the_map_says_who_was_followed_without_changing_the_face(tiny_net):
    degraded, references, draws = tiny.pictures(1)[0], tiny.pictures(3, 8), Draws(**tiny.draws(3))
    memory = tiny_net.encode_references(references, draws)
    plain = tiny_net.restore(degraded, memory, draws)
    image, told = tiny_net.restore(degraded, memory, draws, with_map=True)
    assert (image - plain).abs().max() < 1e-5
    assert told.winner.shape == (tiny.SIDE // 8, tiny.SIDE // 8)
    assert set(told.winner.flatten()) <= {0, 1, 2}
    assert told.share.shape == (3,)
    assert abs(float(told.share.sum()) - 1) < 1e-4


def test_shares_are_those_of_an_explicit_softmax():
    from desktop_app.restoration.instant_restore.attention import attend_with_shares

    torch.manual_seed(0)
    query, key, value = (torch.randn(1, 2, n, 8) for n in (10, 4 + 3 * 6, 4 + 3 * 6))
    weights = (query @ key.transpose(-1, -2) * 8**-0.5).softmax(-1)
    attended, share = attend_with_shares(query, key, value, count=3, tokens=6)
    expected = weights[0, :, :, 4:].unflatten(-1, (3, 6)).sum(-1).mean(0).T
    assert (share - expected).abs().max() < 1e-5
    assert (attended - weights @ value).abs().max() < 1e-5


def test_free_u_as_a_matrix_equals_the_fourier_filter():
    from diffusers.utils.torch_utils import apply_freeu

    from desktop_app.restoration.instant_restore.free_u import apply_free_u

    torch.manual_seed(0)
    for stage, height, width in ((0, 2, 2), (0, 8, 8), (1, 16, 16), (1, 4, 6), (2, 8, 8)):
        hidden, skipped = torch.randn(2, 1, 6, height, width)
        gains = {"s1": 0.9, "s2": 0.2, "b1": 1.4, "b2": 1.6}
        expected = apply_freeu(stage, hidden.clone(), skipped, **gains)
        for found, right in zip(apply_free_u(stage, hidden, skipped), expected, strict=True):
            assert (found - right).abs().max() < 1e-5


def test_a_compiled_free_u_keeps_its_waves_as_constants(tiny_file):
    from desktop_app.restoration.instant_restore.free_u import apply_free_u

    net = InstantRestore.from_checkpoint(tiny_file, architecture=tiny.ARCHITECTURE)
    net.compile()
    seen = []

    def look(graph, inputs):
        seen.extend(str(node.target) for node in graph.graph.nodes)
        return graph

    hidden, skipped = torch.randn(2, 1, 6, 8, 8)
    captured = torch.compile(apply_free_u, backend=look, dynamic=False)
    for found, right in zip(
        captured(0, hidden, skipped), apply_free_u(0, hidden, skipped), strict=True
    ):
        assert torch.allclose(found, right)
    assert seen
    assert not [name for name in seen if "cos" in name or "arange" in name]


@pytest.mark.parametrize(
    ("references", "words"),
    [
        (torch.zeros(0, 3, 128, 128), "1 to 8 references; 0 were"),
        (torch.zeros(9, 3, 128, 128), "1 to 8 references; 9 were"),
        (torch.zeros(1, 3, 100, 128), "multiples of 64"),
        (torch.zeros(1, 3, 64, 64), "at least 128"),
        (torch.zeros(3, 128, 128), "must be pictures"),
        (torch.zeros(1, 3, 128, 128, dtype=torch.uint8), "must be pictures"),
        (torch.full((1, 3, 128, 128), torch.nan), "no numbers"),
        (torch.full((1, 3, 128, 128), 255.0), r"must lie in \[-1, 1\]"),
    ],
)
def test_references_that_cannot_be_used_are_refused_in_a_sentence(tiny_net, references, words):
    with pytest.raises(BadRequest, match=words):
        tiny_net.encode_references(references)


def test_a_degraded_face_that_cannot_be_used_is_refused_in_a_sentence(tiny_net):
    memory = tiny_net.encode_references(tiny.pictures(1))
    with pytest.raises(BadRequest, match="no numbers"):
        tiny_net.restore(torch.full((3, 128, 128), torch.nan), memory)
    with pytest.raises(BadRequest, match="another size"):
        tiny_net.restore(torch.zeros(3, 192, 192), memory)
    with pytest.raises(BadRequest, match="input_noise"):
        tiny_net.restore(torch.zeros(3, 128, 128), memory, Draws(input_noise=torch.zeros(4, 2)))


def test_a_memory_of_other_weights_is_refused(tmp_path, tiny_net):
    _, published = tiny.build(seed=1)
    other = InstantRestore.from_checkpoint(
        tiny.save(published, tmp_path / "other.pt"), architecture=tiny.ARCHITECTURE
    )
    memory = other.encode_references(tiny.pictures(1))
    with pytest.raises(BadRequest, match="other weights"):
        tiny_net.restore(torch.zeros(3, 128, 128), memory)


def _restored(net: InstantRestore, seed: int = 0) -> torch.Tensor:
    draws = Draws(seed=seed)
    memory = net.encode_references(tiny.pictures(2, 8), draws)
    return net.restore(tiny.pictures(1)[0], memory, draws)


def test_a_preview_comes_from_the_small_decoder(tmp_path, tiny_file):
    from diffusers import AutoencoderTiny
    from safetensors.torch import save_file

    from desktop_app.domain.errors import ModelNotInstalled, ModelRefused

    net = InstantRestore.from_checkpoint(tiny_file, architecture=tiny.ARCHITECTURE)
    degraded, draws = tiny.pictures(1)[0], Draws(**tiny.draws(2))
    memory = net.encode_references(tiny.pictures(2, 8), draws)
    with pytest.raises(ModelNotInstalled):
        net.restore(degraded, memory, draws, preview=True)
    decoder = AutoencoderTiny().decoder.state_dict()
    by_diffusers = {f"decoder.{name}": tensor for name, tensor in decoder.items()}
    by_its_makers = {
        f"{int(name.split('.')[1]) + 1}.{name.split('.', 2)[2]}": t for name, t in decoder.items()
    }
    images = []
    for number, named in enumerate((by_diffusers, by_its_makers)):
        save_file(named, tmp_path / f"{number}.safetensors")
        net.use_preview_decoder(tmp_path / f"{number}.safetensors")
        images.append(net.restore(degraded, memory, draws, preview=True))
    assert images[0].shape == (3, tiny.SIDE, tiny.SIDE)
    assert torch.equal(images[0], images[1])
    save_file({"weight": torch.zeros(2)}, tmp_path / "foreign.safetensors")
    with pytest.raises(ModelRefused, match="no tiny decoder"):
        net.use_preview_decoder(tmp_path / "foreign.safetensors")
