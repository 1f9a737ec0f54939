"""Takes one figure of one server."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import build
from figures import Figure, Kind
from servers import Server, free_port, running

CLIENT_CORE = "1"
CLIENT_TIMEOUT_SECONDS = 300
# Few enough for valgrind, many enough that one wake-up finds several connections ready, as under load.
COUNTED_CONNECTIONS = "100"


@dataclass(frozen=True)
class Bench:
    """What every measurement of a run shares."""

    generator: Path
    certificate: tuple[Path, Path]
    folder: Path
    seconds: float

    def take(self, figure: Figure, server: Server) -> float:
        """Microseconds, bytes or instructions per operation, of a fresh server process."""
        binary = server.tls if figure.tls else server.plain
        if binary is None:
            raise LookupError(f"{server.name} has no TLS binary")
        match figure.kind:
            case Kind.CPU:
                timing = ("-t", str(self.seconds), "-w", "0.5")
                return self._ask(figure, server, binary, timing)["server_cpu_us"]
            case Kind.MEMORY:
                return self._ask(figure, server, binary, ())["bytes_per_connection"]
            case Kind.INSTRUCTIONS:
                return self._instructions(figure, server, build.stripped(binary, self.folder))

    def _ask(self, figure: Figure, server: Server, binary: Path, more: tuple[str, ...]) -> dict[str, float]:
        port = free_port()
        with running(server.command(binary, port, self.certificate if figure.tls else None), port) as pid:
            return self._load(figure, port, (*more, "--pid", str(pid)))

    def _load(self, figure: Figure, port: int, more: tuple[str, ...]) -> dict[str, float]:
        tls = ["--tls"] if figure.tls else []
        command = [str(self.generator), *figure.client, *tls, "-p", str(port), "--json", *more]
        pinned = ["taskset", "-c", CLIENT_CORE, *command]
        done = subprocess.run(pinned, capture_output=True, text=True, timeout=CLIENT_TIMEOUT_SECONDS)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip()[-500:])
        result = json.loads(done.stdout)
        if result["failures"] > 0:
            raise RuntimeError(f"{result['failures']} connections failed")
        return result

    def _instructions(self, figure: Figure, server: Server, binary: Path) -> float:
        """Two runs differ in nothing but the number of messages: start, handshakes and end cancel out."""
        low, high = figure.counts
        totals = [self._count(figure, server, binary, count) for count in (low, high)]
        return (totals[1] - totals[0]) / ((high - low) * figure.operations_per_count)

    def _count(self, figure: Figure, server: Server, binary: Path, count: int) -> int:
        port = free_port()
        output = self.folder / f"callgrind.{count}"
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={output}"]
        connections = ("-c", COUNTED_CONNECTIONS) if figure.client[0] == "echo" else ()
        with running([*valgrind, *server.command(binary, port, None)], port):
            self._load(figure, port, ("--count", str(count), *connections))
        # Absent when the server had to be killed instead of ending on SIGTERM.
        total = re.search(r"^totals: (\d+)", output.read_text(), re.MULTILINE) if output.exists() else None
        output.unlink(missing_ok=True)
        if total is None:
            raise RuntimeError("callgrind has written no total")
        return int(total.group(1))
