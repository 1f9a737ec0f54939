"""A new release is installed while guests and members write to each other: every client is sent away with a time to
come back, comes back, and misses nothing."""

import json
import signal
from pathlib import Path

import pytest

from support.restarts import GUESTS, MEMBERS, rush_over_restarts
from support.server import Server

_STOP_SECONDS = 30.0
_DEPLOYS = (150, 450)
_RESTARTING = "4200"


@pytest.mark.covers("B8")
def test_a_deploy_sends_everybody_away_paced_and_loses_no_message(tmp_path: Path) -> None:
    def stop(server: Server) -> None:
        server.signal(signal.SIGTERM)
        assert server.wait(_STOP_SECONDS) == 0, server.errors

    history = rush_over_restarts(tmp_path, _DEPLOYS, stop)
    # Nobody was cut off: all were told when to come back.
    losses = [json.loads(line) for line in history.read_text().splitlines() if line.startswith('{"kind":"disconnect",')]
    assert len(losses) >= len(_DEPLOYS) * (GUESTS + MEMBERS)
    assert {loss["code"] for loss in losses} == {_RESTARTING}, losses
