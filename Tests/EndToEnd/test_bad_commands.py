"""Every command of protocol v1 × every field × everything that should not stand there: one answer, which says what is
wrong, on a socket that lives on. The commands are the golden examples (Tests/Wire/Examples), and what may stand in a
field is asked of docs/asyncapi.yaml: what it forbids is refused with the field's name, and what it allows is not.
"""

import json
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from support.asyncapi import EXAMPLES, message_of, validator
from support.bad_input import (
    BEYOND_EVERYTHING,
    BLANK,
    BROKEN,
    CONTAINERS,
    EMPTY,
    FLAGS,
    HOSTILE,
    HOSTILE_TEXTS,
    MISSING,
    NULL,
    NUMBERS,
    OVERSIZED,
    UNCLEAR,
    Bad,
)
from support.desk import Browser, Desk
from support.server import REPOSITORY
from support.sockets import ProtocolSocket

_COMMANDS = [example for example in EXAMPLES if example.parent.name == "command"]
_MESSAGE_BYTES = 65_536
_BEYOND = Bad("beyond everything", json.dumps(BEYOND_EVERYTHING))
_KINDS = [MISSING, NULL, EMPTY, BLANK, *NUMBERS, *FLAGS, *CONTAINERS, *OVERSIZED, _BEYOND, *HOSTILE, *BROKEN, *UNCLEAR]
# A socket may send 60 commands at once, and each of these is followed by a ping.
_AT_ONCE = 28

_CONNECTION_CODES = set(
    re.findall(r"`(\w+)`", (REPOSITORY / "docs/protocol.md").read_text().split("## Errors of the connection")[1])
)
_MACHINE_CODES = set(
    re.findall(r'case \.\w+: "([a-z_]+)"', (REPOSITORY / "Sources/CaseMachine/Rejection.swift").read_text())
)
# What is said of a message before anybody looks at what it asks for.
_UNREADABLE = {"bad_json", "bad_message", "unknown_type"}

# Either of two fields: where both are missing, the first one is named.
_EITHER = {("open", "subject"): "category", ("transfer", "team"): "member"}

_OF_GUESTS = {"open", "identify", "declineClose", "closeChat"}

_numbers = count(1_000)

Place = tuple[str | int, ...]


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Every field, and the first element of every list."""
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for name, below in inner:
        yield (*place, name)
        yield from places(below, (*place, name))


def path(place: Place) -> str:
    """As the protocol names it: `values[3].field`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


def written(value: Any, place: Place, bad: Bad) -> str | None:
    """The message as JSON, with what is bad in its place."""
    if place == ():
        return bad.text
    first, *rest = place

    def inner(name: str | int, below: Any) -> str | None:
        return written(below, tuple(rest), bad) if name == first else json.dumps(below)

    if isinstance(value, list):
        elements = [inner(index, below) for index, below in enumerate(value)]
        return f"[{','.join(text for text in elements if text is not None)}]"
    members = [(name, inner(name, below)) for name, below in value.items()]
    return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in members if text is not None) + "}"


@dataclass(frozen=True)
class Refusal:
    re: int
    code: str
    field: str | None = None


def refusal(example: Path, message: dict[str, Any], place: Place, bad: Bad, text: str) -> Refusal | None:
    """What the documents say; None where the message is one that may be carried out."""
    known = message["id"]
    if len(text.encode()) > _MESSAGE_BYTES:
        return Refusal(0, "too_long")
    if bad.is_broken:
        return Refusal(0 if place == ("id",) else known, "bad_json")
    sent = json.loads(text)
    check = validator(message_of(example))
    if place == ("id",):
        return None if check.is_valid(sent) else Refusal(0, "bad_message", "id")
    if place == ("type",) and isinstance(sent.get("type"), str):
        return Refusal(known, "unknown_type")
    if check.is_valid(sent):
        return None
    either = _EITHER.get((message["type"], place[0])) if bad in (MISSING, NULL) else None
    return Refusal(known, "bad_message", either or path(place))


