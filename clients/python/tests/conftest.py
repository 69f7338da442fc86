from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from issuer import Issuer
from servers import Cluster, RedisServer


def pytest_sessionstart() -> None:
    if shutil.which("redis-server") is None:
        pytest.exit("redis-server is not installed (Debian package redis-server)", returncode=3)


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis of the test's own, fed by nobody but the test."""
    server = RedisServer()
    server.feed()
    yield server
    server.close()


@pytest.fixture(scope="session")
def shared_server() -> Iterator[RedisServer]:
    """A Redis of all tests that only write to it."""
    server = RedisServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.close()
