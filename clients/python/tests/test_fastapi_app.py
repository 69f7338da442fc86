"""The sessions of examples/fastapi-app, which FastApiAppIT tests with a browser and Keycloak (C2, J3, S2)."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from servers import RedisServer

for needed in ("authlib", "fastapi", "httpx", "jinja2"):
    pytest.importorskip(needed)

from fastapi.testclient import TestClient
from tasks_app import keycloak as at_keycloak
from tasks_app.main import create_app
from tasks_app.sessions import Session, SessionStore
from tasks_app.settings import Settings

from bulwark_revocation import AsyncRevocationChecker
from bulwark_revocation.bearer import AsyncGuard, Refusal
from bulwark_revocation.jwt import KeycloakVerifier


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


@pytest.fixture
def dripping() -> Iterator[str]:
    """A realm whose token endpoint sends a byte now and then."""
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            while not ended.wait(0.05):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    return

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/realms/app"
    ended.set()
    server.shutdown()
    server.server_close()


def test_a_renewal_ends_before_its_lock(
    dripping: str, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_keycloak, "_TIMEOUT", 0.5)
    settings = Settings.read({"FASTAPI_APP_SECRET": "secret", "KEYCLOAK_ISSUER": dripping})
    data = {"user": "alice", "access_token": "a", "refresh_token": "r", "expires_at": time.time()}
    session = Session(data)
    session.cookie = "cookie"

    async def use() -> None:
        async with (
            Redis(port=redis_server.port, decode_responses=True) as redis,
            AsyncRevocationChecker.from_url(redis_server.url) as checker,
        ):
            store = SessionStore(redis)
            await store.save("cookie", data)
            guard = AsyncGuard(KeycloakVerifier(settings.issuer, settings.audience), checker)
            keycloak = at_keycloak.Keycloak(settings, guard, store)
            with pytest.raises(Refusal) as refused:
                await asyncio.wait_for(keycloak.require_honored(session), 10)
            assert refused.value.status == 503
            assert await store.lock("cookie", 60) is not None, "given back"

    asyncio.run(use())


@pytest.mark.parametrize("csrf", ["none", "", "x"])
def test_a_form_without_a_login_is_rejected(
    csrf: str, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FASTAPI_APP_SECRET", "secret")
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    monkeypatch.setenv("DATABASE_FILE", str(tmp_path / "tasks.db"))
    with TestClient(create_app(), raise_server_exceptions=False) as browser:
        for path in ("/logout", "/tasks", "/tasks/1/delete"):
            assert browser.post(path, data={"csrf": csrf}).status_code == 403
