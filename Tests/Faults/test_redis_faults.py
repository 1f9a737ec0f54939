"""Redis breaks in every way that it can while people write: what travels through it is a hint, so nothing is lost."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import Cluster
from support.fault_proxy import HOST
from support.fault_run import SCALE, FaultRun
from support.redis_proxy import Losses, RedisProxy, command, say
from support.server import foyer_binary
from support.waiting import wait_until

_PATIENCE_SECONDS = 30.0
# Two sockets' buffers on the way through a proxy take some 10 MB before any waits at Redis.
_MORE_THAN_KERNELS_HOLD = 16_000_000


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes, each of which reaches Redis through the proxy."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), binary=foyer_binary(), has_balancer=False)
    with RedisProxy(cluster.redis.port, cluster.redis.password) as proxy:
        cluster.proxy = proxy
        try:
            cluster.postgres.start()
            for node in cluster.nodes:
                cluster.lead(node, redis=cluster.redis.url_at(proxy.port))
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[RedisProxy]:
    proxy: RedisProxy = cluster.proxy
    yield proxy
    proxy.losses = Losses()
    proxy.speak()


pytestmark = [pytest.mark.covers("B1", "B7"), pytest.mark.timeout(600)]


def assert_felt(run: FaultRun) -> None:
    """What nobody has told of is found by looking, which a node does every second: some of it took its time."""
    assert run.finding.slowest_seconds > 0.3


def test_redis_is_stopped_and_started_again(cluster: Cluster, tmp_path: Path) -> None:
    redis = cluster.redis
    with FaultRun("Redis stopped", cluster, tmp_path) as run, run.fault(redis.stop, redis.start):
        run.let_come_due(SCALE.seconds)
    assert_felt(run)


def test_redis_is_killed_and_restarted_at_once(cluster: Cluster, tmp_path: Path) -> None:
    with FaultRun("Redis restarted", cluster, tmp_path) as run:
        run.fault_begins()
        cluster.redis.kill()
        cluster.redis.start()
        run.fault_ends()


def test_redis_is_flushed(cluster: Cluster, tmp_path: Path) -> None:
    with FaultRun("Redis flushed", cluster, tmp_path) as run:
        run.fault_begins()
        assert cluster.redis.ask("FLUSHALL") == "OK"
        run.fault_ends()
        run.let_come_due(SCALE.seconds)


def test_redis_is_paused(cluster: Cluster, tmp_path: Path) -> None:
    redis = cluster.redis
    with FaultRun("Redis paused", cluster, tmp_path) as run, run.fault(redis.pause, redis.resume):
        run.let_come_due(SCALE.seconds)
        # Nobody waits for an answer of Redis: what is written meanwhile is acknowledged.
        run.wait(lambda recovery: recovery.acknowledged >= recovery.intended - 10, "answers without Redis", 20)
    assert_felt(run)


def test_subscribers_pass_the_limit_of_their_output_buffer(cluster: Cluster, tmp_path: Path) -> None:
    """The nodes are paused for a moment in which Redis has much to say to them, and it ends their connections."""
    redis = cluster.redis
    usual = redis.ask("CONFIG", "GET", "client-output-buffer-limit").splitlines()[1]
    with (
        FaultRun("Redis: output buffer limit", cluster, tmp_path) as run,
        socket.create_connection((HOST, redis.port), timeout=_PATIENCE_SECONDS) as publisher,
    ):
        say(publisher, command(b"AUTH", redis.password.encode()))
        run.fault_begins()
        # Nobody reads from the proxy, and the kernel's buffers are soon full.
        cluster.proxy.hold_answers()
        try:
            assert redis.ask("CONFIG", "SET", "client-output-buffer-limit", "pubsub 65536 65536 1") == "OK"
            ended = disconnections(cluster)

            def flood() -> bool:
                for channel in channels(cluster):
                    say(publisher, command(b"PUBLISH", channel.encode(), b"x" * _MORE_THAN_KERNELS_HOLD))
                return disconnections(cluster) > ended

            wait_until(flood, _PATIENCE_SECONDS, "Redis ends a subscriber's connection")
        finally:
            cluster.proxy.release_answers()
            redis.ask("CONFIG", "SET", "client-output-buffer-limit", usual)
        run.fault_ends()


def channels(cluster: Cluster) -> list[str]:
    return cluster.redis.ask("PUBSUB", "CHANNELS").split()


def disconnections(cluster: Cluster) -> int:
    """Connections that Redis has ended because their output buffer was full, by its own word."""
    return cluster.redis.log.read_text().count("for overcoming of output buffer limits")


def test_redis_is_silent(cluster: Cluster, proxy: RedisProxy, tmp_path: Path) -> None:
    with FaultRun("Redis silent", cluster, tmp_path) as run, run.fault(proxy.be_silent, proxy.speak):
        run.let_come_due(SCALE.seconds)
    assert_felt(run)


def test_publications_are_lost_repeated_and_late(cluster: Cluster, proxy: RedisProxy, tmp_path: Path) -> None:
    with FaultRun("Redis lossy", cluster, tmp_path) as run:
        run.fault_begins()
        proxy.losses = Losses(lost=0.3, repeated=0.3, delayed=0.3)
        run.let_come_due(2 * SCALE.seconds)
        wait_until(
            lambda: min(proxy.lost, proxy.repeated, proxy.delayed) >= SCALE.seconds,
            _PATIENCE_SECONDS,
            "publications go astray",
        )
        proxy.losses = Losses()
        run.fault_ends()
