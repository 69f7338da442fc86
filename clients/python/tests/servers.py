"""Real Redis servers on the loopback interface, for tests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis
from redis.crc import key_slot

FIRST_SLOTS = (0, 5461, 10923, 16384)


def until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """Waits for a condition and returns its value; fails when it does not come true in time."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, "the condition did not come true in time"
        time.sleep(0.01)


def free_port() -> int:
    """A cluster's bus has a port 10,000 higher."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port < 55_000:
            return port


class RedisServer:
    """One process of redis-server. It can be stopped, started again, and halted by a signal."""

    def __init__(self, *arguments: str, tls: dict[str, str] | None = None, sentinel: str | None = None) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="bulwark-redis"))
        self._arguments = list(arguments)
        self._tls = tls
        self._sentinel = sentinel
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Starts it, empty, on its port, and waits until it answers."""
        command = ["redis-server"]
        if self._sentinel is not None:
            file = self.folder / "sentinel.conf"
            file.write_text(f"port {self.port}\nbind 127.0.0.1\ndir {self.folder}\n{self._sentinel}")
            command += [str(file), "--sentinel"]
        else:
            command += ["--bind", "127.0.0.1", "--dir", str(self.folder), "--save", "", "--appendonly", "no"]
            if self._tls:
                command += ["--port", "0", "--tls-port", str(self.port), "--tls-auth-clients", "no"]
                command += ["--tls-cert-file", self._tls["cert"], "--tls-key-file", self._tls["key"]]
                command += ["--tls-ca-cert-file", self._tls["ca"]]
            else:
                command += ["--port", str(self.port)]
            command += self._arguments
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            until(self._answers)
        except BaseException:
            self.stop()
            raise

    def ensure_running(self) -> None:
        """Starts it if a test has stopped it."""
        if self._process is None:
            self.start()

    def _answers(self) -> bool:
        assert self._process is not None and self._process.poll() is None, (self.folder / "log").read_text()
        try:
            with self.connect() as client:
                return bool(client.ping())
        except redis.AuthenticationError:
            return True
        except redis.RedisError:
            return False

    def connect(self, **options: Any) -> redis.Redis:
        """A client of the test itself."""
        if self._tls:
            options |= {"ssl": True, "ssl_ca_certs": self._tls["ca"], "host": "localhost"}
        return redis.Redis(**{"host": "127.0.0.1", "port": self.port, "socket_timeout": 5, **options})

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def revoke(self, jti: str) -> None:
        """As Keycloak does."""
        with self.connect() as client:
            client.set("revoked:" + jti, "1", ex=900)

    def feed(self, age: float = 0, key: str = "revocation:complete") -> None:
        """As Keycloak does: everything revoked in realm app until now, less ``age`` seconds, is there."""
        with self.connect() as client:
            client.set(key, str(int((time.time() - age) * 1000)), ex=3600)
            client.set(key.replace("revocation:complete", "revocation:realm") + ":app", "0 -")

    def flush(self) -> None:
        with self.connect() as client:
            client.flushall()

    def calls(self, *commands: str) -> int:
        """How often commands were called since the process began."""
        with self.connect() as client:
            stats: Any = client.info("commandstats")
        return sum(stats.get("cmdstat_" + command, {}).get("calls", 0) for command in commands)

    def halt(self) -> None:
        """Connections stay open, but nothing is answered."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def stop(self) -> None:
        """Kills it; what it held is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)


class Cluster:
    """Three primaries."""

    def __init__(self) -> None:
        self.nodes = [RedisServer("--cluster-enabled", "yes", "--cluster-node-timeout", "1000") for _ in range(3)]
        try:
            self._form()
        except BaseException:
            self.close()
            raise

    def _form(self) -> None:
        for node, first, end in zip(self.nodes, FIRST_SLOTS, FIRST_SLOTS[1:]):
            with node.connect() as client:
                client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
                client.execute_command("CLUSTER", "MEET", "127.0.0.1", self.nodes[0].port)
        for node in self.nodes:
            with node.connect() as client:
                until(lambda: self._is_formed(client), 60)

    @staticmethod
    def _is_formed(client: redis.Redis) -> bool:
        info: Any = client.execute_command("CLUSTER INFO")
        return bool(info["cluster_state"] == "ok" and info["cluster_known_nodes"] == "3")

    @property
    def url(self) -> str:
        return f"redis-cluster://127.0.0.1:{self.nodes[0].port}"

    def of(self, key: str) -> RedisServer:
        """The primary of a key."""
        slot = key_slot(key.encode())
        return next(node for node, end in zip(self.nodes, FIRST_SLOTS[1:]) if slot < end)

    def close(self) -> None:
        for node in self.nodes:
            node.close()
