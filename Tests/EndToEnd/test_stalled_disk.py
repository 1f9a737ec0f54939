"""A house whose disk does not answer any more: it says that it lives, and it can be stopped."""

import http.client
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.desk import Desk
from support.peer import is_refused
from support.stalled_disk import Disk
from support.waiting import wait_until

_DRAIN_TIME = "500ms"
# What the house gives each part of its stop beside that, and what a busy machine takes.
_STOP_SECONDS = 15.0
_STANDS_STILL = 75  # sysexits(3), EX_TEMPFAIL


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk(tmp_path)
    disk.attach(monkeypatch)
    return disk


@pytest.fixture
def house(disk: Disk) -> Iterator[Desk]:
    with Desk("--drain-time", _DRAIN_TIME) as house:
        yield house
        disk.go_on()


def _ask_for_codes(house: Desk, count: int) -> list[http.client.HTTPConnection]:
    """As many guests, each of whom waits for an answer that has to be on the disk first."""
    team = house.team()
    connections = []
    for number in range(count):
        connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=20)
        form = {"team": team, "firstName": "Ada", "lastName": "Byron", "phone": f"+44770090{1000 + number}"}
        headers = {"Content-Type": "application/json", "Origin": house.url}
        connection.request("POST", "/api/v1/guests/code", json.dumps(form), headers)
        connections.append(connection)
    return connections


def test_it_serves_who_does_not_need_the_disk_and_the_others_later(disk: Disk, house: Desk) -> None:
    disk.stall()
    waiting = _ask_for_codes(house, 40)
    time.sleep(0.5)
    for path in ("/healthz", "/readyz", "/", "/api/v1/house"):
        assert house.get(path).status == 200
    disk.go_on()
    assert [connection.getresponse().status for connection in waiting] == [200] * len(waiting)


def test_it_stops_all_the_same_and_lets_nobody_in_meanwhile(disk: Disk, house: Desk) -> None:
    disk.stall()
    waiting = _ask_for_codes(house, 4)
    time.sleep(0.5)
    house.signal(signal.SIGTERM)
    wait_until(lambda: is_refused(house), 3, "the house runs, and refuses connections")
    assert house.wait(_STOP_SECONDS) == _STANDS_STILL
    assert any("stands still" in line for line in house.errors), house.errors
    assert len(waiting) == 4


def test_a_disk_that_comes_back_in_time_makes_it_an_orderly_stop(disk: Disk, house: Desk) -> None:
    disk.stall()
    waiting = _ask_for_codes(house, 4)
    time.sleep(0.5)
    house.signal(signal.SIGTERM)
    time.sleep(1)
    disk.go_on()
    assert house.wait(_STOP_SECONDS) == 0
    assert len(waiting) == 4