class World:
    """A guest, a member, and as many cases between them as are asked for."""

    def __init__(self, house: Desk) -> None:
        self.guest, self.member = Browser(house), Browser(house)
        self.guest.sign_in_as_guest()
        self.member.sign_in_as_member()
        self._guest, self._member = self.socket("guest"), self.socket("member")
        self.free_team = house.team("Radiology")
        entry = self.guest.get(f"/api/v1/teams/{self.free_team}").json()
        (self.field,) = [one["id"] for one in entry["fields"]]
        self.strict_team = house.team()
        self.category = self.guest.get(f"/api/v1/teams/{self.strict_team}").json()["categories"][0]["id"]
        (radiology,) = [team for team in self._member.welcome["teams"] if team["id"] == self.free_team]
        me = self._member.welcome["me"]["id"]
        self.colleague = next(one["id"] for one in radiology["members"] if one["id"] != me)

    def socket(self, side: str) -> ProtocolSocket:
        return ProtocolSocket(self.guest if side == "guest" else self.member, f"{side}s")

    def do(self, side: str, kind: str, **fields: Any) -> dict[str, Any]:
        """A command that must be taken."""
        socket = self._guest if side == "guest" else self._member
        while True:
            answer = socket.ask(kind, key=uuid.uuid4().hex, **fields)
            if answer.get("error", {}).get("code") != "too_fast":
                assert "ok" in answer, (kind, answer)
                return answer["ok"]
            time.sleep(0.2)

    def log(self, side: str, case: str) -> list[dict[str, Any]]:
        socket = self.socket(side)
        events = socket.log(case)
        socket.close()
        return events

    def case(self, subject: str = "A question") -> tuple[str, int]:
        """The member has it, and has written; with the number of that message for them."""
        case = self.do("guest", "open", team=self.free_team, subject=subject)["case"]
        self.do("member", "claim", case=case)
        return case, self.do("member", "send", case=case, text="Good morning")["seq"]

    def prepared(self, example: Path) -> dict[str, Any]:
        """The example's message about what is really there, so that only the field in question is wrong."""
        message = json.loads(example.read_text())
        case, number = self.case() if "case" in message else ("", 0)
        strict = message["type"] == "transfer" or "category" in message
        real = {
            "case": case,
            "number": number,
            "team": self.strict_team if strict else self.free_team,
            "category": self.category,
            "member": self.colleague,
            "until": int(time.time() * 1000) + 3_600_000,
            "upTo": 1,
            "values": [{"field": self.field, "value": "4711"}],
        }
        return {name: real.get(name, value) for name, value in message.items()}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Desk() as house:
        yield World(house)


def exchange(socket: ProtocolSocket, text: str, re_expected: int) -> dict[str, Any]:
    """The answer to a message, and a ping that is answered after it was sent. Each is answered once: the next
    exchange would find what is left over.
    """
    socket.say(text)
    ping = next(_numbers)
    socket.say(json.dumps({"id": ping, "type": "ping"}))
    answers: list[dict[str, Any]] = []
    while len(answers) < 2:
        message = socket.hear()
        if "re" in message:
            answers.append(message)
    (pong,) = [answer for answer in answers if answer["re"] == ping]
    assert "now" in pong["ok"]
    (answer,) = [answer for answer in answers if answer["re"] != ping]
    assert answer["re"] == re_expected, answer
    return answer


def is_clear(error: dict[str, Any]) -> None:
    """A stable code, and words."""
    assert error["code"] in _CONNECTION_CODES | _MACHINE_CODES, error
    assert re.fullmatch(r"[A-Z].*\w+ .*\.", error["message"], re.S) and error["retry"] in (True, False), error


def is_as_documented(answer: dict[str, Any], expected: Refusal | None) -> None:
    if expected is None:
        assert "ok" in answer or answer["error"]["code"] not in _UNREADABLE, answer
    else:
        assert answer["error"]["code"] == expected.code, answer
        named = answer["error"].get("field")
        # Of a list or an object it may be told which part of it is wrong.
        is_part = named is not None and named.startswith((f"{expected.field}[", f"{expected.field}."))
        assert named == expected.field or is_part, answer
    if "error" in answer:
        is_clear(answer["error"])


def identified(example: Path) -> list[Any]:
    message = json.loads(example.read_text())
    return [pytest.param(example, place, id=f"{example.stem}-{path(place)}") for place in places(message)]


