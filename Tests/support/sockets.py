"""Sockets of protocol v1 (docs/protocol.md), by a browser's session."""

from __future__ import annotations

import itertools
import json
from contextlib import ExitStack
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from support.desk import Browser, Desk
from support.peer import Peer

_PATIENCE_SECONDS = 20.0


class ProtocolSocket:
    """Comes in with a ticket of the session's, unless it is told not to. What is pushed is passed over."""

    def __init__(self, browser: Browser, side: str = "guests", authenticates: bool = True) -> None:
        self._ids = itertools.count(1)
        ticket = browser.post(f"/api/v1/{side}/ticket").json()["ticket"] if authenticates else None
        address = browser.house.url.replace("http", "ws", 1) + "/v1/socket"
        self._open = ExitStack()
        connecting = connect(
            address, subprotocols=["foyer.v1"], open_timeout=_PATIENCE_SECONDS, ping_interval=None, max_size=None
        )
        self._socket = self._open.enter_context(connecting)
        if authenticates:
            self.welcome = self.answer(self.send("authenticate", ticket=ticket, device="other"))["ok"]

    def send(self, kind: str, **fields: Any) -> int:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "type": kind, **fields}))
        return number

    def say(self, text: str) -> None:
        """A message as it stands there, whatever that is."""
        self._socket.send(text)

    def hear(self) -> dict[str, Any]:
        return json.loads(self._socket.recv(timeout=_PATIENCE_SECONDS))

    def answer(self, number: int) -> dict[str, Any]:
        while (message := self.hear()).get("re") != number:
            pass
        return message

    def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        return self.answer(self.send(kind, **fields))

    def log(self, case: str) -> list[dict[str, Any]]:
        """All events of a case as this reader sees them, up to what is there now."""
        self.send("subscribe", case=case, after=0, generation=None)
        events = []
        while (message := self.hear()).get("push") != "caughtUp":
            if message.get("push") == "event":
                events.append(message["event"])
            assert "error" not in message, message
        self.ask("unsubscribe", case=case)
        return events

    def end(self) -> tuple[int, str]:
        """The close code and the reason, once the server has said them."""
        try:
            while True:
                self._socket.recv(timeout=_PATIENCE_SECONDS)
        except ConnectionClosed as closed:
            assert closed.rcvd is not None, "it ended without a close frame"
            return closed.rcvd.code, closed.rcvd.reason

    def close(self) -> None:
        self._open.close()


def deaf_socket(house: Desk) -> Peer:
    """One that never authenticates, and answers nothing: no ping, and no close frame."""
    return Peer.upgraded(house, "/v1/socket", "Sec-WebSocket-Protocol: foyer.v1")
