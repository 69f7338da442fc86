"""Sessions of browsers: a random cookie, and everything else in Redis. A login that has begun is in the cookie."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import hashlib
import json
import logging
import random
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, cast

from itsdangerous import BadData, URLSafeTimedSerializer
from redis.asyncio import Redis
from redis.exceptions import RedisError, WatchError
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

IDLE = 24 * 3600
"""Seconds until a session with a login ends that nobody uses."""

LOGIN = 15 * 60
"""Seconds for a login that has begun."""

_BYTES = 32
_ROUNDS = 5
"""Attempts to change a session. redis-py reports a Redis that does not answer as a change by another request, too."""
_APART = 0.02
"""Longest time in seconds between two of them: random, so that requests that met once do not meet again."""
_WITHOUT = ("/api/", "/static/")
"""Paths that know no session."""
_LOG = logging.getLogger(__name__)


def signing_key(secret: str) -> bytes:
    """What signs the cookies of strangers. Slow: with such a cookie anybody can try secrets without being counted."""
    return hashlib.scrypt(secret.encode(), salt=b"fastapi-app login", n=2**14, r=8, p=1)


class SessionStore:
    """Sessions in Redis. A key holds a hash of the cookie, so that who reads Redis cannot use a session."""

    def __init__(self, redis: Redis, prefix: str = "fastapi-app:") -> None:
        self._redis = redis
        self._prefix = prefix
        self.when_ended: Callable[[str], object] = lambda key: None
        """Is called with the key of each session that is ended here."""

    def key(self, cookie: str) -> str:
        """The key of a session."""
        return f"{self._prefix}session:{hashlib.sha256(cookie.encode()).hexdigest()}"

    async def load(self, cookie: str) -> dict[str, Any] | None:
        """The session of a cookie; None if there is none."""
        text = await self._redis.get(self.key(cookie))
        return None if text is None else json.loads(text)

    async def save(self, cookie: str, data: dict[str, Any]) -> None:
        """Keeps a session from now on. One with a login can be ended by its ``sid`` at Keycloak."""
        async with self._redis.pipeline(transaction=True) as pipe:
            self._write(pipe, self.key(cookie), data)
            await pipe.execute()

    async def change(
        self, cookie: str, changed: Mapping[str, Any], removed: Collection[str] = ()
    ) -> dict[str, Any] | None:
        """Changes a session that is still there, and returns it; None if it has been ended meanwhile.

        Only these entries: another request may have changed others. Raises ``RedisError``.
        """
        for _ in range(_ROUNDS - 1):
            with contextlib.suppress(WatchError):
                return await self._change_once(cookie, changed, removed)
            await asyncio.sleep(random.uniform(0, _APART))
        return await self._change_once(cookie, changed, removed)

    async def _change_once(
        self, cookie: str, changed: Mapping[str, Any], removed: Collection[str]
    ) -> dict[str, Any] | None:
        """Raises ``WatchError`` if another request changes the session meanwhile."""
        key = self.key(cookie)
        async with self._redis.pipeline(transaction=True) as pipe:
            await pipe.watch(key)
            text = await pipe.get(key)
            if text is None:
                return None
            kept = {name: value for name, value in json.loads(text).items() if name not in removed}
            data: dict[str, Any] = kept | dict(changed)
            pipe.multi()
            self._write(pipe, key, data)
            await pipe.execute()
            return data

    def _write(self, pipe: Any, key: str, data: Mapping[str, Any]) -> None:
        pipe.set(key, json.dumps(data), ex=IDLE)
        sid = data.get("sid")
        if sid:
            pipe.sadd(self._sid(sid), key)
            pipe.expire(self._sid(sid), IDLE)

    async def touch(self, cookie: str, sid: str | None) -> None:
        """The session was used. Whatever can end it by its ``sid`` must live as long."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.expire(self.key(cookie), IDLE)
            if sid:
                pipe.expire(self._sid(sid), IDLE)
            await pipe.execute()

    async def delete(self, cookie: str) -> None:
        """Ends a session."""
        await self._redis.delete(self.key(cookie))
        self.when_ended(self.key(cookie))

    async def end(self, sid: str) -> None:
        """Ends the sessions of a session at Keycloak."""
        keys = await cast("Awaitable[set[str]]", self._redis.smembers(self._sid(sid)))
        await self._redis.delete(self._sid(sid), *keys)
        for key in keys:
            self.when_ended(key)

    async def lock(self, cookie: str, seconds: int) -> str | None:
        """One request of a session at a time; None while another holds it."""
        token = secrets.token_urlsafe(16)
        held = await self._redis.set(self.key(cookie) + ":lock", token, ex=seconds, nx=True)
        return token if held else None

    async def unlock(self, cookie: str, token: str) -> None:
        """Gives it back, unless it has run out: another request may hold it by now."""
        key = self.key(cookie) + ":lock"
        async with self._redis.pipeline(transaction=True) as pipe:
            await pipe.watch(key)
            if await pipe.get(key) != token:
                return
            pipe.multi()
            pipe.delete(key)
            with contextlib.suppress(WatchError):
                await pipe.execute()

    async def fail(self, cookie: str, seconds: int) -> None:
        """A renewal of the session's tokens has failed: for some seconds, nobody need try another."""
        await self._redis.set(self.key(cookie) + ":failed", "1", ex=seconds)

    async def has_failed(self, cookie: str) -> bool:
        """Whether a renewal has just failed."""
        return await self._redis.get(self.key(cookie) + ":failed") is not None

    def _sid(self, sid: str) -> str:
        return f"{self._prefix}sid:{hashlib.sha256(sid.encode()).hexdigest()}"