_SIGNED_IN = [example for example in _COMMANDS if example.stem != "authenticate"]
_BEGINNING = [example for example in _COMMANDS if example.stem == "authenticate"]


@pytest.mark.covers("B9")
@pytest.mark.parametrize(("example", "place"), [one for example in _SIGNED_IN for one in identified(example)])
def test_what_is_wrong_with_a_field_is_said(world: World, example: Path, place: Place) -> None:
    message = world.prepared(example)
    side = "guest" if message["type"] in _OF_GUESTS else "member"
    for begin in range(0, len(_KINDS), _AT_ONCE):
        socket = world.socket(side)
        for bad in _KINDS[begin : begin + _AT_ONCE]:
            # Under a key of its own, where that is not what is wrong: one key is one decision.
            fresh = {"key": uuid.uuid4().hex} if "key" in message else {}
            whole = {**message, "id": next(_numbers), **fresh}
            text = written(whole, place, bad) or ""
            expected = refusal(example, whole, place, bad, text)
            number = whole["id"] if expected is None else expected.re
            if expected is None and place == ("id",):
                number = bad.value
            answer = exchange(socket, text, number)
            try:
                is_as_documented(answer, expected)
            except AssertionError as problem:
                problem.add_note(f"{bad}: {text[:300]}")
                raise
        socket.close()


@pytest.mark.covers("B9")
@pytest.mark.parametrize(("example", "place"), [one for example in _BEGINNING for one in identified(example)])
def test_who_is_not_let_in_hears_why(world: World, example: Path, place: Place) -> None:
    """Only a ticket that does not work ends the socket, as the protocol says."""
    for bad in _KINDS:
        socket = ProtocolSocket(world.guest, authenticates=False)
        ticket = world.guest.post("/api/v1/guests/ticket").json()["ticket"]
        whole = {**json.loads(example.read_text()), "ticket": ticket}
        text = written(whole, place, bad) or ""
        expected = refusal(example, whole, place, bad, text)
        socket.say(text)
        answer = socket.hear()
        is_as_documented(answer, expected)
        if expected is not None:
            assert answer["re"] == expected.re
            # It may still do it right.
            assert socket.ask("ping")["error"]["code"] == "authenticate_first"
            assert "ok" in socket.ask("authenticate", ticket=ticket, device="other")
        elif place == ("ticket",):
            assert answer["error"]["code"] == "bad_ticket" and socket.end()[0] == 4100
        else:
            assert "ok" in answer, answer
        socket.close()


def texts(events: list[dict[str, Any]], kind: str) -> list[str]:
    return [event["text"] for event in events if event["type"] == kind]


@pytest.mark.covers("B9")
def test_hostile_texts_are_texts(world: World) -> None:
    """Subjects, messages, notes, edits, details and reasons come back byte for byte, to whoever may read them."""
    hostile = list(HOSTILE_TEXTS.values())
    case, number = world.case()
    for text in hostile:
        world.do("guest", "send", case=case, text=text)
        world.do("member", "note", case=case, text=text)
    world.do("guest", "identify", case=case, values=[{"field": world.field, "value": hostile[0]}])
    world.do("member", "edit", case=case, number=number, text=hostile[1])
    world.do("member", "close", case=case, reason=hostile[2])
    of_team, of_guest = world.log("member", case), world.log("guest", case)
    for events in (of_team, of_guest):
        assert texts(events, "message")[-len(hostile) :] == hostile and texts(events, "edited") == [hostile[1]]
        (details,) = [event["values"] for event in events if event["type"] == "identifiers"]
        assert [detail["value"] for detail in details] == [hostile[0]]
    assert texts(of_team, "note") == hostile and texts(of_guest, "note") == []
    assert [event.get("note") for event in of_team if event["type"] == "closed"] == [hostile[2]]


@pytest.mark.covers("B9")
@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_a_hostile_subject_is_a_subject(world: World, name: str) -> None:
    case, _ = world.case(HOSTILE_TEXTS[name])
    for side in ("guest", "member"):
        (opened,) = [event for event in world.log(side, case) if event["type"] == "opened"]
        assert opened["subject"] == HOSTILE_TEXTS[name]
