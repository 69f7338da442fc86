"""The checker for asyncio."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

from redis.asyncio.cluster import RedisCluster
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from ._connect import Connection, async_opener, require_primaries
from ._decision import Reading, RealmState, Verdict
from ._judge import FAILURES, PROBE, WATCH_INTERVAL, Judge, Status, claims_problem
from ._keys import is_jti, lowest_slots, owners, realm_of
from ._options import Options
from ._pulse import Pulse
from ._shared import AsyncShared
from ._watermarks import Mark, Watched, Watermarks

_LOG = logging.getLogger("bulwark_revocation")

_PULSE = 0.1
"""Longest time between two beats, in seconds."""

T = TypeVar("T")


class AsyncRevocationChecker:
    """As :class:`RevocationChecker`, for asyncio. Checks that arrive together share one round trip.

    One for an application and its event loop.
    """

    def __init__(self, client: Any, options: Options | None = None, *, clock: Callable[[], float] = time.time) -> None:
        """Makes a checker over a client of the application's own, which stays the application's to close.

        ``client`` is a ``redis.asyncio.Redis`` (of a single server or a Sentinel group) or a
        ``redis.asyncio.RedisCluster``. Its time-outs are the application's: redis-py has none by default. ``clock``
        tells seconds since 1970. Raises ``ValueError`` for a client that reads from replicas.
        """
        require_primaries(client)
        self._start(client, isinstance(client, RedisCluster), options or Options(), clock, None)

    @classmethod
    def from_url(
        cls,
        url: str,
        options: Options | None = None,
        connection: Connection | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> AsyncRevocationChecker:
        """Makes a checker with a client of its own; as :meth:`RevocationChecker.from_url`. Needs no event loop."""
        connection = connection or Connection()
        clustered, make_client = async_opener(url, connection)
        checker = cls.__new__(cls)
        checker._start(make_client(), clustered, options or Options(), clock, connection)
        return checker

    def _start(
        self, client: Any, clustered: bool, options: Options, clock: Callable[[], float], connection: Connection | None
    ) -> None:
        """``connection`` is None for a client that is the application's own."""
        self._judge = Judge(options, clustered, clock)
        self._client = client
        self._owned = connection is not None
        self._deadline: float | None = None
        self._pulse = _PULSE
        if connection is not None:
            # redis-py opens connections one after the other, so its time-outs alone do not bound a wait.
            self._deadline = connection.connect_timeout + connection.command_timeout
            self._pulse = min(_PULSE, connection.command_timeout / 4)
        self._closed = False
        self._clustered = clustered
        self._revoked = self._judge.keys.revoked
        self._watch = _Watch(self._judge, client) if self._judge.watched else None
        self._batches = _Batches(self._judge, self._mget)
        self._renewed = 0.0
        self._single = self._judge.watched or self._judge.blind

    async def _verdict(self, jti: object, issuer: object, issued_at: float | None) -> Verdict:
        if not is_jti(jti):
            return Verdict.MALFORMED
        judge = self._judge
        near = judge.judge_near(jti, issued_at)
        if near is not None:
            return near
        asked_at = time.monotonic()
        realm = realm_of(issuer)
        return judge.judge(jti, realm, await self._read(jti, realm), issued_at, asked_at)

    async def check(self, claims: Mapping[str, Any]) -> Verdict:
        """As :meth:`RevocationChecker.check`."""
        problem = claims_problem(claims, self._judge.now())
        if problem is not None:
            return problem
        verdict = await self._verdict(claims.get("jti"), claims.get("iss"), claims.get("iat"))
        # Once more: Redis may have forgotten the token just before it was asked.
        return (claims_problem(claims, self._judge.now()) or verdict) if verdict.accepted else verdict

    @property
    def status(self) -> Status:
        """As :attr:`RevocationChecker.status`."""
        return self._judge.status

    async def probe(self) -> Status:
        """As :meth:`RevocationChecker.probe`."""
        if self._judge.must_probe():
            self._judge.probed(await self._read(PROBE, None))
        return self._judge.status

    async def _read(self, jti: str, realm: str | None) -> Reading | None:
        judge = self._judge
        if not judge.circuit.allows():
            return None
        try:
            if self._closed:
                raise RedisConnectionError("The checker is closed.")
            if self._single:
                reading = await self._in_time(lambda: self._ask(jti, realm))
            else:
                reading = await self._batches.read(jti, realm)
        except FAILURES as failure:
            if judge.failed(failure):
                await self._drop_connections()
            return None
        judge.circuit.succeeded()
        return reading

    async def _in_time(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Within the deadline. A time-out while the event loop stood still says nothing about Redis: once more."""
        with Pulse(self._pulse) as pulse:
            try:
                async with asyncio.timeout(self._deadline):
                    return await ask()
            except (TimeoutError, RedisTimeoutError):
                if not pulse.missed:
                    raise
        async with asyncio.timeout(self._deadline):
            return await ask()

    async def _ask(self, jti: str, realm: str | None) -> Reading:
        judge = self._judge
        if self._watch is None:
            exists = await self._client.execute_command("EXISTS", self._revoked + jti)
            return Reading(bool(exists), None, None, None)
        losses = judge.unconfirmed.losses()
        # The watermark first: it speaks of the time before the token is looked up.
        seen = await self._watch.seen(realm)
        reading = judge.read_watched(jti, realm, seen, await self._client.execute_command("EXISTS", self._revoked + jti))
        judge.note_unconfirmed(jti, reading, losses)
        return reading

    async def _mget(self, keys: list[str]) -> list[Any]:
        """Values of keys, of which the first is the heartbeat."""
        values: list[Any] = await self._in_time(lambda: self._client.execute_command("MGET", *keys))
        if values[0] is None:
            await self._renew()
        return values

    async def _renew(self) -> None:
        """Without a watermark this may be a primary that its Sentinels have replaced: connect anew, now and then."""
        now = time.monotonic()
        if self._owned and now - self._renewed > WATCH_INTERVAL:
            self._renewed = now
            await self._drop_connections()

    async def _drop_connections(self) -> None:
        """Idle connections of before an outage are dead: one must not fail the next caller."""
        if not self._clustered:
            await self._client.connection_pool.disconnect(inuse_connections=False)

    async def aclose(self) -> None:
        """Ends the checker, and its client if the checker made it."""
        self._closed = True
        if self._watch is not None:
            self._watch.close()
        if self._owned:
            await self._client.aclose()

    async def __aenter__(self) -> AsyncRevocationChecker:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class _Batches:
    """Tokens that are asked about at the same time go into one MGET, which is atomic."""

    MOST_TOKENS = 256
    MOST_TRIPS = 8

    def __init__(self, judge: Judge, mget: Callable[[list[str]], Any]) -> None:
        self._judge = judge
        self._mget = mget
        self._waiting: dict[tuple[str, str | None], asyncio.Future[Reading | Exception]] = {}
        self._trips: set[asyncio.Task[None]] = set()
        self._next: asyncio.Task[None] | None = None
        """The trip that has not begun yet; it takes those who wait."""

    async def read(self, jti: str, realm: str | None) -> Reading:
        """What Redis says about a token of a realm; raises what the client raises."""
        answer = self._waiting.get((jti, realm))
        if answer is None:
            answer = asyncio.get_running_loop().create_future()
            self._waiting[jti, realm] = answer
            self._schedule()
        # Others may wait for the same answer: one that is cancelled must not take it from them.
        result = await asyncio.shield(answer)
        if isinstance(result, Exception):
            raise result
        return result

    def _schedule(self) -> None:
        if self._waiting and self._next is None and len(self._trips) < self.MOST_TRIPS:
            trip = self._next = asyncio.get_running_loop().create_task(self._trip())
            self._trips.add(trip)
            trip.add_done_callback(self._ended)

    def _ended(self, trip: asyncio.Task[None]) -> None:
        self._trips.discard(trip)
        if self._next is trip:
            # Cancelled before its first step.
            self._next = None
        if not trip.cancelled():
            self._schedule()
        elif not self._trips:
            # An event loop that ends cancels all tasks. It gets no new one, and nobody waits for ever.
            waiting, self._waiting = self._waiting, {}
            _answer(waiting.values(), _early(asyncio.CancelledError()))

    async def _trip(self) -> None:
        self._next = None
        if len(self._waiting) <= self.MOST_TOKENS:
            batch, self._waiting = self._waiting, {}
        else:
            batch = {token: self._waiting.pop(token) for token in list(self._waiting)[: self.MOST_TOKENS]}
            self._schedule()
        try:
            keys = self._judge.keys
            realms = list({realm for _, realm in batch if realm is not None})
            states = (keys.state(keys.complete, realm) for realm in realms)
            values = await self._mget([keys.complete, *states, *(keys.revoked + jti for jti, _ in batch)])
        except FAILURES as failure:
            # Redis is away: who waits for the next trip need not wait for another time-out.
            waiting, self._waiting = self._waiting, {}
            _answer([*batch.values(), *waiting.values()], failure)
        except BaseException as error:
            _answer(batch.values(), _early(error))
            raise
        else:
            state = dict(zip(realms, values[1:]))
            for (token, answer), value in zip(batch.items(), values[1 + len(realms) :]):
                jti, realm = token
                known = None if realm is None else state[realm]
                _answer([answer], self._judge.read(jti, value, values[0], known))


def _early(error: BaseException) -> RedisConnectionError:
    return RedisConnectionError(f"The question to Redis ended early ({type(error).__name__}).")


def _answer(futures: Iterable[asyncio.Future[Reading | Exception]], result: Reading | Exception) -> None:
    for future in futures:
        if not future.done():
            future.set_result(result)


class _Watch:
    """Reads the watermark of each primary once a second, in a task that starts with the first check."""

    def __init__(self, judge: Judge, client: Any) -> None:
        self._judge = judge
        self._client = client
        self._watched = Watched(judge.unconfirmed)
        self._task: AsyncShared[asyncio.Task[None]] = AsyncShared()

    async def seen(self, realm: str | None) -> Watermarks:
        """As that of the checker for threads."""
        if realm is not None:
            self._watched.wants(realm)
        if self._task.value is None:
            await self._task.make(self._launch)
        seen = self._watched.seen
        return seen if realm is None or seen.reads(realm) else await self._with_state(seen, realm)

    async def _with_state(self, seen: Watermarks, realm: str) -> Watermarks:
        marks = {}
        for key, mark in seen.marks.items():
            state = await self._client.execute_command("GET", self._judge.keys.state(key, realm))
            marks[key] = mark._replace(states={**mark.states, realm: RealmState.parse(state)})
        return Watermarks(marks)

    async def _launch(self) -> asyncio.Task[None]:
        marks: dict[str, Mark] = {}
        failure = await self._read(marks)
        if failure is not None:
            raise failure
        self._watched.first(marks)
        return asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(WATCH_INTERVAL)
            self._watched.begin()
            marks: dict[str, Mark] = {}
            failure = await self._read(marks)
            if failure is not None:
                # The checks find out for themselves; what was seen grows old.
                _LOG.debug("A watermark cannot be read: %s", failure)
            self._watched.end(marks, failure is None)

    async def _read(self, marks: dict[str, Mark]) -> Exception | None:
        """Reads them all. What a primary that does not answer said last stands: it must not hide a loss of another."""
        unread: Exception | None = None
        seen = self._watched.seen.marks
        realms = self._watched.realms
        try:
            await self._client.initialize()
            slots = lowest_slots(owners(self._client))
        except FAILURES as failure:
            marks.update(seen)
            return failure
        for slot in slots:
            keys = self._judge.keys.marks(slot)
            states = [self._judge.keys.state(keys[0], realm) for realm in realms]
            try:
                marks[keys[0]] = Mark.of(realms, await self._client.execute_command("MGET", *keys, *states))
            except FAILURES as failure:
                unread = failure
                if keys[0] in seen:
                    marks[keys[0]] = seen[keys[0]]
        return unread

    def close(self) -> None:
        """Ends the task."""
        if self._task.value is not None:
            self._task.value.cancel()
