"""Guests and members write to each other, and the server is killed: nothing that it has acknowledged may be missing,
and nothing may be there twice."""

import json
import re
import signal
from pathlib import Path

import pytest

from support.load import check, count, rush, serve
from support.waiting import wait_until

_GUESTS, _MEMBERS = 30, 4
_RATE, _SECONDS = 80, 12
_READY_SECONDS = 60.0
_END_SECONDS = 90.0
# The server dies when so many messages are acknowledged, and once more when it has acknowledged more.
_DEATHS = (150, 450)


@pytest.mark.covers("B1", "B12")
def test_nothing_acknowledged_is_lost_and_nothing_comes_twice_when_the_server_is_killed(tmp_path: Path) -> None:
    history, figures, data = tmp_path / "history.jsonl", tmp_path / "figures.json", tmp_path / "data"
    server = serve(data)
    port = server.port
    try:
        options = ["--guests", str(_GUESTS), "--members", str(_MEMBERS), "--notes", "0.2", "--drain", "60"]
        options += ["--rate", str(_RATE), "--duration", str(_SECONDS)]
        with rush(server, data, history, figures, *options) as running:

            def has_acknowledged(wanted: int) -> bool:
                assert running.running(), running.errors
                return history.exists() and count(history, "ack") >= wanted

            for wanted in _DEATHS:
                wait_until(
                    lambda wanted=wanted: has_acknowledged(wanted), _READY_SECONDS, f"{wanted} acknowledgements", 0.2
                )
                assert count(history, "end") == 0
                server.signal(signal.SIGKILL)
                server.wait(5)
                server = serve(data, port)
            assert running.wait(_END_SECONDS) == 0, [*running.errors, *running.output]
    finally:
        server.end()

    found = check(history)
    assert found.returncode == 0, found.stdout
    assert "no violation" in found.stdout
    # The deaths were in the middle of it: everybody came back each time, and there was something to lose.
    result = json.loads(figures.read_text())
    assert result["reconnected"] >= len(_DEATHS) * (_GUESTS + _MEMBERS)
    assert result["acknowledged"] == result["intended"] > max(_DEATHS)
    assert int(re.search(r"(\d+) resumptions", found.stdout)[1]) >= len(_DEATHS) * _GUESTS

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
