"""Sessions of browsers: a random cookie, and everything else in Redis."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any, cast

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
_WITHOUT = ("/api/", "/static/")
"""Paths that know no session."""
_LOG = logging.getLogger(__name__)


class SessionStore:
    """Sessions in Redis. A key holds a hash of the cookie, so that who reads Redis cannot use a session."""

    def __init__(self, redis: Redis, prefix: str = "fastapi-app:") -> None:
        self._redis = redis
        self._prefix = prefix

    def _key(self, cookie: str) -> str:
        return f"{self._prefix}session:{hashlib.sha256(cookie.encode()).hexdigest()}"

    async def load(self, cookie: str) -> dict[str, Any] | None:
        """The session of a cookie; None if there is none."""
        text = await self._redis.get(self._key(cookie))
        return None if text is None else json.loads(text)

    async def save(self, cookie: str, data: dict[str, Any]) -> None:
        """Keeps a session from now on. One with a login can be ended by its ``sid`` at Keycloak."""
        life = IDLE if "user" in data else LOGIN
        key = self._key(cookie)
        sid = data.get("sid")
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(key, json.dumps(data), ex=life)
            if sid:
                pipe.sadd(self._sid(sid), key)
                pipe.expire(self._sid(sid), life)
            await pipe.execute()

    async def replace(self, cookie: str, data: dict[str, Any]) -> bool:
        """Writes a session that is still there; False if it has been ended meanwhile."""
        life = IDLE if "user" in data else LOGIN
        return bool(await self._redis.set(self._key(cookie), json.dumps(data), ex=life, xx=True))

    async def touch(self, cookie: str) -> None:
        """The session was used."""
        await self._redis.expire(self._key(cookie), IDLE)

    async def delete(self, cookie: str) -> None:
        """Ends a session."""
        await self._redis.delete(self._key(cookie))

    async def end(self, sid: str) -> None:
        """Ends the sessions of a session at Keycloak."""
        keys = await cast("Awaitable[set[str]]", self._redis.smembers(self._sid(sid)))
        await self._redis.delete(self._sid(sid), *keys)

    async def lock(self, cookie: str, seconds: int) -> str | None:
        """One request of a session at a time; None while another holds it."""
        token = secrets.token_urlsafe(16)
        held = await self._redis.set(self._key(cookie) + ":lock", token, ex=seconds, nx=True)
        return token if held else None

    async def unlock(self, cookie: str, token: str) -> None:
        """Gives it back, unless it has run out: another request may hold it by now."""
        key = self._key(cookie) + ":lock"
        async with self._redis.pipeline(transaction=True) as pipe:
            await pipe.watch(key)
            if await pipe.get(key) != token:
                return
            pipe.multi()
            pipe.delete(key)
            with contextlib.suppress(WatchError):
                await pipe.execute()

    def _sid(self, sid: str) -> str:
        return f"{self._prefix}sid:{hashlib.sha256(sid.encode()).hexdigest()}"


class SessionMiddleware:
    """Puts the session into ``request.session``, and what becomes of it into Redis and the cookie."""

    def __init__(
        self, app: ASGIApp, store: SessionStore, secure: bool, unavailable: Callable[[Request], ASGIApp]
    ) -> None:
        """``unavailable`` answers where Redis cannot be asked about the session."""
        self._app = app
        self._store = store
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
        session = Session(data or {})
        session.cookie = cookie if data is not None else None
        before = json.dumps(session)
        scope["session"] = session

        started = False

        async def send_with_cookie(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                await self._finish(session, before, MutableHeaders(scope=message))
                started = True
            await send(message)

        try:
            await self._app(scope, receive, send_with_cookie)
        except RedisError:
            if started:
                raise
            _LOG.warning("Redis cannot keep a session", exc_info=True)
            await self._unavailable(Request(scope))(scope, receive, send)

    async def _finish(self, session: Session, before: str, headers: MutableHeaders) -> None:
        old = session.cookie
        if not session:
            if old is not None:
                await self._store.delete(old)
                headers.append("Set-Cookie", self._set("", 0))
            return
        if old is not None and not session.renewed:
            if json.dumps(session) != before:
                await self._store.replace(old, session)
            elif "user" in session:
                await self._store.touch(old)
            return
        # A new session, or a login: what somebody may have planted before is no key to it.
        new = secrets.token_urlsafe(_BYTES)
        await self._store.save(new, session)
        if old is not None:
            await self._store.delete(old)
        headers.append("Set-Cookie", self._set(new, None))

    def _set(self, value: str, age: int | None) -> str:
        life = "" if age is None else f"; Max-Age={age}"
        return f"{self._name}={value}; Path=/; HttpOnly; SameSite=Lax{life}" + ("; Secure" if self._secure else "")


class Session(dict[str, Any]):
    """What is kept about a browser."""

    cookie: str | None = None
    """By which the browser has sent it; None if it is new."""
    renewed = False
    """Whether it gets a new cookie."""


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
