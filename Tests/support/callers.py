"""Guests without a browser, where only the team's side is looked at: they speak the protocol (docs/protocol.md)."""

import json
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from websockets.sync.client import ClientConnection, connect

from support.house import House, Team
from support.people import fresh_phone


class Caller:
    """Signs in over HTTP, and keeps no connection open between two commands."""

    def __init__(self, house: House, first: str, last: str, phone: str | None = None) -> None:
        self.house = house
        self.first, self.last = first, last
        self.contact = "+44" + (phone or fresh_phone()).replace(" ", "").removeprefix("0")
        self.case = ""
        self._cookie = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    def asks(self, team: Team, topic: str, *texts: str, details: dict[str, str] | None = None) -> "Caller":
        """Opens a chat about a category or a subject, fills in what the team asks for, and writes."""
        entry = self.house.get(f"/api/v1/teams/{team.id}")
        if not self._cookie:
            self._sign_in(team)
        category = next((one["id"] for one in entry["categories"] if one["name"] == topic), None)
        about = {"category": category} if category else {"subject": topic}
        opened, *_ = self._commands({"type": "open", "team": team.id, **about})
        self.case = opened["case"]
        values = [
            {"field": field["id"], "value": (details or {}).get(field["label"], self._known(field))}
            for field in entry["fields"]
        ]
        given = [one for one in values if one["value"]]
        details_given = [{"type": "identify", "case": self.case, "values": given}] if given else []
        self._commands(*details_given, *self._messages(texts))
        return self

    def writes(self, *texts: str) -> "Caller":
        self._commands(*self._messages(texts))
        return self

    def closes(self) -> "Caller":
        self._commands({"type": "closeChat", "case": self.case})
        return self

    def log(self) -> list[dict]:
        """All events of the chat as this guest reads them, from its beginning until caught up."""
        events: list[dict] = []
        with self._socket() as (socket, ask):
            ask({"type": "subscribe", "case": self.case, "after": 0}, events)
            while not events or events[-1]["push"] != "caughtUp":
                events.append(json.loads(socket.recv(timeout=10)))
        return [event for event in events if event["push"] == "event"]

    def _messages(self, texts: tuple[str, ...]) -> list[dict]:
        return [{"type": "send", "case": self.case, "text": text} for text in texts]

    def _known(self, field: dict) -> str:
        known = {"name": self.name, "contact": self.contact}
        return known.get(field["prefill"]) or ("not told" if field["isMandatory"] else "")

    def _sign_in(self, team: Team) -> None:
        sent = len(self.house.letters(self.contact))
        who = {"team": team.id, "firstName": self.first, "lastName": self.last, "phone": self.contact}
        challenge = json.load(self._post("/api/v1/guests/code", who))["challenge"]
        code = self.house.code(self.contact, after=sent)
        answer = self._post("/api/v1/guests/verify", {"challenge": challenge, "code": code})
        self._cookie = answer.headers["Set-Cookie"].partition(";")[0]

    def _post(self, path: str, body: dict | None = None):
        headers = {"Content-Type": "application/json", "Origin": self.house.http_url, "Cookie": self._cookie}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.house.http_url + path, data, headers, method="POST")
        return urllib.request.urlopen(request, timeout=10)

    @contextmanager
    def _socket(self) -> Iterator[tuple[ClientConnection, Callable[..., dict]]]:
        """A socket that was let in, and how it is asked; what is pushed before an answer goes into `pushes`."""
        ticket = json.load(self._post("/api/v1/guests/ticket"))["ticket"]
        address = self.house.http_url.replace("http", "ws", 1) + "/v1/socket"
        ids = count(1)
        with connect(address, subprotocols=["foyer.v1"], origin=self.house.http_url) as socket:

            def ask(command: dict, pushes: list[dict] | None = None) -> dict:
                number = next(ids)
                socket.send(json.dumps({"id": number, **command}))
                while (answer := json.loads(socket.recv(timeout=10))).get("re") != number:
                    if pushes is not None:
                        pushes.append(answer)
                assert "ok" in answer, answer
                return answer["ok"]

            ask({"type": "authenticate", "ticket": ticket, "device": "other"})
            yield socket, ask

    def _commands(self, *commands: dict) -> list[dict]:
        with self._socket() as (_, ask):
            return [ask({**command, "key": uuid.uuid4().hex}) for command in commands]
