"""The verifier for Keycloak's tokens (C1, J3)."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from issuer import AUDIENCE, Issuer
from servers import RedisServer
from test_conformance import SUITE, name_of

from bulwark_revocation import AsyncRevocationChecker, RevocationChecker
from bulwark_revocation._turn import Turn
from bulwark_revocation.bearer import AsyncGuard, CannotVerify, Claims, Guard, InvalidToken, Refusal, Request
from bulwark_revocation.jwt import KeycloakKeys, KeycloakVerifier


BAD: list[dict[str, Any]] = [
    {"iss": "https://sso.example.org/realms/other"},
    {"aud": "other"},
    {"exp": 0},
    {"exp": float("inf")},
    {"nbf": 2**40},
    {"jti": None},
    {"sub": 1},
]
"""Claims that no token may have, whatever key has signed it."""


@pytest.fixture
def own_issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.close()


class Clock:
    """Moves the monotonic clock of the verifiers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = time.monotonic()
        monkeypatch.setattr("bulwark_revocation.jwt.time", SimpleNamespace(monotonic=lambda: self.now))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_keys_are_fetched_once(own_issuer: Issuer) -> None:
    verifier = KeycloakVerifier(own_issuer.url, AUDIENCE)
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(verifier.verify, [own_issuer.token() for _ in range(32)]))
    assert asyncio.run(verifier.verify_async(own_issuer.token()))["preferred_username"] == "alice"
    assert own_issuer.fetches == 1


@pytest.mark.parametrize("case", SUITE["keys"], ids=name_of)
@pytest.mark.parametrize("kind", ["threads", "asyncio"])
def test_conformance(kind: str, case: dict[str, Any], own_issuer: Issuer, clock: Clock) -> None:
    """The cases that all clients decide alike (C4)."""
    forger = Issuer()
    verifier = KeycloakVerifier(own_issuer.url, AUDIENCE)
    known: list[bytes] = []
    fetches = 0

    def read(_: str) -> bytes:
        nonlocal fetches
        fetches += 1
        if not known:
            raise OSError("unreachable")
        return known[0]

    verifier._keys._read = read
    began = clock.now
    try:
        for step in case["steps"]:
            if "keys" in step:
                for kid in set(step["keys"] or ()) - own_issuer.keys.keys():
                    own_issuer.add_ec(kid)
                keys = [key for key in own_issuer.document()["keys"] if key["kid"] in (step["keys"] or ())]
                known = [] if step["keys"] is None else [json.dumps({"keys": keys}).encode()]
            clock.now = began + step.get("later", 0) / 1000
            kid = step["token"]["kid"]
            if kid not in forger.keys:
                forger.add_ec(kid)
            signer = own_issuer if kid in own_issuer.keys else forger
            more = {"aud": step["token"]["aud"]} if "aud" in step["token"] else {}
            token = signer.token(kid, iss=own_issuer.url, **more)
            status = 200
            try:
                verifier.verify(token) if kind == "threads" else asyncio.run(verifier.verify_async(token))
            except InvalidToken:
                status = 401
            except CannotVerify:
                status = 503
            assert (status, fetches) == (step["status"], step["fetches"]), step
    finally:
        forger.close()


@pytest.mark.parametrize("claim", BAD, ids=str)
def test_a_token_with_a_bad_claim_is_invalid_whatever_its_key(claim: dict[str, Any], own_issuer: Issuer) -> None:
    """Also while no key can be fetched."""
    verifier = KeycloakVerifier(own_issuer.url, AUDIENCE, jwks_url=own_issuer.url + "/missing")
    with pytest.raises(CannotVerify, match="404"):
        verifier.verify(own_issuer.token())
    with pytest.raises(InvalidToken):
        verifier.verify(own_issuer.token(**claim))


def test_what_cannot_be_read_is_invalid(own_issuer: Issuer) -> None:
    """Python raises RecursionError for lists in lists."""
    verifier = KeycloakVerifier(own_issuer.url, AUDIENCE)
    verifier.verify(own_issuer.token())
    deep = b"[" * 200_000
    header = b'{"alg":"RS256","kid":"second"}'
    for parts in ((deep, b"{}", b"x"), (header, deep, b"x"), (header, b'{"iat":1e999,"x":' + deep, b"x")):
        token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
        with pytest.raises(InvalidToken):
            verifier.verify(token)
        with pytest.raises(InvalidToken):
            asyncio.run(verifier.verify_async(token))


def test_a_fetch_that_succeeds_meanwhile_makes_no_token_invalid(own_issuer: Issuer) -> None:
    document = json.dumps(own_issuer.document()).encode()
    answers = iter([b"<html>", document])
    keys = KeycloakKeys("http://issuer", lambda url: next(answers))
    keys.fetch("first")

    class Old(dict[str, Any]):
        """The keys before another thread's fetch succeeds."""

        def get(self, kid: str, default: Any = None) -> Any:
            keys.fetch(kid)
            return default

    keys._keys = Old()
    with pytest.raises(CannotVerify):
        keys.get("first")
    assert keys.get("first")


