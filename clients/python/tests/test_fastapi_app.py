"""The sessions of examples/fastapi-app, which FastApiAppIT tests with a browser and Keycloak (C2, J3, S2)."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from issuer import Issuer
from redis.asyncio import Redis
from redis.exceptions import RedisError, WatchError
from servers import RedisServer, until
from test_topologies import documented_rules

for needed in ("authlib", "fastapi", "httpx", "itsdangerous", "jinja2"):
    pytest.importorskip(needed)

from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient
from itsdangerous import BadData, URLSafeTimedSerializer
from tasks_app import keycloak as at_keycloak
from tasks_app import sessions as stored_sessions
from tasks_app.main import create_app
from tasks_app.renewal import Renewals
from tasks_app.sessions import IDLE, Session, SessionMiddleware, SessionStore, signing_key
from tasks_app.settings import Settings

from bulwark_revocation import AsyncRevocationChecker, Verdict
from bulwark_revocation.bearer import AsyncGuard, Claims, Refusal


SETTINGS = {"FASTAPI_APP_SECRET": "secret", "SESSION_REDIS_URL": "redis://sessions"}


def test_a_lock_that_has_run_out_is_not_taken_from_its_next_holder(redis_server: RedisServer) -> None:
    async def use() -> None:
        async with Redis(port=redis_server.port, decode_responses=True) as redis:
            store = SessionStore(redis)
            slow = await store.lock("cookie", 60)
            assert slow is not None
            await redis.flushall()
            next_one = await store.lock("cookie", 60)
            assert next_one is not None
            await store.unlock("cookie", slow)
            assert await store.lock("cookie", 60) is None
            await store.unlock("cookie", next_one)
            assert await store.lock("cookie", 60) is not None

    asyncio.run(use())


class Realm:
    """A realm whose token endpoint takes each refresh token once, or sends a byte now and then."""

    def __init__(self) -> None:
        self.drips = False
        self.requests = 0
        self.expires_in = 900
        """Seconds that an access token lives."""
        self.before_answer: Callable[[], Any] = lambda: None
        self._spent: set[str] = set()
        self._ended = threading.Event()
        realm = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                realm.requests += 1
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                if realm.drips:
                    self._drip()
                    return
                realm.before_answer()
                status, answer = realm.answer(form["refresh_token"][0])
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _drip(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                while not realm._ended.wait(0.05):
                    try:
                        self.wfile.write(b" ")
                    except OSError:
                        return

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/realms/app"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, refresh_token: str) -> tuple[int, dict[str, Any]]:
        if refresh_token in self._spent:
            return 400, {"error": "invalid_grant"}
        self._spent.add(refresh_token)
        number = len(self._spent)
        return 200, {
            "access_token": f"access-{number}",
            "refresh_token": f"refresh-{number}",
            "expires_in": self.expires_in,
            "token_type": "Bearer",
        }

    def close(self) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def realm() -> Iterator[Realm]:
    realm = Realm()
    yield realm
    realm.close()


class Trusting:
    """A verifier of access tokens that are no JWTs."""

    def verify(self, token: str) -> Claims:
        now = time.time()
        return {"typ": "Bearer", "iss": "https://sso.example.org/realms/app", "jti": token, "iat": now, "exp": now + 900}


class NoChecker:
    """Asks no Redis."""

    async def check(self, claims: Claims) -> Verdict:
        return Verdict.UNKNOWN


LOGIN = {"user": "alice", "sid": "sid", "access_token": "access-0", "refresh_token": "refresh-0", "expires_at": 0}


App = tuple[at_keycloak.Keycloak, SessionStore]


@asynccontextmanager
async def logged_in(realm: Realm, redis_server: RedisServer) -> AsyncIterator[App]:
    """An application in which somebody is logged in by ``cookie``, with an access token that has ended."""
    settings = Settings.read(SETTINGS | {"KEYCLOAK_ISSUER": realm.url})
    async with (
        Redis(port=redis_server.port, decode_responses=True, socket_timeout=5) as redis,
        AsyncRevocationChecker.from_url(redis_server.url) as checker,
    ):
        store = SessionStore(redis)
        await store.save("cookie", LOGIN)
        yield at_keycloak.Keycloak(settings, AsyncGuard(Trusting(), checker), store), store


async def session_of(store: SessionStore) -> Session:
    """As a request has it."""
    stored = await store.load("cookie")
    assert stored is not None
    return Session(stored, "cookie")


async def status_of(keycloak: at_keycloak.Keycloak, session: Session) -> int:
    try:
        await keycloak.require_honored(session)
    except Refusal as refusal:
        return refusal.status
    return 200


def test_a_renewal_ends_before_its_lock(
    realm: Realm, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_keycloak, "_TIMEOUT", 0.5)
    realm.drips = True

    async def use() -> None:
        async with logged_in(realm, redis_server) as (keycloak, store):
            assert await asyncio.wait_for(status_of(keycloak, await session_of(store)), 10) == 503
            assert await store.lock("cookie", 60) is not None, "given back"

    asyncio.run(use())


def test_requests_of_a_session_do_not_wait_one_after_another_for_a_silent_keycloak(
    realm: Realm, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_keycloak, "_TIMEOUT", 3)
    realm.drips = True

    async def use() -> None:
        async with logged_in(realm, redis_server) as (keycloak, store):
            sessions = [await session_of(store) for _ in range(20)]
            began = time.monotonic()
            assert await asyncio.gather(*(status_of(keycloak, session) for session in sessions)) == 20 * [503]
            assert time.monotonic() - began < 9
            assert realm.requests == 1
            # A second later it is asked again.
            realm.drips = False
            while await status_of(keycloak, await session_of(store)) != 200:
                assert time.monotonic() - began < 20

    asyncio.run(use())


@pytest.mark.parametrize("expires_in", [900, 20])
def test_of_the_requests_of_a_session_one_renews_its_tokens(
    expires_in: int, realm: Realm, redis_server: RedisServer
) -> None:
    """Tokens that live for 20 s are renewed by each request, but those at the same time share a renewal."""
    realm.expires_in = expires_in

    async def use() -> None:
        async with logged_in(realm, redis_server) as (keycloak, store):
            sessions = [await session_of(store) for _ in range(20)]
            assert await asyncio.gather(*(status_of(keycloak, session) for session in sessions)) == 20 * [200]
            assert {session["access_token"] for session in sessions} == {"access-1"}
            assert realm.requests == 1
            assert all(session.changes() == ({}, set()) for session in sessions)

    asyncio.run(use())


def test_a_request_that_has_waited_long_enough_begins_no_renewal(redis_server: RedisServer) -> None:
    longest = 0.5
    spent = []

    class Slow(SessionStore):
        """As with a Redis that answers late."""

        async def load(self, cookie: str) -> dict[str, Any] | None:
            stored = await super().load(cookie)
            await asyncio.sleep(longest + 0.1)
            return stored

    async def refresh(refresh_token: str) -> dict[str, Any]:
        spent.append(refresh_token)
        return LOGIN

    async def use() -> None:
        async with Redis(port=redis_server.port, decode_responses=True) as redis:
            store = Slow(redis)
            await store.save("cookie", LOGIN)
            with pytest.raises(Refusal) as refusal:
                await Renewals(store, refresh, longest).renew(Session(LOGIN, "cookie"))
            assert refusal.value.status == 503
            assert spent == []

    asyncio.run(use())


def test_a_forged_logout_token_is_invalid_also_right_after_a_fetch_of_the_keys(redis_server: RedisServer) -> None:
    async def use(issuer: Issuer) -> None:
        async with Redis(port=redis_server.port, decode_responses=True) as redis:
            store = SessionStore(redis)
            await store.save("cookie", LOGIN)
            settings = Settings.read(SETTINGS | {"KEYCLOAK_ISSUER": issuer.url})
            keycloak = at_keycloak.Keycloak(settings, AsyncGuard(Trusting(), NoChecker()), store)
            logout = {
                "typ": "Logout",
                "aud": "fastapi-app",
                "sid": "sid",
                "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            }
            await keycloak.logged_out(issuer.token(**logout))
            assert await store.load("cookie") is None
            for bad in ({"typ": "Bearer"}, {"aud": "other"}, {"iss": "https://sso.example.org"}, {"exp": 0}):
                with pytest.raises(at_keycloak.InvalidToken):
                    await keycloak.logged_out(issuer.token(**logout | bad))
            issuer.add_ec("second")
            forged = issuer.token("second", **logout)
            del issuer.keys["second"]
            with pytest.raises(at_keycloak.InvalidToken):
                await keycloak.logged_out(forged)

    issuer = Issuer()
    try:
        asyncio.run(use(issuer))
    finally:
        issuer.close()


@pytest.fixture
def read_only(redis_server: RedisServer) -> Iterator[Callable[[bool], None]]:
    """Makes the Redis reject writes, as one does that has lost its replicas."""

    def switch(on: bool) -> None:
        with redis_server.connect() as client:
            client.config_set("min-replicas-to-write", int(on))

    yield switch
    switch(False)


def rejected_writes(redis_server: RedisServer) -> int:
    with redis_server.connect() as client:
        errors: Any = client.info("errorstats")
    return int(errors.get("errorstat_NOREPLICAS", {}).get("count", 0))


def test_tokens_that_redis_takes_late_are_stored(
    realm: Realm, redis_server: RedisServer, read_only: Callable[[bool], None]
) -> None:
    realm.before_answer = lambda: read_only(True)
    before = rejected_writes(redis_server)

    async def use() -> None:
        async with logged_in(realm, redis_server) as (keycloak, store):
            request = asyncio.create_task(status_of(keycloak, await session_of(store)))
            await asyncio.to_thread(until, lambda: rejected_writes(redis_server) > before)
            read_only(False)
            assert await request == 200
            assert (await session_of(store))["refresh_token"] == "refresh-1"
            assert await status_of(keycloak, await session_of(store)) == 200
            assert realm.requests == 1

    asyncio.run(use())


def test_tokens_that_redis_does_not_take_are_stored_by_the_next_request(
    realm: Realm, redis_server: RedisServer, read_only: Callable[[bool], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_keycloak, "_TIMEOUT", 3)
    realm.before_answer = lambda: read_only(True)

    async def use() -> None:
        async with logged_in(realm, redis_server) as (keycloak, store):
            with pytest.raises(RedisError):
                await keycloak.require_honored(await session_of(store))
            read_only(False)
            assert (await session_of(store))["refresh_token"] == "refresh-0"
            assert await status_of(keycloak, await session_of(store)) == 200
            assert (await session_of(store))["refresh_token"] == "refresh-1"
            assert realm.requests == 1

    asyncio.run(use())


@pytest.mark.parametrize("end", [lambda store: store.delete("cookie"), lambda store: store.end("sid")])
def test_tokens_that_redis_has_not_taken_are_forgotten_when_the_session_ends(
    end: Callable[[SessionStore], Awaitable[None]],
    redis_server: RedisServer,
    read_only: Callable[[bool], None],
) -> None:
    spent = []

    async def refresh(refresh_token: str) -> dict[str, Any]:
        spent.append(refresh_token)
        read_only(len(spent) == 1)
        return LOGIN | {"refresh_token": "refresh-1", "expires_at": time.time() + 900}

    async def use() -> None:
        async with Redis(port=redis_server.port, decode_responses=True) as redis:
            store = SessionStore(redis)
            await store.save("cookie", LOGIN)
            renewals = Renewals(store, refresh, 0.5)
            with pytest.raises(RedisError):
                await renewals.renew(await session_of(store))
            read_only(False)
            await end(store)
            await redis.flushall()
            await store.save("cookie", LOGIN)
            await renewals.renew(await session_of(store))
            assert spent == ["refresh-0", "refresh-0"]

    asyncio.run(use())


def test_a_redis_that_does_not_answer_is_not_asked_without_end(redis_server: RedisServer) -> None:
    """redis-py reports a time-out of EXEC as a change by another client."""

    async def refresh(refresh_token: str) -> dict[str, Any]:
        with redis_server.connect() as client:
            client.execute_command("CLIENT", "PAUSE", "20000", "WRITE")
        return LOGIN

    async def use() -> None:
        async with Redis(port=redis_server.port, decode_responses=True, socket_timeout=0.2) as redis:
            store = SessionStore(redis)
            await store.save("cookie", LOGIN)
            with pytest.raises(RedisError):
                await asyncio.wait_for(Renewals(store, refresh, 0.5).renew(Session(LOGIN, "cookie")), 10)

    try:
        asyncio.run(use())
    finally:
        with redis_server.connect() as client:
            client.execute_command("CLIENT", "UNPAUSE")


@pytest.mark.parametrize("changes", [4, 5])
def test_a_session_that_others_change_at_the_same_time(
    changes: int, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = iter(range(changes))
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(stored_sessions.asyncio, "sleep", sleep)

    class Contended(SessionStore):
        """Another request uses the session between the reading and the writing of this one."""

        def _write(self, pipe: Any, key: str, data: Mapping[str, Any]) -> None:
            super()._write(pipe, key, data)
            with redis_server.connect() as other:
                if next(others, None) is not None:
                    other.expire(key, IDLE)

    async def use() -> None:
        async with Redis(port=redis_server.port, decode_responses=True) as redis:
            await SessionStore(redis).save("cookie", LOGIN)
            change = Contended(redis).change("cookie", {"name": "alice"})
            if changes < 5:
                assert await change == LOGIN | {"name": "alice"}
            else:
                with pytest.raises(WatchError):
                    await change

    asyncio.run(use())
    # Requests that have met would meet again otherwise.
    assert len(set(pauses)) == 4
    assert all(0 <= pause <= 0.02 for pause in pauses)


def test_a_request_stores_only_what_it_has_changed(redis_server: RedisServer) -> None:
    async def use() -> None:
        async with Redis(port=redis_server.port, decode_responses=True) as redis:
            store = SessionStore(redis)
            await store.save("cookie", LOGIN)

            async def begin_login(scope: Any, receive: Any, send: Any) -> None:
                # Meanwhile another request renews the tokens.
                await store.change("cookie", {"refresh_token": "refresh-1"}, {"access_token"})
                scope["session"]["state"] = {"data": "x"}
                del scope["session"]["expires_at"]
                await PlainTextResponse("")(scope, receive, send)

            async def send(message: Any) -> None:
                pass

            app = SessionMiddleware(begin_login, store, b"key", False, lambda request: PlainTextResponse("", 503))
            scope = {"type": "http", "path": "/login", "headers": [(b"cookie", b"FASTAPI_SESSION=cookie")]}
            await app(scope, None, send)  # type: ignore[arg-type]
            assert await store.load("cookie") == {
                "user": "alice",
                "sid": "sid",
                "refresh_token": "refresh-1",
                "state": {"data": "x"},
            }

    asyncio.run(use())


def test_a_session_that_is_used_can_be_ended_by_its_sid_as_long_as_it_lives(redis_server: RedisServer) -> None:
    async def use() -> None:
        async with Redis(port=redis_server.port, decode_responses=True) as redis:
            store = SessionStore(redis)
            await store.save("cookie", LOGIN)
            for use_it in (lambda: store.touch("cookie", "sid"), lambda: store.change("cookie", {"name": "alice"})):
                keys = await redis.keys("fastapi-app:*")
                assert len(keys) == 2
                for key in keys:
                    await redis.expire(key, 60)
                await use_it()
                assert all([await redis.ttl(key) > IDLE - 60 for key in keys])
            await store.end("sid")
            assert await store.load("cookie") is None
            assert await store.change("cookie", {"name": "alice"}) is None
            assert await store.load("cookie") is None

    asyncio.run(use())


@pytest.fixture
def browser(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[TestClient]:
    """Of the application, with the users of Redis that its README names."""
    with redis_server.connect() as client:
        client.execute_command("ACL", "SETUSER", "relying-app", *documented_rules(), ">password")
    monkeypatch.setenv("FASTAPI_APP_SECRET", "secret")
    monkeypatch.setenv("REDIS_URL", redis_server.url.replace("//", "//relying-app:password@"))
    monkeypatch.setenv("SESSION_REDIS_URL", redis_server.url + "/1")
    monkeypatch.setenv("DATABASE_FILE", str(tmp_path / "tasks.db"))
    with TestClient(create_app(), raise_server_exceptions=False, follow_redirects=False) as browser:
        yield browser


@pytest.mark.parametrize("path", ["/login", "/login?register", "/", "/tasks", "/auth/callback?state=x&code=x", "/docs"])
def test_strangers_leave_nothing_in_redis(path: str, browser: TestClient, redis_server: RedisServer) -> None:
    for _ in range(20):
        assert browser.get(path).status_code in (200, 302, 303)
        browser.cookies.clear()
    with redis_server.connect() as client:
        assert "db1" not in client.info("keyspace"), "that of sessions"
        assert sorted(client.keys()) == [b"revocation:complete", b"revocation:realm:app"]


def test_a_login_that_has_begun_is_in_the_cookie(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """And counts once, for a while, and only as it was signed."""
    tried: list[bool] = []

    async def finish(self: at_keycloak.Keycloak, request: Any) -> None:
        tried.append(any(name.startswith("_state_") for name in request.session))
        request.session.clear()
        raise at_keycloak.LoginFailed("tried")

    monkeypatch.setattr(at_keycloak.Keycloak, "finish", finish)

    def come_back(cookie: str) -> Any:
        browser.cookies.clear()
        return browser.get("/auth/callback", headers={"Cookie": "FASTAPI_SESSION=" + cookie})

    for _ in range(8):
        begun = browser.get("/login")
    assert len(begun.headers["Set-Cookie"]) < 4096, "what a browser keeps"
    assert "HttpOnly" in begun.headers["Set-Cookie"]
    assert "Max-Age=900" in begun.headers["Set-Cookie"]
    cookie = begun.cookies["FASTAPI_SESSION"]
    assert come_back(cookie).headers["Set-Cookie"].startswith("FASTAPI_SESSION=; "), "it is over"
    come_back(("A" if cookie[0] != "A" else "B") + cookie[1:])
    come_back(cookie[:-1] + ("A" if cookie[-1] != "A" else "Q"))
    monkeypatch.setattr(stored_sessions, "LOGIN", -1)
    come_back(cookie)
    assert tried == [True, False, False, False]


def test_the_cookie_is_no_oracle_for_the_secret_of_the_client(browser: TestClient) -> None:
    """Anybody gets one, and would learn without asking Keycloak which guess is right."""
    cookie = browser.get("/login").cookies["FASTAPI_SESSION"]
    for salt in ("login", b"itsdangerous.Signer"):
        with pytest.raises(BadData):
            URLSafeTimedSerializer("secret", salt=salt).loads(cookie)
    assert signing_key("secret") != signing_key("secrets")


@pytest.mark.parametrize("url", [None, "", "redis://localhost:6379"])
def test_sessions_have_a_redis_of_their_own(url: str | None) -> None:
    environment = {"FASTAPI_APP_SECRET": "secret"} | ({} if url is None else {"SESSION_REDIS_URL": url})
    with pytest.raises(ValueError, match="SESSION_REDIS_URL"):
        Settings.read(environment)


@pytest.mark.parametrize("csrf", ["none", "", "x"])
def test_a_form_without_a_login_is_rejected(csrf: str, browser: TestClient) -> None:
    for path in ("/logout", "/tasks", "/tasks/1/delete"):
        assert browser.post(path, data={"csrf": csrf}).status_code == 403
