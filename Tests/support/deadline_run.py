"""Many deadlines over a cluster whose nodes are killed: cases are put aside until moments of their own, and each must
wake once, not before its moment, and not much later.

The members stay at the first node, which is not killed: a case whose member is missed goes back to the queue. What
happened when is read from the logs afterwards.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from cluster import Cluster
from support.claim_race import Person, Socket, guest, member

# A socket may say some 20 commands a second, and a case is three of a member's.
_LANES = 20
# The first moment comes when the last case was put aside, on a busy machine.
_PREPARING_SECONDS = 8.0
_CASES_A_SECOND = 60
_DOWN_SECONDS = (1.0, 4.0)
_UP_SECONDS = (1.0, 3.0)
# Later than the last moment, and than the leases of whoever died at it.
_AFTERWARDS_SECONDS = 12.0


@dataclass
class DeadlineResult:
    deadlines: int = 0
    met: int = 0
    early: int = 0
    missed: int = 0
    twice: int = 0
    deaths: int = 0
    # In milliseconds.
    lateness: list[int] = field(default_factory=list)

    def percentile(self, share: float) -> int:
        ordered = sorted(self.lateness)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] if ordered else 0

    @property
    def text(self) -> str:
        return (
            f"{self.met} of {self.deadlines} deadlines met at {self.deaths} deaths of nodes: early {self.early}, "
            f"missed {self.missed}, twice {self.twice}; late by p50 {self.percentile(50)} ms, "
            f"p99 {self.percentile(99)} ms, at most {self.percentile(100)} ms"
        )


def meet(cluster: Cluster, count: int, window_seconds: float) -> DeadlineResult:
    return asyncio.run(_meet(cluster, count, window_seconds))


async def _meet(cluster: Cluster, count: int, window_seconds: float) -> DeadlineResult:
    node = cluster.nodes[0]
    login = json.loads((node.data / "demo.json").read_text())["members"][0]
    person = member(node.url, login)
    sockets = [await Socket.of(person) for _ in range(_LANES)]
    team = min(sockets[0].teams)
    first = time.time() + _PREPARING_SECONDS + count / _CASES_A_SECOND
    result = DeadlineResult(deadlines=count)
    dues: dict[str, int] = {}
    shares = [count // _LANES + (lane < count % _LANES) for lane in range(_LANES)]
    async with asyncio.TaskGroup() as group:
        for socket, share in zip(sockets, shares, strict=True):
            moments = [int((first + random.random() * window_seconds) * 1000) for _ in range(share)]
            group.create_task(_put_aside(guest(node.url, team), team, socket, moments, dues))
    assert time.time() < first, "the cases were not put aside in time: too many for this machine"
    killing = asyncio.create_task(_kill(cluster, result))
    await asyncio.sleep(first + window_seconds - time.time())
    killing.cancel()
    await asyncio.gather(killing, return_exceptions=True)
    await asyncio.sleep(_AFTERWARDS_SECONDS)
    async with asyncio.TaskGroup() as group:
        for lane, socket in enumerate(sockets):
            group.create_task(_read(socket, list(dues.items())[lane::_LANES], result))
    for socket in sockets:
        await socket.close()
    return result


async def _put_aside(visitor: Person, team: str, socket: Socket, moments: Iterable[int], dues: dict[str, int]) -> None:
    entry = visitor.ask(f"/api/v1/teams/{team}")
    topic = {"category": entry["categories"][0]["id"]} if entry["categories"] else {"subject": "Later"}
    values = [{"field": one["id"], "value": "none"} for one in entry["fields"] if one["isMandatory"]]
    theirs = await Socket.of(visitor)
    for moment in moments:
        opened = await theirs.ask("open", key=uuid.uuid4().hex, team=team, **topic)
        case = opened["ok"]["case"]
        if values:
            assert "ok" in await theirs.ask("identify", case=case, key=uuid.uuid4().hex, values=values)
        for kind, more in (("claim", {}), ("snooze", {"until": moment})):
            answer = await socket.ask(kind, case=case, key=uuid.uuid4().hex, **more)
            assert "ok" in answer, answer
        dues[case] = moment
    await theirs.close()


async def _kill(cluster: Cluster, result: DeadlineResult) -> None:
    while True:
        node = random.choice(cluster.nodes[1:])
        await asyncio.sleep(random.uniform(*_UP_SECONDS))
        node.kill()
        result.deaths += 1
        try:
            await asyncio.sleep(random.uniform(*_DOWN_SECONDS))
        finally:
            await asyncio.to_thread(node.start)


async def _read(socket: Socket, dues: list[tuple[str, int]], result: DeadlineResult) -> None:
    for case, due in dues:
        events = await socket.log(case)
        woken = [event["at"] for event in events if event["type"] == "woke"]
        result.missed += not woken
        result.met += bool(woken)
        result.twice += len(woken) > 1
        result.early += bool(woken) and min(woken) < due
        result.lateness += [min(woken) - due] if woken else []
