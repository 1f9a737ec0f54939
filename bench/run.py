#!/usr/bin/env python3
"""Measures `foyer echo`, beside a peer if there is one, and prints a table of figures and goals; then `foyer serve`, as
the people who chat through it notice it.

FOYER_BIN       the binary to measure, instead of a release build
FOYER_LOAD_BIN  the load generator for the chat, the same
FOYER_PEER      a server to compare with: BINARY PORT serves /echo, /sub and /pub
FOYER_PEER_TLS  the same over TLS: BINARY PORT CERTIFICATE KEY
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import build
import chat
import servers
from figures import Figure, Kind, select
from measure import Bench
from report import Samples, document, table


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="keys or groups of figures, or chat, with commas between")
    parser.add_argument("--rounds", type=int, default=5, help="alternating rounds (5)")
    parser.add_argument("--seconds", type=float, default=2, help="measured time of each CPU figure (2)")
    parser.add_argument("--chat-seconds", type=float, default=20, help="measured time of the chat (20)")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    return parser.parse_args()


def check_tools(figures: Sequence[Figure]) -> None:
    needed = ["cc", "openssl", "taskset"]
    if any(figure.kind is Kind.INSTRUCTIONS for figure in figures):
        needed += ["valgrind", "strip"]
    if missing := [tool for tool in needed if shutil.which(tool) is None]:
        raise SystemExit(f"missing: {', '.join(missing)}")


def warn_of_other_load() -> None:
    """Two cores are all that a run needs, but it needs both: a server that shares its caches costs more CPU."""
    load = os.getloadavg()[0]
    if load > 0.25 * (os.cpu_count() or 1):
        print(f"! the machine is busy with other things (load {load:.1f}): CPU figures are inflated", file=sys.stderr)


def measure(
    bench: Bench, figures: Sequence[Figure], contenders: Sequence[servers.Server], rounds: int
) -> list[Samples]:
    """Each round takes every figure of every server, and the servers take turns at going first."""
    results = {figure: Samples(figure) for figure in figures}
    for number in range(rounds):
        turn = number % len(contenders)
        order = [*contenders[turn:], *contenders[:turn]]
        for figure, samples in results.items():
            # A count of instructions is the same every time.
            if figure.kind is Kind.INSTRUCTIONS and number > 0:
                continue
            samples.rounds.append({})
            for server in order:
                try:
                    value = bench.take(figure, server)
                except (LookupError, RuntimeError, subprocess.SubprocessError) as error:
                    print(f"! {server.name}, {figure.title}: {error}", file=sys.stderr, flush=True)
                    continue
                samples.rounds[-1][server.name] = value
                progress = f"round {number + 1}: {figure.title}: {server.name} {value:,.2f} {figure.unit}"
                print(progress, file=sys.stderr, flush=True)
    return list(results.values())


def main() -> int:
    arguments = parse_arguments()
    names = {name for name in arguments.only.split(",") if name}
    figures = [] if names == {"chat"} else select(",".join(names - {"chat"}))
    check_tools(figures)
    servers.raise_open_files()
    binary = build.foyer()
    contenders: list[servers.Server] = [servers.Server("foyer", binary, binary)]
    if (peer := servers.peer()) is not None:
        contenders.append(peer)
    warn_of_other_load()
    with tempfile.TemporaryDirectory(prefix="foyer-bench-") as name:
        folder = Path(name)
        bench = Bench(build.generator(), build.certificate(folder), folder, arguments.seconds)
        results = measure(bench, figures, contenders, max(1, arguments.rounds))
    tables = [table(results)] if results else []
    if not names or "chat" in names:
        tables.append(chat.measure(binary, arguments.chat_seconds).table() + "\n")
    print("\n".join(tables))
    if arguments.write:
        page = build.PROJECT / "docs" / "benchmarks.md"
        page.parent.mkdir(exist_ok=True)
        page.write_text(document(results, tables, sys.argv[1:]), encoding="utf-8")
    return 0 if all(samples.of("foyer") for samples in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
