"""Whatever a mirror does wrong is that mirror's failure: the next one is asked."""

import gzip
import hashlib
import socket
import threading

import pytest
from idx_writer import idx_bytes, small_arrays
from mirror import Mirror

from mlp_core.data import SOURCES, DataError, download, fetch_dataset
from mlp_core.data.sources import Source

CONTENT = {name: idx_bytes(array) for name, array in small_arrays().items()}
HASHES = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
ZIPPED = {f"{name}.gz": gzip.compress(content) for name, content in CONTENT.items()}
OK = "HTTP/1.1 200 OK\r\n"
FOUND = "HTTP/1.1 302 Found\r\nLocation: "
STATUSES = (100, 204, 304, 401, 403, 429, 500)
BOMB = gzip.compress(bytes(100_000_000))

# What a server answers, byte by byte.
ANSWERS = {
    "nothing": b"",
    "no http": b"220 ftp ready\r\n",
    "half a line": b"HTTP/1.1 2",
    "no status": b"HTTP/1.1 abc OK\r\n\r\n",
    "a huge status": f"HTTP/1.1 {'9' * 5000} OK\r\n\r\n".encode(),
    "length in text": f"{OK}Content-Length: many\r\n\r\nx".encode(),
    "length below 0": f"{OK}Content-Length: -5\r\n\r\nx".encode(),
    "two lengths": f"{OK}Content-Length: 5\r\nContent-Length: 7\r\n\r\nx".encode(),
    "a length of 5,000 digits": f"{OK}Content-Length: {'9' * 5000}\r\n\r\nx".encode(),
    "an enormous length": f"{OK}Content-Length: {10**18}\r\n\r\nx".encode(),
    "a bad chunk": f"{OK}Transfer-Encoding: chunked\r\n\r\nzz\r\nx".encode(),
    "a chunk below 0": f"{OK}Transfer-Encoding: chunked\r\n\r\n-5\r\nx".encode(),
    "an unknown coding": f"{OK}Transfer-Encoding: mood\r\n\r\nx".encode(),
    "no deflate": f"{OK}Content-Encoding: deflate\r\nContent-Length: 3\r\n\r\nabc".encode(),
    "no gzip": f"{OK}Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc".encode(),
    "200 headers": (OK + "X: y\r\n" * 200 + "\r\n").encode(),
    "a long header": (OK + "X: " + "y" * 100_000 + "\r\n\r\n").encode(),
    "a bomb": f"{OK}Content-Length: {len(BOMB)}\r\n\r\n".encode() + BOMB,
    "an encoded bomb": f"{OK}Content-Encoding: gzip\r\nContent-Length: {len(BOMB)}\r\n\r\n".encode()
    + BOMB,
    **{
        f"redirect to {where!r}": (FOUND + f"{where}\r\n\r\n").encode("latin1")
        for where in (
            "", "http://", "http://[", "http://[::1", "http://a..b/", "http://\xff/", "file:///",
            "ftp://a/", "mood:", "//", "http://a:b/", "http://a:99999/", "http://.example/",
            "http://" + "a" * 300 + "/", "http://*/", "javascript:1", "http://\x00/", "/?",
        )
    },
    **{f"status {n}": f"HTTP/1.1 {n} No\r\n\r\n".encode() for n in STATUSES},
}  # fmt: skip
ADDRESSES = ["http://", "http://[", "http://a..b/", "http://.x/", "http://a:b/", "mood://x/", "",
             "http://a:99999/", "http://" + "a" * 300 + "/", "http://\u2603..x/", "http://\0/",
             "http://127.0.0.1:1/"]  # fmt: skip


@pytest.fixture
def sources(monkeypatch, tmp_path):
    """Return what lets the tiny files at some addresses count as MNIST, in a folder of ours."""
    monkeypatch.delenv("MLP_CORE_DATA_DIR", raising=False)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "*")
    return lambda *addresses: monkeypatch.setitem(SOURCES, "mnist", Source(HASHES, addresses))


class Server:
    """Answers every request with the same bytes."""

    def __init__(self, answer, then=lambda connection: None):
        self.answer, self.then = answer, then
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(1 << 16)
                    connection.sendall(self.answer)
                    self.then(connection)
                except OSError:
                    pass

    def __enter__(self):
        return self.address

    def __exit__(self, *_):
        self.socket.close()


def fetch_beside(sources, bad, tmp_path):
    """See that all files come from the good mirror, and nothing else is left."""
    with Mirror(ZIPPED) as good:
        sources(bad, good.address)
        folder = fetch_dataset("mnist", False, tmp_path / "data")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENT


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_good_mirror_is_asked_after_the_bad(sources, tmp_path, kind):
    with Server(ANSWERS[kind]) as bad:
        fetch_beside(sources, bad, tmp_path)
        sources(bad)
        with pytest.raises(DataError, match="mirror") as caught:
            fetch_dataset("mnist", False, tmp_path / "other")
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_none_is_one_mirrors_failure(sources, tmp_path, address):
    fetch_beside(sources, address, tmp_path)


def test_a_server_that_sends_a_byte_now_and_then_is_left(sources, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "LONGEST_S", 0.5)
    enough = threading.Event()

    def trickle(connection):
        while not enough.wait(0.05):
            connection.sendall(b"x")

    with Server(f"{OK}Content-Length: 1000000\r\n\r\n".encode(), trickle) as bad:
        sources(bad)
        with pytest.raises(DataError, match="it took longer than"):
            fetch_dataset("mnist", False, tmp_path / "other")
        enough.set()


def test_a_file_that_never_ends_is_left(sources, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "LARGEST", 1 << 20)

    def flood(connection):
        while True:
            connection.sendall(bytes(1 << 16))

    with Server(f"{OK}\r\n".encode(), flood) as bad:
        sources(bad)
        with pytest.raises(DataError, match="it is larger than 1,048,576 bytes"):
            fetch_dataset("mnist", False, tmp_path / "other")
