"""The cases of status lists that all clients decide alike (C4, R8), and what is Python's own."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import IncompleteRead
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import pytest

from bulwark_revocation import Verdict, status_list
from bulwark_revocation import jwt as verifiers
from bulwark_revocation.status_list import Answer, AsyncStatusListChecker, StatusListChecker

FILE = Path(__file__).parents[2] / "conformance" / "status-list-cases.json"
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
        self.keys: dict[str, Any] = SUITE["keys"]

    def clock(self) -> float:
        return self.millis / 1000

    def fetch(self, url: str, etag: str | None) -> Answer:
        if url == ISSUER + "/protocol/openid-connect/certs":
            return Answer(200, json.dumps(self.keys).encode(), None)
        assert url.startswith(ISSUER + "/token-status/")
        self.requests += 1
        self.etag = etag
        if self.answer is None:
            raise OSError("unreachable")
        body = SUITE["lists"].get(self.answer.get("list"), "")
        return Answer(self.answer["status"], body.encode(), self.answer.get("etag"))


class Face(Protocol):
    def check(self, claims: Mapping[str, Any]) -> Verdict: ...


class OnLoop:
    """The checker for asyncio."""

    def __init__(self, checker: StatusListChecker) -> None:
        self._checker = AsyncStatusListChecker(checker)

    def check(self, claims: Mapping[str, Any]) -> Verdict:
        return asyncio.run(self._checker.check(claims))


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
        assert face.check(claims_of(step["token"])).value == step["verdict"], step
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
        verdicts.append(checker.check(claims))

    threads = [threading.Thread(target=check) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts == [Verdict.LIVE] * 8
    assert server.requests == 1


LIST = ISSUER + "/token-status/Xk3fA9-_bQ2mZ7cd"
NONE_REVOKED = {"status": 200, "list": "none revoked", "etag": '"a"'}


def claims_for(uri: str = LIST) -> dict[str, Any]:
    return {"exp": NOW // 1000 + 300, "status": {"status_list": {"idx": 7, "uri": uri}}}


class SlowServer(Server):
    """Requests for ``held`` ("lists" or "keys") are held up until ``go_on``; an answer for a list takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = NONE_REVOKED
        self.held = ""
        self.takes = 0
        self.asked = threading.Event()
        self.go_on = threading.Event()

    def fetch(self, url: str, etag: str | None) -> Answer:
        kind = "keys" if url.endswith("/certs") else "lists"
        if kind == self.held:
            self.asked.set()
            assert self.go_on.wait(60)
        try:
            return super().fetch(url, etag)
        finally:
            if kind == "lists":
                self.millis += self.takes


@pytest.fixture
def slow() -> Iterator[SlowServer]:
    server = SlowServer()
    yield server
    server.go_on.set()


@pytest.fixture
def threads(slow: SlowServer) -> Iterator[ThreadPoolExecutor]:
    executor = ThreadPoolExecutor(32)
    yield executor
    slow.go_on.set()
    executor.shutdown()


@pytest.mark.parametrize(("answer", "verdict"), [(None, Verdict.UNKNOWN), (NONE_REVOKED, Verdict.LIVE)])
def test_callers_that_wait_for_an_attempt_make_none_of_their_own(
    answer: dict[str, Any] | None, verdict: Verdict, slow: SlowServer, threads: ThreadPoolExecutor
) -> None:
    """It fails, or takes longer than the ttl."""
    slow.answer, slow.held, slow.takes = answer, "lists", 3_000
    checker = StatusListChecker(ISSUER, fetch=slow.fetch, clock=slow.clock)
    checks = [threads.submit(checker.check, claims_for())]
    assert slow.asked.wait(10)
    checks += [threads.submit(checker.check, claims_for()) for _ in range(19)]
    slow.go_on.set()
    assert [check.result(30) for check in checks] == [verdict] * 20
    assert slow.requests == 1


def test_tasks_that_wait_take_no_threads(slow: SlowServer) -> None:
    slow.held = "lists"
    checker = AsyncStatusListChecker(StatusListChecker(ISSUER, fetch=slow.fetch, clock=slow.clock))

    async def check_all() -> list[Verdict]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
        checks = [asyncio.create_task(checker.check(claims_for())) for _ in range(20)]
        try:
            assert await asyncio.wait_for(asyncio.to_thread(slow.asked.wait), 10)
            # One thread of two is left.
            await asyncio.wait_for(asyncio.to_thread(int), 10)
        finally:
            slow.go_on.set()
        return await asyncio.gather(*checks)

    assert asyncio.run(check_all()) == [Verdict.LIVE] * 20
    assert slow.requests == 1


