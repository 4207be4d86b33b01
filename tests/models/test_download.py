"""A download goes on where it broke off, and only the right bytes get the file's name."""

import hashlib
import http.server
import threading

import pytest

from desktop_app.domain.errors import FileVanished, ModelRefused
from desktop_app.domain.progress import Cancelled, silent
from desktop_app.models.download import download

CONTENT = bytes(range(256)) * 20_000  # 5 MB


class _Makers(http.server.BaseHTTPRequestHandler):
    sent = CONTENT
    checksum = hashlib.sha256(CONTENT).hexdigest()
    ranges: list[str | None] = []  # noqa: RUF012
    breaks_off_after: int | None = None

    def do_HEAD(self):
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        if self.checksum:
            self.send_header("X-Linked-Etag", f'"{self.checksum}"')
        self.send_header("X-Linked-Size", str(len(CONTENT)))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        asked = self.headers.get("Range")
        type(self).ranges.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(self.sent) - start))
        self.end_headers()
        end = None if self.breaks_off_after is None else start + self.breaks_off_after
        self.wfile.write(self.sent[start:end])

    def log_message(self, *words):
        pass


@pytest.fixture
def makers():
    kind = type("Makers", (_Makers,), {"ranges": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield kind, f"http://127.0.0.1:{server.server_port}/resolve/main/weights.pt"
    server.shutdown()
    server.server_close()
    thread.join()


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
