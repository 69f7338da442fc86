"""One server, as it is, away, halted, emptied and back (C1, R5)."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
import redis.asyncio
from clients import with_id, KINDS, open_checker
from servers import RedisServer, until

from bulwark_revocation import AsyncRevocationChecker, Connection, Options, RevocationChecker, Status, Verdict

QUICK = Options(retry_interval=0.1)
SHORT = Connection(connect_timeout=0.3, command_timeout=0.3)
LONG_AGO = time.time() - 800

both = pytest.mark.parametrize("kind", KINDS)


@both
def test_a_check_is_one_round_trip(kind: str, redis_server: RedisServer) -> None:
    redis_server.revoke("bad")
    with open_checker(kind, redis_server.url, QUICK) as checker:
        assert checker.status is Status.NOT_ASKED
        assert checker.check(with_id("first")) is Verdict.LIVE
        before = redis_server.calls("mget", "get", "exists")
        for i in range(20):
            assert checker.check(with_id(f"token-{i}")) is Verdict.LIVE
        assert checker.check(with_id("bad")) is Verdict.REVOKED
        assert redis_server.calls("mget", "get", "exists") - before == 21
        assert checker.status is Status.KNOWING


@both
def test_a_hostile_id_does_not_reach_redis(kind: str, redis_server: RedisServer) -> None:
    with open_checker(kind, redis_server.url, QUICK) as checker:
        assert checker.check(with_id("first")) is Verdict.LIVE
        before = redis_server.calls("mget", "get", "exists")
        for jti in ("", "a b", "a\r\nDEL revoked:bad\r\n", "a\0", "{x}a", "\u00fc", "a\n", "a" * 256, None, 5):
            assert checker.check(with_id(jti)) is Verdict.MALFORMED
        assert redis_server.calls("mget", "get", "exists") == before


@both
def test_away_fails_closed_quickly_and_comes_back(kind: str, redis_server: RedisServer) -> None:
    with open_checker(kind, redis_server.url, QUICK, SHORT) as checker:
        assert checker.check(with_id("good", time.time())) is Verdict.LIVE
        redis_server.stop()
        assert checker.check(with_id("good", time.time())) is Verdict.UNKNOWN
        assert checker.status is Status.AWAY
        redis_server.start()
        until(lambda: checker.check(with_id("good")) is Verdict.UNKNOWN and checker.status is Status.UNFED)
        redis_server.feed()
        until(lambda: checker.check(with_id("good")) is Verdict.LIVE)


@both
def test_an_app_starts_without_redis(kind: str, redis_server: RedisServer) -> None:
    redis_server.stop()
    with open_checker(kind, redis_server.url, QUICK, SHORT) as checker:
        assert checker.check(with_id("good")) is Verdict.UNKNOWN
        redis_server.start()
        redis_server.feed()
        until(lambda: checker.check(with_id("good")) is Verdict.LIVE)


@both
def test_dead_connections_of_the_pool_fail_no_check(kind: str, redis_server: RedisServer) -> None:
    with open_checker(kind, redis_server.url, QUICK, SHORT) as checker:
        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(checker.check, [with_id("good")] * 64)) == {Verdict.LIVE}
        with redis_server.connect() as client:
            client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        for _ in range(16):
            assert checker.check(with_id("good")) is Verdict.LIVE


@both
def test_a_halted_redis_costs_one_time_out_and_then_nothing(kind: str, redis_server: RedisServer) -> None:
    with open_checker(kind, redis_server.url, Options(retry_interval=60), SHORT) as checker:
        assert checker.check(with_id("good")) is Verdict.LIVE
        redis_server.halt()
        try:
            began = time.monotonic()
            with ThreadPoolExecutor(50) as threads:
                assert set(threads.map(checker.check, [with_id(f"good-{i}") for i in range(50)])) == {Verdict.UNKNOWN}
            assert 0.25 <= time.monotonic() - began < 2
            began = time.monotonic()
            for _ in range(200):
                assert checker.check(with_id("good")) is Verdict.UNKNOWN
            assert time.monotonic() - began < 3, "one time-out each would be a minute"
        finally:
            redis_server.go_on()


@both
def test_a_halted_redis_that_goes_on_gives_no_late_answer(kind: str, redis_server: RedisServer) -> None:
    redis_server.revoke("bad")
    with open_checker(kind, redis_server.url, QUICK, SHORT) as checker:
        assert checker.check(with_id("good")) is Verdict.LIVE
        redis_server.halt()
        assert checker.check(with_id("good")) is Verdict.UNKNOWN
        redis_server.go_on()
        until(lambda: checker.check(with_id("good")) is Verdict.LIVE)
        assert checker.check(with_id("bad")) is Verdict.REVOKED
        assert checker.check(with_id("good")) is Verdict.LIVE


@both
def test_an_emptied_redis_is_not_believed_for_one_check(kind: str, redis_server: RedisServer) -> None:
    redis_server.revoke("bad")
    with open_checker(kind, redis_server.url, QUICK) as checker:
        assert checker.check(with_id("bad")) is Verdict.REVOKED
        redis_server.flush()
        assert checker.check(with_id("bad")) is Verdict.UNKNOWN
        assert checker.status is Status.UNFED
        redis_server.revoke("bad")
        assert checker.check(with_id("bad")) is Verdict.REVOKED
        redis_server.feed()
        assert checker.check(with_id("good")) is Verdict.LIVE


@both
def test_a_check_takes_its_own_answer_among_many(kind: str, redis_server: RedisServer) -> None:
    bad = [f"token-{i}" for i in range(0, 600, 3)]
    for jti in bad:
        redis_server.revoke(jti)
    with open_checker(kind, redis_server.url, QUICK) as checker, ThreadPoolExecutor(32) as threads:
        ids = [f"token-{i}" for i in range(600)]
        verdicts = dict(zip(ids, threads.map(checker.check, map(with_id, ids))))
    assert {jti for jti, verdict in verdicts.items() if verdict is Verdict.REVOKED} == set(bad)
    assert set(verdicts.values()) == {Verdict.REVOKED, Verdict.LIVE}


@both
def test_bounded_staleness_remembers_what_redis_said(kind: str, redis_server: RedisServer) -> None:
    redis_server.revoke("bad")
    with open_checker(kind, redis_server.url, Options(staleness=3, retry_interval=0.1), SHORT) as checker:
        redis_server.feed()
        assert checker.check(with_id("good", LONG_AGO)) is Verdict.LIVE
        assert checker.check(with_id("bad", LONG_AGO)) is Verdict.REVOKED
        redis_server.stop()
        assert checker.check(with_id("good", LONG_AGO)) is Verdict.LIVE_STALE
        assert checker.check(with_id("bad", time.time())) is Verdict.REVOKED
        assert checker.check(with_id("never-seen", LONG_AGO)) is Verdict.UNKNOWN
        assert checker.check(with_id("just-issued", time.time())) is Verdict.LIVE_STALE
        until(lambda: checker.check(with_id("good", LONG_AGO)) is Verdict.UNKNOWN)


@both
def test_the_near_cache_saves_trips_for_no_longer_than_it_may(kind: str, redis_server: RedisServer) -> None:
    with open_checker(kind, redis_server.url, Options(near_cache_size=100, near_cache_max_age=1)) as checker:
        before = redis_server.calls("mget")
        began = time.monotonic()
        checks = 0
        while time.monotonic() - began < 0.5:
            assert checker.check(with_id("token")) is Verdict.LIVE
            checks += 1
        assert checks > 10
        assert redis_server.calls("mget") - before == 1
        redis_server.revoke("token")
        until(lambda: checker.check(with_id("token")) is Verdict.REVOKED, 2)
        assert time.monotonic() - began >= 1


@both
def test_the_near_cache_does_not_hide_that_redis_is_away(kind: str, redis_server: RedisServer) -> None:
    with open_checker(kind, redis_server.url, Options(near_cache_size=100, near_cache_max_age=0.2), SHORT) as checker:
        assert checker.check(with_id("token")) is Verdict.LIVE
        redis_server.stop()
        until(lambda: checker.check(with_id("token")) is Verdict.UNKNOWN, 3)


@both
def test_each_change_of_the_status_is_logged_once(
    kind: str, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bulwark_revocation")
    with open_checker(kind, redis_server.url, QUICK, SHORT) as checker:
        for _ in range(3):
            checker.check(with_id("good"))
        redis_server.flush()
        for _ in range(3):
            checker.check(with_id("good"))
        redis_server.stop()
        for _ in range(3):
            checker.check(with_id("good"))
    levels = [record.levelname for record in caplog.records if record.name == "bulwark_revocation"]
    assert levels == ["INFO", "WARNING", "WARNING"]


@both
def test_each_realm_that_is_unknown_is_logged_once(
    kind: str, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    with open_checker(kind, redis_server.url, QUICK, SHORT) as checker:
        for realm in ("one", "other") * 3:
            claims = with_id("good") | {"iss": f"https://login.example.org/realms/{realm}"}
            assert checker.check(claims) is Verdict.UNKNOWN
    assert [record.args for record in caplog.records if record.levelname == "WARNING"] == [("one",), ("other",)]


def test_the_apps_own_client_can_be_used(redis_server: RedisServer) -> None:
    redis_server.revoke("bad")
    with redis.Redis(port=redis_server.port, decode_responses=True) as own:
        with RevocationChecker(own) as checker:
            assert checker.check(with_id("good")) is Verdict.LIVE
            assert checker.check(with_id("bad")) is Verdict.REVOKED
        assert own.ping(), "left open"


def test_the_apps_own_client_for_asyncio_can_be_used(redis_server: RedisServer) -> None:
    redis_server.revoke("bad")

    async def use() -> None:
        async with redis.asyncio.Redis(port=redis_server.port, decode_responses=True) as own:
            async with AsyncRevocationChecker(own) as checker:
                assert await checker.check(with_id("good")) is Verdict.LIVE
                assert await checker.check(with_id("bad")) is Verdict.REVOKED
            assert await own.ping()

    asyncio.run(use())


def test_an_exhausted_pool_does_not_count_as_an_outage(redis_server: RedisServer) -> None:
    pool = redis.BlockingConnectionPool(port=redis_server.port, max_connections=1, timeout=0.05)
    with RevocationChecker(redis.Redis(connection_pool=pool), Options(retry_interval=60)) as checker:
        assert checker.check(with_id("good")) is Verdict.LIVE
        taken = pool.get_connection()
        assert checker.check(with_id("good")) is Verdict.UNKNOWN
        pool.release(taken)
        assert checker.check(with_id("good")) is Verdict.LIVE


def test_a_request_that_is_cancelled_takes_no_answer_from_others(redis_server: RedisServer) -> None:
    async def use() -> None:
        async with AsyncRevocationChecker.from_url(redis_server.url) as checker:
            cancelled = asyncio.create_task(checker.check(with_id("token")))
            kept = asyncio.create_task(checker.check(with_id("token")))
            await asyncio.sleep(0)
            cancelled.cancel()
            assert await kept is Verdict.LIVE
            with pytest.raises(asyncio.CancelledError):
                await cancelled

    asyncio.run(use())


def test_a_question_that_is_cancelled_before_it_begins_blocks_no_further_one(redis_server: RedisServer) -> None:
    async def use() -> None:
        async with AsyncRevocationChecker.from_url(redis_server.url, QUICK) as checker:
            before = asyncio.all_tasks()
            check = asyncio.create_task(checker.check(with_id("token")))
            await asyncio.sleep(0)
            (question,) = asyncio.all_tasks() - before - {check}
            question.cancel()
            assert await asyncio.wait_for(check, 10) is Verdict.UNKNOWN
            async with asyncio.timeout(10):
                while await checker.check(with_id("token")) is not Verdict.LIVE:
                    await asyncio.sleep(0.01)

    asyncio.run(use())


@pytest.mark.parametrize("options", [Options(), Options(feed_max_age=None)])
def test_an_event_loop_that_stands_still_is_no_outage_of_redis(options: Options, redis_server: RedisServer) -> None:
    async def use() -> None:
        async with AsyncRevocationChecker.from_url(redis_server.url, options, SHORT) as checker:
            assert await checker.check(with_id("first")) is Verdict.LIVE
            redis_server.halt()
            check = asyncio.create_task(checker.check(with_id("token")))
            for _ in range(20):
                # Until the question is sent.
                await asyncio.sleep(0)
            redis_server.go_on()
            time.sleep(0.8)
            assert await check is Verdict.LIVE
            assert checker.status is Status.KNOWING

    asyncio.run(use())


@both
def test_a_probe_notices_what_no_check_asks_about(kind: str, redis_server: RedisServer) -> None:
    with open_checker(kind, redis_server.url, QUICK, SHORT) as checker:
        assert checker.probe() is Status.NOT_ASKED
        assert checker.check(with_id("good")) is Verdict.LIVE
        before = redis_server.calls("mget")
        assert checker.probe() is Status.KNOWING
        assert redis_server.calls("mget") == before
        redis_server.stop()
        assert checker.check(with_id("good")) is Verdict.UNKNOWN
        redis_server.start()
        until(lambda: checker.probe() is Status.UNFED)
        redis_server.feed()
        until(lambda: checker.probe() is Status.KNOWING)
        assert checker.check(with_id("good")) is Verdict.LIVE


@both
def test_a_probe_asks_once_an_interval(kind: str, redis_server: RedisServer) -> None:
    with open_checker(kind, redis_server.url, Options(retry_interval=60), SHORT) as checker:
        redis_server.flush()
        assert checker.check(with_id("good")) is Verdict.UNKNOWN
        before = redis_server.calls("mget")
        for _ in range(20):
            assert checker.probe() is Status.UNFED
        assert redis_server.calls("mget") == before + 1


def test_tokens_that_are_checked_together_share_a_trip(redis_server: RedisServer) -> None:
    redis_server.revoke("token-7")

    async def use() -> None:
        async with AsyncRevocationChecker.from_url(redis_server.url) as checker:
            before = redis_server.calls("mget")
            verdicts = await asyncio.gather(*(checker.check(with_id(f"token-{i}")) for i in range(200)))
            assert redis_server.calls("mget") - before == 1
            assert verdicts.index(Verdict.REVOKED) == 7
            assert verdicts.count(Verdict.LIVE) == 199

    asyncio.run(use())


def test_a_closed_checker_accepts_nothing(redis_server: RedisServer) -> None:
    for kind in KINDS:
        with open_checker(kind, redis_server.url) as checker:
            assert checker.check(with_id("good")) is Verdict.LIVE
        if kind == "threads":
            assert checker.check(with_id("good")) is Verdict.UNKNOWN
