"""The proxies that the fault tests stand on, before real servers: what they lose is lost, and only that."""

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import HOST, POSTGRES_BINARIES, Postgres, Redis, Trouble
from support.fault_proxy import FaultProxy
from support.postgres_proxy import CommitCut, Kind, PostgresProxy, kind_of
from support.redis_proxy import Losses, RedisProxy, command, take_command
from support.server import Program
from support.waiting import wait_until

_PATIENCE_SECONDS = 20.0
_WRITING = "BEGIN;\nINSERT INTO said DEFAULT VALUES;\nCOMMIT;\n"


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with Postgres(tmp_path_factory.mktemp("postgres")) as part:
        part.ask("CREATE TABLE said (number bigserial)", "foyer")
        yield part


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with Redis(tmp_path_factory.mktemp("redis")) as part:
        yield part


def rows(postgres: Postgres) -> int:
    return int(postgres.ask("SELECT count(*) FROM said", "foyer"))


def write(postgres: Postgres, proxy: FaultProxy, protocol: str, script: Path) -> subprocess.CompletedProcess[str]:
    """One transaction through the proxy, in one of PostgreSQL's ways of asking."""
    script.write_text(_WRITING)
    command = [str(POSTGRES_BINARIES / "pgbench"), "-n", "-M", protocol, "-t", "1", "-f", str(script)]
    url = postgres.url("foyer", proxy.port)
    return subprocess.run([*command, url], capture_output=True, text=True, check=False, timeout=_PATIENCE_SECONDS)


@pytest.mark.parametrize("protocol", ["simple", "extended", "prepared"])
@pytest.mark.parametrize("where", list(CommitCut), ids=lambda where: where.name.lower())
def test_a_commit_is_cut_off_from_its_answer_or_from_the_server(
    postgres: Postgres, tmp_path: Path, protocol: str, where: CommitCut
) -> None:
    with PostgresProxy(postgres.port) as proxy:
        before = rows(postgres)
        undisturbed = write(postgres, proxy, protocol, tmp_path / "script.sql")
        assert undisturbed.returncode == 0, undisturbed.stderr
        assert rows(postgres) == before + 1
        assert proxy.commits == 1

        proxy.cut_commits(1, where)
        assert write(postgres, proxy, protocol, tmp_path / "script.sql").returncode != 0
        assert (proxy.was_cut[where], proxy.left_to_cut()) == (1, 0)
        assert rows(postgres) == before + (2 if where is CommitCut.BEFORE_THE_ANSWER else 1)

        assert write(postgres, proxy, protocol, tmp_path / "script.sql").returncode == 0


@pytest.mark.parametrize("where", list(CommitCut), ids=lambda where: where.name.lower())
def test_who_has_only_read_keeps_the_answer(postgres: Postgres, where: CommitCut) -> None:
    with PostgresProxy(postgres.port) as proxy:
        proxy.cut_commits(1, where)
        read = [str(POSTGRES_BINARIES / "psql"), postgres.url("foyer", proxy.port), "-XAtq"]
        script = "BEGIN;\nSELECT 7 FROM said FOR UPDATE LIMIT 0;\nCOMMIT;\n"
        assert subprocess.run(read, input=script, text=True, timeout=_PATIENCE_SECONDS).returncode == 0
        assert proxy.left_to_cut() == 1


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        (b"COMMIT", Kind.COMMITS),
        (b" commit ; ", Kind.COMMITS),
        (b"END", Kind.COMMITS),
        (b"SELECT 'COMMIT'", Kind.READS),
        (b"", Kind.READS),
        (b"SELECT 1 FROM cases WHERE id = $1 FOR NO KEY UPDATE", Kind.READS),
        (b"SELECT 1 FROM due FOR UPDATE SKIP LOCKED", Kind.READS),
        (b"update cases SET version = 2", Kind.WRITES),
        (b"WITH won AS (UPDATE cases SET version = 2 RETURNING id) SELECT id FROM won", Kind.WRITES),
        (b"INSERT INTO events SELECT 1", Kind.WRITES),
        (b"DELETE FROM due", Kind.WRITES),
    ],
)
def test_a_statement_is_known_by_its_words(sql: bytes, kind: Kind) -> None:
    assert kind_of(sql) == kind


def test_connections_are_cut_refused_and_welcome_again(postgres: Postgres) -> None:
    with PostgresProxy(postgres.port) as proxy:
        query = [str(POSTGRES_BINARIES / "psql"), postgres.url("foyer", proxy.port), "-Xc", "SELECT pg_sleep(60)"]
        with Program(query) as sleeper:
            wait_until(lambda: proxy.links == 1, _PATIENCE_SECONDS, "a query runs")
            assert proxy.cut_all() == 1
            assert sleeper.wait(_PATIENCE_SECONDS) != 0
        wait_until(lambda: proxy.links == 0, _PATIENCE_SECONDS, "the connection is forgotten")
        knock = [str(POSTGRES_BINARIES / "pg_isready"), "-qh", HOST, "-p", str(proxy.port)]
        proxy.refuse()
        assert subprocess.run(knock).returncode != 0
        proxy.accept()
        assert subprocess.run(knock).returncode == 0


