"""Both checkers behind one face, so that each test runs for threads and for asyncio."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from bulwark_revocation import AsyncRevocationChecker, Connection, Options, RevocationChecker, Status, Verdict


def with_id(jti: object, issued_at: float | None = None) -> dict[str, Any]:
    """Claims of a token."""
    claims = {"jti": jti, "iss": "https://sso.example.org/realms/app", "iat": issued_at, "exp": time.time() + 900}
    return {name: value for name, value in claims.items() if value is not None}


class AsyncFace:
    """The checker for asyncio on an event loop of its own."""

    def __init__(self, checker: AsyncRevocationChecker) -> None:
        self._checker = checker
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def check(self, claims: Mapping[str, Any]) -> Verdict:
        verdict: Verdict = self.run(self._checker.check(claims))
        return verdict

    def probe(self) -> Status:
        status: Status = self.run(self._checker.probe())
        return status

    @property
    def status(self) -> Status:
        return self._checker.status

    def close(self) -> None:
        self.run(self._checker.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def __enter__(self) -> AsyncFace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


Face = RevocationChecker | AsyncFace
KINDS = ("threads", "asyncio")


def open_checker(
    kind: str,
    url: str,
    options: Options | None = None,
    connection: Connection | None = None,
    **more: Callable[[], float],
) -> Face:
    if kind == "threads":
        return RevocationChecker.from_url(url, options, connection, **more)
    return AsyncFace(AsyncRevocationChecker.from_url(url, options, connection, **more))
