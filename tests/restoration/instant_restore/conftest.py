"""What every test of the large engine needs; its modules skip themselves where torch is absent."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _one_thread():
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
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
