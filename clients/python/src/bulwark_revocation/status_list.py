"""Checks tokens by Keycloak's Token Status Lists (extra ``jwt``), for applications that do not reach Redis."""

from __future__ import annotations

import base64
import binascii
import functools
import logging
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from typing import Any, NamedTuple

import jwt

from . import _http
from ._decision import Verdict
from ._turn import AsyncTurn, Turn
from .bearer import CannotVerify, InvalidToken
from .jwt import KeycloakKeys

_LOG = logging.getLogger("bulwark_revocation")

_TIMEOUT = 3.0
_LONGEST_WAIT = 2 * _TIMEOUT
"""Of a caller for the fetch of another one: for the list and for the keys."""
_MOST_BYTES = 4_000_000
_MOST_STATUSES = 16_000_000
"""Bytes of an unpacked list."""
_MOST_LISTS = 100
_SHORTEST_TTL = 1
_LONGEST_TTL = 300
_MARGIN = 3
"""Seconds: so long before a list expires, the next one is fetched."""
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_CURVES = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}


class Answer(NamedTuple):
    """An HTTP response."""

    status: int
    body: bytes
    etag: str | None


Fetch = Callable[[str, str | None], Answer]
"""Sends GET to an address, with ``If-None-Match`` if there is an ETag; raises ``OSError`` if there is no answer."""


def fetch(url: str, etag: str | None) -> Answer:
    """By urllib; the whole answer has to be there within 3 s, and is no redirect."""
    headers = {"Accept": "application/statuslist+jwt, application/json"}
    if etag is not None:
        headers["If-None-Match"] = etag
    return Answer(*_http.get(url, headers, _TIMEOUT, _MOST_BYTES))


def _body(answer: Answer) -> bytes:
    if answer.status != 200:
        raise OSError(_http.problem(answer.status))
    return answer.body


