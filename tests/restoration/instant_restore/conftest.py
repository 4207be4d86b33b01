"""What every test of the large engine needs: torch on one thread, or a reason to skip."""

import pytest

torch = pytest.importorskip("torch", reason="torch, which runs the large engine, is not here")
pytest.importorskip("diffusers", reason="diffusers, which the large engine uses, is not here")


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_file(tmp_path_factory):
    """A tiny checkpoint in the published layout."""
    from tests.restoration.instant_restore import tiny

    return tiny.save(tiny.build()[1], tmp_path_factory.mktemp("weights") / "tiny.ckpt.pt")


@pytest.fixture(scope="session")
def tiny_net(tiny_file):
    from desktop_app.restoration.instant_restore import InstantRestore
    from tests.restoration.instant_restore import tiny

    return InstantRestore.from_checkpoint(tiny_file, architecture=tiny.ARCHITECTURE)