def test_no_key_is_fetched_for_an_algorithm_that_is_not_accepted(own_issuer: Issuer) -> None:
    """A refresh token of Keycloak is one: HS512, with a key that is not published."""
    verifier = KeycloakVerifier(own_issuer.url, AUDIENCE)
    verifier.verify(own_issuer.token())
    for algorithm in ("HS512", "HS256", "none"):
        key = None if algorithm == "none" else "x" * 64
        refresh = jwt.encode(own_issuer.claims(typ="Refresh"), key, algorithm, headers={"kid": "secret"})
        with pytest.raises(InvalidToken, match="another algorithm"):
            verifier.verify(refresh)
        with pytest.raises(InvalidToken, match="another algorithm"):
            asyncio.run(verifier.verify_async(refresh))
    assert own_issuer.fetches == 1


def test_keys_stay_in_use_while_they_cannot_be_fetched(own_issuer: Issuer, clock: Clock) -> None:
    verifier = KeycloakVerifier(own_issuer.url, AUDIENCE)
    verifier.verify(own_issuer.token())
    token = own_issuer.token()
    own_issuer.close()
    clock.now += 3600
    assert verifier.verify(token)


def test_a_new_key_that_cannot_be_fetched_makes_no_token_invalid(own_issuer: Issuer) -> None:
    verifier = KeycloakVerifier(own_issuer.url, AUDIENCE)
    verifier.verify(own_issuer.token())
    own_issuer.add_ec("second")
    old, new = own_issuer.token(), own_issuer.token("second")
    own_issuer.close()
    with pytest.raises(CannotVerify):
        verifier.verify(new)
    with pytest.raises(CannotVerify):
        asyncio.run(verifier.verify_async(new))
    assert verifier.verify(old)


def test_once_the_keys_are_fetched_again_an_unknown_key_is_invalid(own_issuer: Issuer) -> None:
    document = json.dumps(own_issuer.document()).encode()
    answers = iter([document, b"<html>", document])
    keys = KeycloakKeys("http://issuer", lambda url: next(answers))
    keys.fetch("first")
    keys.fetch("unknown")
    with pytest.raises(CannotVerify):
        keys.get("unknown")
    assert keys.get("first")
    keys.fetch("unknown")
    with pytest.raises(InvalidToken):
        keys.get("unknown")


