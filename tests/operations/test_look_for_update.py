"""A new version is looked for only at the address that was named, over https or in a file."""

import http.server
import shutil
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

import desktop_app
from desktop_app.domain.errors import BadRequest, FileVanished
from desktop_app.domain.progress import silent
from desktop_app.operations import look_for_update as wish
from desktop_app.operations.look_for_update import address_of_versions, look_for_update


def _file(tmp_path: Path, text: str) -> str:
    path = tmp_path / "versions.json"
    path.write_text(text)
    return path.as_uri()


def test_no_address_is_named_yet(monkeypatch):
    monkeypatch.delenv("LIKENESS_VERSION_FILE", raising=False)
    assert address_of_versions() == ""
    monkeypatch.setenv("LIKENESS_VERSION_FILE", "https://example.invalid/v.json")
    assert address_of_versions() == "https://example.invalid/v.json"


@pytest.mark.parametrize(
    ("told", "newer"), [("99.0", True), ("0.0.1", False), (desktop_app.__version__, False)]
)
def test_a_newer_version_is_told_from_an_older_one(tmp_path, told, newer):
    address = _file(tmp_path, f'{{"version": "{told}", "page": "https://example.invalid/"}}')
    found = look_for_update(address, silent)
    assert (found.version, found.newer, found.page) == (told, newer, "https://example.invalid/")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": "new!"}', '{"version": 1e999}', "x" * 70_000]
)
def test_a_strange_file_is_told_in_a_sentence(tmp_path, text):
    with pytest.raises(FileVanished, match="something else"):
        look_for_update(_file(tmp_path, text), silent)


def test_a_page_that_is_not_https_is_not_offered(tmp_path):
    address = _file(tmp_path, '{"version": "99", "page": "javascript:alert(1)"}')
    assert look_for_update(address, silent).page == ""


def test_only_https_and_files_are_asked():
    with pytest.raises(BadRequest):
        look_for_update("http://127.0.0.1:9/versions.json", silent)
    with pytest.raises(FileVanished, match="online"):
        look_for_update("https://127.0.0.1:9/versions.json", silent)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_over_https_nothing_is_told_of_this_computer(tmp_path, monkeypatch):
    heard = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append({name.lower(): value for name, value in self.headers.items()})
            body = b'{"version": "99.1"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        address = f"https://localhost:{server.server_port}/versions.json"
        with pytest.raises(FileVanished):  # nobody vouches for this server yet
            look_for_update(address, silent)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert look_for_update(address, silent) == wish.NewestVersion("99.1", True, "")
    finally:
        server.shutdown()
        server.server_close()
    (asked,) = heard
    assert asked["user-agent"] == "Likeness"
    assert set(asked) <= {"host", "user-agent", "accept-encoding", "connection"}
