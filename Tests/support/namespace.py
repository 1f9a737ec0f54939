"""A machine of one's own for one process: a network namespace, joined to this one by a cable that can be pulled."""

from __future__ import annotations

import itertools
import os
import subprocess

_numbers = itertools.count()


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr.strip()}"


class Namespace:
    """`inside` runs a command there; `here` and `there` are the two ends' addresses."""

    def __init__(self) -> None:
        number = next(_numbers)
        self.name = f"foyer-{os.getpid()}-{number}"
        # Names of links have at most 15 letters; a /30 of a network that is nobody's, another one for each process.
        self._cable = f"fy{os.getpid() % 100_000_000:x}-{number % 16:x}"
        network = f"10.{200 + number % 50}.{os.getpid() % 250}"
        self.here, self.there = f"{network}.1", f"{network}.2"
        self.inside = ["ip", "netns", "exec", self.name]

    def __enter__(self) -> Namespace:
        _ip("netns", "add", self.name)
        try:
            _ip("link", "add", self._cable, "type", "veth", "peer", "name", "cable", "netns", self.name)
            _ip("addr", "add", f"{self.here}/30", "dev", self._cable)
            _ip("link", "set", self._cable, "up")
            _ip("-n", self.name, "addr", "add", f"{self.there}/30", "dev", "cable")
            _ip("-n", self.name, "link", "set", "lo", "up")
            self.plug_in()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """The cable goes with it."""
        _ip("netns", "del", self.name)

    def pull_out(self) -> None:
        """Nobody hears the other side any more, and nobody is told."""
        _ip("-n", self.name, "link", "set", "cable", "down")

    def plug_in(self) -> None:
        _ip("-n", self.name, "link", "set", "cable", "up")
