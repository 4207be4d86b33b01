"""A model's makers on this machine: they state a checksum, send to elsewhere, and break off."""

import contextlib
import hashlib
import http.server
import threading
from collections.abc import Iterator
from unittest.mock import patch

from desktop_app.models import addresses

CONTENT = bytes(range(256)) * 20_000  # 5 MB


class Makers(http.server.BaseHTTPRequestHandler):
    sent = CONTENT
    checksum = hashlib.sha256(CONTENT).hexdigest()
    ranges: list[str | None] = []  # noqa: RUF012
    asked: list[str] = []  # noqa: RUF012
    sends_to: str = ""
    breaks_off_after: int | None = None
    told: int | None = None  # bytes, where another number is told than is sent

    def do_HEAD(self) -> None:
        type(self).asked.append(self.path)
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        if self.checksum:
            self.send_header("X-Linked-Etag", f'"{self.checksum}"')
        self.send_header("X-Linked-Size", str(self.told or len(self.sent)))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        type(self).ranges.append(asked)
        if self.sends_to:
            self.send_response(302)
            self.send_header("Location", self.sends_to)
            self.end_headers()
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(self.sent) - start))
        self.end_headers()
        end = None if self.breaks_off_after is None else start + self.breaks_off_after
        with contextlib.suppress(OSError):  # who asked may have gone away
            self.wfile.write(self.sent[start:end])

    def log_message(self, *words: object) -> None:
        pass


@contextlib.contextmanager
def makers_at_work() -> Iterator[tuple[type[Makers], str]]:
    """What they do may be changed on the class; the address is where they are, and is named."""
    kind = type("TheseMakers", (Makers,), {"ranges": [], "asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with patch.object(addresses, "NAMED", ("http://127.0.0.1",)):
            yield kind, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