def test_what_goes_through_a_silent_proxy_never_arrives(redis: Redis) -> None:
    def ask(connection: socket.socket, *words: bytes) -> bytes:
        connection.sendall(command(*words))
        return connection.recv(256)

    with RedisProxy(redis.port, redis.password) as proxy:
        connections = [socket.create_connection((HOST, proxy.port), timeout=_PATIENCE_SECONDS) for _ in range(2)]
        for connection in connections:
            assert ask(connection, b"AUTH", redis.password.encode()) == b"+OK\r\n"
        proxy.be_silent()
        connections[0].sendall(command(b"SET", b"heard", b"yes"))
        wait_until(proxy.ruined, _PATIENCE_SECONDS, "bytes are dropped")
        proxy.speak()
        assert connections[0].recv(256) == b"", "a connection that has lost something ends"
        assert ask(connections[1], b"GET", b"heard") == b"$-1\r\n", "the other one goes on"
        for connection in connections:
            connection.close()


def test_a_slow_proxy_delays_each_piece(redis: Redis) -> None:
    with RedisProxy(redis.port, redis.password) as proxy:
        proxy.delay_seconds = 0.3
        ping = ["redis-cli", "-h", HOST, "-p", str(proxy.port), "--no-auth-warning", "-a", redis.password, "PING"]
        began = time.monotonic()
        assert subprocess.run(ping, capture_output=True, text=True).stdout.strip() == "PONG"
        # The password and its answer, the question and its answer.
        assert time.monotonic() - began >= 4 * 0.3


@pytest.mark.parametrize(
    ("losses", "heard", "figures"),
    [
        (Losses(), ["1", "2", "3"], (3, 0, 0, 0)),
        (Losses(lost=1.0), [], (3, 3, 0, 0)),
        (Losses(repeated=1.0), ["1", "1", "2", "2", "3", "3"], (3, 0, 3, 0)),
        (Losses(delayed=1.0), ["1", "2", "3"], (3, 0, 0, 3)),
    ],
    ids=["as they are", "lost", "repeated", "delayed"],
)
def test_publications_are_lost_repeated_and_delayed(
    redis: Redis, losses: Losses, heard: list[str], figures: tuple[int, ...]
) -> None:
    client = ["redis-cli", "-h", HOST, "--no-auth-warning", "-a", redis.password]
    with (
        RedisProxy(redis.port, redis.password) as proxy,
        Program([*client, "-p", str(redis.port), "SUBSCRIBE", "channel"]) as listener,
    ):
        wait_until(lambda: "1" in listener.output, _PATIENCE_SECONDS, "the listener listens")
        listener.output.clear()
        proxy.losses = losses
        for number in ("1", "2", "3"):
            # The sender always gets its answer: a number.
            told = [*client, "-p", str(proxy.port), "PUBLISH", "channel", number]
            assert subprocess.run(told, capture_output=True, text=True).stdout.strip().isdigit()
        # Behind everything that is late.
        wait_until(lambda: not proxy._late, _PATIENCE_SECONDS, "nothing is late any more")
        redis.ask("PUBLISH", "channel", "end")
        wait_until(lambda: "end" in listener.output, _PATIENCE_SECONDS, "the end is heard")
        words = [line for line in listener.output if line in ("1", "2", "3")]
        assert sorted(words) == heard
        assert (proxy.published, proxy.lost, proxy.repeated, proxy.delayed) == figures


@pytest.mark.parametrize("length", range(len(b"*2\r\n$4\r\nPING\r\n$2\r\n\r\n\r\n")))
def test_half_a_command_is_waited_for(length: int) -> None:
    whole = b"*2\r\n$4\r\nPING\r\n$2\r\n\r\n\r\n"
    assert take_command(whole[:length]) is None
    assert take_command(whole + b"*1") == ([b"PING", b"\r\n"], len(whole))


def test_a_paused_server_answers_nobody_and_then_everybody(postgres: Postgres) -> None:
    command = [str(POSTGRES_BINARIES / "psql"), postgres.url("foyer"), "-XAtqc", "SELECT 7"]
    postgres.pause()
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            subprocess.run(command, capture_output=True, timeout=1)
    finally:
        postgres.resume()
    assert postgres.ask("SELECT 7") == "7"


def test_a_server_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    missing = Postgres(tmp_path)
    missing.password_file.write_text("none")
    with pytest.raises(Trouble):
        missing.ask("SELECT 1")
