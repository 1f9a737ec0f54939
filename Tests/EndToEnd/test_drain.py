"""A house that is told to stop: it says so, goes on for those who are in, answers them, and tells each when to come
back."""

import http.client
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.desk import Browser, Desk
from support.peer import is_refused
from support.server import Program, foyer_binary
from support.sockets import ProtocolSocket, deaf_socket
from support.stalled_disk import Disk
from support.waiting import wait_until

_RESTARTING = 4200
# The shortest wait that the house assigns (HouseServices.comebackMilliseconds), and the longest beside one second for
# 450 sockets, which can be let in again in that time.
_FIRST_MS, _LAST_MS = 500, 1000
_PER_SECOND = 450
_END_SECONDS = 15.0
_DRAIN_SECONDS = 3.0


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk(tmp_path)
    disk.attach(monkeypatch)
    yield disk
    disk.go_on()


def _guest(house: Desk) -> Browser:
    guest = Browser(house)
    guest.sign_in_as_guest()
    return guest


def _category(house: Desk) -> dict[str, str]:
    entry = house.get(f"/api/v1/teams/{house.team()}").json()
    return {"team": house.team(), "category": entry["categories"][0]["id"]}


def test_it_says_at_once_that_it_is_not_ready_and_serves_until_the_delay_is_over() -> None:
    with Desk("--drain-delay", "2s", "--drain-time", "10s") as house:
        guest = _guest(house)
        assert house.get("/readyz").json()["status"] == "ready"
        told = time.monotonic()
        house.signal(signal.SIGTERM)
        wait_until(lambda: house.get("/readyz").status == 503, 1.5, "the house is not ready")
        assert house.get("/readyz").json()["status"] == "draining"
        assert house.get("/healthz").json()["status"] == "ok"
        socket = ProtocolSocket(guest)
        assert "ok" in socket.ask("ping")
        assert time.monotonic() - told < 2, "too slow to show anything"
        assert socket.end()[0] == _RESTARTING
        assert time.monotonic() - told >= 2
        assert house.wait(_END_SECONDS) == 0


def test_each_client_is_told_a_time_of_its_own_and_they_spread() -> None:
    with Desk() as house:
        guest = _guest(house)
        sockets = [ProtocolSocket(guest) for _ in range(60)]
        strangers = [ProtocolSocket(guest, authenticates=False) for _ in range(20)]
        house.signal(signal.SIGTERM)
        ends = [socket.end() for socket in sockets + strangers]
        assert house.wait(_END_SECONDS) == 0
    assert {code for code, _ in ends} == {_RESTARTING}
    delays = sorted(int(reason) for _, reason in ends)
    longest = _LAST_MS + len(ends) * 1000 / _PER_SECOND
    assert delays[0] >= _FIRST_MS and delays[-1] <= longest
    # Drawn evenly: in each third of the time about a third of them, and seldom two in the same millisecond.
    third = (longest - _FIRST_MS) / 3
    thirds = [sum(_FIRST_MS + n * third <= delay < _FIRST_MS + (n + 1) * third for delay in delays) for n in range(3)]
    assert min(thirds) >= len(ends) / 10, thirds
    assert len(set(delays)) > len(delays) / 2


def test_what_is_in_flight_is_answered_before_the_goodbye(disk: Disk) -> None:
    with Desk() as house:
        socket = ProtocolSocket(_guest(house))
        topic = _category(house)
        disk.stall()
        asked = [socket.send("open", key=uuid.uuid4().hex, **topic) for _ in range(5)]
        # The answer to a question that needs no disk says that those before it have been taken.
        assert "ok" in socket.ask("ping")
        house.signal(signal.SIGTERM)
        wait_until(lambda: is_refused(house), 3, "the house refuses connections")
        disk.go_on()
        answers = [socket.answer(number) for number in asked]
        assert all("case" in answer.get("ok", {}) for answer in answers), answers
        assert socket.end()[0] == _RESTARTING
        assert house.wait(_END_SECONDS) == 0


def test_a_request_under_way_is_answered(disk: Disk) -> None:
    with Desk() as house:
        team = house.team()
        disk.stall()
        request = http.client.HTTPConnection("127.0.0.1", house.port, timeout=_END_SECONDS)
        form = f'{{"team": "{team}", "firstName": "Ada", "lastName": "Byron", "phone": "+447700900123"}}'
        request.request("POST", "/api/v1/guests/code", form, {"Content-Type": "application/json", "Origin": house.url})
        time.sleep(0.5)
        house.signal(signal.SIGTERM)
        wait_until(lambda: is_refused(house), 3, "the house refuses connections")
        disk.go_on()
        assert request.getresponse().status == 200
        assert house.wait(_END_SECONDS) == 0


def test_who_does_not_go_is_cut_off_in_time() -> None:
    """A client that ignores the close frame holds it up for the drain time at most."""
    with Desk("--drain-time", f"{_DRAIN_SECONDS:g}s", "--close-timeout-ms", "60000") as house, deaf_socket(house):
        began = time.monotonic()
        house.signal(signal.SIGTERM)
        assert house.wait(_END_SECONDS) == 0
        assert _DRAIN_SECONDS - 0.5 <= time.monotonic() - began < _DRAIN_SECONDS + 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_told_once_more_it_ends_at_once(number: signal.Signals) -> None:
    with Desk("--drain-delay", "10m") as house:
        house.signal(signal.SIGTERM)
        wait_until(lambda: house.get("/readyz").status == 503, 3, "the house drains")
        began = time.monotonic()
        house.signal(number)
        assert house.wait(_END_SECONDS) == -number
        assert time.monotonic() - began < 3
        assert "once more" in "".join(house.errors)


@pytest.mark.parametrize("text", ["soon", "-1s", "5 s", "2h", "3601s", "99999999999999999999s", "ms"])
def test_a_time_that_is_none_is_named(text: str, tmp_path: Path) -> None:
    command = [foyer_binary(), "serve", "--listen", "127.0.0.1:0", "--data", str(tmp_path / "data")]
    with Program([*command, f"--drain-time={text}"]) as program:
        assert program.wait(_END_SECONDS) != 0
    assert "--drain-time" in "\n".join(program.errors) and not (tmp_path / "data").exists()
