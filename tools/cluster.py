"""A whole cluster on this machine: Redis, PostgreSQL, nodes of Foyer, and a load balancer before them.

    tools/cluster.py [--directory cluster] [--nodes 3] [--listen 127.0.0.1:8080]

`make cluster` runs it until Ctrl-C; the fault tests import it and stop one part after the other. Everything listens on
127.0.0.1, keeps its files below one directory, and ends with this process. What is found there from last time is used
again.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Self

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
POSTGRES_BINARIES = Path("/usr/lib/postgresql/15/bin")
START_SECONDS = 60.0
STOP_SECONDS = 30.0
# Of a node's data directory: what all nodes have to have in common.
SHARED_FILES = ("keys/master.key", "keys/audit-signing.key", "demo.json")


class Trouble(Exception):
    """Something of the cluster did not start, or ended by itself; the text says what it said last."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def await_true(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            raise Trouble(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.05)


class Stoppable:
    """`with` starts it, and stops it at the end, also where it does not come up whole."""

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Part(Stoppable):
    """One process of the cluster, with its output in a file of its own."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    def start(self, wait: bool = True) -> None:
        with self.log.open("ab") as log:
            # A group of its own: Ctrl-C ends the parts in their order, and not all at once.
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        def has_settled() -> bool:
            return not self.is_running or self.is_ready()

        await_true(has_settled, START_SECONDS, f"{self.name} is ready. {self.last_words()}")
        if not self.is_running:
            raise Trouble(f"{self.name} has ended. {self.last_words()}")

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was not started"
        return self.process.pid

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join([f"It said last ({self.log}):", *lines[-10:]])

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def pause(self) -> None:
        """As a machine that has no time for it: alive, and silent."""
        self.send(signal.SIGSTOP)

    def resume(self) -> None:
        self.send(signal.SIGCONT)

    def kill(self) -> None:
        if self.is_running:
            self.send(signal.SIGKILL)
        if self.process is not None:
            self.process.wait(STOP_SECONDS)

    stop_signal = signal.SIGTERM

    def stop(self) -> None:
        if not self.is_running or self.process is None:
            return
        # One that is paused would not hear it.
        self.resume()
        self.send(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()


class Redis(Part):
    """Keeps nothing: what travels through it is a hint."""

    def __init__(self, folder: Path) -> None:
        super().__init__("redis", folder)
        self.port = free_port()
        self.password = secrets.token_hex(16)

    @property
    def url(self) -> str:
        return self.url_at(self.port)

    def url_at(self, port: int, host: str = HOST) -> str:
        return f"redis://:{self.password}@{host}:{port}"

    def command(self) -> list[str]:
        options = ["--port", str(self.port), "--bind", HOST, "--requirepass", self.password]
        return ["redis-server", *options, "--save", "", "--appendonly", "no", "--dir", str(self.folder)]

    def ask(self, *words: str) -> str:
        command = ["redis-cli", "-h", HOST, "-p", str(self.port), "--no-auth-warning", "-a", self.password, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=10).stdout.strip()

    def is_ready(self) -> bool:
        return self.ask("PING") == "PONG"


class Postgres(Part):
    """A server of its own, with a database for the house and one for its keys."""

    # The server's "fast" shutdown: it does not wait for those who are connected.
    stop_signal = signal.SIGINT
    DATABASES = ("foyer", "foyer_keys")

    def __init__(self, folder: Path) -> None:
        super().__init__("postgres", folder)
        self.port = free_port()
        self.data = folder / "postgres"
        self.password_file = folder / "postgres-password"

    @property
    def password(self) -> str:
        return self.password_file.read_text().strip()

    def url(self, database: str = "foyer", port: int | None = None, host: str = HOST) -> str:
        return f"postgres://foyer:{self.password}@{host}:{port or self.port}/{database}"

    @staticmethod
    def _as_postgres(*command: str) -> list[str]:
        """PostgreSQL refuses to run as root. setpriv becomes the command, where su and runuser would wait for it, and
        stop when it is paused."""
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
        return [*user, *command] if os.geteuid() == 0 else list(command)

    def prepare(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(secrets.token_hex(16))
        password = self.data.parent / "postgres-first-password"
        shutil.copyfile(self.password_file, password)
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres", "postgres")
            shutil.chown(password, "postgres", "postgres")
            password.chmod(0o600)
            for folder in (self.folder, *self.folder.parents):
                # The server's own user has to reach its data.
                if not os.access(folder, os.X_OK) or folder.stat().st_mode & 0o001 == 0:
                    folder.chmod(folder.stat().st_mode | 0o011)
        options = ["-D", str(self.data), "-U", "foyer", "--auth=scram-sha-256", f"--pwfile={password}"]
        encoding = ["--encoding=UTF8", "--locale=C.UTF-8"]
        command = self._as_postgres(str(POSTGRES_BINARIES / "initdb"), *options, *encoding)
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        password.unlink()
        if made.returncode != 0:
            raise Trouble(f"initdb: {made.stderr}")

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return self._as_postgres(str(POSTGRES_BINARIES / "postgres"), "-D", str(self.data), *options)

    def start(self, wait: bool = True) -> None:
        self.prepare()
        super().start(wait)
        if wait:
            self.provide_databases()

    def ask(self, sql: str, database: str = "postgres") -> str:
        command = [str(POSTGRES_BINARIES / "psql"), self.url(database), "-XAtqc", sql]
        asked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        if asked.returncode != 0:
            raise Trouble(f"psql: {asked.stderr.strip()}")
        return asked.stdout.strip()

    def is_ready(self) -> bool:
        try:
            return self.ask("SELECT 1") == "1"
        except (Trouble, FileNotFoundError):
            return False

    def provide_databases(self) -> None:
        there = self.ask("SELECT datname FROM pg_database").splitlines()
        for name in self.DATABASES:
            if name not in there:
                self.ask(f"CREATE DATABASE {name}")

    def _family(self) -> list[int]:
        """The server and its children: pausing the first alone leaves the others at work."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *map(int, children)]

    def pause(self) -> None:
        for pid in self._family():
            os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        for pid in self._family():
            os.kill(pid, signal.SIGCONT)


