"""The product under load: durable messages between guests and members, and the rate at which they get slow.

`foyer serve` with a fresh database and everything on (every commit is synchronised), and `foyer-load` beside it.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import build
from servers import free_port, running

# A socket may send 20 messages a second: with fewer sockets, or members who write half, that limit would be the knee.
GUESTS, MEMBERS, MEMBER_SHARE = 400, 40, 0.25
# Well below the knee: what a message costs when nobody waits for anybody.
RATE = 200
FIRST_RATE = 100
TIMEOUT_SECONDS = 900


@dataclass(frozen=True)
class Latency:
    p50: float
    p99: float
    p999: float
    longest: float

    @staticmethod
    def of(figures: dict[str, float]) -> Latency:
        names = ("p50Milliseconds", "p99Milliseconds", "p999Milliseconds", "maxMilliseconds")
        return Latency(*(figures[name] for name in names))

    def cells(self) -> list[str]:
        return [f"{value:,.2f}" for value in (self.p50, self.p99, self.p999, self.longest)]


@dataclass(frozen=True)
class Chat:
    acknowledged: Latency
    delivered: Latency
    # Messages a second up to which p99 stays within the bound.
    knee: float
    bound: float

    def table(self) -> str:
        rows = [
            [f"durable messages, {RATE}/s (ms)", "p50", "p99", "p99.9", "max"],
            ["---"] * 5,
            ["send → acknowledged", *self.acknowledged.cells()],
            ["send → delivered", *self.delivered.cells()],
        ]
        lines = [f"| {' | '.join(row)} |" for row in rows]
        up_to = f"stays within {self.bound:g} ms up to **{self.knee:,.0f} messages/s**"
        passed = f"passes {self.bound:g} ms at {FIRST_RATE} messages/s already"
        knee = f"p99 of send → acknowledged {up_to if self.knee > 0 else passed}"
        return "\n".join([*lines, "", f"{knee} ({GUESTS} guests, {MEMBERS} members, generator on the same machine)."])


def measure(binary: Path, seconds: float) -> Chat:
    """Each from a fresh house. The data lies in the project's folder: a temporary one may lie in memory."""
    generator = build.load_generator()
    results = build.PROJECT / "results"
    results.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="chat-", dir=results) as name:
        folder = Path(name)
        history = folder / "history"
        rush = ("rush", "--rate", str(RATE), "--duration", str(seconds), "--history", str(history))
        figures = _load(binary, generator, folder / "rush", rush)
        check = subprocess.run([str(generator), "check", str(history)], capture_output=True, text=True)
        if check.returncode != 0:
            raise RuntimeError(check.stdout.strip()[-2000:])
        knee = _load(binary, generator, folder / "knee", ("knee", "--from", str(FIRST_RATE)))
    return Chat(
        Latency.of(figures["sendToAcknowledged"]),
        Latency.of(figures["sendToDelivered"]),
        knee["rate"],
        knee["boundMilliseconds"],
    )


def _load(binary: Path, generator: Path, folder: Path, command: tuple[str, ...]) -> dict:
    folder.mkdir()
    data, figures, port = folder / "data", folder / "figures.json", free_port()
    limits = ["--max-connections-per-address", "100000", "--max-handshakes-per-address", "100000"]
    serve = ["serve", "--demo", "--data", str(data), "--web", str(build.PROJECT / "web")]
    with running([str(binary), *serve, "--listen", f"127.0.0.1:{port}", *limits], port, is_pinned=False):
        crowd = ["--url", f"http://127.0.0.1:{port}", "--demo", str(data / "demo.json")]
        crowd += ["--guests", str(GUESTS), "--members", str(MEMBERS), "--member-share", str(MEMBER_SHARE)]
        run = [str(generator), *command, *crowd, "--json", str(figures)]
        done = subprocess.run(run, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
        if not figures.exists():
            raise RuntimeError(done.stderr.strip()[-500:] or f"foyer-load ended with status {done.returncode}")
    return json.loads(figures.read_text())
