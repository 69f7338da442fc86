"""Where Redis is, and clients for it whose every wait is bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import redis
import redis.asyncio
import redis.asyncio.cluster
import redis.asyncio.retry
import redis.asyncio.sentinel
import redis.cluster
import redis.sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

_SCHEMES = {"redis": "standalone", "redis-sentinel": "sentinel", "redis-cluster": "cluster"}


@dataclass(frozen=True, kw_only=True)
class Connection:
    """How Redis is reached. Immutable. Times are seconds, 0.01 to 60."""

    username: str | None = None
    """ACL user; overrides the URL's."""

    password: str | None = field(default=None, repr=False)
    """Password; overrides the URL's."""

    sentinel_username: str | None = None
    """ACL user at the Sentinels."""

    sentinel_password: str | None = field(default=None, repr=False)
    """Password at the Sentinels."""

    connect_timeout: float = 0.5
    """Longest wait for a connection."""

    command_timeout: float = 0.5
    """Longest wait for an answer."""

    ca_file: str | None = None
    """PEM file with the authorities to trust for ``rediss…``; None for those of the system."""

    def __post_init__(self) -> None:
        for name in ("connect_timeout", "command_timeout"):
            value = getattr(self, name)
            if not 0.01 <= value <= 60:
                raise ValueError(f"{name} must be 0.01 to 60, not {value}")


@dataclass(frozen=True)
class RedisUrl:
    """A URL in the form of Keycloak's option ``url`` of ``redis-connection``."""

    topology: str
    """standalone, sentinel or cluster"""
    tls: bool
    hosts: tuple[tuple[str, int], ...]
    group: str
    """Name of the Sentinel group; empty for other topologies."""
    database: int
    username: str | None
    password: str | None = field(repr=False)

    @staticmethod
    def parse(url: str) -> RedisUrl:
        """Reads a URL.

        Raises ``ValueError`` if it is none; the message holds no secret.
        """
        scheme, separator, rest = url.partition("://")
        tls = scheme.startswith("rediss")
        topology = _SCHEMES.get(scheme.replace("rediss", "redis", 1) if tls else scheme)
        if not separator or topology is None:
            raise _invalid(
                "its scheme is none of redis, redis-sentinel, redis-cluster, rediss, rediss-sentinel, rediss-cluster"
            )
        rest, _, query = rest.partition("?")
        rest, _, path = rest.partition("/")
        user_info, at, hosts = rest.rpartition("@")
        username = password = None
        if at:
            name, colon, secret = user_info.partition(":")
            if not colon:
                raise _invalid("its user information has no password")
            username, password = unquote(name) or None, unquote(secret)
        addresses = tuple(_address(host, 26379 if topology == "sentinel" else 6379) for host in hosts.split(","))
        if topology == "standalone" and len(addresses) != 1:
            raise _invalid("it names several hosts; use redis-sentinel or redis-cluster")
        if query and topology != "sentinel":
            raise _invalid("only redis-sentinel takes a parameter; the database of redis is …/number")
        if topology == "sentinel" and not path:
            raise _invalid("it does not name the Sentinel group (…/master-name)")
        if topology == "cluster" and path not in ("", "0"):
            raise _invalid("a cluster has only database 0")
        number = path if topology == "standalone" else query.removeprefix("db=")
        if query and not query.startswith("db="):
            raise _invalid("its only parameter is db")
        if number and not (number.isascii() and number.isdigit() and int(number) < 65536):
            raise _invalid("the database is not a number from 0 to 65535")
        group = path if topology == "sentinel" else ""
        return RedisUrl(topology, tls, addresses, group, int(number or 0), username, password)


def _address(text: str, default_port: int) -> tuple[str, int]:
    try:
        parts = urlsplit("//" + text.strip())
        port = parts.port
    except ValueError:
        raise _invalid("a host is missing or not a host name, or a port is not 1 to 65535") from None
    if not parts.hostname or port == 0 or parts.path or parts.fragment:
        raise _invalid("a host is missing or not a host name, or a port is not 1 to 65535")
    return parts.hostname, port or default_port


def _invalid(problem: str) -> ValueError:
    return ValueError(f"The Redis URL cannot be read: {problem}.")


def require_primaries(client: Any) -> None:
    """Raises ``ValueError`` if a cluster's client reads from replicas.

    The watermark of one replica says nothing about the tokens that another one has.
    """
    if getattr(client, "read_from_replicas", False) or getattr(client, "load_balancing_strategy", None) is not None:
        raise ValueError("The client reads from replicas.")


def opener(url: str, connection: Connection) -> tuple[bool, Callable[[], Any]]:
    """Whether it is a cluster, and what opens a client for threads. A cluster's client connects when it is opened."""
    parsed = RedisUrl.parse(url)
    common = _common(parsed, connection)
    # One more than the first, for a dead connection of the pool; not after a time-out, which it would double.
    once_more = Retry(NoBackoff(), 1, (RedisConnectionError,))
    if parsed.topology == "cluster":
        nodes = [redis.cluster.ClusterNode(host, port) for host, port in parsed.hosts]
        return True, lambda: redis.cluster.RedisCluster(
            startup_nodes=nodes, retry=Retry(NoBackoff(), 1), dynamic_startup_nodes=True, **common
        )
    if parsed.topology == "sentinel":
        return False, lambda: redis.sentinel.Sentinel(
            parsed.hosts, sentinel_kwargs=_for_sentinels(common, connection, once_more)
        ).master_for(parsed.group, db=parsed.database, retry=once_more, **common)
    ((host, port),) = parsed.hosts
    return False, lambda: redis.Redis(host=host, port=port, db=parsed.database, retry=once_more, **common)


def async_opener(url: str, connection: Connection) -> tuple[bool, Callable[[], Any]]:
    """Whether it is a cluster, and what makes a client for asyncio."""
    parsed = RedisUrl.parse(url)
    common = _common(parsed, connection)
    once_more = redis.asyncio.retry.Retry(NoBackoff(), 1, (RedisConnectionError,))
    if parsed.topology == "cluster":
        nodes = [redis.asyncio.cluster.ClusterNode(host, port) for host, port in parsed.hosts]
        return True, lambda: redis.asyncio.cluster.RedisCluster(
            startup_nodes=nodes, retry=redis.asyncio.retry.Retry(NoBackoff(), 1), **common
        )
    if parsed.topology == "sentinel":
        return False, lambda: redis.asyncio.sentinel.Sentinel(
            parsed.hosts, sentinel_kwargs=_for_sentinels(common, connection, once_more)
        ).master_for(parsed.group, db=parsed.database, retry=once_more, **common)
    ((host, port),) = parsed.hosts
    return False, lambda: redis.asyncio.Redis(host=host, port=port, db=parsed.database, retry=once_more, **common)


def _common(url: RedisUrl, connection: Connection) -> dict[str, Any]:
    common: dict[str, Any] = {
        "username": connection.username or url.username,
        "password": connection.password if connection.password is not None else url.password,
        "socket_connect_timeout": connection.connect_timeout,
        "socket_timeout": connection.command_timeout,
        "client_name": "bulwark-revocation",
    }
    if url.tls:
        common |= {"ssl": True, "ssl_ca_certs": connection.ca_file, "ssl_check_hostname": True}
    return common


def _for_sentinels(common: dict[str, Any], connection: Connection, retry: Any) -> dict[str, Any]:
    return common | {
        "username": connection.sentinel_username,
        "password": connection.sentinel_password,
        "retry": retry,
    }
