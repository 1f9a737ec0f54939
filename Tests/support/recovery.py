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
    """Reads a history line by line. Those of one client stand in order, and nothing else is sure."""

    def __init__(self) -> None:
        self.intended = 0
        self.acknowledged = 0
        # The newest moment that the history tells of.
        self.latest = 0.0
        self._readers: set[int] = set()
        # What is not well, since when: clients without a connection, subscriptions that are behind, messages that are
        # not acknowledged or delivered.
        self._since: dict[tuple[object, ...], float] = {}
        self._early: set[tuple[object, ...]] = set()
        # Periods in which something was not well: (from, to).
        self._ills: list[tuple[float, float]] = []

    def read(self, lines: Iterable[str]) -> None:
        for text in lines:
            self._take(json.loads(text))

    def _take(self, line: dict) -> None:
        kind, at, client = line["kind"], line["at"] / 1e6, line.get("client")
        self.latest = max(self.latest, at)
        if kind == "client" and "reads" in line:
            self._readers.add(client)
        elif client in self._readers:
            pass
        elif kind == "connect":
            self._end(at, "away", client)
        elif kind == "disconnect":
            self._since.setdefault(("away", client), at)
            for name in [name for name in self._since if name[:2] == ("behind", client)]:
                self._end(at, *name)
        elif kind == "subscribe":
            self._since.setdefault(("behind", client, line["case"]), at)
        elif kind == "caughtUp":
            self._end(at, "behind", client, line["case"])
        elif kind == "intend":
            self.intended += 1
            self._begin(at, "unanswered", client, line["number"])
            if not line.get("note"):
                self._begin(at, "undelivered", client, line["number"])
        elif kind in ("ack", "refuse"):
            self.acknowledged += 1
            self._end(at, "unanswered", client, line["number"], slack=LATE_SECONDS)
        elif kind == "receive" and line.get("type") == "message" and line.get("from") not in (None, client):
            # The other side's thread may have written its line first.
            name = ("undelivered", line["from"], line["number"])
            if name in self._since:
                self._end(at, *name, slack=LATE_SECONDS)
            else:
                self._early.add(name)

    def _begin(self, at: float, *name: object) -> None:
        if name in self._early:
            self._early.discard(name)
        else:
            self._since[name] = at

    def _end(self, at: float, *name: object, slack: float = 0.0) -> None:
        since = self._since.pop(name, at)
        if at - since > slack:
            self._ills.append((since, at))

    # What was found.

    def is_well(self) -> bool:
        """At the newest moment that is known."""
        return all(
            name[0] in ("unanswered", "undelivered") and self.latest - since <= LATE_SECONDS
            for name, since in self._since.items()
        )

    def well_after(self, moment: float, until: float = float("inf")) -> float:
        """Seconds from that moment until all was well, for good or, if it is given, as far as it went until another
        moment; 0 where nothing was felt after it."""
        return max([end - moment for _, end in self._ills if moment < end <= until], default=0.0)


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
