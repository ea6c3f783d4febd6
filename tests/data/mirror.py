"""A web server on this machine that can do what mirrors do wrong."""

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from waiting import PATIENCE_S


class Mirror:
    """Serves `files` below its address; `fault` names what goes wrong with each of them."""

    def __init__(self, files: dict[str, bytes], fault: str | None = None) -> None:
        self.files, self.fault = files, fault
        self.requests: list[str] = []
        self.asked, self.release = threading.Event(), threading.Event()
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.answer(self)

            def log_message(self, *args: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/data/"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        name = request.path.rsplit("/", 1)[-1]
        self.requests.append(name)
        if self.fault == "missing" or name not in self.files:
            request.send_error(404)
            return
        content = self.files[name]
        half = content[: len(content) // 2]
        body = {
            "web page": b"<html>Please log in</html>",
            "empty": b"",
            "truncated": half,
            "short": half,
            "stalled": half,
        }.get(str(self.fault), content)
        request.send_response(200)
        if self.fault != "no length":
            # "truncated" and "stalled" promise more than they send; "short" lies about both.
            promise = content if self.fault in ("truncated", "stalled") else body
            request.send_header("Content-Length", str(len(promise)))
        request.end_headers()
        request.wfile.write(body)
        request.wfile.flush()
        self.asked.set()
        if self.fault == "stalled":
            self.release.wait(2 * PATIENCE_S)

    def __enter__(self) -> "Mirror":
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.release.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def refusing_address() -> str:
    """Return an address at which nobody listens."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"
