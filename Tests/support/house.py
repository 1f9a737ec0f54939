"""A whole front desk for tests: `foyer serve` with demo data, its outbox, and a clock through which days go by."""

import json
import os
import re
import socket
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from support.server import REPOSITORY, Server
from support.waiting import wait_until

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_LETTER_SECONDS = 10.0
_CODE = re.compile(r"\b(\d{6})\b")


def debug_binary() -> str:
    """The build that has the control socket: FOYER_DEBUG_BIN, or what `swift build` has made."""
    path = Path(os.environ.get("FOYER_DEBUG_BIN", ".build/debug/foyer"))
    return str(path if path.is_absolute() else REPOSITORY / path)


@dataclass(frozen=True)
class Team:
    id: str
    name: str


class House(Server):
    """`foyer serve --demo` in a directory of its own. Restarting on the same directory finds everything again."""

    def __init__(self, directory: Path, *arguments: str, port: int = 0, web: Path = REPOSITORY / "web") -> None:
        self.directory = directory
        self._control = directory / "control"
        self._control.unlink(missing_ok=True)
        super().__init__(
            *["--demo", "--data", str(directory / "data"), "--web", str(web)],
            *["--control", str(self._control), *arguments],
            listen=(f"127.0.0.1:{port}",),
            command="serve",
            binary=debug_binary(),
        )

    @property
    def passwords(self) -> dict[str, str]:
        """The demo's members by their e-mail addresses, as the house has printed them."""
        return {words[0]: words[1] for line in self.output if "@" in (words := line.split() or [""])[0]}

    def team(self, name: str) -> Team:
        """One of the demo's teams, as the house has printed them."""
        line = next(line for line in self.output if line.endswith(f"({name})"))
        return Team(urlsplit(line.split()[1]).path.removeprefix("/chat/"), name)

    # The clock.

    def now(self) -> int:
        """The house's wall clock, in milliseconds."""
        return self._ask("now")

    def advance(self, seconds: int) -> int:
        """Lets time go by for everything that has to do with people and cases."""
        return self._ask(f"advance {seconds}")

    def _ask(self, request: str) -> int:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
            control.settimeout(5)
            control.connect(str(self._control))
            control.sendall(f"{request}\n".encode())
            reply = control.makefile().readline().strip()
        assert reply.isdigit(), reply
        return int(reply)

    # HTTP.

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(f"{self.http_url}{path}", timeout=10) as answer:
            return json.load(answer)

    # The development outbox.

    def letters(self, to: str | None = None) -> list[dict]:
        """Letters that would have gone out, newest first; those to one contact if it is given."""
        letters = self.get("/api/v1/dev/outbox")["letters"]
        return [letter for letter in letters if to is None or letter["to"] == to]

    def code(self, to: str, after: int = 0) -> str:
        """The newest one-time password sent to a contact, once more than `after` letters went there."""

        def newest() -> str | None:
            letters = self.letters(to)
            found = _CODE.search(letters[0]["text"]) if len(letters) > after else None
            return found.group(1) if found else None

        return wait_until(newest, _LETTER_SECONDS, f"a code for {to}")
