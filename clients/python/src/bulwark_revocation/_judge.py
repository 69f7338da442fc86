"""What the checkers for threads and for asyncio have in common: everything but asking Redis."""

from __future__ import annotations

import enum
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from redis.exceptions import ConnectionError as RedisConnectionError

from ._circuit import Circuit
from ._decision import Policy, RealmState, Reading, Verdict, parse_time, reading_of
from ._keys import Keys
from ._memory import Memory, NearCache, Unconfirmed
from ._options import Options
from ._watermarks import Watermarks

_LOG = logging.getLogger("bulwark_revocation")

WATCH_INTERVAL = 1.0
"""Seconds between two readings of a cluster's watermarks."""

FAILURES = (Exception,)
"""What asking Redis can raise: redis-py lets even AttributeError out while the nodes of a cluster are away."""

PROBE = "bulwark-probe"
"""An id that no token has."""


class Status(enum.Enum):
    """What the last contact with Redis said."""

    NOT_ASKED = "not-asked"
    """No check has been made yet."""

    KNOWING = "knowing"
    """Redis answers, and Keycloak feeds it."""

    UNFED = "unfed"
    """Redis answers, but has been emptied or is not fed; see ``Options.feed_max_age``."""

    AWAY = "away"
    """Redis does not answer."""


