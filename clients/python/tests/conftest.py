from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from issuer import Issuer
from servers import Cluster, RedisServer


def pytest_sessionstart() -> None:
    if shutil.which("redis-server") is None:
        pytest.exit("redis-server is not installed (Debian package redis-server)", returncode=3)


@pytest.fixture(scope="session")
def shared_server() -> Iterator[RedisServer]:
    """A Redis of all tests, whatever one has left in it."""
    server = RedisServer()
    yield server
    server.close()


@pytest.fixture
def redis_server(shared_server: RedisServer) -> RedisServer:
    """The same, running, empty but for a fresh watermark, fed by nobody but the test."""
    shared_server.ensure_running()
    shared_server.flush()
    shared_server.feed()
    return shared_server


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
