"""The figures that are measured: how, and what they should be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    CPU = "CPU"
    MEMORY = "memory"
    INSTRUCTIONS = "instructions"


@dataclass(frozen=True)
class Figure:
    """One line of the table. `goal` is a ratio to the peer for CPU, else an absolute bound."""

    key: str
    group: str
    title: str
    kind: Kind
    client: tuple[str, ...]
    goal: float | None = None
    tls: bool = False
    # Instruction counts: the difference between a run of each count is what is divided.
    counts: tuple[int, int] = (0, 0)
    operations_per_count: int = 1

    @property
    def unit(self) -> str:
        return {Kind.CPU: "µs", Kind.MEMORY: "B", Kind.INSTRUCTIONS: "instructions"}[self.kind]


SUBSCRIBERS = 1000
FANOUT = ("fanout", "--text", "-c", str(SUBSCRIBERS), "-s", "100")

FIGURES = (
    Figure("echo20", "echo", "CPU per echo, 20 B", Kind.CPU, ("echo", "--text", "-s", "20"), 1.05),
    Figure("echo512", "echo", "CPU per echo, 512 B", Kind.CPU, ("echo", "--text", "-s", "512"), 1.05),
    Figure("echo16k", "echo", "CPU per echo, 16 KB", Kind.CPU, ("echo", "--text", "-s", "16384"), 1.05),
    Figure("fanout1", "fanout", "CPU per delivery, 1→1000, 1 outstanding", Kind.CPU, FANOUT, 1.05),
    Figure("fanout8", "fanout", "CPU per delivery, 1→1000, 8 outstanding", Kind.CPU, (*FANOUT, "-D", "8"), 1.05),
    Figure("handshake", "handshake", "CPU per handshake, closed by reset", Kind.CPU, ("handshake",), 1.00),
    Figure("tls-echo", "tls", "CPU per echo over TLS, 512 B", Kind.CPU, ("echo", "--text", "-s", "512"), tls=True),
    Figure(
        "idle", "idle", "memory per idle connection with one subscription, 10,000 of them", Kind.MEMORY,
        ("idle", "-c", "10000", "--sources", "4"), 300,
    ),
    Figure(
        "tls-idle", "idle", "memory per idle TLS connection, 5,000 of them", Kind.MEMORY,
        ("idle", "-c", "5000", "-u", "/echo", "--sources", "4"), 16 * 1024, tls=True,
    ),
    Figure(
        "echo-instructions", "instructions", "user-space instructions per echo, 20 B", Kind.INSTRUCTIONS,
        ("echo", "--text", "-s", "20"), 450, counts=(10_000, 60_000),
    ),
    Figure(
        "fanout-instructions", "instructions", "user-space instructions per delivery, 1→1000", Kind.INSTRUCTIONS,
        FANOUT, 100, counts=(20, 120), operations_per_count=SUBSCRIBERS,
    ),
)  # fmt: skip


def select(names: str) -> list[Figure]:
    """The figures named by key or group, in the order of the table; all of them for an empty string."""
    wanted = {name for name in names.split(",") if name}
    known = {name for figure in FIGURES for name in (figure.key, figure.group)}
    if unknown := wanted - known:
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    return [figure for figure in FIGURES if not wanted or {figure.key, figure.group} & wanted]
