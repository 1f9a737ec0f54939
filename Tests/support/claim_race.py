"""Two members at two nodes reach for the same case at the same moment, again and again.

Each lane has a case of its own and a socket for each of the two. In a race both claim it under a key of their own; who
has won gives it back, and the next race begins. At the end each case's log is read: it must tell of exactly these
winners, in this order.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
import urllib.request
import uuid
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

# A socket may say some 20 commands a second; a race is at most three for both.
_LANES = 20
_ANSWER_SECONDS = 30.0
_PAUSE_SECONDS = 0.25


@dataclass
class RaceResult:
    races: int = 0
    one_winner: int = 0
    loser_knows_whom: int = 0
    # Of each of the two.
    wins: list[int] = field(default_factory=lambda: [0, 0])
    oddities: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def text(self) -> str:
        return (
            f"{self.races} races for a claim in {self.seconds:.1f} s: one winner in {self.one_winner}, the loser knows "
            f"whom in {self.loser_knows_whom}; won {self.wins[0]} and {self.wins[1]}"
        )


class Person:
    """A session at one node, over HTTP."""

    def __init__(self, url: str, side: str) -> None:
        self.url, self.side = url, side
        self._cookie = ""

    def ask(self, path: str, form: dict | None = None) -> dict[str, Any]:
        headers = {"Cookie": self._cookie} if self._cookie else {}
        data = None
        if form is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(form).encode()
        request = urllib.request.Request(self.url + path, data, headers)
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answer:
            if cookie := answer.headers["Set-Cookie"]:
                self._cookie = cookie.partition(";")[0]
            return json.load(answer)

    def ticket(self) -> str:
        return self.ask(f"/api/v1/{self.side}/ticket", {})["ticket"]


def member(url: str, login: dict) -> Person:
    person = Person(url, "members")
    person.ask("/api/v1/members/login", {"email": login["email"], "password": login["password"]})
    return person


def guest(url: str, team: str) -> Person:
    person = Person(url, "guests")
    phone = f"+447{random.randrange(10**9):09d}"
    form = {"team": team, "firstName": "Claim", "lastName": "Race", "phone": phone}
    challenge = person.ask("/api/v1/guests/code", form)["challenge"]
    letter = next(letter for letter in person.ask("/api/v1/dev/outbox")["letters"] if letter["to"] == phone)
    code = re.search(r"\b\d{6}\b", letter["text"])
    assert code, letter
    person.ask("/api/v1/guests/verify", {"challenge": challenge, "code": code[0]})
    return person


class Socket:
    """Asks one thing at a time; `pushes` are those that came before what was waited for."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._ids = itertools.count(1)
        self.pushes: list[dict] = []
        self.me = ""
        # That this member works for.
        self.teams: set[str] = set()

    @classmethod
    async def of(cls, person: Person) -> Socket:
        address = person.url.replace("http", "ws", 1) + "/v1/socket"
        socket = cls(await connect(address, subprotocols=["foyer.v1"], max_size=None))
        welcome = await socket.ask("authenticate", ticket=person.ticket(), device="other")
        socket.me = welcome["ok"]["me"]["id"]
        socket.teams = {team["id"] for team in welcome["ok"]["teams"] if team["rank"]}
        return socket

    async def ask(self, kind: str, **fields: object) -> dict:
        """The answer, after as many attempts as it takes where the server wants to be asked again."""
        while True:
            command = {"id": next(self._ids), "type": kind, **fields}
            await self._connection.send(json.dumps(command))
            answer = await self.hear(lambda message, id=command["id"]: message.get("re") == id)
            if not answer.get("error", {}).get("retry"):
                return answer
            await asyncio.sleep(_PAUSE_SECONDS)

    async def hear(self, is_it) -> dict:
        """The next message of which `is_it` is true; those before it are added to `pushes`."""
        while True:
            message = json.loads(await asyncio.wait_for(self._connection.recv(), _ANSWER_SECONDS))
            if is_it(message):
                return message
            self.pushes.append(message)

    async def log(self, case: str) -> list[dict]:
        """Its events, from the first to the newest."""
        self.pushes.clear()
        assert "ok" in await self.ask("subscribe", case=case, after=0, generation=None)
        # It may have come before the answer.
        if not any(push.get("push") == "caughtUp" and push["case"] == case for push in self.pushes):
            await self.hear(lambda message: message.get("push") == "caughtUp" and message["case"] == case)
        events = [push["event"] for push in self.pushes if push.get("push") == "event" and push["case"] == case]
        assert "ok" in await self.ask("unsubscribe", case=case)
        return events

    async def claimants(self, case: str) -> list[str]:
        """Who has claimed it, by its log."""
        return [event["author"]["id"] for event in await self.log(case) if event["type"] == "claimed"]

    async def close(self) -> None:
        await self._connection.close()


