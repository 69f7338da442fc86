"""Sentinel, Cluster, TLS, ACL (C1, R4)."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from clients import with_id, KINDS, open_checker
from redis.cluster import LoadBalancingStrategy
from servers import FIRST_SLOTS, Cluster, RedisServer, until

from bulwark_revocation import AsyncRevocationChecker, Connection, Options, RevocationChecker, Status, Verdict
from bulwark_revocation._keys import Keys

QUICK = Options(retry_interval=0.1)
SHORT = Connection(connect_timeout=0.3, command_timeout=0.3)
both = pytest.mark.parametrize("kind", KINDS)


class TestSentinel:
    @pytest.fixture
    def group(self) -> Iterator[tuple[RedisServer, RedisServer, RedisServer]]:
        primary = RedisServer()
        replica = RedisServer("--replicaof", "127.0.0.1", str(primary.port), "--repl-diskless-sync-delay", "0")
        with replica.connect() as client:
            until(lambda: client.info("replication")["master_link_status"] == "up")
        sentinel = RedisServer(
            sentinel=f"sentinel monitor main 127.0.0.1 {primary.port} 1\n"
            "sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n"
        )
        with sentinel.connect() as client:
            until(lambda: client.sentinel_master("main")["num-slaves"] == 1, 30)
        yield primary, replica, sentinel
        for server in (sentinel, replica, primary):
            server.close()

    def test_failover(self, group: tuple[RedisServer, RedisServer, RedisServer]) -> None:
        """The old primary goes on when it has been replaced, and nobody feeds it."""
        primary, replica, sentinel = group
        primary.feed()
        primary.revoke("before")
        with primary.connect() as client:
            assert client.wait(1, 5000) == 1
        url = f"redis-sentinel://127.0.0.1:{sentinel.port}/main"
        with open_checker("threads", url, QUICK, SHORT) as threads, open_checker("asyncio", url, QUICK, SHORT) as loop:
            for checker in (threads, loop):
                assert checker.check(with_id("before")) is Verdict.REVOKED
                assert checker.check(with_id("good")) is Verdict.LIVE
            primary.halt()
            for checker in (threads, loop):
                assert checker.check(with_id("good")) is Verdict.UNKNOWN
            with replica.connect() as client:
                until(lambda: client.info("replication")["role"] == "master", 30)
            # The replica has the revocation and the watermark of before.
            for checker in (threads, loop):
                until(lambda: checker.check(with_id("good")) is Verdict.LIVE, 30)
                assert checker.check(with_id("before")) is Verdict.REVOKED
            replica.feed()
            replica.revoke("after")
            primary.go_on()
            for checker in (threads, loop):
                until(lambda: checker.check(with_id("after")) is Verdict.REVOKED, 30)
                until(lambda: checker.check(with_id("good")) is Verdict.LIVE, 30)


class TestCluster:
    KEYS = Keys("")

    def feed(self, cluster: Cluster, *nodes: int) -> None:
        for number in nodes:
            cluster.nodes[number].feed(key=self.KEYS.marks(FIRST_SLOTS[number])[0])

    @pytest.fixture
    def fed(self, cluster: Cluster) -> Cluster:
        for node in cluster.nodes:
            node.flush()
        self.feed(cluster, 0, 1, 2)
        return cluster

    @both
    def test_tokens_of_every_shard_in_one_trip(self, kind: str, fed: Cluster) -> None:
        with open_checker(kind, fed.url, QUICK) as checker:
            for i in range(30):
                fed.of(f"revoked:bad-{i}").revoke(f"bad-{i}")
            assert checker.check(with_id("first")) is Verdict.LIVE
            before = sum(node.calls("exists") for node in fed.nodes)
            for i in range(30):
                assert checker.check(with_id(f"bad-{i}")) is Verdict.REVOKED
                assert checker.check(with_id(f"good-{i}")) is Verdict.LIVE
            assert sum(node.calls("exists") for node in fed.nodes) - before == 60
            assert all(node.calls("exists") for node in fed.nodes)

    @both
    def test_a_primary_that_was_emptied_is_noticed(self, kind: str, fed: Cluster) -> None:
        with open_checker(kind, fed.url, QUICK) as checker:
            assert checker.check(with_id("good")) is Verdict.LIVE
            fed.nodes[1].flush()
            until(lambda: checker.check(with_id("good")) is Verdict.UNKNOWN, 3)
            assert checker.status is Status.UNFED
            self.feed(fed, 1)
            until(lambda: checker.check(with_id("good")) is Verdict.LIVE, 3)

    @both
    def test_what_an_emptied_primary_said_is_not_remembered(self, kind: str, fed: Cluster) -> None:
        long_ago = time.time() - 800
        owner = fed.of("revoked:bad")
        owner.revoke("bad")
        with open_checker(kind, fed.url, Options(staleness=60, retry_interval=0.1)) as checker:
            assert checker.check(with_id("good", long_ago)) is Verdict.LIVE
            before = owner.calls("mget")
            until(lambda: owner.calls("mget") >= before + 2, 5)
            owner.flush()
            assert checker.check(with_id("bad", long_ago)) in (Verdict.LIVE, Verdict.UNKNOWN), "LIVE until it is noticed"
            until(lambda: checker.check(with_id("good", long_ago)) is Verdict.LIVE_STALE, 5)
            assert checker.check(with_id("bad", long_ago)) is Verdict.UNKNOWN

    def test_a_client_that_reads_from_replicas_is_refused(self, fed: Cluster) -> None:
        """The watermark of one replica says nothing about the tokens that another one has (R5)."""
        strategy = LoadBalancingStrategy.ROUND_ROBIN
        port = fed.nodes[0].port
        client = redis.RedisCluster(host="127.0.0.1", port=port, load_balancing_strategy=strategy)
        with client, pytest.raises(ValueError, match="replicas"):
            RevocationChecker(client)
        for more in ({"load_balancing_strategy": strategy}, {"read_from_replicas": True}):
            with warnings.catch_warnings(action="ignore"), pytest.raises(ValueError, match="replicas"):
                AsyncRevocationChecker(redis.asyncio.RedisCluster(host="127.0.0.1", port=port, **more))

    @pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
    def test_the_watch_survives_a_fork(self, fed: Cluster) -> None:
        """As with a server that loads the application before it forks its workers."""
        with RevocationChecker.from_url(fed.url, QUICK) as checker:
            assert checker.check(with_id("good")) is Verdict.LIVE
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    if checker.check(with_id("good")) is Verdict.LIVE:
                        fed.nodes[1].flush()
                        until(lambda: checker.check(with_id("good")) is Verdict.UNKNOWN, 5)
                        code = 0
                finally:
                    os._exit(code)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_cluster_of_which_one_primary_goes_away_and_comes_back() -> None:
    cluster = Cluster()
    try:
        for number, node in enumerate(cluster.nodes):
            node.feed(key=Keys("").marks(FIRST_SLOTS[number])[0])
        on_last = next(f"good-{i}" for i in range(1000) if cluster.of(f"revoked:good-{i}") is cluster.nodes[2])
        # Known by the node that goes away, and by one that stays.
        url = f"redis-cluster://127.0.0.1:{cluster.nodes[0].port},127.0.0.1:{cluster.nodes[1].port}"
        with open_checker("threads", url, QUICK, SHORT) as threads, open_checker("asyncio", url, QUICK, SHORT) as loop:
            for checker in (threads, loop):
                assert checker.check(with_id(on_last)) is Verdict.LIVE
            cluster.nodes[0].stop()
            # Redis itself refuses when a part of the slots is not served.
            for checker in (threads, loop):
                until(lambda: checker.check(with_id(on_last)) is Verdict.UNKNOWN, 20)
            cluster.nodes[0].start()
            for checker in (threads, loop):
                until(lambda: (checker.check(with_id(on_last)), checker.status) == (Verdict.UNKNOWN, Status.UNFED), 30)
            cluster.nodes[0].feed(key=Keys("").marks(0)[0])
            for checker in (threads, loop):
                until(lambda: checker.check(with_id(on_last)) is Verdict.LIVE, 30)
    finally:
        cluster.close()


class TestTls:
    @pytest.fixture(scope="class")
    def pki(self, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
        folder = tmp_path_factory.mktemp("tls")

        def openssl(*arguments: str) -> None:
            subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

        for authority in ("ca", "other"):
            openssl(
                *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"),
                *("-addext", "keyUsage=critical,keyCertSign", "-subj", f"/CN={authority}"),
                *("-keyout", f"{authority}.key", "-out", f"{authority}.pem"),
            )
        openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=redis"),
            *("-keyout", "redis.key", "-out", "redis.csr"),
        )
        Path(folder, "san").write_text(
            "subjectAltName=DNS:localhost\nauthorityKeyIdentifier=keyid\nkeyUsage=digitalSignature\n"
        )
        openssl(
            *("x509", "-req", "-in", "redis.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-days", "2", "-extfile", "san", "-out", "redis.pem"),
        )
        return {
            "ca": str(folder / "ca.pem"),
            "other": str(folder / "other.pem"),
            "cert": str(folder / "redis.pem"),
            "key": str(folder / "redis.key"),
        }

    @pytest.fixture(scope="class")
    def server(self, pki: dict[str, str]) -> Iterator[RedisServer]:
        server = RedisServer(tls=pki)
        server.feed()
        server.revoke("bad")
        yield server
        server.close()

    @both
    def test_a_certificate_of_the_authority_for_this_host(
        self, kind: str, pki: dict[str, str], server: RedisServer
    ) -> None:
        url = f"rediss://localhost:{server.port}"
        with open_checker(kind, url, QUICK, Connection(ca_file=pki["ca"])) as checker:
            assert checker.check(with_id("good")) is Verdict.LIVE
            assert checker.check(with_id("bad")) is Verdict.REVOKED

    @both
    @pytest.mark.parametrize(("host", "authority"), [("localhost", "other"), ("127.0.0.1", "ca")])
    def test_another_authority_and_another_host_are_refused(
        self, kind: str, host: str, authority: str, pki: dict[str, str], server: RedisServer
    ) -> None:
        url = f"rediss://{host}:{server.port}"
        with open_checker(kind, url, QUICK, Connection(ca_file=pki[authority])) as checker:
            assert checker.check(with_id("good")) is Verdict.UNKNOWN
            assert checker.status is Status.AWAY


def documented_rules() -> list[str]:
    """What an application may do, from the command of libraries/redis-connection/README.md."""
    readme = Path(__file__, "../../../../libraries/redis-connection/README.md").resolve().read_text()
    command = re.search(r"ACL SETUSER relying-app ((?:.*\\\n)*.*)", readme)
    assert command is not None
    return [rule for rule in shlex.split(command[1].replace("\\\n", " ")) if rule != ">password"]


@both
@pytest.mark.parametrize("database", [0, 1])
def test_an_acl_user_needs_no_more_than_the_readme_says(kind: str, database: int, redis_server: RedisServer) -> None:
    with redis_server.connect() as client:
        client.execute_command("ACL", "DELUSER", "app")
        client.execute_command("ACL", "SETUSER", "app", *documented_rules(), ">p:w")
        if database != 0:
            assert client.move("revocation:complete", database)
            assert client.move("revocation:realm:app", database)
    url = f"redis://app:p%3Aw@127.0.0.1:{redis_server.port}/{database}"
    with open_checker(kind, url, QUICK) as checker:
        assert checker.check(with_id("good")) is Verdict.LIVE
    with open_checker(kind, redis_server.url, QUICK, Connection(username="app", password="wrong")) as checker:
        assert checker.check(with_id("good")) is Verdict.UNKNOWN
