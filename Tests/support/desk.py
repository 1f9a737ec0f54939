"""The HTTP side of `foyer serve`, by the binary under test: its pages, with stand-ins for widget and dashboard, and
clients with cookies. A house whose clock can be moved is `support.house`.
"""

from __future__ import annotations

import http.client
import json
import shutil
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from support.server import REPOSITORY, Server

_PATIENCE_SECONDS = 20.0

# Stand in for the pages of widget and dashboard, which have tests of their own.
_STAND_INS = {
    "widget/chat.html": '<!doctype html><html lang="en"><title>Chat</title><p>chat</p></html>\n',
    "widget/chat.js": "export {};\n",
    "widget/widget.js": "// loader\n",
    "dashboard/index.html": '<!doctype html><html lang="en"><title>Dashboard</title><p>dashboard</p></html>\n',
    "shared/wire.js": "export {};\n",
}
# What the house's own forms load of the product's modules.
_SHARED = ("http.js", "error.js")


def make_web(folder: Path) -> Path:
    """The house's own pages, with stand-ins for the others'."""
    for name in ("account", "assets", "demo", "dev"):
        shutil.copytree(REPOSITORY / "web" / name, folder / name)
    shutil.copy(REPOSITORY / "web" / "index.html", folder)
    for name, text in _STAND_INS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    for name in _SHARED:
        shutil.copy(REPOSITORY / "web" / "shared" / name, folder / "shared")
    return folder


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        assert self.headers["Content-Type"] == "application/json", self.headers["Content-Type"]
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        return self.json()["error"]

    @property
    def csp(self) -> dict[str, str]:
        """The policy by directive."""
        parts = (part.strip().partition(" ") for part in self.headers["Content-Security-Policy"].split(";"))
        return {name: sources for name, _, sources in parts}


class Desk(Server):
    """`foyer serve`, with demo data unless told otherwise."""

    def __init__(
        self, *arguments: str, data: Path | None = None, web: Path | None = None, demo: bool = True, **options: Any
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="foyer-house-")
        folder = Path(self._folder.name)
        self.data = data or folder / "data"
        self.web = web or make_web(folder / "web")
        flags = ["--data", str(self.data), "--web", str(self.web), *(["--demo"] if demo else [])]
        try:
            super().__init__(*flags, *arguments, command="serve", **options)
        except BaseException:
            self._folder.cleanup()
            raise

    def __exit__(self, *arguments: object) -> None:
        super().__exit__(*arguments)
        self._folder.cleanup()

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        address = urlsplit(self.url)
        connection: http.client.HTTPConnection
        if address.scheme == "https":
            trusting = ssl._create_unverified_context()
            connection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=_PATIENCE_SECONDS, context=trusting
            )
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_SECONDS)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self.ask("GET", path, headers=headers)

    @property
    def set_up_address(self) -> str:
        """Where an empty house is set up, as it has printed it: with its token."""
        return next(line.split()[-1] for line in self.output if line.strip().startswith("set up"))

    def demo(self) -> dict[str, Any]:
        """What the landing page knows: teams, members, passwords."""
        return self.get("/api/v1/house").json()["demo"]

    def team(self, name: str = "Front desk") -> str:
        return next(team["id"] for team in self.demo()["teams"] if team["name"] == name)

    def letters(self) -> list[dict[str, Any]]:
        """What would have gone out, the newest first."""
        return self.get("/api/v1/dev/outbox").json()["letters"]

    def code_to(self, contact: str) -> str:
        """The newest code that went to a contact in its normalised form."""
        letter = next(letter for letter in self.letters() if letter["to"] == contact)
        return letter["text"][:6]


class Browser:
    """A client that keeps cookies, as the pages of the house are: its requests come from their origin."""

    def __init__(self, house: Desk, origin: str | None = None) -> None:
        self.house = house
        self.origin = origin or house.url
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None, {})

    def post(self, path: str, form: object = None, **headers: str) -> Answer:
        body = None if form is None else json.dumps(form).encode()
        kind = {} if form is None else {"Content-Type": "application/json"}
        return self._ask("POST", path, body, {"Origin": self.origin, **kind, **headers})

    def put(self, path: str, form: object) -> Answer:
        body = json.dumps(form).encode()
        return self._ask("PUT", path, body, {"Origin": self.origin, "Content-Type": "application/json"})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.house.ask(method, path, body, headers)
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0]
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def ask_for_code(self, **form: object) -> Answer:
        whole = {"team": self.house.team(), "firstName": "Ada", "lastName": "Byron", **form}
        return self.post("/api/v1/guests/code", whole)

    def sign_in_as_guest(self, phone: str = "+447700900123", **form: object) -> dict[str, Any]:
        asked = self.ask_for_code(phone=phone, **form)
        assert asked.status == 200, asked.text
        code = self.house.code_to(phone)
        answer = self.post("/api/v1/guests/verify", {"challenge": asked.json()["challenge"], "code": code})
        assert answer.status == 200, answer.text
        return answer.json()["guest"]

    def sign_in_as_member(self, index: int = 0) -> dict[str, Any]:
        member = self.house.demo()["members"][index]
        answer = self.post("/api/v1/members/login", {"email": member["email"], "password": member["password"]})
        assert answer.status == 200, answer.text
        return answer.json()["member"]


def attributes(answer: Answer, name: str) -> dict[str, str]:
    """What the answer says of the cookie with this name beside its value, by lower-case name."""
    (line,) = (line for line in answer.headers.get_all("Set-Cookie") or [] if line.startswith(f"{name}="))
    parts = [part.strip().partition("=") for part in line.split(";")[1:]]
    return {name.lower(): value for name, _, value in parts}
