"""The cases of status lists that all clients decide alike (C4, R8), and what is Python's own."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from bulwark_revocation import Verdict
from bulwark_revocation.status_list import Answer, AsyncStatusListChecker, StatusListChecker

FILE = Path(__file__).parents[3] / "conformance" / "status-list-cases.json"
SUITE = json.loads(FILE.read_text(encoding="utf-8"))
NOW: int = SUITE["now"]
ISSUER: str = SUITE["issuer"]


class Server:
    """Answers as a step says."""

    def __init__(self) -> None:
        self.millis = NOW
        self.answer: dict[str, Any] | None = None
        self.requests = 0
        self.etag: str | None = None

    def clock(self) -> float:
        return self.millis / 1000

    def fetch(self, url: str, etag: str | None) -> Answer:
        if url == ISSUER + "/protocol/openid-connect/certs":
            return Answer(200, json.dumps(SUITE["keys"]).encode(), None)
        assert url.startswith(ISSUER + "/token-status/")
        self.requests += 1
        self.etag = etag
        if self.answer is None:
            raise OSError("unreachable")
        body = SUITE["lists"].get(self.answer.get("list"), "")
        return Answer(self.answer["status"], body.encode(), self.answer.get("etag"))


class Face(Protocol):
    def check_claims(self, claims: Mapping[str, Any]) -> Verdict: ...


class OnLoop:
    """The checker for asyncio."""

    def __init__(self, checker: StatusListChecker) -> None:
        self._checker = AsyncStatusListChecker(checker)

    def check_claims(self, claims: Mapping[str, Any]) -> Verdict:
        return asyncio.run(self._checker.check_claims(claims))


def name_of(case: dict[str, Any]) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", case["name"])


def claims_of(token: dict[str, Any]) -> dict[str, Any]:
    return {name: value + NOW // 1000 if name == "exp" else value for name, value in token.items()}


def test_there_are_enough_cases() -> None:
    assert len(SUITE["cases"]) >= 25
    assert len({case["name"] for case in SUITE["cases"]}) == len(SUITE["cases"])


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("case", SUITE["cases"], ids=name_of)
def test_case(case: dict[str, Any], asynchronous: bool) -> None:
    server = Server()
    checker = StatusListChecker(ISSUER, fetch=server.fetch, clock=server.clock)
    face: Face = OnLoop(checker) if asynchronous else checker
    for step in case["steps"]:
        server.millis = NOW + step.get("later", 0)
        if "answer" in step:
            server.answer = step["answer"]
        assert face.check_claims(claims_of(step["token"])).value == step["verdict"], step
        if "requests" in step:
            assert server.requests == step["requests"], step
        if "sends" in step:
            assert server.etag == step["sends"], step


def test_callers_at_the_same_time_fetch_once() -> None:
    server = Server()
    server.answer = {"status": 200, "list": "none revoked", "etag": '"a"'}
    started = threading.Barrier(8)
    checker = StatusListChecker(ISSUER, fetch=server.fetch, clock=server.clock)
    claims = claims_of(SUITE["cases"][0]["steps"][0]["token"])
    verdicts = []

    def check() -> None:
        started.wait()
        verdicts.append(checker.check_claims(claims))

    threads = [threading.Thread(target=check) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts == [Verdict.LIVE] * 8
    assert server.requests == 1


def test_symmetric_algorithms_are_rejected() -> None:
    with pytest.raises(ValueError, match="asymmetric"):
        StatusListChecker(ISSUER, algorithms=["HS256"])