def race(first: str, second: str, demo: Path, races: int, lanes: int = _LANES) -> RaceResult:
    """`first` and `second` are the nodes; `demo` the file with the logins."""
    return asyncio.run(_race(first, second, demo, races, lanes))


async def _race(first: str, second: str, demo: Path, races: int, lanes: int) -> RaceResult:
    logins = json.loads(demo.read_text())["members"]
    one, other = next(
        (one, other) for one, other in itertools.combinations(logins, 2) if set(one["teams"]) & set(other["teams"])
    )
    members = member(first, one), member(second, other)
    teams = [await _teams(person) for person in members]
    team = min(teams[0] & teams[1])
    visitor = guest(first, team)
    result = RaceResult()
    clock = asyncio.get_running_loop().time
    began = clock()
    # As evenly as it goes.
    shares = [races // lanes + (lane < races % lanes) for lane in range(lanes)]
    await _together(_lane(share, team, members, visitor, result) for share in shares if share)
    result.seconds = clock() - began
    return result


async def _teams(person: Person) -> set[str]:
    socket = await Socket.of(person)
    await socket.close()
    return socket.teams


async def _together(work) -> None:
    async with asyncio.TaskGroup() as group:
        for part in work:
            group.create_task(part)


async def _lane(races: int, team: str, members: tuple[Person, Person], visitor: Person, result: RaceResult) -> None:
    case = await open_case(visitor, team)
    sockets = [await Socket.of(person) for person in members]
    winners: list[str] = []
    for _ in range(races):
        winners += await _run(case, sockets, result)
    told = await sockets[0].claimants(case)
    if told != winners:
        result.oddities.append(f"{case}: the log tells of {len(told)} claims, the members of {len(winners)}")
        result.one_winner -= 1
    for socket in sockets:
        await socket.close()


async def open_case(visitor: Person, team: str) -> str:
    entry = visitor.ask(f"/api/v1/teams/{team}")
    socket = await Socket.of(visitor)
    topic = {"category": entry["categories"][0]["id"]} if entry["categories"] else {"subject": "A race"}
    opened = await socket.ask("open", key=uuid.uuid4().hex, team=team, **topic)
    case = opened["ok"]["case"]
    values = [{"field": one["id"], "value": "none"} for one in entry["fields"] if one["isMandatory"]]
    if values:
        assert "ok" in await socket.ask("identify", case=case, key=uuid.uuid4().hex, values=values)
    await socket.close()
    return case


async def _run(case: str, sockets: list[Socket], result: RaceResult) -> list[str]:
    """One race; returns who has won it."""

    def claim(socket: Socket) -> Awaitable[dict]:
        return socket.ask("claim", case=case, key=uuid.uuid4().hex)

    # Who is asked first changes, so that neither has an advantage.
    order = random.sample(range(2), 2)
    answers = dict(zip(order, await asyncio.gather(*(claim(sockets[index]) for index in order)), strict=True))
    result.races += 1
    won = [index for index in range(2) if "ok" in answers[index]]
    if len(won) != 1:
        result.oddities.append(f"{case}: {answers}")
    else:
        result.one_winner += 1
        result.wins[won[0]] += 1
        error = answers[1 - won[0]]["error"]
        if error["code"] == "already_claimed" and error.get("by", {}).get("id") == sockets[won[0]].me:
            result.loser_knows_whom += 1
        else:
            result.oddities.append(f"{case}: the loser hears {error}")
    for index in won:
        released = await sockets[index].ask("release", case=case, key=uuid.uuid4().hex)
        if "ok" not in released:
            result.oddities.append(f"{case}: cannot be given back: {released}")
    return [sockets[index].me for index in won]
