"""A fault under load: clients of `foyer-load` write while something breaks, and every promise is checked afterwards.

    with FaultRun("Redis restarted", cluster, folder) as run, run.fault(cluster.redis.stop, cluster.redis.start):
        run.let_come_due(4.0)

At the end of the block it waits until all is well, ends the load, holds its history against the promises, and writes
what it has found into `results/faults.json`. FOYER_FAULTS=long makes all of it larger.
"""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from cluster import Cluster
from support.load import check, load_binary
from support.recovery import GrowingHistory, Recovery
from support.server import REPOSITORY, Program
from support.waiting import wait_until

RESULTS = REPOSITORY / "results" / "faults.json"


@dataclass(frozen=True)
class Scale:
    name: str
    guests: int
    members: int
    rate: float
    # How long a fault lasts that has no length of its own.
    seconds: float
    # Longer than a node's leases (10 s) and than others believe what it says of presence (15 s); the long one also
    # longer than it may be silent before the members that it holds count as lost (30 s).
    pause_seconds: float
    commits: int


SHORT = Scale("short", guests=12, members=3, rate=40, seconds=3, pause_seconds=18, commits=6)
LONG = Scale("long", guests=60, members=12, rate=150, seconds=15, pause_seconds=40, commits=60)
SCALE = LONG if os.environ.get("FOYER_FAULTS") == "long" else SHORT

_START_SECONDS = 60.0
# From the end of the fault until all is well: what a test waits for, not what is promised.
_WELL_SECONDS = 60.0
_END_SECONDS = 90.0
# All has to be well for so long before it counts.
_SETTLE_SECONDS = 2.0
_FIRST_ACKNOWLEDGEMENTS = 20


@dataclass
class Finding:
    """A row of the table of faults."""

    fault: str
    scale: str
    nodes: int
    messages: int = 0
    acknowledged: int = 0
    lost: int = 0
    repeated: int = 0
    reordered: int = 0
    foreign: int = 0
    altered: int = 0
    hole: int = 0
    unfinished: int = 0
    reconnections: int = 0
    moves: int = 0
    # From when a message was due until the other side had it.
    slowest_seconds: float = 0.0
    # From its beginning to its end.
    fault_seconds: float = 0.0
    # From the beginning until all was well although the fault went on; None where nothing can be well before its end.
    well_despite_it_seconds: float | None = None
    # From its end until all was well for good.
    well_after_it_seconds: float = 0.0


class FaultRun:
    def __init__(self, fault: str, cluster: Cluster, folder: Path, *options: str) -> None:
        self._cluster = cluster
        self._history = folder / "history.jsonl"
        self._figures = folder / "figures.json"
        self._growing = GrowingHistory(self._history)
        self._options = options
        self._began = self._ended = 0.0
        self._ill_at = 0.0
        self.finding = Finding(fault, SCALE.name, len(cluster.nodes))

    def __enter__(self) -> FaultRun:
        nodes = [part for node in self._cluster.nodes for part in ("--url", node.url)]
        crowd = ["--guests", str(SCALE.guests), "--members", str(SCALE.members), "--rate", str(SCALE.rate)]
        # The end comes by a signal.
        times = ["--duration", "3600", "--drain", str(_WELL_SECONDS)]
        files = ["--history", str(self._history), "--json", str(self._figures)]
        demo = ["--demo", str(self._cluster.nodes[0].data / "demo.json")]
        self._load = Program([load_binary(), "rush", *nodes, *demo, *crowd, *times, *files, *self._options])
        try:
            self.wait(
                lambda recovery: recovery.acknowledged >= _FIRST_ACKNOWLEDGEMENTS,
                "the first acknowledgements",
                _START_SECONDS,
            )
        except BaseException:
            self._load.end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._conclude()
        finally:
            self._load.signal(signal.SIGKILL) if self._load.running() else None
            self._load.wait(_END_SECONDS)

    # What a test says.

    @contextmanager
    def fault(self, begin: Callable[[], object], end: Callable[[], object]) -> Iterator[None]:
        """Lasts as long as the block; those who come after a test that fails in it find all parts well, too."""
        self.fault_begins()
        begin()
        try:
            yield
        finally:
            end()
        self.fault_ends()

    def fault_begins(self) -> None:
        self._began = time.monotonic()

    def fault_ends(self) -> None:
        self._ended = time.monotonic()

    def let_come_due(self, seconds: float) -> None:
        """Until so many messages have become due as the load writes in that time."""
        recovery = self._growing.follow()
        wanted = recovery.intended + int(seconds * SCALE.rate)
        self.wait(lambda recovery: recovery.intended >= wanted, f"{wanted} messages are due", 3 * seconds + 20)

    def wait(self, condition, what: str, seconds: float) -> Recovery:
        def is_so() -> Recovery | None:
            assert self._load.running(), [*self._load.errors, *self._load.output]
            recovery = self._growing.follow()
            return recovery if condition(recovery) else None

        return wait_until(is_so, seconds, what, poll_seconds=0.1)

    def wait_until_well(self, while_it_lasts: bool = False) -> None:
        """Everybody is connected and caught up, and nothing waits; for some time already."""
        since = self._began if while_it_lasts else self._ended
        ill_at = since

        def is_well(recovery: Recovery) -> bool:
            nonlocal ill_at
            if not recovery.is_well():
                ill_at = recovery.latest
            return recovery.latest - max(ill_at, since) >= _SETTLE_SECONDS

        recovery = self.wait(is_well, f"all is well: {self.finding.fault}", _WELL_SECONDS)
        if while_it_lasts:
            self.finding.well_despite_it_seconds = round(recovery.well_after(since), 2)

    # What is found.

    def _conclude(self) -> None:
        self.wait_until_well()
        self._load.signal(signal.SIGTERM)
        status = self._load.wait(_END_SECONDS)
        recovery = self._growing.follow()
        checked = check(self._history)
        self._judge(recovery, checked.stdout)
        self._record()
        assert checked.returncode == 0, checked.stdout
        assert "no violation" in checked.stdout
        assert status == 0, [*self._load.errors, *self._load.output]

    def _judge(self, recovery: Recovery, checked: str) -> None:
        found = self.finding
        figures = json.loads(self._figures.read_text()) if self._figures.exists() else {}
        found.messages, found.acknowledged = figures.get("intended", 0), figures.get("acknowledged", 0)
        found.reconnections = figures.get("reconnected", 0)
        found.slowest_seconds = round(figures.get("sendToDelivered", {}).get("maxMilliseconds", 0) / 1000, 2)
        if moves := re.search(r"(\d+) reconnections at another one", checked):
            found.moves = int(moves[1])
        for kind in ("lost", "repeated", "reordered", "foreign", "altered", "hole", "unfinished"):
            setattr(found, kind, sum(line.startswith(f"{kind}: ") for line in checked.splitlines()))
        found.fault_seconds = round(self._ended - self._began, 2)
        found.well_after_it_seconds = round(recovery.well_after(self._ended), 2)

    def _record(self) -> None:
        """In the place of an older finding of the same fault and scale."""
        RESULTS.parent.mkdir(exist_ok=True)
        known = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
        others = [row for row in known if (row["fault"], row["scale"]) != (self.finding.fault, self.finding.scale)]
        RESULTS.write_text(json.dumps([*others, asdict(self.finding)], indent=1) + "\n")
