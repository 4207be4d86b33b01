"""A download goes on where it broke off, and only the right bytes get the file's name."""

import pytest

from desktop_app.domain.errors import FileVanished, ModelRefused
from desktop_app.domain.progress import Cancelled, silent
from desktop_app.models import addresses
from desktop_app.models.addresses import require_named
from desktop_app.models.download import ask_for, download, kept_of
from desktop_app.models.known import KNOWN
from tests.models.makers import CONTENT, Makers, makers_at_work


@pytest.fixture
def makers():
    with makers_at_work() as (kind, address):
        yield kind, f"{address}/resolve/main/weights.pt"


def test_a_file_comes_in_whole(makers, tmp_path):
    _, url = makers
    seen = []
    path = download(url, tmp_path, seen.append)
    assert path.name == "weights.pt"
    assert path.read_bytes() == CONTENT
    assert seen[-1].done == seen[-1].total == len(CONTENT)
    assert list(tmp_path.iterdir()) == [path]


def test_a_download_that_broke_off_goes_on_where_it_stopped(makers, tmp_path):
    kind, url = makers
    kind.breaks_off_after = 2_000_000
    with pytest.raises(FileVanished, match="What came in is kept"):
        download(url, tmp_path, silent)
    assert not (tmp_path / "weights.pt").exists()
    kind.breaks_off_after = None
    assert download(url, tmp_path, silent).read_bytes() == CONTENT
    assert kind.ranges == [None, "bytes=2000000-"]


def test_how_much_is_here_is_known_before_it_goes_on(makers, tmp_path):
    kind, url = makers
    kind.breaks_off_after = 2_000_000
    assert kept_of(url, tmp_path) == 0
    with pytest.raises(FileVanished):
        download(url, tmp_path, silent)
    assert kept_of(url, tmp_path) == 2_000_000
    assert ask_for(url).size == len(CONTENT)
    assert kind.ranges == [None]


def test_a_cancelled_download_goes_on_too(makers, tmp_path):
    kind, url = makers

    def stop(progress):
        raise Cancelled

    with pytest.raises(Cancelled):
        download(url, tmp_path, stop)
    assert download(url, tmp_path, silent).read_bytes() == CONTENT
    assert kind.ranges[1] is not None


def test_wrong_bytes_never_get_the_name(makers, tmp_path):
    kind, url = makers
    kind.sent = CONTENT[:-1] + b"?"
    with pytest.raises(ModelRefused, match="checksum is wrong"):
        download(url, tmp_path, silent)
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_a_checksum_is_not_fetched(makers, tmp_path):
    kind, url = makers
    kind.checksum = ""
    with pytest.raises(ModelRefused, match="states no checksum"):
        download(url, tmp_path, silent)
    assert kind.ranges == []


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://localhost:{port}/elsewhere",
        "https://127.0.0.1:{port}/elsewhere",
        "https://huggingface.co.example/weights.pt",
        "ftp://127.0.0.1/weights.pt",
        "http://127.0.0.1@example.com/weights.pt",
    ],
)
def test_a_redirection_to_an_address_that_is_not_named_is_not_followed(makers, tmp_path, elsewhere):
    kind, url = makers
    kind.sends_to = elsewhere.format(port=url.split(":")[2].split("/")[0])
    with pytest.raises(ModelRefused, match="fetches nothing"):
        download(url, tmp_path, silent)
    assert [path for path in tmp_path.iterdir() if path.stat().st_size] == []
    assert len(kind.ranges) == 1


def test_a_redirection_to_a_named_address_is_followed(makers, tmp_path):
    kind, url = makers
    kind.sends_to = "/elsewhere"

    def answer_there(self):
        if self.path == "/elsewhere":
            type(self).sends_to = ""
        Makers.do_GET(self)

    kind.do_GET = answer_there
    assert download(url, tmp_path, silent).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("url", "is_named"),
    [
        ("https://huggingface.co/a/resolve/main/b", True),
        ("https://cdn-lfs.huggingface.co/repos/b", True),
        ("https://cas-bridge.xethub.hf.co/b?signed=1", True),
        ("http://huggingface.co/a", False),
        ("https://huggingface.co.example.com/a", False),
        ("https://nothf.co/a", False),
        ("https://huggingface.co@example.com/a", False),
        ("https://example.com/huggingface.co", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_named_addresses_are_asked(url, is_named):
    if is_named:
        require_named(url)
    else:
        with pytest.raises(ModelRefused):
            require_named(url)


def test_every_model_that_can_be_fetched_has_a_named_address():
    for model in KNOWN.values():
        for file in model.published:
            require_named(f"{model.home}/resolve/main/{file}")


@pytest.mark.parametrize("name", ["..%2F..%2Fhome.pt", "%2Fetc%2Fpasswd", "..", "", "a%5Cb.pt"])
def test_an_address_never_names_a_place_outside_the_folder(makers, tmp_path, name):
    _, url = makers
    with pytest.raises(ModelRefused):
        download(url.replace("weights.pt", name), tmp_path / "inside", silent)
    assert not list(tmp_path.iterdir())


def test_a_silent_maker_is_said_to_be_unreachable(tmp_path, monkeypatch):
    monkeypatch.setattr(addresses, "NAMED", ("http://127.0.0.1",))
    with pytest.raises(FileVanished, match="cannot be reached"):
        download("http://127.0.0.1:9/resolve/main/weights.pt", tmp_path, silent)


def test_more_than_was_told_is_not_taken(makers, tmp_path):
    """A file that has grown since would never have the checksum that was told before."""
    kind, url = makers
    kind.sent = CONTENT + b"more"
    kind.told = len(CONTENT)
    assert download(url, tmp_path, silent).read_bytes() == CONTENT