class _List(NamedTuple):
    etag: str | None
    bits: int
    statuses: bytes
    issued: float
    expires: float
    ttl: float

    def status(self, index: int) -> int | None:
        """None if the list has no such index."""
        position = index * self.bits
        if position // 8 >= len(self.statuses):
            return None
        return self.statuses[position // 8] >> position % 8 & (1 << self.bits) - 1


class _Entry:
    """A list as it was fetched last. Written by the thread whose turn it is."""

    def __init__(self) -> None:
        self.turn = Turn()
        self.async_turn = AsyncTurn()
        self.list: _List | None = None
        self.pause = (float("-inf"), float("-inf"))
        """Begin and end of the time in which it is not fetched."""
        self.failed = False


class StatusListChecker:
    """Tells whether a token is revoked by the list that its claim ``status`` names. Thread-safe; one for an application.

    A list is fetched when its first token is checked, and again with its ETag when its ``ttl`` is over or its ``exp``
    is near. One check waits for that. The others use the list that is held, and wait only if there is none or it has
    expired. While Keycloak is unreachable, the last list is used until its ``exp``. After that every check of its
    tokens is ``UNKNOWN`` (fail closed).
    """

    def __init__(
        self,
        issuer: str,
        *,
        jwks_url: str | None = None,
        algorithms: Sequence[str] = _ALGORITHMS,
        retry_interval: float = 0.5,
        fetch: Fetch = fetch,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``issuer`` is the realm's URL. Only its own lists are fetched, whatever a token names."""
        if not algorithms or any(name == "none" or name.startswith("HS") for name in algorithms):
            raise ValueError("algorithms must be asymmetric ones")
        if not 0.05 <= retry_interval <= 60:
            raise ValueError("retry_interval must be from 0.05 to 60")
        self._issuer = issuer
        self._algorithms = list(algorithms)
        self._retry_interval = retry_interval
        self._fetch = fetch
        self._clock = clock
        self._keys = KeycloakKeys(
            jwks_url or issuer + "/protocol/openid-connect/certs", lambda url: _body(fetch(url, None))
        )
        self._lists: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, claims: Mapping[str, Any]) -> Verdict:
        """What is known about a token with these verified claims; ``exp`` is checked without leeway."""
        verdict, place = self._begin(claims)
        if place is None:
            return verdict
        if self._is_due(place[0]):
            self._refresh(place[0])
        return self._end(claims, *place)

    def _begin(self, claims: Mapping[str, Any]) -> tuple[Verdict, tuple[str, int] | None]:
        """Where the status is; None if the verdict is final."""
        expires = claims.get("exp")
        if not isinstance(expires, (int, float)) or isinstance(expires, bool):
            return Verdict.MALFORMED, None
        if expires <= self._clock():
            return Verdict.EXPIRED, None
        place = self._place(claims.get("status"))
        return Verdict.MALFORMED, place

    def _place(self, status: Any) -> tuple[str, int] | None:
        reference = status.get("status_list") if isinstance(status, Mapping) else None
        if not isinstance(reference, Mapping):
            return None
        uri, index = reference.get("uri"), reference.get("idx")
        if not isinstance(index, int) or isinstance(index, bool) or index < 0:
            return None
        if not isinstance(uri, str) or not uri.startswith(self._issuer + "/token-status/"):
            return None
        return uri, index

    def _end(self, claims: Mapping[str, Any], uri: str, index: int) -> Verdict:
        now = self._clock()
        held = self._entry(uri).list
        if held is None or held.expires <= now:
            return Verdict.UNKNOWN
        status = held.status(index)
        if status is None:
            return Verdict.MALFORMED
        if status != 0:
            return Verdict.REVOKED
        return Verdict.EXPIRED if claims["exp"] <= now else Verdict.LIVE

    def _entry(self, uri: str) -> _Entry:
        with self._lock:
            entry = self._lists.get(uri)
            if entry is None:
                entry = self._lists[uri] = _Entry()
            self._lists.move_to_end(uri)
            if len(self._lists) > _MOST_LISTS:
                self._lists.popitem(last=False)
            return entry

    def _is_due(self, uri: str) -> bool:
        return self._must_fetch(self._entry(uri))

    def _must_fetch(self, entry: _Entry) -> bool:
        """A clock that is set back ends the pause: it could last for hours then."""
        begin, end = entry.pause
        return not begin <= self._clock() < end

    def _lacks(self, uri: str) -> bool:
        """Whether there is no list that can be used."""
        held = self._entry(uri).list
        return held is None or held.expires <= self._clock()

    def _refresh(self, uri: str) -> None:
        """Of several callers one fetches. The others use the list that is held, or wait for what it gets."""
        turn = self._entry(uri).turn
        if not turn.take(functools.partial(self._attempt, uri)) and self._lacks(uri):
            turn.wait(_LONGEST_WAIT)

    async def _refresh_async(self, uri: str) -> None:
        """As :meth:`_refresh`, on another thread; the tasks that wait take none."""
        attempt, lacks = functools.partial(self._refresh, uri), functools.partial(self._lacks, uri)
        await self._entry(uri).async_turn.take(attempt, lacks, _LONGEST_WAIT)

    def _attempt(self, uri: str) -> None:
        entry = self._entry(uri)
        if not self._must_fetch(entry):
            return
        began = self._clock()
        try:
            fetched = self._fetched(uri, entry.list)
        except (OSError, HTTPException, ValueError, InvalidToken, CannotVerify) as failure:
            # From its end: an attempt may take longer than the pause.
            ended = self._clock()
            entry.pause = (ended, ended + self._retry_interval)
            if not entry.failed:
                # Once for an outage.
                _LOG.warning("A token status list cannot be fetched, and is tried again: %s", failure)
            entry.failed = True
            return
        entry.failed = False
        entry.list = fetched
        # The answer may be as old as the request. A fetch that is slower than the ttl is not repeated at once.
        ended = self._clock()
        wanted = min(min(began, ended) + fetched.ttl, fetched.expires - _MARGIN)
        entry.pause = (ended, max(wanted, ended + _SHORTEST_TTL))

    def _fetched(self, uri: str, held: _List | None) -> _List:
        answer = self._fetch(uri, None if held is None else held.etag)
        if answer.status == 304 and held is not None:
            return held
        fetched = self._verified(uri, _body(answer), answer.etag)
        # A cache on the way may have an older one.
        return held if held is not None and fetched.issued < held.issued else fetched

    def _verified(self, uri: str, body: bytes, etag: str | None) -> _List:
        try:
            text = body.decode("ascii")
            header = jwt.get_unverified_header(text)
            if header.get("typ") not in ("statuslist+jwt", "application/statuslist+jwt"):
                raise InvalidToken("It is no status list")
            claims: dict[str, Any] = jwt.decode(
                text,
                self._key(header),
                algorithms=self._algorithms,
                # By the clock of the checker, below.
                options={"verify_exp": False, "verify_iat": False, "verify_aud": False, "verify_nbf": False},
            )
            return self._parsed(uri, claims, etag)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, binascii.Error, zlib.error) as problem:
            raise InvalidToken(f"It is malformed: {problem}") from problem

    def _key(self, header: dict[str, Any]) -> Any:
        """The key of the realm that the header names: its type, curve and ``alg`` must be those of the algorithm."""
        kid, algorithm = header.get("kid"), header.get("alg")
        if not isinstance(kid, str):
            raise InvalidToken("It names no key")
        if self._keys.must_fetch(kid):
            self._keys.fetch(kid)
        key = self._keys.get(kid)
        if key.algorithm_name != algorithm:
            raise InvalidToken("It is signed with another algorithm than that of its key")
        curve = _CURVES.get(algorithm)
        if curve is not None and key.key.curve.name != curve:
            raise InvalidToken("Its key has another curve than its algorithm")
        return key

    def _parsed(self, uri: str, claims: dict[str, Any], etag: str | None) -> _List:
        if claims["sub"] != uri or claims.get("iss", self._issuer) != self._issuer:
            raise InvalidToken("It is another list")
        packed = claims["status_list"]["lst"]
        bits = claims["status_list"]["bits"]
        if bits not in (1, 2, 4, 8):
            raise InvalidToken("It has a wrong number of bits")
        unpacking = zlib.decompressobj()
        statuses = unpacking.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), _MOST_STATUSES)
        if not unpacking.eof:
            raise InvalidToken("It is too long or cut off")
        expires = float(claims["exp"])
        if expires <= self._clock():
            raise InvalidToken("It has expired")
        ttl = min(max(float(claims.get("ttl", _SHORTEST_TTL)), _SHORTEST_TTL), _LONGEST_TTL)
        return _List(etag, bits, statuses, float(claims["iat"]), expires, ttl)


class AsyncStatusListChecker:
    """As :class:`StatusListChecker`, for asyncio. Each list is fetched on another thread."""

    def __init__(self, checker: StatusListChecker) -> None:
        self._checker = checker

    async def check(self, claims: Mapping[str, Any]) -> Verdict:
        """As :meth:`StatusListChecker.check`."""
        checker = self._checker
        verdict, place = checker._begin(claims)
        if place is None:
            return verdict
        if checker._is_due(place[0]):
            await checker._refresh_async(place[0])
        return checker._end(claims, *place)
