"""The servers under test, each run a fresh process that is pinned to core 0."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SERVER_CORE = "0"
# Below valgrind a server starts slowly.
START_SECONDS = 20
STOP_SECONDS = 10
# Room for 10,000 connections beside a server's own files.
OPEN_FILES = 20_000


@dataclass(frozen=True)
class Server:
    name: str
    plain: Path
    tls: Path | None

    def command(self, binary: Path, port: int, certificate: tuple[Path, Path] | None) -> list[str]:
        """`foyer echo` with every check and timer on, and limits so wide that they only count the load."""
        limits = ["--max-connections-per-address", "100000", "--max-handshakes-per-address", "100000"]
        limits += ["--frames-per-second", "100000000"]
        tls = ["--tls-cert", str(certificate[0]), "--tls-key", str(certificate[1])] if certificate else []
        return [str(binary), "echo", "--listen", f"127.0.0.1:{port}", "--loops", "1", *limits, "--deflate", "off", *tls]


class Peer(Server):
    """Another server to compare with: `BINARY PORT` or `BINARY PORT CERTIFICATE KEY`, with the same paths."""

    def command(self, binary: Path, port: int, certificate: tuple[Path, Path] | None) -> list[str]:
        return [str(binary), str(port), *(str(file) for file in certificate or ())]


def peer() -> Peer | None:
    """The peer that FOYER_PEER names; FOYER_PEER_TLS names its TLS binary, if that is another one."""
    plain, tls = os.environ.get("FOYER_PEER"), os.environ.get("FOYER_PEER_TLS")
    if not plain:
        return None
    return Peer("peer", Path(plain), Path(tls) if tls else None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def raise_open_files() -> None:
    """The servers inherit the limit from this process."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def running(command: list[str], port: int, is_pinned: bool = True) -> Iterator[int]:
    """Runs a server and yields its process id once it accepts connections; ends it by that id."""
    pin = ["taskset", "-c", SERVER_CORE] if is_pinned else []
    # A file and not a pipe, which nobody reads meanwhile and a talkative server would block on.
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [*pin, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        try:
            _wait_until_listening(process, port, errors)
            yield process.pid
        finally:
            _stop(process)


def _wait_until_listening(process: subprocess.Popen[bytes], port: int, errors: IO[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()
            raise RuntimeError(f"the server ended at once: {said[-500:]}")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            # The server's own start, and its look at this first connection, are not part of any figure.
            time.sleep(0.2)
            return
    raise RuntimeError("the server does not listen")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
