"""A node dies with guests on it while a member at another one looks on: nobody stays as a ghost, and who comes back at
once was never gone.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from cluster import Cluster, Node
from support.claim_race import Person, Socket, guest, member, open_case
from support.fault_run import SCALE
from support.server import foyer_binary

pytestmark = [pytest.mark.covers("B4"), pytest.mark.timeout(300)]
# What is promised, from the moment of the node's death.
_GONE_SECONDS = 15.0
# Whoever comes back within this was never away (docs/presence.md).
_GRACE_SECONDS = 8.0
# Longer than that, for a figure where the promise is broken.
_PATIENCE_SECONDS = 30.0
_HERE = {"visible", "online", "idle"}
_NOT_HERE = {"away", "unknown"}
_ROUNDS = {"short": 1, "long": 8}
# A node says so often that it lives: how long it is shown depends on how long ago that was.
_DIGEST_SECONDS = 4.5


@dataclass
class Death:
    """What the member saw of two guests, whose node died."""

    # From the node's death until the one who stayed away was shown as gone; and until the other was back.
    gone_after: float = 0.0
    back_after: float = 0.0
    # States of the one who came back, from the node's death on, and the one that a fresh look shows at the end.
    seen: list[str] = field(default_factory=list)
    last: str = ""


@pytest.fixture(scope="module")
def deaths(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Death]]:
    folder = tmp_path_factory.mktemp("cluster")
    with Cluster(folder, nodes=2, binary=foyer_binary(), has_balancer=False) as cluster:
        rounds = _ROUNDS[SCALE.name]
        yield [asyncio.run(_death(*cluster.nodes, _DIGEST_SECONDS * turn / rounds)) for turn in range(rounds)]


def test_who_was_at_a_dead_node_is_gone_within_fifteen_seconds(deaths: list[Death]) -> None:
    print("gone after", *(f"{death.gone_after:.1f} s" for death in deaths))
    assert max(death.gone_after for death in deaths) <= _GONE_SECONDS


def test_who_comes_back_to_another_node_within_the_grace_was_never_gone(deaths: list[Death]) -> None:
    print("back after", *(f"{death.back_after:.1f} s" for death in deaths))
    for death in deaths:
        assert death.back_after < _GRACE_SECONDS, "too late to show anything"
        assert _HERE.issuperset(death.seen), death.seen
        assert death.last in _HERE


async def _death(watching: Node, dying: Node, later_seconds: float) -> Death:
    """The member is at the first node, the guests are at the other, which is running again afterwards. It dies so much
    later than it could, which is another moment between two of its digests each time."""
    login = json.loads((watching.data / "demo.json").read_text())["members"][0]
    person = member(watching.url, login)
    screen = await Socket.of(person)
    team = min(screen.teams)
    visitors = [guest(dying.url, team) for _ in range(2)]
    cases = [await open_case(visitor, team) for visitor in visitors]
    chats = [await _show(visitor, case) for visitor, case in zip(visitors, cases, strict=True)]
    for case in cases:
        await _subscribe(screen, case)
        await _await_state(screen, case, _HERE)
    screen.pushes.clear()
    await asyncio.sleep(later_seconds)

    found = Death()
    lost, back = cases
    died = time.monotonic()
    dying.kill()
    visitors[1].url = watching.url
    chats.append(await _show(visitors[1], back))
    found.back_after = time.monotonic() - died
    async with asyncio.timeout(_PATIENCE_SECONDS):
        await _await_state(screen, lost, {"away"})
    found.gone_after = time.monotonic() - died
    # Nor is the other gone when a grace that began with the node's end has passed.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_GRACE_SECONDS + 1):
            await _await_state(screen, back, _NOT_HERE)
    found.seen = _shown(screen, back)

    other_screen = await Socket.of(person)
    await _subscribe(other_screen, back)
    found.last = await _await_state(other_screen, back, _HERE)
    for socket in (screen, other_screen, *chats):
        await socket.close()
    await asyncio.to_thread(dying.start)
    return found


async def _show(visitor: Person, case: str) -> Socket:
    """The guest has the chat in front of them."""
    socket = await Socket.of(visitor)
    await _subscribe(socket, case)
    return socket


async def _subscribe(socket: Socket, case: str) -> None:
    answer = await socket.ask("subscribe", case=case, after=0, generation=None)
    assert "ok" in answer, answer


async def _await_state(socket: Socket, case: str, states: set[str]) -> str:
    """Until the guest of this case is shown so."""
    while not (shown := _shown(socket, case)) or shown[-1] not in states:
        socket.pushes.append(await socket.hear(lambda message: message.get("push") == "presence"))
    return shown[-1]


def _shown(socket: Socket, case: str) -> list[str]:
    """How the guest of this case was shown, in what has come so far."""
    mine = (push for push in socket.pushes if push.get("push") == "presence" and push.get("case") == case)
    return [push["guest"] for push in mine if push["guest"]]
