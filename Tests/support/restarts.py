"""Guests and members write to each other while their server is ended and started again, as often as a test says."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from support.load import check, count, rush, serve
from support.server import Server
from support.waiting import wait_until

GUESTS, MEMBERS = 30, 4
_RATE, _SECONDS = 80, 12
_READY_SECONDS = 60.0
_END_SECONDS = 90.0


def rush_over_restarts(folder: Path, moments: tuple[int, ...], end: Callable[[Server], None]) -> Path:
    """The history of a rush whose server is ended when so many messages are acknowledged, at each of the moments.

    Whatever ends it, nothing is lost, and everybody comes back each time.
    """
    history, figures, data = folder / "history.jsonl", folder / "figures.json", folder / "data"
    server = serve(data)
    port = server.port
    try:
        options = ["--guests", str(GUESTS), "--members", str(MEMBERS), "--notes", "0.2", "--drain", "60"]
        options += ["--rate", str(_RATE), "--duration", str(_SECONDS)]
        with rush(server, data, history, figures, *options) as running:

            def has_acknowledged(wanted: int) -> bool:
                assert running.running(), running.errors
                return history.exists() and count(history, "ack") >= wanted

            for wanted in moments:
                wait_until(
                    lambda wanted=wanted: has_acknowledged(wanted), _READY_SECONDS, f"{wanted} acknowledgements", 0.2
                )
                assert count(history, "end") == 0
                end(server)
                server = serve(data, port)
            assert running.wait(_END_SECONDS) == 0, [*running.errors, *running.output]
    finally:
        server.end()

    found = check(history)
    assert found.returncode == 0 and "no violation" in found.stdout, found.stdout
    # The ends were in the middle of it: everybody came back each time, and there was something to lose.
    result = json.loads(figures.read_text())
    assert result["acknowledged"] == result["intended"] > max(moments)
    assert result["reconnected"] >= len(moments) * (GUESTS + MEMBERS)
    assert int(re.search(r"(\d+) resumptions", found.stdout)[1]) >= len(moments) * GUESTS
    return history
