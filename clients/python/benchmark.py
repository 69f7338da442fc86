"""Measures what a check costs. Prints a Markdown table. Needs redis-server.

    python3 benchmark.py [rounds]
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "src"), str(HERE / "tests")]

import redis
from servers import RedisServer

from bulwark_revocation import AsyncRevocationChecker, Options, RevocationChecker, Verdict

ISSUER = "https://sso.example.org/realms/app"
CALLS = 500
NEAR_CALLS = 20_000
CONCURRENT = 100


def microseconds(call: Callable[[int], object], calls: int, clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    for i in range(calls):
        call(i)
    return (clock() - began) / calls * 1e6


def spread(values: list[float], digits: int) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def row(what: str, measured: str, promised: str) -> None:
    print(f"| {what} | {measured} | {promised} |", flush=True)


def threads(server: RedisServer, rounds: int) -> None:
    ids = [f"onrtac:0f7e6a4c-8d11-4a53-9a63-{i:012x}" for i in range(CALLS)]
    plain = redis.Redis(port=server.port)
    near = Options(near_cache_size=CALLS, near_cache_max_age=50)
    kinds = {"fail closed": Options(), "bounded staleness": Options(staleness=60)}
    with RevocationChecker.from_url(server.url, near) as cached:
        checkers = {name: RevocationChecker.from_url(server.url, options) for name, options in kinds.items()}
        tokens = [{"jti": jti, "iss": ISSUER, "iat": time.time(), "exp": time.time() + 3600} for jti in ids]
        ratios: dict[str, list[float]] = {name: [] for name in kinds}
        trips, hits, cpus = [], [], []
        for number in range(rounds + 2):
            server.feed()
            trip = microseconds(lambda i: plain.exists("revoked:" + ids[i]), CALLS)
            times = {
                name: microseconds(lambda i: checker.check(tokens[i]), CALLS) for name, checker in checkers.items()
            }
            for token in tokens:
                assert cached.check(token) is Verdict.LIVE
            hit = microseconds(lambda i: cached.check(tokens[i % CALLS]), NEAR_CALLS, time.thread_time)
            cpu = microseconds(lambda i: checkers["fail closed"].check(tokens[i]), CALLS, time.thread_time)
            if number >= 2:
                trips.append(trip)
                hits.append(hit)
                cpus.append(cpu)
                for name, value in times.items():
                    ratios[name].append(value / trip)
        for checker in checkers.values():
            checker.close()
    row("round trip of redis-py (`exists`), µs", spread(trips, 0), "")
    for name, values in ratios.items():
        row(f"check, {name}, in round trips of redis-py", spread(values, 2), "at most 1.3")
    row("CPU time of a check, fail closed, µs", spread(cpus, 1), "")
    row("hit of the near cache, µs of CPU time", spread(hits, 1), "at most 5")


async def loop(server: RedisServer, rounds: int) -> None:
    rates, by_cpu = [], []
    async with AsyncRevocationChecker.from_url(server.url) as checker:

        async def caller(number: int) -> None:
            for i in range(CALLS // 10):
                assert await checker.check({"jti": f"onrtac:{number}-{i}", "iss": ISSUER, "iat": now, "exp": now + 3600}) is Verdict.LIVE

        for _ in range(rounds + 2):
            server.feed()
            now = time.time()
            began, cpu = time.perf_counter(), time.process_time()
            await asyncio.gather(*(caller(number) for number in range(CONCURRENT)))
            rates.append(CONCURRENT * (CALLS // 10) / (time.perf_counter() - began))
            by_cpu.append(CONCURRENT * (CALLS // 10) / (time.process_time() - cpu))
    row(f"asyncio, {CONCURRENT} callers, one core, checks a second", spread(rates[2:], 0), "at least 5,000")
    row(f"asyncio, {CONCURRENT} callers, checks in a second of CPU time", spread(by_cpu[2:], 0), "")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    server = RedisServer()
    try:
        cores = os.sched_getaffinity(0)
        print(f"Python {sys.version.split()[0]}, redis-py {redis.__version__}, {rounds} rounds; median (quartiles)\n")
        print("| what | measured | promised |\n|---|---|---|")
        threads(server, rounds)
        os.sched_setaffinity(0, {min(cores)})
        asyncio.run(loop(server, rounds))
    finally:
        server.close()


if __name__ == "__main__":
    main()