class SessionMiddleware:
    """Puts the session into ``request.session``, and what becomes of it into Redis and the cookie.

    Anybody can begin a login, so nothing of it is stored: the cookie itself holds it, signed, for 15 minutes. It has
    the state, the nonce and the PKCE verifier, which are of no use to anybody but the browser that sends them.
    """

    def __init__(
        self, app: ASGIApp, store: SessionStore, key: bytes, secure: bool, unavailable: Callable[[Request], ASGIApp]
    ) -> None:
        """``key`` signs; ``unavailable`` answers where Redis cannot be asked about the session."""
        self._app = app
        self._store = store
        self._signer = URLSafeTimedSerializer(key, salt="login")
        self._unavailable = unavailable
        self._secure = secure
        # A browser takes __Host- only over HTTPS, from this host, for all paths.
        self._name = "__Host-FASTAPI_SESSION" if secure else "FASTAPI_SESSION"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_WITHOUT):
            await self._app(scope, receive, send)
            return
        cookie = _cookie(scope, self._name)
        try:
            data = await self._store.load(cookie) if cookie else None
        except RedisError:
            _LOG.warning("Redis cannot be asked about sessions", exc_info=True)
            await self._unavailable(Request(scope))(scope, receive, send)
            return
        begun = self._begun(cookie) if cookie and data is None else {}
        session = Session(data or begun, cookie if data is not None else None)
        session.has_begun = bool(begun)
        scope["session"] = session

        started = False

        async def send_with_cookie(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                await self._finish(session, MutableHeaders(scope=message))
                started = True
            await send(message)

        try:
            await self._app(scope, receive, send_with_cookie)
        except RedisError:
            if started:
                raise
            _LOG.warning("Redis cannot keep a session", exc_info=True)
            await self._unavailable(Request(scope))(scope, receive, send)

    async def _finish(self, session: Session, headers: MutableHeaders) -> None:
        old = session.cookie
        if not session:
            if old is not None:
                await self._store.delete(old)
            if old is not None or session.has_begun:
                headers.append("Set-Cookie", self._set("", 0))
            return
        if "user" not in session:
            headers.append("Set-Cookie", self._set(str(self._signer.dumps(dict(session))), LOGIN))
            return
        if old is not None and not session.renewed:
            changed, removed = session.changes()
            if changed or removed:
                await self._store.change(old, changed, removed)
            else:
                await self._store.touch(old, session.get("sid"))
            return
        # A new session, or a login: what somebody may have planted before is no key to it.
        new = secrets.token_urlsafe(_BYTES)
        await self._store.save(new, session)
        if old is not None:
            await self._store.delete(old)
        headers.append("Set-Cookie", self._set(new, None))

    def _begun(self, cookie: str) -> dict[str, Any]:
        """The login that has begun; empty for what nobody has signed here in the last minutes."""
        try:
            begun: dict[str, Any] = self._signer.loads(cookie, max_age=LOGIN)
        except BadData:
            return {}
        return begun

    def _set(self, value: str, age: int | None) -> str:
        life = "" if age is None else f"; Max-Age={age}"
        return f"{self._name}={value}; Path=/; HttpOnly; SameSite=Lax{life}" + ("; Secure" if self._secure else "")


class Session(dict[str, Any]):
    """What is kept about a browser."""

    def __init__(self, stored: Mapping[str, Any], cookie: str | None = None) -> None:
        """``stored`` is what Redis has of it."""
        super().__init__(stored)
        self._stored: Mapping[str, Any] = copy.deepcopy(dict(stored))
        self.cookie = cookie
        """By which the browser has sent it; None if it is new."""
        self.renewed = False
        """Whether it gets a new cookie."""
        self.has_begun = False
        """Whether the browser has sent a login that has begun."""

    def changes(self) -> tuple[dict[str, Any], set[str]]:
        """The entries that this request has changed, and the names of those that it has removed."""
        old = self._stored
        changed = {name: value for name, value in self.items() if name not in old or old[name] != value}
        return changed, old.keys() - self.keys()

    def take(self, stored: Mapping[str, Any]) -> None:
        """Takes over what Redis has by now. What this request has changed stays so."""
        changed, removed = self.changes()
        self._stored = copy.deepcopy(dict(stored))
        self.clear()
        self.update({name: value for name, value in stored.items() if name not in removed} | changed)


def _cookie(scope: Scope, name: str) -> str | None:
    for header, value in scope["headers"]:
        if header == b"cookie":
            cookies: SimpleCookie = SimpleCookie()
            try:
                cookies.load(value.decode("latin-1"))
            except CookieError:
                continue
            if name in cookies:
                return cookies[name].value
    return None
