"""The checker for threads."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from redis.cluster import RedisCluster
from redis.connection import BlockingConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError

from ._connect import Connection, opener, require_primaries
from ._decision import Reading, RealmState, Verdict
from ._judge import FAILURES, PROBE, WATCH_INTERVAL, Judge, Status, claims_problem
from ._keys import is_jti, lowest_slots, owners, realm_of
from ._options import Options
from ._shared import Shared
from ._watermarks import Mark, Watched, Watermarks

_LOG = logging.getLogger("bulwark_revocation")

_EXISTS = b"*2\r\n$6\r\nEXISTS\r\n"
_MGET = b"*%d\r\n$4\r\nMGET\r\n"


class RevocationChecker:
    """Tells whether a token is revoked, in one round trip to the Redis that Keycloak feeds.

    Check a token after its signature, issuer, audience and times are verified. Thread-safe; one for an application.
    No check raises because of Redis, or waits longer than the time-outs.
    """

    def __init__(self, client: Any, options: Options | None = None, *, clock: Callable[[], float] = time.time) -> None:
        """Makes a checker over a client of the application's own, which stays the application's to close.

        ``client`` is a ``redis.Redis`` (of a single server or a Sentinel group) or a ``redis.RedisCluster``. Its
        time-outs are the application's: redis-py has none by default. ``clock`` tells seconds since 1970. Raises
        ``ValueError`` for a client that reads from replicas.
        """
        require_primaries(client)
        self._start(lambda: client, isinstance(client, RedisCluster), options or Options(), clock, 1, owned=False)

    @classmethod
    def from_url(
        cls,
        url: str,
        options: Options | None = None,
        connection: Connection | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> RevocationChecker:
        """Makes a checker with a client of its own. Redis is first contacted by the first check.

        ``url`` has the form of Keycloak's option: ``redis://host:6379/0``, ``redis-sentinel://host,host/master-name``,
        ``redis-cluster://host,host``; ``rediss…`` for TLS. Raises ``ValueError`` if it cannot be read.
        """
        connection = connection or Connection()
        clustered, open_client = opener(url, connection)
        checker = cls.__new__(cls)
        wait = connection.connect_timeout + connection.command_timeout
        checker._start(open_client, clustered, options or Options(), clock, wait, owned=True)
        return checker

    def _start(
        self,
        open_client: Callable[[], Any],
        clustered: bool,
        options: Options,
        clock: Callable[[], float],
        wait: float,
        owned: bool,
    ) -> None:
        self._judge = Judge(options, clustered, clock)
        self._open_client = open_client
        self._owned = owned
        self._client: Shared[Any] = Shared(wait)
        self._clustered = clustered
        self._closed = False
        self._revoked = self._judge.keys.revoked
        self._watch = _Watch(self._judge, self._current, wait) if self._judge.watched else None
        self._renewed = 0.0

    def _verdict(self, jti: object, issuer: object, issued_at: float | None) -> Verdict:
        if not is_jti(jti):
            return Verdict.MALFORMED
        judge = self._judge
        near = judge.judge_near(jti, issued_at)
        if near is not None:
            return near
        asked_at = time.monotonic()
        realm = realm_of(issuer)
        return judge.judge(jti, realm, self._read(jti, realm), issued_at, asked_at)

    def check(self, claims: Mapping[str, Any]) -> Verdict:
        """What is known about a token with these verified claims: all of them, as ``iss`` tells its realm.

        ``exp`` is checked without leeway. Without ``iat``, a token from before Keycloak recorded its tokens is not
        noticed.
        """
        problem = claims_problem(claims, self._judge.now())
        if problem is not None:
            return problem
        verdict = self._verdict(claims.get("jti"), claims.get("iss"), claims.get("iat"))
        # Once more: Redis may have forgotten the token just before it was asked.
        return (claims_problem(claims, self._judge.now()) or verdict) if verdict.accepted else verdict

    @property
    def status(self) -> Status:
        """What the last contact with Redis said. It asks nobody, so it is as old as the last check or probe."""
        return self._judge.status

    def probe(self) -> Status:
        """The status, for a health check.

        It asks Redis while the status is ``UNFED`` or ``AWAY``, at most once in ``Options.retry_interval``. So an
        application that gets no requests any more notices that Redis is back. It waits no longer than a check.
        """
        if self._judge.must_probe():
            self._judge.probed(self._read(PROBE, None))
        return self._judge.status

    def _read(self, jti: str, realm: str | None) -> Reading | None:
        judge = self._judge
        if not judge.circuit.allows():
            return None
        try:
            if self._closed:
                raise RedisConnectionError("The checker is closed.")
            reading = self._ask(self._current(), jti, realm)
        except FAILURES as failure:
            if judge.failed(failure):
                self._drop_connections()
            return None
        judge.circuit.succeeded()
        return reading

    def _current(self) -> Any:
        return self._client.value or self._client.make(self._open_client)

    def _drop_connections(self) -> None:
        """Idle connections of before an outage are dead: one must not fail the next caller."""
        client = self._client.value
        if client is None:
            return
        if not self._clustered:
            # A blocking pool of the application's own cannot tell idle connections from those in use.
            if not isinstance(client.connection_pool, BlockingConnectionPool):
                client.connection_pool.disconnect(inuse_connections=False)
        elif self._owned:
            # redis-py forgets nodes that are away, and does not find them again: begin with those of the URL.
            self._client.value = None
            client.close()

    def _ask(self, client: Any, jti: str, realm: str | None) -> Reading:
        judge = self._judge
        if self._watch is not None:
            losses = judge.unconfirmed.losses()
            # The watermark first: it speaks of the time before the token is looked up.
            seen = self._watch.seen(realm)
            reading = judge.read_watched(jti, realm, seen, client.execute_command("EXISTS", self._revoked + jti))
            judge.note_unconfirmed(jti, reading, losses)
            return reading
        key = (self._revoked + jti).encode()
        if judge.blind:
            exists = (
                client.execute_command("EXISTS", key)
                if self._clustered
                else _round_trip(client, b"%b$%d\r\n%b\r\n" % (_EXISTS, len(key), key))
            )
            return Reading(bool(exists), None, None, None)
        keys = [key, judge.keys.complete.encode()]
        if realm is not None:
            keys.append(judge.keys.state(judge.keys.complete, realm).encode())
        arguments = b"".join([b"$%d\r\n%b\r\n" % (len(one), one) for one in keys])
        token, heartbeat, *state = _round_trip(client, _MGET % (len(keys) + 1) + arguments)
        reading = judge.read(jti, token, heartbeat, *(state or (None,)))
        if reading.heartbeat is None:
            self._renew()
        return reading

    def _renew(self) -> None:
        """Without a watermark this may be a primary that its Sentinels have replaced: connect anew, now and then."""
        now = time.monotonic()
        if self._owned and now - self._renewed > WATCH_INTERVAL:
            self._renewed = now
            self._drop_connections()

    def close(self) -> None:
        """Ends the checker, and its client if the checker opened it."""
        self._closed = True
        if self._watch is not None:
            self._watch.close()
        client = self._client.value
        if client is not None and self._owned:
            client.close()

    def __enter__(self) -> RevocationChecker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _round_trip(client: Any, command: bytes) -> Any:
    """Sends a packed command and returns the answer: without redis-py's own preparations, which cost a third more.

    A dead connection of the pool is opened anew, once. A connection that failed is closed: a late answer must not be
    taken for the answer to the next question.
    """
    pool = client.connection_pool
    connection = pool.get_connection()
    try:
        try:
            connection.send_packed_command([command])
            return connection.read_response()
        except RedisConnectionError:
            connection.disconnect()
            connection.send_packed_command([command])
            return connection.read_response()
    except BaseException:
        connection.disconnect()
        raise
    finally:
        pool.release(connection)


class _Watch:
    """Reads the watermark of each primary once a second, on a thread that starts with the first check. Thread-safe."""

    def __init__(self, judge: Judge, client: Callable[[], Any], wait: float) -> None:
        self._judge = judge
        self._watched = Watched(judge.unconfirmed)
        self._client = client
        self._wait = wait
        self._thread: Shared[threading.Thread] = Shared(wait)
        self._process = os.getpid()
        self._end = threading.Event()

    def seen(self, realm: str | None) -> Watermarks:
        """What was last seen; it grows old by itself when Redis is away. The first call reads it.

        The first calls for a realm read its state.
        """
        if realm is not None:
            self._watched.wants(realm)
        if self._process != os.getpid():
            # A fork does not copy the thread.
            self._process = os.getpid()
            self._thread = Shared(self._wait)
        if self._thread.value is None:
            self._thread.make(self._launch)
        seen = self._watched.seen
        return seen if realm is None or seen.reads(realm) else self._with_state(seen, realm)

    def _with_state(self, seen: Watermarks, realm: str) -> Watermarks:
        client = self._client()
        marks = {}
        for key, mark in seen.marks.items():
            state = client.execute_command("GET", self._judge.keys.state(key, realm))
            marks[key] = mark._replace(states={**mark.states, realm: RealmState.parse(state)})
        return Watermarks(marks)

    def _launch(self) -> threading.Thread:
        marks: dict[str, Mark] = {}
        failure = self._read(marks)
        if failure is not None:
            raise failure
        self._watched.first(marks)
        thread = threading.Thread(target=self._run, name="bulwark-revocation-watch", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        while not self._end.wait(WATCH_INTERVAL):
            self._watched.begin()
            marks: dict[str, Mark] = {}
            failure = self._read(marks)
            if failure is not None:
                # The checks find out for themselves; what was seen grows old.
                _LOG.debug("A watermark cannot be read: %s", failure)
            self._watched.end(marks, failure is None)

    def _read(self, marks: dict[str, Mark]) -> Exception | None:
        """Reads them all. What a primary that does not answer said last stands: it must not hide a loss of another."""
        unread: Exception | None = None
        seen = self._watched.seen.marks
        realms = self._watched.realms
        try:
            client = self._client()
            slots = lowest_slots(owners(client))
        except FAILURES as failure:
            marks.update(seen)
            return failure
        for slot in slots:
            keys = self._judge.keys.marks(slot)
            states = [self._judge.keys.state(keys[0], realm) for realm in realms]
            try:
                marks[keys[0]] = Mark.of(realms, client.execute_command("MGET", *keys, *states))
            except FAILURES as failure:
                unread = failure
                if keys[0] in seen:
                    marks[keys[0]] = seen[keys[0]]
        return unread

    def close(self) -> None:
        """Ends the thread."""
        self._end.set()