def test_who_waits_in_vain_for_a_new_key_cannot_tell(own_issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bulwark_revocation.jwt._TIMEOUT", 0.05)
    document = json.dumps(own_issuer.document()).encode()
    slow = SlowKeys()
    reads = iter([lambda url: document, slow.read])
    keys = KeycloakKeys("http://issuer", lambda url: next(reads)(url))
    keys.fetch("first")
    with ThreadPoolExecutor(1) as threads:
        fetch = threads.submit(keys.fetch, "second")
        try:
            assert slow.asked.wait(10)
            keys.fetch("second")
            with pytest.raises(CannotVerify):
                keys.get("second")
        finally:
            slow.go_on.set()
        fetch.result(30)


def test_without_keys_nobody_can_tell(issuer: Issuer) -> None:
    verifier = KeycloakVerifier("http://127.0.0.1:1/realms/app", AUDIENCE)
    token = issuer.token(iss="http://127.0.0.1:1/realms/app")
    with pytest.raises(CannotVerify):
        verifier.verify(token)
    with pytest.raises(CannotVerify):
        asyncio.run(verifier.verify_async(token))


class SlowKeys:
    """An address of keys that answers after ``go_on``: with this document, or with an error."""

    def __init__(self, document: bytes | None = None) -> None:
        self.asked = threading.Event()
        self.go_on = threading.Event()
        self.requests = 0
        self._document = document

    def read(self, url: str) -> bytes:
        self.requests += 1
        self.asked.set()
        assert self.go_on.wait(60)
        if self._document is None:
            raise OSError("unreachable")
        return self._document


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Counts the threads that wait for another, until that one has done it."""
    monkeypatch.setattr("bulwark_revocation.jwt._TIMEOUT", 60)
    waiting = threading.Semaphore(0)
    wait = Turn.wait

    def counted(turn: Turn, longest: float) -> None:
        waiting.release()
        wait(turn, longest)

    monkeypatch.setattr(Turn, "wait", counted)
    return waiting


@pytest.mark.parametrize("known", [True, False])
def test_threads_that_wait_for_keys_make_no_attempt_of_their_own(
    known: bool, own_issuer: Issuer, waiting: threading.Semaphore
) -> None:
    """Also while no keys are known, after a first fetch that failed."""
    document = json.dumps(own_issuer.document()).encode() if known else b"<html>"
    slow = SlowKeys()
    reads = iter([lambda url: document, slow.read])
    keys = KeycloakKeys("http://issuer", lambda url: next(reads)(url))
    keys.fetch("first")
    with ThreadPoolExecutor(20) as threads:
        fetches = [threads.submit(keys.fetch, "k")]
        assert slow.asked.wait(10)
        fetches += [threads.submit(keys.fetch, "k") for _ in range(16)]
        try:
            for _ in range(16):
                assert waiting.acquire(timeout=30)
            threads.submit(keys.fetch, "k").result(10)
            assert not waiting.acquire(blocking=False), "enough wait"
        finally:
            slow.go_on.set()
        for fetch in fetches:
            fetch.result(30)
    assert slow.requests == 1
    with pytest.raises(CannotVerify, match="unreachable"):
        keys.get("k")


def test_all_threads_wait_for_the_first_keys(own_issuer: Issuer, waiting: threading.Semaphore) -> None:
    slow = SlowKeys(json.dumps(own_issuer.document()).encode())
    keys = KeycloakKeys("http://issuer", slow.read)

    def key() -> Any:
        keys.fetch("first")
        return keys.get("first")

    with ThreadPoolExecutor(40) as threads:
        found = [threads.submit(key)]
        try:
            assert slow.asked.wait(10)
            found += [threads.submit(key) for _ in range(39)]
            for _ in range(39):
                assert waiting.acquire(timeout=30), "all wait"
        finally:
            slow.go_on.set()
        assert all([each.result(30) for each in found])
    assert slow.requests == 1


def test_tasks_that_wait_for_keys_take_no_threads() -> None:
    slow = SlowKeys()
    keys = KeycloakKeys("http://issuer", slow.read)

    async def fetch_all() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
        fetches = [asyncio.create_task(keys.fetch_async("k")) for _ in range(20)]
        try:
            assert await asyncio.wait_for(asyncio.to_thread(slow.asked.wait), 10)
            # One thread of two is left.
            await asyncio.wait_for(asyncio.to_thread(int), 10)
        finally:
            slow.go_on.set()
        await asyncio.gather(*fetches)

    asyncio.run(fetch_all())
    assert slow.requests == 1


def test_a_status_of_an_error_brings_no_keys(own_issuer: Issuer) -> None:
    verifier = KeycloakVerifier(own_issuer.url, AUDIENCE, jwks_url=own_issuer.url + "/missing")
    with pytest.raises(CannotVerify, match="404"):
        verifier.verify(own_issuer.token())


@pytest.mark.parametrize("algorithms", [(), ("none",), ("RS256", "HS256")])
def test_symmetric_algorithms_are_refused(algorithms: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="asymmetric"):
        KeycloakVerifier("http://issuer", AUDIENCE, algorithms=algorithms)


def test_forged_tokens(issuer: Issuer) -> None:
    verifier = KeycloakVerifier(issuer.url, AUDIENCE)
    public = issuer.keys["first"].public_key()
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    claims = issuer.claims(iat=int(time.time()) - 60)
    forged = [
        jwt.encode(claims, None, "none", headers={"kid": "first"}),
        jwt.encode(claims, pem, "HS256", headers={"kid": "first"}),
        jwt.encode(claims, "x" * 32, "HS256"),
        jwt.encode(claims, "x" * 32, "HS256", headers={"kid": "first\n"}),
        issuer.token()[:-4] + "AAAA",
        "",
        "a.b.c",
    ]
    for token in forged:
        with pytest.raises(InvalidToken):
            verifier.verify(token)


def test_an_issue_time_ahead_of_this_clock_is_no_problem(issuer: Issuer) -> None:
    verifier = KeycloakVerifier(issuer.url, AUDIENCE)
    assert verifier.verify(issuer.token(iat=int(time.time()) + 5))


class Lax:
    """A verifier that verifies nothing."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims

    def verify(self, token: str) -> Claims:
        return self._claims


BEARER = Request(authorization=["Bearer x"])


@pytest.mark.parametrize("more", [{"typ": "ID"}, {"typ": "Refresh"}, {"typ": None}, {"typ": "DPoP"}, {"cnf": {"jkt": "x"}}])
def test_the_guards_refuse_them_whatever_the_verifier_does(
    more: dict[str, Any], issuer: Issuer, redis_server: RedisServer
) -> None:
    verifier = Lax(issuer.claims(**more))
    with RevocationChecker.from_url(redis_server.url) as checker:
        assert Guard(Lax(issuer.claims(typ="bearer")), checker).authorize(BEARER)
        with pytest.raises(Refusal, match="The token is"):
            Guard(verifier, checker).authorize(BEARER)

    async def use() -> None:
        async with AsyncRevocationChecker.from_url(redis_server.url) as checker:
            assert await AsyncGuard(Lax(issuer.claims()), checker).authorize(BEARER)
            with pytest.raises(Refusal, match="The token is"):
                await AsyncGuard(verifier, checker).authorize(BEARER)

    asyncio.run(use())