class Node(Part):
    """One `foyer serve`."""

    def __init__(self, number: int, cluster: Cluster) -> None:
        self.cluster = cluster
        super().__init__(f"node{number}", cluster.folder)
        self.host = HOST
        self.port = free_port()
        self.data = cluster.folder / f"node{number}"
        self.more: list[str] = []
        # What runs the program, such as `ip netns exec`: a node elsewhere.
        self.inside: list[str] = []
        # A certificate and its key: then it speaks TLS alone.
        self.tls: tuple[Path, Path] | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    def command(self) -> list[str]:
        cluster = self.cluster
        database, keys, redis = cluster.urls(self)
        return [
            *[*self.inside, cluster.binary, "serve", "--demo", "--web", str(cluster.web)],
            *["--listen", f"{self.host}:{self.port}"],
            *["--public-url", cluster.public_url, "--trusted-proxy", "127.0.0.0/8"],
            *["--data", str(self.data), "--node", self.name],
            *["--database", database, "--keys", keys, "--redis", redis, *cluster.options, *self.more],
            *(["--tls-cert", str(self.tls[0]), "--tls-key", str(self.tls[1])] if self.tls else []),
        ]

    def start(self, wait: bool = True) -> None:
        first = self.cluster.nodes[0]
        if self is not first:
            for name in SHARED_FILES:
                copy = self.data / name
                copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                shutil.copy(first.data / name, copy)
        super().start(wait)

    def is_ready(self) -> bool:
        trusted = ssl.create_default_context(cafile=self.tls[0]) if self.tls else None
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5, context=trusted) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


class Balancer(Part):
    """HAProxy: asks the nodes whether they are ready, and keeps a browser at the node that it came to first, since each
    node's demo has an outbox of its own."""

    def __init__(self, cluster: Cluster, port: int) -> None:
        self.cluster = cluster
        super().__init__("balancer", cluster.folder)
        self.port = port
        self.configuration = cluster.folder / "haproxy.cfg"

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def command(self) -> list[str]:
        servers = "\n".join(
            f"    server {node.name} {node.host}:{node.port} cookie {node.name} check inter 1s fall 1 rise 1"
            for node in self.cluster.nodes
        )
        self.configuration.write_text(f"""\
defaults
    mode http
    timeout connect 5s
    timeout client 90s
    timeout server 90s
    # A chat's socket is silent for as long as its people are; Foyer's own pings end a dead one.
    timeout tunnel 1h
    option redispatch
    option forwardfor

frontend clinic
    bind {HOST}:{self.port}
    default_backend nodes

backend nodes
    balance leastconn
    option httpchk GET /readyz
    cookie node insert indirect nocache httponly
{servers}
""")
        return ["haproxy", "-db", "-f", str(self.configuration)]

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


