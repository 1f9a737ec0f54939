"""PostgreSQL breaks while people write: nothing that was acknowledged is lost, and what nobody knows the fate of is not
written twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import Cluster
from support.fault_run import SCALE, FaultRun
from support.postgres_proxy import CommitCut, PostgresProxy
from support.server import foyer_binary
from support.waiting import wait_until

pytestmark = [pytest.mark.covers("B1"), pytest.mark.timeout(600)]
_PATIENCE_SECONDS = 90.0


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes, each of which reaches its cases through the proxy."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), binary=foyer_binary(), has_balancer=False)
    with PostgresProxy(cluster.postgres.port) as proxy:
        cluster.proxy = proxy
        try:
            cluster.postgres.start()
            for node in cluster.nodes:
                cluster.lead(node, database=cluster.postgres.url(port=proxy.port))
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


def test_postgres_is_restarted(cluster: Cluster, tmp_path: Path) -> None:
    postgres = cluster.postgres
    with FaultRun("PostgreSQL restarted", cluster, tmp_path) as run, run.fault(postgres.stop, postgres.start):
        run.let_come_due(SCALE.seconds)


def test_postgres_is_killed(cluster: Cluster, tmp_path: Path) -> None:
    """As a machine that loses its power: it recovers from its log."""
    with FaultRun("PostgreSQL killed", cluster, tmp_path) as run:
        run.fault_begins()
        cluster.postgres.kill()
        cluster.postgres.start()
        run.fault_ends()


def test_postgres_is_paused(cluster: Cluster, tmp_path: Path) -> None:
    postgres = cluster.postgres
    with FaultRun("PostgreSQL paused", cluster, tmp_path) as run, run.fault(postgres.pause, postgres.resume):
        run.let_come_due(SCALE.seconds)


@pytest.mark.parametrize("where", list(CommitCut), ids=lambda where: where.name.lower())
def test_connections_are_cut_at_a_commit(cluster: Cluster, tmp_path: Path, where: CommitCut) -> None:
    proxy: PostgresProxy = cluster.proxy
    cut_before = proxy.was_cut[where]
    with FaultRun(f"PostgreSQL cut {where.value}", cluster, tmp_path) as run:
        run.fault_begins()
        # One after the other, so that nobody is cut again before anything has gone well.
        for number in range(1, SCALE.commits + 1):
            commits = proxy.commits
            proxy.cut_commits(1, where)
            wait_until(
                lambda number=number, commits=commits: (
                    proxy.was_cut[where] - cut_before == number and proxy.commits > commits + 1
                ),
                _PATIENCE_SECONDS,
                f"connection {number} is cut, and others commit",
            )
        run.fault_ends()
    assert proxy.was_cut[where] - cut_before == SCALE.commits


def test_all_connections_are_cut(cluster: Cluster, tmp_path: Path) -> None:
    with FaultRun("PostgreSQL: all connections cut", cluster, tmp_path) as run:
        run.fault_begins()
        assert cluster.proxy.cut_all() > 0
        run.fault_ends()
