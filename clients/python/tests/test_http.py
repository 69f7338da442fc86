"""GET with a deadline for the whole answer (R8)."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bulwark_revocation import _http
from bulwark_revocation._http import get

OK = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def serving(answer: Callable[[socket.socket, bytes], None], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that hands each request to a function, and then closes the connection."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError), connection:
                talking = connection if tls is None else tls.wrap_socket(connection, server_side=True)
                with talking:
                    answer(talking, talking.recv(10_000))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        scheme = "http" if tls is None else "https"
        yield f"{scheme}://localhost:{listener.getsockname()[1]}"
        # Wakes the thread, which closing alone does not.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def sending(data: bytes) -> Callable[[socket.socket, bytes], None]:
    return lambda connection, _: connection.sendall(data)


def dripping(start: bytes) -> Callable[[socket.socket, bytes], None]:
    """A byte now and then, for 10 s."""

    def answer(connection: socket.socket, _: bytes) -> None:
        connection.sendall(start)
        for _ in range(500):
            connection.sendall(b"a")
            time.sleep(0.02)

    return answer


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ssl.SSLContext]:
    """Of a server whose certificate this process trusts."""
    folder: Path = tmp_path_factory.mktemp("https")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        + ["-addext", "keyUsage=critical,keyCertSign,digitalSignature", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
        _http._opener.cache_clear()
        yield context
    _http._opener.cache_clear()


@pytest.mark.parametrize(
    "start", [OK + b"Content-Length: 1000\r\n\r\n", OK + b"X: ", b"HTTP/1.1 2"], ids=["body", "header", "status"]
)
def test_an_answer_that_drips_is_given_up(start: bytes) -> None:
    with serving(dripping(start)) as url:
        began = time.monotonic()
        with pytest.raises(OSError):
            get(url, {}, 0.3, 1000)
        assert time.monotonic() - began < 5


def test_an_answer_that_drips_by_tls_is_given_up(tls: ssl.SSLContext) -> None:
    with serving(dripping(OK + b"Content-Length: 1000\r\n\r\n"), tls) as url:
        began = time.monotonic()
        with pytest.raises(OSError):
            get(url, {}, 0.5, 1000)
        assert time.monotonic() - began < 5


def test_an_answer_by_tls(tls: ssl.SSLContext) -> None:
    with serving(sending(OK + b'ETag: "a"\r\nContent-Length: 4\r\n\r\nbody'), tls) as url:
        assert get(url, {}, 5, 1000) == (200, b"body", '"a"')


def test_a_certificate_of_another_host_is_refused(tls: ssl.SSLContext) -> None:
    with serving(sending(OK + b"\r\nbody"), tls) as url, pytest.raises(OSError, match="127.0.0.1"):
        get(url.replace("localhost", "127.0.0.1"), {}, 5, 1000)


@pytest.mark.parametrize(
    "data",
    [OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", b"no HTTP\r\n\r\n", b"", OK + b"X: " + b"a" * 70_000],
    ids=["cut off", "no HTTP", "nothing", "long header"],
)
def test_what_is_no_answer_is_an_os_error(data: bytes) -> None:
    with serving(sending(data)) as url, pytest.raises(OSError):
        get(url, {}, 5, 1000)


def test_an_answer() -> None:
    requests = []

    def answer(connection: socket.socket, request: bytes) -> None:
        requests.append(request)
        connection.sendall(OK + b'ETag: "b"\r\n\r\n' + b"a" * 2000)

    with serving(answer) as url:
        assert get(url + "/x", {"If-None-Match": '"a"'}, 5, 1000) == (200, b"a" * 1000, '"b"')
    assert requests[0].startswith(b"GET /x HTTP/1.1\r\n")
    assert b'\r\nIf-None-Match: "a"\r\n' in requests[0].replace(b"If-none-match", b"If-None-Match")


@pytest.mark.parametrize("status", [304, 404, 503])
def test_an_error_has_no_body(status: int) -> None:
    with serving(sending(b"HTTP/1.1 %d X\r\nContent-Length: 4\r\n\r\nbody" % status)) as url:
        assert get(url, {}, 5, 1000) == (status, b"", None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", [b"/second", b"http://[", b"file:///etc/passwd"])
def test_a_redirect_is_not_followed(status: int, place: bytes) -> None:
    requests = []

    def answer(connection: socket.socket, request: bytes) -> None:
        requests.append(request)
        connection.sendall(b"HTTP/1.1 %d X\r\nLocation: %b\r\nContent-Length: 4\r\n\r\nbody" % (status, place))

    with serving(answer) as url:
        assert get(url + "/first", {}, 5, 1000) == (status, b"", None)
    assert len(requests) == 1


def test_the_problem_of_a_redirect_is_named() -> None:
    assert _http.problem(503) == "HTTP status 503"
    assert _http.problem(308) == "HTTP status 308, and redirects are not followed"
