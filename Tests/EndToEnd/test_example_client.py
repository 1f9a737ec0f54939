"""The client in the documentation, against the server that it documents."""

import io
import json
import os
import signal
import subprocess
import sys
import tokenize
import uuid
from pathlib import Path

import pytest
from websockets.sync.client import connect

from support.desk import Browser, Desk
from support.server import REPOSITORY, Program
from support.waiting import wait_until

_PATIENCE_SECONDS = 30.0
_TEXTS = ["Good morning", "Is there news?"]
_EXAMPLES = REPOSITORY / "docs/examples"
_CLIENT = _EXAMPLES / "client.py"
# As the documentation says.
_LINES = 45


def sign_in(desk: Desk, team: str) -> str:
    command = [sys.executable, str(_EXAMPLES / "sign_in.py"), desk.http_url, team, "+447700900123"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=_PATIENCE_SECONDS).stdout.strip()


def lines_of_code(program: str) -> int:
    """Without blank lines, comments and docstrings."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(program).readline):
        if token.string.strip() and token.type != tokenize.COMMENT and not token.string.startswith('"""'):
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines)


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
        team = desk.team("Radiology")
        command = [sys.executable, str(_CLIENT), desk.http_url, team, sign_in(desk, team), "A missing report", *_TEXTS]
        with Program(command, environment={**os.environ}) as client:

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


def test_it_is_as_short_as_the_documentation_says() -> None:
    assert lines_of_code('"""What\nit is."""\n\n# Why\nx = 1\n') == 1
    assert lines_of_code(_CLIENT.read_text()) == _LINES
    assert f"in {_LINES} lines of Python" in (REPOSITORY / "docs/protocol.md").read_text()
