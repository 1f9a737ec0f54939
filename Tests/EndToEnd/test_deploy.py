"""A new release is installed while guests and members write to each other: every client is sent away with a time to
come back, comes back, and misses nothing."""

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
_STOP_SECONDS = 30.0
_DEPLOYS = (150, 450)
_RESTARTING = "4200"


@pytest.mark.covers("B8")
def test_a_deploy_sends_everybody_away_paced_and_loses_no_message(tmp_path: Path) -> None:
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

            for wanted in _DEPLOYS:
                wait_until(
                    lambda wanted=wanted: has_acknowledged(wanted), _READY_SECONDS, f"{wanted} acknowledgements", 0.2
                )
                server.signal(signal.SIGTERM)
                assert server.wait(_STOP_SECONDS) == 0, server.errors
                server = serve(data, port)
            assert running.wait(_END_SECONDS) == 0, [*running.errors, *running.output]
    finally:
        server.end()

    found = check(history)
    assert found.returncode == 0 and "no violation" in found.stdout, found.stdout
    result = json.loads(figures.read_text())
    assert result["acknowledged"] == result["intended"] > max(_DEPLOYS)
    assert result["reconnected"] >= len(_DEPLOYS) * (_GUESTS + _MEMBERS)
    assert int(re.search(r"(\d+) resumptions", found.stdout)[1]) >= len(_DEPLOYS) * _GUESTS
    # Nobody was cut off: all were told when to come back.
    losses = [json.loads(line) for line in history.read_text().splitlines() if line.startswith('{"kind":"disconnect",')]
    assert len(losses) >= len(_DEPLOYS) * (_GUESTS + _MEMBERS)
    assert {loss["code"] for loss in losses} == {_RESTARTING}, losses