class Cluster(Stoppable):
    """`with Cluster(folder) as cluster:` starts everything, in the order in which one part needs the other."""

    def __init__(
        self,
        folder: Path,
        *,
        nodes: int = 3,
        port: int | None = None,
        binary: str | None = None,
        web: Path = ROOT / "web",
        options: tuple[str, ...] = (),
        has_balancer: bool = True,
    ) -> None:
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.binary = binary or os.environ.get("FOYER_BIN", str(ROOT / ".build" / "release" / "foyer"))
        self.web = web
        self.options = options
        self.redis = Redis(self.folder)
        self.postgres = Postgres(self.folder)
        self.nodes = [Node(number, self) for number in range(1, nodes + 1)]
        self.balancer = Balancer(self, port or free_port()) if has_balancer else None
        self._ways: dict[str, tuple[str, str, str]] = {}

    @property
    def public_url(self) -> str:
        return self.balancer.url if self.balancer else self.nodes[0].url

    def lead(
        self, node: Node, *, database: str | None = None, keys: str | None = None, redis: str | None = None
    ) -> None:
        """From its next start, a node reaches its database, its keys or Redis by another way, such as through a proxy.
        Of a database that has been started."""
        old = self.urls(node)
        self._ways[node.name] = (database or old[0], keys or old[1], redis or old[2])

    def urls(self, node: Node) -> tuple[str, str, str]:
        """Of the database, the keys and Redis, as this node reaches them."""
        usual = (self.postgres.url("foyer"), self.postgres.url("foyer_keys"), self.redis.url)
        return self._ways.get(node.name, usual)

    @property
    def parts(self) -> list[Part]:
        return [self.redis, self.postgres, *self.nodes, *([self.balancer] if self.balancer else [])]

    def start(self) -> None:
        # The first node makes the tables, the demo's people and the master key; the others take them over.
        # Whoever leads a node through a proxy has started the database before, and its password exists then.
        for part in self.parts:
            if not part.is_running:
                part.start()

    def stop(self) -> None:
        for part in reversed(self.parts):
            part.stop()


def report(cluster: Cluster, output: IO[str]) -> None:
    lines = [
        f"clinic's page  {cluster.public_url}/",
        f"dashboard      {cluster.public_url}/dashboard",
        *(f"{node.name:14} {node.url}" for node in cluster.nodes),
        f"Redis          {HOST}:{cluster.redis.port}",
        f"PostgreSQL     {HOST}:{cluster.postgres.port}, databases {' and '.join(Postgres.DATABASES)}",
        f"logs           {cluster.folder}",
        "Logins are on the clinic's page; each node has an outbox of its own. Ctrl-C ends all of it.",
    ]
    print("\n".join(lines), file=output, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="A cluster of Foyer on this machine, with demo data.")
    parser.add_argument("--directory", type=Path, default=ROOT / "cluster", help="where everything is kept")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--listen", default="127.0.0.1:8080", help="where the load balancer listens (127.0.0.1 only)")
    parser.add_argument("--web", type=Path, default=ROOT / ".build" / "web")
    arguments = parser.parse_args()
    host, _, port = arguments.listen.rpartition(":")
    if host not in (HOST, "localhost") or not port.isdigit():
        parser.error(f"--listen: '{arguments.listen}' is not {HOST}:PORT; the demo's passwords are public.")
    # As Ctrl-C: whoever ends this process ends the cluster.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Cluster(arguments.directory, nodes=arguments.nodes, port=int(port), web=arguments.web) as cluster:
            report(cluster, sys.stdout)
            while all(part.is_running for part in cluster.parts):
                time.sleep(1)
            ended = next(part for part in cluster.parts if not part.is_running)
            print(f"{ended.name} has ended. {ended.last_words()}", file=sys.stderr)
            return 1
    except KeyboardInterrupt:
        return 0
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
