"""The cases that all clients decide alike (C4)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from clients import KINDS, Face, open_checker
from servers import Cluster, RedisServer, until

from bulwark_revocation import Options

FILE = Path(__file__).parents[2] / "conformance" / "revocation-cases.json"
SUITE = json.loads(FILE.read_text(encoding="utf-8"))
NOW: int = SUITE["now"]
NAMES = {"feedMaxAge": "feed_max_age", "staleness": "staleness", "prefix": "prefix"}


def options_of(case: dict[str, Any]) -> Options:
    named = {NAMES[name]: value for name, value in case.get("options", {}).items()}
    return Options(retry_interval=0.05, **named)


def text_of(value: str | int | list[str | int]) -> str:
    if isinstance(value, list):
        return " ".join(map(text_of, value))
    return value if isinstance(value, str) else str(NOW + value)


def claims_of(token: dict[str, Any]) -> dict[str, Any]:
    claims = {"iss": SUITE["issuer"], **token}
    return {name: value + NOW // 1000 if name in ("iat", "exp") else value for name, value in claims.items()}


def name_of(case: dict[str, Any]) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", case["name"])


class Clock:
    def __init__(self) -> None:
        self.millis = NOW

    def __call__(self) -> float:
        return self.millis / 1000


def run(checker: Face, clock: Clock, step: dict[str, Any]) -> None:
    clock.millis = NOW + step.get("later", 0)
    claims = claims_of(step["token"])
    if step.get("eventually"):
        until(lambda: checker.check(claims).value == step["verdict"], 5)
    assert checker.check(claims).value == step["verdict"], step


def test_there_are_enough_cases() -> None:
    assert len(SUITE["cases"]) >= 40
    assert len({case["name"] for case in SUITE["cases"]}) == len(SUITE["cases"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", [case for case in SUITE["cases"] if "topology" not in case], ids=name_of)
def test_single_server(kind: str, case: dict[str, Any], shared_server: RedisServer) -> None:
    clock = Clock()
    shared_server.ensure_running()
    with open_checker(kind, shared_server.url, options_of(case), clock=clock) as checker:
        for step in case["steps"]:
            if "redis" in step and step["redis"] is None:
                shared_server.stop()
            elif "redis" in step:
                with shared_server.connect() as client:
                    client.flushall()
                    for key, value in step["redis"].items():
                        client.set(key, text_of(value))
            run(checker, clock, step)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", [case for case in SUITE["cases"] if case.get("topology") == "cluster"], ids=name_of)
def test_cluster(kind: str, case: dict[str, Any], cluster: Cluster) -> None:
    clock = Clock()
    with open_checker(kind, cluster.url, options_of(case), clock=clock) as checker:
        for step in case["steps"]:
            if "redis" in step:
                for node in cluster.nodes:
                    node.flush()
                for key, value in step["redis"].items():
                    with cluster.of(key).connect() as client:
                        client.set(key, text_of(value))
            run(checker, clock, step)
