"""A download goes on where it broke off, and only the right bytes get the file's name."""

import pytest

from desktop_app.domain.errors import FileVanished, ModelRefused
from desktop_app.domain.progress import Cancelled, silent
from desktop_app.models.download import ask_for, download, kept_of
from tests.models.makers import CONTENT, makers_at_work


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


def test_a_silent_maker_is_said_to_be_unreachable(tmp_path):
    with pytest.raises(FileVanished, match="cannot be reached"):
        download("http://127.0.0.1:9/resolve/main/weights.pt", tmp_path, silent)
