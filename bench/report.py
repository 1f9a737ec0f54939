"""The table of a run, and docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import shlex
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from figures import Figure, Kind


@dataclass
class Samples:
    """The values of one figure, a dictionary from the server's name for each round."""

    figure: Figure
    rounds: list[dict[str, float]] = field(default_factory=list)

    def of(self, name: str) -> list[float]:
        return [values[name] for values in self.rounds if name in values]

    def ratios(self) -> list[float]:
        """foyer to peer, of the same round: what slows the machine down slows both."""
        return [values["foyer"] / values["peer"] for values in self.rounds if {"foyer", "peer"} <= values.keys()]


def spread(values: list[float], digits: int) -> str:
    """Median, with the extremes behind it when there are several values."""
    if not values:
        return "–"
    median = f"{statistics.median(values):,.{digits}f}"
    if len(values) == 1:
        return median
    return f"{median} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def verdict(samples: Samples) -> tuple[str, str]:
    """The goal in words, and whether it is reached."""
    figure = samples.figure
    if figure.goal is None:
        return "–", "–"
    relative = figure.kind is Kind.CPU
    goal = f"≤ {figure.goal:.2f} × peer" if relative else f"≤ {figure.goal:,.0f} {figure.unit}"
    values = samples.ratios() if relative else samples.of("foyer")
    if not values:
        return goal, "not measured"
    return goal, "reached" if statistics.median(values) <= figure.goal else "**not reached**"


def table(all_samples: Sequence[Samples]) -> str:
    with_peer = any(samples.of("peer") for samples in all_samples)
    heads = ["figure", "foyer, median (min–max)"]
    heads += ["peer, median (min–max)", "paired ratio (min–max)"] if with_peer else []
    lines = [[*heads, "goal", "reached"]]
    for samples in all_samples:
        figure = samples.figure
        digits = 2 if figure.kind is Kind.CPU else 0
        line = [f"{figure.title} ({figure.unit})", spread(samples.of("foyer"), digits)]
        if with_peer:
            line += [spread(samples.of("peer"), digits), spread(samples.ratios(), 3)]
        lines.append([*line, *verdict(samples)])
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _output(*command: str) -> str:
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True)
    return done.stdout.strip()


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def document(all_samples: Sequence[Samples], tables: Sequence[str], arguments: list[str]) -> str:
    """The whole of docs/benchmarks.md. Environment variables are named without their values, which are paths."""
    changed = " with uncommitted changes" if _output("git", "status", "--porcelain", "--untracked-files=no") else ""
    variables = ("FOYER_BIN", "FOYER_LOAD_BIN", "FOYER_PEER", "FOYER_PEER_TLS")
    named = "".join(f"{name}=… " for name in variables if os.environ.get(name))
    rounds = max((len(samples.rounds) for samples in all_samples), default=1)
    body = "\n".join(tables)
    return f"""# Benchmarks

Written by `bench/run.py --write`; `bench/README.md` says what is measured and how to read it.

- Machine: {_processor()}, {os.cpu_count()} cores (server on core 0, client on core 1)
- Kernel: {platform.system()} {platform.release()}
- Commit: {_output("git", "rev-parse", "--short", "HEAD")}{changed}
- Date: {date.today().isoformat()}
- Command: `{named}bench/run.py {shlex.join(arguments)}`
- Rounds: {rounds}; instruction counts once

{body}"""
