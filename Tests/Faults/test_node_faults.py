"""Nodes die, stop and are cut off while people write: the others take over, and what comes back does nothing twice."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cluster import Cluster
from support.claim_race import race
from support.deadline_run import meet
from support.fault_proxy import FaultProxy
from support.fault_run import SCALE, FaultRun
from support.namespace import Namespace
from support.server import foyer_binary

pytestmark = [pytest.mark.covers("B1"), pytest.mark.timeout(900)]
# How many, and within how many seconds they are due.
_DEADLINES = {"short": (300, 10.0), "long": (5000, 60.0)}
_RACES = {"short": 300, "long": 10_000}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two nodes here, and the third at the end of a cable, from where it reaches the rest through a door at our end."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), binary=foyer_binary(), has_balancer=False)
    with ExitStack() as stack:
        elsewhere = stack.enter_context(Namespace())
        redis = stack.enter_context(FaultProxy(cluster.redis.port, host=elsewhere.here))
        postgres = stack.enter_context(FaultProxy(cluster.postgres.port, host=elsewhere.here))
        stack.callback(cluster.stop)
        cluster.postgres.start()
        cluster.namespace = elsewhere
        node = cluster.nodes[2]
        node.host, node.inside = elsewhere.there, elsewhere.inside
        cluster.lead(
            node,
            database=cluster.postgres.url("foyer", postgres.port, elsewhere.here),
            keys=cluster.postgres.url("foyer_keys", postgres.port, elsewhere.here),
            redis=cluster.redis.url_at(redis.port, elsewhere.here),
        )
        cluster.start()
        yield cluster


@pytest.mark.covers("B3")
def test_two_nodes_race_for_a_claim_and_one_of_them_wins_each_time(cluster: Cluster) -> None:
    result = race(cluster.nodes[0].url, cluster.nodes[1].url, cluster.nodes[0].data / "demo.json", _RACES[SCALE.name])
    print(result.text)
    assert result.races == _RACES[SCALE.name]
    assert result.one_winner == result.loser_knows_whom == result.races, result.oddities[:5]
    # A race that one side always wins is none.
    assert min(result.wins) > result.races // 20, result.wins


@pytest.mark.covers("B2")
def test_no_deadline_is_early_missed_or_met_twice_though_nodes_are_killed(cluster: Cluster) -> None:
    count, window_seconds = _DEADLINES[SCALE.name]
    result = meet(cluster, count, window_seconds)
    print(result.text)
    assert (result.met, result.early, result.missed, result.twice) == (count, 0, 0, 0), result.text
    assert result.deaths > 0
    # What a dead node had taken on is free again when its leases have ended.
    assert result.percentile(100) <= 30_000, result.text


def test_a_node_is_killed(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.nodes[1]
    with FaultRun("node killed", cluster, tmp_path) as run, run.fault(node.kill, node.start):
        run.wait_until_well(while_it_lasts=True)
    assert run.finding.moves > 0


def test_a_node_is_paused_for_longer_than_its_leases(cluster: Cluster, tmp_path: Path) -> None:
    node = cluster.nodes[1]
    with FaultRun("node paused", cluster, tmp_path) as run:
        with run.fault(node.pause, node.resume):
            run.let_come_due(SCALE.pause_seconds)
            run.wait_until_well(while_it_lasts=True)
        run.let_come_due(SCALE.seconds)
    assert run.finding.moves > 0


def test_a_node_is_cut_off_from_everybody(cluster: Cluster, tmp_path: Path) -> None:
    elsewhere: Namespace = cluster.namespace
    with FaultRun("node cut off", cluster, tmp_path) as run:
        with run.fault(elsewhere.pull_out, elsewhere.plug_in):
            run.wait_until_well(while_it_lasts=True)
        run.let_come_due(SCALE.seconds)
    assert run.finding.moves > 0
