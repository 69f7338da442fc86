"""Renews the tokens of sessions. Keycloak takes a refresh token once, and ends the login when one comes again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bulwark_revocation.bearer import Refusal, unavailable
from redis.exceptions import RedisError

from .sessions import Session, SessionStore

_BEFORE = 30
"""Seconds before its end at which an access token is renewed."""
_PAUSE = 1
"""Seconds after a renewal that failed until the next one."""
_POLL = 0.25
"""Seconds between two looks at what another request has done, and between two attempts to store tokens."""
_MOST_HELD = 1000

Tokens = dict[str, Any]
"""The entries of a session that a renewal changes."""


def is_due(session: Session) -> bool:
    """Whether the access token is about to end."""
    return bool(session["expires_at"] - time.time() < _BEFORE)


def ended() -> Refusal:
    """Keycloak, or a logout here, has ended the session."""
    return Refusal(401, "The session has been ended", "invalid_token")


class Renewals:
    """One request of a session renews its tokens, the others wait for what comes of it."""

    def __init__(self, sessions: SessionStore, refresh: Callable[[str], Awaitable[Tokens]], longest: float) -> None:
        """``refresh`` takes a refresh token, and raises :class:`Refusal` in ``longest`` seconds at the latest."""
        self._sessions = sessions
        self._refresh = refresh
        self._longest = longest
        # A lock lives longer than a renewal takes.
        self._lock_life = int(2 * longest)
        self._held: dict[str, tuple[str, Tokens]] = {}
        """By key of the session: tokens that Redis has not taken yet, with the refresh token that was spent."""
        sessions.when_ended = self._forget

    async def renew(self, session: Session) -> None:
        """Renews the tokens, unless another request has.

        Raises :class:`Refusal`: 401 if the login has ended; 503 if nobody can tell, if a renewal has just failed, or
        if that of another request takes too long.
        """
        cookie = session.cookie
        if cookie is None:
            raise ended()
        old = session["refresh_token"]
        deadline = time.monotonic() + self._longest
        while not await self._is_done(session, cookie, old):
            began = time.monotonic()
            if began > deadline:
                raise unavailable()
            lock = await self._sessions.lock(cookie, self._lock_life)
            if lock is not None:
                try:
                    if not await self._is_done(session, cookie, old):
                        await self._renew(session, cookie, began + self._lock_life)
                finally:
                    await self._sessions.unlock(cookie, lock)
                return
            await asyncio.sleep(_POLL)

    async def _is_done(self, session: Session, cookie: str, old: str) -> bool:
        """Takes over what another request has stored. ``old`` is the refresh token that this one began with."""
        stored = await self._sessions.load(cookie)
        if stored is None:
            self._forget(self._sessions.key(cookie))
            raise ended()
        session.take(stored)
        # Keycloak's access tokens may live for less than _BEFORE: new ones are due at once.
        is_new = session["refresh_token"] != old and session["expires_at"] > time.time()
        if is_new or not is_due(session):
            return True
        if await self._sessions.has_failed(cookie):
            raise unavailable()
        return False

    async def _renew(self, session: Session, cookie: str, until: float) -> None:
        key = self._sessions.key(cookie)
        spent, tokens = self._held.get(key, ("", {}))
        if spent == session["refresh_token"]:
            await self._store(session, cookie, tokens, until)
            if not is_due(session):
                return
        spent = session["refresh_token"]
        try:
            tokens = await self._refresh(spent)
        except Refusal as problem:
            if problem.status == 503:
                await self._sessions.fail(cookie, _PAUSE)
            raise
        self._held[key] = spent, tokens
        if len(self._held) > _MOST_HELD:
            del self._held[next(iter(self._held))]
        await self._store(session, cookie, tokens, until)

    async def _store(self, session: Session, cookie: str, tokens: Tokens, until: float) -> None:
        """Tries again while the lock lasts. After that, the next request finds the tokens in ``_held``."""
        while True:
            try:
                stored = await self._sessions.change(cookie, tokens)
                break
            except RedisError:
                if time.monotonic() + _POLL > until:
                    raise
                await asyncio.sleep(_POLL)
        self._forget(self._sessions.key(cookie))
        if stored is None:
            raise ended()
        session.take(stored)

    def _forget(self, key: str) -> None:
        self._held.pop(key, None)
