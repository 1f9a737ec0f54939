"""How long a fault was felt: read from a history of `foyer-load`, while it grows or when it is complete.

All is well at a moment when every client is connected and caught up in each case that it follows, and no message waits
to be acknowledged or delivered for longer than `LATE_SECONDS`. Times are the monotonic clock's, in seconds, as
`time.monotonic()` tells them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

# A message that takes longer than that has felt the fault: some ten times what the slowest takes without one.
LATE_SECONDS = 1.0


class Recovery:
    """Reads a history line by line, in any order of the clients."""

    def __init__(self) -> None:
        self.acknowledged = 0
        self._connected: set[int] = set()
        self._seen: set[int] = set()
        self._readers: set[int] = set()
        # Subscriptions that have not caught up.
        self._behind: set[tuple[int, str]] = set()
        self._due: dict[tuple[int, int], tuple[float, str]] = {}
        self._undelivered: dict[tuple[int, int], float] = {}
        # Periods in which something was not well: (from, to).
        self._ills: list[tuple[float, float]] = []
        self._away: dict[int, float] = {}
        self._behind_since: dict[tuple[int, str], float] = {}

    def read(self, lines: Iterable[str]) -> None:
        for text in lines:
            self._take(json.loads(text))

    def _take(self, line: dict) -> None:
        kind, at, client = line["kind"], line["at"] / 1e6, line.get("client")
        if kind == "client":
            if "reads" in line:
                self._readers.add(client)
            return
        if client in self._readers:
            return
        if kind == "connect":
            self._seen.add(client)
            self._connected.add(client)
            self._end(self._away, client, at)
        elif kind == "disconnect":
            self._connected.discard(client)
            self._away.setdefault(client, at)
            for name in [name for name in self._behind_since if name[0] == client]:
                self._end(self._behind_since, name, at)
        elif kind == "subscribe":
            self._behind_since.setdefault((client, line["case"]), at)
        elif kind == "caughtUp":
            self._end(self._behind_since, (client, line["case"]), at)
        elif kind == "intend":
            self._due[client, line["number"]] = (at, line["case"])
            if not line.get("note"):
                self._undelivered[client, line["number"]] = at
        elif kind == "ack":
            self.acknowledged += 1
            since, _ = self._due.pop((client, line["number"]), (at, ""))
            self._late(since, at)
        elif kind == "receive" and line.get("from") not in (None, client):
            since = self._undelivered.pop((line["from"], line["number"]), None)
            if since is not None:
                self._late(since, at)

    def _end(self, since: dict, name: object, at: float) -> None:
        if name in since:
            self._ills.append((since.pop(name), at))

    def _late(self, since: float, at: float) -> None:
        if at - since > LATE_SECONDS:
            self._ills.append((since, at))

    # What was found.

    def is_well(self, now: float) -> bool:
        waiting = [since for since, _ in self._due.values()] + list(self._undelivered.values())
        return (
            not self._away
            and not self._behind_since
            and self._seen == self._connected
            and all(now - since <= LATE_SECONDS for since in waiting)
        )

    def well_after(self, moment: float) -> float:
        """Seconds from that moment until all was well for good; 0 where nothing was felt of it after it."""
        return max([end - moment for _, end in self._ills if end > moment], default=0.0)


class GrowingHistory:
    """A history that is still being written: whole lines, as they come."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._rest = b""
        self.recovery = Recovery()

    def follow(self) -> Recovery:
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._read)
                data = file.read()
            self._read += len(data)
            *lines, self._rest = (self._rest + data).split(b"\n")
            self.recovery.read(line.decode() for line in lines)
        return self.recovery