def test_a_task_that_is_cancelled_does_not_end_the_fetch_of_the_others(slow: SlowServer) -> None:
    slow.held = "lists"
    checker = AsyncStatusListChecker(StatusListChecker(ISSUER, fetch=slow.fetch, clock=slow.clock))

    async def cancel_first() -> Verdict:
        first, second = [asyncio.create_task(checker.check(claims_for())) for _ in range(2)]
        assert await asyncio.to_thread(slow.asked.wait, 10)
        first.cancel()
        slow.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await second

    assert asyncio.run(cancel_first()) is Verdict.LIVE
    assert slow.requests == 1


@pytest.mark.parametrize("asynchronous", [False, True])
def test_while_one_caller_fetches_the_others_use_the_list_that_is_held(
    asynchronous: bool, slow: SlowServer, threads: ThreadPoolExecutor
) -> None:
    checker = StatusListChecker(ISSUER, fetch=slow.fetch, clock=slow.clock)
    face: Face = OnLoop(checker) if asynchronous else checker
    assert face.check(claims_for()) is Verdict.LIVE
    slow.millis += 2_000
    slow.held = "lists"
    first = threads.submit(checker.check, claims_for())
    assert slow.asked.wait(10)
    assert threads.submit(face.check, claims_for()).result(10) is Verdict.LIVE
    assert not first.done()
    slow.go_on.set()
    assert first.result(10) is Verdict.LIVE
    assert slow.requests == 2


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(("held", "other"), [("lists", LIST), ("keys", LIST + "x")])
def test_a_caller_does_not_wait_for_ever(
    held: str,
    other: str,
    asynchronous: bool,
    slow: SlowServer,
    threads: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One request is held up; a check of a token of the other list comes to its end."""
    monkeypatch.setattr(status_list, "_LONGEST_WAIT", 0.05)
    monkeypatch.setattr(verifiers, "_TIMEOUT", 0.01)
    slow.held = held
    checker = StatusListChecker(ISSUER, fetch=slow.fetch, clock=slow.clock)
    face: Face = OnLoop(checker) if asynchronous else checker
    first = threads.submit(checker.check, claims_for())
    assert slow.asked.wait(10)
    assert threads.submit(face.check, claims_for(other)).result(10) is Verdict.UNKNOWN
    slow.go_on.set()
    assert first.result(10) is Verdict.LIVE


def test_the_pause_begins_when_the_attempt_has_ended(slow: SlowServer) -> None:
    slow.answer, slow.takes = None, 3_000
    checker = StatusListChecker(ISSUER, fetch=slow.fetch, clock=slow.clock)
    for later, requests in ((0, 1), (499, 1), (1, 2)):
        slow.millis += later
        assert checker.check(claims_for()) is Verdict.UNKNOWN
        assert slow.requests == requests


@pytest.mark.parametrize("failure", [IncompleteRead(b"a"), ValueError("no URL"), TimeoutError()])
def test_no_answer_of_keycloak_raises(failure: Exception) -> None:
    def fetch(url: str, etag: str | None) -> Answer:
        raise failure

    checker = StatusListChecker(ISSUER, fetch=fetch, clock=lambda: NOW / 1000)
    assert checker.check(claims_for()) is Verdict.UNKNOWN
    assert asyncio.run(AsyncStatusListChecker(checker).check(claims_for())) is Verdict.UNKNOWN


@pytest.mark.parametrize(("seconds", "verdict"), [(300, Verdict.LIVE), (301, Verdict.UNKNOWN)])
def test_a_key_that_the_realm_has_disabled_is_trusted_for_five_minutes(
    seconds: float, verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = [0.0]
    monkeypatch.setattr(verifiers, "time", SimpleNamespace(monotonic=lambda: times[0], time=lambda: times[0]))
    server = Server()
    server.answer = NONE_REVOKED
    checker = StatusListChecker(ISSUER, fetch=server.fetch, clock=server.clock)
    assert checker.check(claims_for()) is Verdict.LIVE
    server.keys = {"keys": [key for key in SUITE["keys"]["keys"] if key["kid"] != "first"]}
    times[0] = seconds
    server.answer = {"status": 200, "list": "none revoked, newer"}
    server.millis += 26_000
    assert checker.check(claims_for()) is verdict


def test_symmetric_algorithms_are_rejected() -> None:
    with pytest.raises(ValueError, match="asymmetric"):
        StatusListChecker(ISSUER, algorithms=["HS256"])