class Judge:
    """Options, memory and status of one checker. Thread-safe."""

    def __init__(self, options: Options, clustered: bool, clock: Callable[[], float]) -> None:
        self.keys = Keys(options.prefix)
        self.circuit = Circuit(options.retry_interval)
        self.status = Status.NOT_ASKED
        self.watched = clustered and options.feed_max_age is not None
        self._memory = Memory(options.remembered_tokens) if options.staleness > 0 else None
        self.unconfirmed = Unconfirmed(
            self._memory or Memory(1), options.remembered_tokens if self._memory is not None else 0
        )
        self.near = NearCache(options.near_cache_size, options.near_cache_max_age) if options.near_cache_size else None
        self.blind = options.feed_max_age is None
        self._policy = Policy(options)
        self._prefix = options.prefix
        self._clock = clock
        self._retry_interval = options.retry_interval
        self._next_probe = 0.0
        self._explained: set[str] = set()
        self._lock = threading.Lock()

    def now(self) -> int:
        """Milliseconds since 1970."""
        return int(self._clock() * 1000)

    def judge_near(self, jti: str, issued: float | None) -> Verdict | None:
        """The verdict by the near cache; None if Redis must be asked."""
        near = self.near
        if near is None:
            return None
        reading = near.of(jti)
        if reading is None:
            return None
        remembered = None if self._memory is None else self._memory.of(jti)
        return self._policy.decide(reading, remembered, _millis(issued), self.now())

    def judge(
        self, jti: str, realm: str | None, reading: Reading | None, issued: float | None, asked_at: float
    ) -> Verdict:
        """The verdict by what Redis answered, None if it did not; ``asked_at`` by :func:`time.monotonic`."""
        now = self.now()
        if reading is not None:
            self._learn(reading, now)
            if self.near is not None and (reading.revoked or self._policy.knows(reading.complete, now)):
                self.near.note(jti, reading, asked_at)
        remembered = None
        if self._memory is not None:
            # With watermarks read in the background only the next reading shows that "not revoked" was right.
            if reading is not None and (reading.revoked or not self.watched):
                remembered = self._memory.note(jti, reading)
            else:
                remembered = self._memory.of(jti)
        verdict = self._policy.decide(reading, remembered, _millis(issued), now)
        if verdict is Verdict.UNKNOWN and reading is not None:
            self.explain(realm, reading)
        return verdict

    def explain(self, realm: str | None, reading: Reading) -> None:
        """Logs once why a realm's tokens are unknown although Redis is fed."""
        name = realm or ""
        if reading.heartbeat is not None and reading.complete is None and name not in self._explained:
            self._explained.add(name)
            _LOG.warning(
                "Redis cannot tell about a token of realm '%s' (the last path segment of its iss): either revocation "
                "is not on in that realm, or Keycloak cannot decide about the token now",
                name,
            )

    def _learn(self, reading: Reading, now: int) -> None:
        knows = self._policy.knows(reading.heartbeat, now)
        status = Status.KNOWING if knows else Status.UNFED
        if status is not self.status:
            self._become(status, "" if knows else self._feed_problem(reading, now))

    def must_probe(self) -> bool:
        """Whether a health check asks Redis now; if so the caller tells what it said."""
        if self.status not in (Status.UNFED, Status.AWAY):
            return False
        with self._lock:
            now = time.monotonic()
            if now < self._next_probe:
                return False
            self._next_probe = now + self._retry_interval
            return True

    def probed(self, reading: Reading | None) -> None:
        """What a health check was told; None if Redis did not answer."""
        if reading is not None:
            self._learn(reading, self.now())

    def read(self, jti: str, token: Any, heartbeat: Any, state: Any) -> Reading:
        """Reads the answer to one MGET of token, watermark and state of the realm."""
        return reading_of(jti, token is not None, parse_time(heartbeat), RealmState.parse(state))

    def read_watched(self, jti: str, realm: str | None, seen: Watermarks, exists: Any) -> Reading:
        """Reads the answer to EXISTS, which goes with watermarks read before it."""
        return reading_of(jti, bool(exists), seen.complete, None if realm is None else seen.state(realm))

    def note_unconfirmed(self, jti: str, reading: Reading, losses: int) -> None:
        """Keeps an answer that only the next reading of the watermarks shows to be right."""
        if not reading.revoked:
            self.unconfirmed.note(jti, reading, losses)

    def failed(self, failure: BaseException) -> bool:
        """Redis did not answer; false if that says nothing about Redis, since only this caller got no connection."""
        if is_exhausted_pool(failure):
            return False
        self.circuit.failed()
        self._become(Status.AWAY, f"{type(failure).__name__}: {failure}")
        return True

    def _feed_problem(self, reading: Reading, now: int) -> str:
        if reading.heartbeat is None:
            return (
                "it was emptied, or Keycloak with redis-revocation-listener has never fed it "
                f"(option prefix: '{self._prefix}')"
            )
        return (
            f"the watermark of Keycloak is {now - reading.heartbeat} ms old; Keycloak is stopped or cannot reach Redis, "
            "or the clocks differ"
        )

    def _become(self, status: Status, problem: str) -> None:
        """Logs a change, and only a change."""
        with self._lock:
            if self.status is status:
                return
            self.status = status
        if status is Status.AWAY:
            _LOG.warning("Redis cannot be reached to check revoked tokens: %s", problem)
        elif status is Status.UNFED:
            _LOG.warning("Redis is reachable, but its data about revoked tokens is not reliable: %s", problem)
        else:
            _LOG.info("Redis can check revoked tokens again.")


def _millis(seconds: float | None) -> int | None:
    return None if seconds is None else math.floor(seconds * 1000)


def is_exhausted_pool(failure: BaseException) -> bool:
    """All connections are in use: this caller fails, but Redis is there."""
    return isinstance(failure, RedisConnectionError) and str(failure) in (
        "No connection available.",
        "Too many connections",
    )


def claims_problem(claims: Mapping[str, Any], now: int) -> Verdict | None:
    """The verdict on a token that need not be checked: it has expired, or has no usable ``exp`` or ``iat``."""
    exp = claims.get("exp")
    iat = claims.get("iat")
    if not is_number(exp) or iat is not None and not is_number(iat):
        return Verdict.MALFORMED
    expired: bool = exp * 1000 <= now
    return Verdict.EXPIRED if expired else None


def is_number(value: object) -> TypeGuard[float]:
    """Whether a claim is a NumericDate (RFC 7519, section 2)."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
