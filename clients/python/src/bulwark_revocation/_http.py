"""GET by urllib, with one deadline for the whole answer.

A socket's own timeout starts anew with each byte, so it does not end an answer that drips.
"""

from __future__ import annotations

import functools
import http.client
import io
import socket
import ssl
import time
import urllib.error
import urllib.request
from typing import Any


def get(url: str, headers: dict[str, str], timeout: float, most_bytes: int) -> tuple[int, bytes, str | None]:
    """Status, body (empty for an error) and ETag; raises ``OSError`` if they are not there in time.

    A redirect is not followed: its status is the answer.
    """
    request = _Request(url, headers=headers)
    request.deadline = time.monotonic() + timeout
    try:
        with _opener().open(request, timeout=timeout) as answer:
            return answer.status, answer.read(most_bytes), answer.headers.get("ETag")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b"", None
    except http.client.HTTPException as failure:
        raise OSError(f"no HTTP answer: {failure!r}") from failure


def problem(status: int) -> str:
    """What is wrong with an answer that has another status than 200."""
    return f"HTTP status {status}" + (", and redirects are not followed" if 300 <= status < 400 else "")


class _Request(urllib.request.Request):
    deadline: float


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("no whole answer in time")
    return left


class _Reader(io.RawIOBase):
    """Reads from a socket until a deadline."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        # As http.client does it: the socket stays open until this is closed.
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_left(self._deadline))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, deadline: float, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp.close()
        self.fp = io.BufferedReader(_Reader(sock, deadline))


class _HttpConnection(http.client.HTTPConnection):
    def __init__(self, *args: Any, deadline: float, **more: Any) -> None:
        super().__init__(*args, **more)
        self._deadline = deadline
        self.response_class: Any = functools.partial(_Response, deadline=deadline)

    def connect(self) -> None:
        self.timeout = _left(self._deadline)
        super().connect()


class _HttpsConnection(_HttpConnection, http.client.HTTPSConnection):
    """TLS shakes hands within the time that was left before the connection."""


class _HttpHandler(urllib.request.HTTPHandler):
    def http_open(self, req: Any) -> http.client.HTTPResponse:
        connection: Any = functools.partial(_HttpConnection, deadline=req.deadline)
        return self.do_open(connection, req)


class _HttpsHandler(urllib.request.HTTPSHandler):
    def __init__(self) -> None:
        self._tls = ssl.create_default_context()
        self._tls.set_alpn_protocols(["http/1.1"])
        super().__init__(context=self._tls)

    def https_open(self, req: Any) -> http.client.HTTPResponse:
        connection: Any = functools.partial(_HttpsConnection, deadline=req.deadline, context=self._tls)
        return self.do_open(connection, req)


class _RedirectHandler(urllib.request.HTTPRedirectHandler):
    """Follows none: nobody but the realm itself may say where its keys and lists are."""

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> None:
        return None

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


@functools.cache
def _opener() -> urllib.request.OpenerDirector:
    """One for all: it reads the authorities of the system."""
    return urllib.request.build_opener(_HttpHandler, _HttpsHandler, _RedirectHandler)
