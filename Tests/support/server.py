"""The program under test as a process of its own: started, measured and stopped by its process id."""

import os
import resource
import signal
import subprocess
import threading
from pathlib import Path
from urllib.parse import urlsplit

from support import process
from support.waiting import wait_until

REPOSITORY = Path(__file__).resolve().parents[2]
_LISTENING = "foyer listening on "
# A house with demo data computes five passwords first; ten times that on a busy machine.
_START_SECONDS = 30.0
_STOP_SECONDS = 15.0

# Loopback gives every test the same source address, so limits per address are named only by the tests of those limits.
UNLIMITED_PER_ADDRESS = ["--max-connections-per-address", "1000000", "--max-handshakes-per-address", "1000000"]


def foyer_binary() -> str:
    """The program under test: FOYER_BIN, or what `swift build -c release` has made."""
    path = Path(os.environ.get("FOYER_BIN", ".build/release/foyer"))
    return str(path if path.is_absolute() else REPOSITORY / path)


class Program:
    """A process whose two output streams are gathered line by line."""

    def __init__(
        self, command: list[str], descriptor_limit: int | None = None, environment: dict[str, str] | None = None
    ) -> None:
        def limit_descriptors() -> None:
            if descriptor_limit is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptor_limit, descriptor_limit))

        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=environment,
            preexec_fn=limit_descriptors,
        )
        self.pid = self._process.pid
        self.output: list[str] = []
        self.errors: list[str] = []
        self._gatherers = [
            threading.Thread(target=self._gather, args=(self._process.stdout, self.output), daemon=True),
            threading.Thread(target=self._gather, args=(self._process.stderr, self.errors), daemon=True),
        ]
        for gatherer in self._gatherers:
            gatherer.start()

    @staticmethod
    def _gather(stream, lines: list[str]) -> None:
        for line in stream:
            lines.append(line.rstrip("\n"))

    def running(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, deadline_seconds: float) -> int:
        """The exit status, once the process has ended and all of its output is gathered."""
        status = self._process.wait(deadline_seconds)
        for gatherer in self._gatherers:
            gatherer.join(deadline_seconds)
        return status

    def end(self) -> None:
        """Ends the process whatever it does; a process that has ended already stays as it is."""
        if self.running():
            self.signal(signal.SIGTERM)
            try:
                self.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self.wait(_STOP_SECONDS)

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


class Server(Program):
    """`foyer echo`, or another command that serves. `Server("--deflate", "on")` returns when every listener has printed
    its line.
    """

    def __init__(
        self,
        *arguments: str,
        listen: tuple[str, ...] = ("127.0.0.1:0",),
        descriptor_limit: int | None = None,
        limited_per_address: bool = False,
        command: str = "echo",
        binary: str | None = None,
    ) -> None:
        listeners = [part for address in listen for part in ("--listen", address)]
        limits = [] if limited_per_address else UNLIMITED_PER_ADDRESS
        super().__init__([binary or foyer_binary(), command, *listeners, *limits, *arguments], descriptor_limit)
        try:

            def has_settled() -> bool:
                return len(self.urls) == len(listen) or not self.running()

            wait_until(has_settled, _START_SECONDS, "the server listens")
            if len(self.urls) != len(listen):
                self.wait(_STOP_SECONDS)
                raise AssertionError(f"the server did not listen; it said: {self.errors}")
        except AssertionError:
            self.end()
            raise

    @property
    def urls(self) -> list[str]:
        """The addresses that the server has printed: `ws://host:port`, or `wss`, `http` and `https`."""
        return [line.removeprefix(_LISTENING) for line in self.output if line.startswith(_LISTENING)]

    @property
    def url(self) -> str:
        return self.urls[0]

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None, self.url
        return port

    @property
    def http_url(self) -> str:
        return self.url.replace("ws", "http", 1)

    @property
    def is_secure(self) -> bool:
        return self.url.startswith("wss://")

    def resident_bytes(self) -> int:
        return process.resident_bytes(self.pid)

    def processor_seconds(self) -> float:
        return process.processor_seconds(self.pid)
