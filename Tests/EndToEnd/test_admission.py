"""Too many who want in at once: each is told a time of their own and is let in then, and who is in is served."""

import itertools
import json
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from support.desk import Answer, Browser, Desk
from support.sockets import ProtocolSocket
from support.waiting import wait_until

_PER_SECOND = 20
# A quarter of a second's places may be taken at once.
_AT_ONCE = _PER_SECOND // 4
_TOO_MANY = 4201
_COMERS = 25


@pytest.fixture(scope="module")
def house() -> Iterator[Desk]:
    with Desk("--admissions-per-second", str(_PER_SECOND), "--metrics-listen", "127.0.0.1:0") as house:
        yield house


@pytest.fixture(scope="module")
def guest(house: Desk) -> Browser:
    guest = Browser(house)
    guest.sign_in_as_guest()
    return guest


def _rest() -> None:
    """Until every place is free again, also those that were promised to nobody who came."""
    time.sleep(_COMERS / _PER_SECOND + 1)


def _ticket(guest: Browser) -> Answer:
    return guest.post("/api/v1/guests/ticket")


def _patient_ticket(guest: Browser) -> str:
    def ticket() -> str | None:
        answer = _ticket(guest)
        if answer.status == 503:
            time.sleep(answer.error["retryAfterSeconds"])
        return answer.json()["ticket"] if answer.status == 200 else None

    return wait_until(ticket, 20, "a ticket")


def test_tickets_are_given_out_at_the_pace_and_each_is_told_a_time_of_its_own(guest: Browser) -> None:
    _rest()
    answers = [_ticket(guest) for _ in range(15)]
    refused = [answer for answer in answers if answer.status != 200]
    # At least as many as the burst, and a few for the time that asking took.
    assert _AT_ONCE <= len(answers) - len(refused) < 12
    assert {(answer.status, answer.error["code"]) for answer in refused} == {(503, "overloaded")}
    waits = [answer.error["retryAfterSeconds"] for answer in refused]
    assert all(0 < wait <= 2 for wait in waits) and len(set(waits)) == len(waits), waits
    for answer in refused:
        assert int(answer.headers["Retry-After"]) >= answer.error["retryAfterSeconds"]
    time.sleep(waits[0])
    assert _ticket(guest).status == 200


def test_who_has_no_session_takes_nobody_a_place(house: Desk, guest: Browser) -> None:
    _rest()
    stranger = Browser(house)
    for _ in range(5 * _AT_ONCE):
        assert stranger.post("/api/v1/guests/ticket").error["code"] == "sign_in"
    strangers = [ProtocolSocket(guest, authenticates=False) for _ in range(5 * _AT_ONCE)]
    ProtocolSocket(guest).close()
    for socket in strangers:
        socket.close()


def test_sockets_come_in_at_the_pace_and_who_is_in_is_served(house: Desk, guest: Browser) -> None:
    tickets = [_patient_ticket(guest) for _ in range(_COMERS)]
    address = house.url.replace("http", "ws", 1) + "/v1/socket"
    with ExitStack() as sockets:

        def authenticate(ticket: str) -> tuple[int, str]:
            """The close code and the reason; 0 for who is let in."""
            opening = connect(address, subprotocols=["foyer.v1"], ping_interval=None)
            socket = sockets.enter_context(opening)
            socket.send(json.dumps({"id": 1, "type": "authenticate", "ticket": ticket, "device": "other"}))
            try:
                assert "ok" in json.loads(socket.recv(timeout=20))
            except ConnectionClosed as closed:
                assert closed.rcvd is not None
                return closed.rcvd.code, closed.rcvd.reason
            return 0, ""

        _rest()
        assert authenticate(tickets.pop())[0] == 0
        with ThreadPoolExecutor(len(tickets)) as threads:
            ends = list(threads.map(authenticate, tickets))
    refused = [int(reason) for code, reason in ends if code == _TOO_MANY]
    assert {code for code, _ in ends} == {0, _TOO_MANY}
    assert _AT_ONCE - 1 <= len(ends) - len(refused) < 18
    # Places in a line: one every 50 ms, each once.
    assert all(0 < wait <= 2000 for wait in refused)
    gaps = [after - before for before, after in itertools.pairwise(sorted(refused))]
    assert sum(gap >= 1000 / _PER_SECOND - 15 for gap in gaps) >= len(gaps) * 0.8, sorted(refused)


def test_those_who_are_sent_away_are_counted(house: Desk) -> None:
    line = next(line for line in house.output if line.startswith("foyer metrics on "))
    with urllib.request.urlopen(line.removeprefix("foyer metrics on "), timeout=20) as answer:
        text = answer.read().decode()
    counts = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert int(counts['foyer_sockets_authenticated_total{outcome="wait"}']) > 0
    assert int(counts['foyer_tickets_total{outcome="refused"}']) > 0


def test_without_a_limit_nobody_is_sent_away() -> None:
    with Desk("--admissions-per-second", "0") as house:
        guest = Browser(house)
        guest.sign_in_as_guest()
        for socket in [ProtocolSocket(guest) for _ in range(4 * _COMERS)]:
            socket.close()
