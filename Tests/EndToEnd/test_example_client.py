"""The client in the documentation, against the server that it documents."""

import json
import os
import signal
import sys
import uuid
from pathlib import Path

import pytest
from websockets.sync.client import connect

from support.desk import Browser, Desk
from support.server import REPOSITORY, Program
from support.waiting import wait_until

_PATIENCE_SECONDS = 30.0
_TEXTS = ["Good morning", "Is there news?"]


def answer_the_guest(desk: Desk, text: str) -> None:
    """A member claims the case that is there, and writes."""
    browser = Browser(desk)
    browser.sign_in_as_member()
    ticket = browser.post("/api/v1/members/ticket").json()["ticket"]
    with connect(f"{desk.url.replace('http', 'ws')}/v1/socket", origin=desk.url, subprotocols=["foyer.v1"]) as socket:

        def ask(number: int, **command: object) -> list[dict]:
            """What comes up to the answer, and the answer last."""
            socket.send(json.dumps({"id": number, **command}))
            came = [json.loads(socket.recv(_PATIENCE_SECONDS))]
            while came[-1].get("re") != number:
                came.append(json.loads(socket.recv(_PATIENCE_SECONDS)))
            assert "ok" in came[-1], came[-1]
            return came

        ask(1, type="authenticate", ticket=ticket, device="desktop")
        (case,) = [push["case"]["id"] for push in ask(2, type="watch") if push.get("push") == "summary"]
        ask(3, type="claim", case=case, key=uuid.uuid4().hex)
        ask(4, type="send", case=case, key=uuid.uuid4().hex, text=text)


@pytest.mark.covers("B1", "B11")
def test_it_talks_and_goes_on_after_a_crash(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Desk(data=data) as desk:
        port = desk.port
        command = [sys.executable, str(REPOSITORY / "docs/examples/client.py"), desk.http_url, desk.team()]
        with Program([*command, "+447700900123", *_TEXTS], environment={**os.environ}) as client:

            def said() -> list[str]:
                """Each event's number and what was said, as the client prints them."""
                return [line for line in client.output if any(line.endswith(text) for text in _TEXTS)]

            wait_until(lambda: len(said()) == 2, _PATIENCE_SECONDS, f"both messages come back: {client.errors}")
            numbers = [int(line.split()[0]) for line in client.output]
            assert numbers == list(range(1, len(numbers) + 1)), "dense, in order"
            desk.signal(signal.SIGKILL)
            desk.wait(_PATIENCE_SECONDS)
            with Desk(data=data, listen=(f"127.0.0.1:{port}",)) as again:
                answer_the_guest(again, "Here I am")
                wait_until(lambda: client.output[-1].endswith("Here I am"), _PATIENCE_SECONDS, "the client is back")
                numbers = [int(line.split()[0]) for line in client.output]
                assert numbers == list(range(1, len(numbers) + 1)) and len(said()) == 2, "nothing twice"
                assert client.errors != [], "it noticed"
