"""Guests and members write to each other, and the server is killed: nothing that it has acknowledged may be missing,
and nothing may be there twice."""

import signal
from pathlib import Path

import pytest

from support.load import check
from support.restarts import rush_over_restarts
from support.server import Server

# The server dies when so many messages are acknowledged, and once more when it has acknowledged more.
_DEATHS = (150, 450)


@pytest.mark.covers("B1", "B12")
def test_nothing_acknowledged_is_lost_and_nothing_comes_twice_when_the_server_is_killed(tmp_path: Path) -> None:
    def kill(server: Server) -> None:
        server.signal(signal.SIGKILL)
        server.wait(5)

    history = rush_over_restarts(tmp_path, _DEATHS, kill)
    _assert_that_the_check_can_fail(history, tmp_path / "tampered.jsonl")


def _assert_that_the_check_can_fail(history: Path, tampered: Path) -> None:
    """What somebody received is taken out of the history, or put into it once more."""
    lines = history.read_text().splitlines(keepends=True)
    received = [index for index, line in enumerate(lines) if '"type":"message"' in line]
    middle = received[len(received) // 2]
    for changed, word in (
        (lines[:middle] + lines[middle + 1 :], "hole: case "),
        (lines[: middle + 1] + lines[middle:], "repeated: case "),
        ([line for line in lines if '"kind":"ack"' not in line], "nothing was checked"),
        (lines[:-1], "unfinished: "),
    ):
        tampered.write_text("".join(changed))
        found = check(tampered)
        assert found.returncode == 1, found.stdout
        assert word in found.stdout
