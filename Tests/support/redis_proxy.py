"""A proxy before Redis that loses, repeats and delays what nodes publish.

It reads commands as clients write them (RESP: an array of bulk strings). What is to be lost is published to a channel
that nobody listens to, so that its sender gets the answer that it waits for, in its place among the others; what is
repeated or late the proxy publishes itself.
"""

from __future__ import annotations

import heapq
import random
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from support.fault_proxy import HOST, FaultProxy, Link

_NOWHERE = b"nobody-listens-here"
_PUBLICATIONS = (b"PUBLISH", b"SPUBLISH")


def command(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def take_command(data: bytes) -> tuple[list[bytes], int] | None:
    """The first command and its length; None where it is not complete yet. Raises ValueError for anything else."""
    end = data.find(b"\r\n")
    if end < 0:
        return None
    if data[:1] != b"*":
        raise ValueError(f"no command: {data[:40]!r}")
    at = end + 2
    words: list[bytes] = []
    for _ in range(int(data[1:end])):
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        if data[at : at + 1] != b"$":
            raise ValueError(f"no word: {data[at : at + 40]!r}")
        begin, length = end + 2, int(data[at + 1 : end])
        if len(data) < begin + length + 2:
            return None
        words.append(data[begin : begin + length])
        at = begin + length + 2
    return words, at


def say(connection: socket.socket, whole: bytes) -> None:
    """Of commands that are answered with one line: waits for it, and raises ConnectionError for an error."""
    connection.sendall(whole)
    answer = b""
    while not answer.endswith(b"\r\n"):
        more = connection.recv(256)
        if not more:
            raise ConnectionError("Redis has hung up")
        answer += more
    if answer.startswith(b"-"):
        raise ConnectionError(answer.decode())


@dataclass
class Losses:
    """The shares of publications that are lost, repeated and delayed, each from 0 to 1, and by how much."""

    lost: float = 0.0
    repeated: float = 0.0
    delayed: float = 0.0
    longest_delay_seconds: float = 0.5


class RedisLink(Link):
    proxy: RedisProxy

    def __init__(self, proxy: RedisProxy, near: socket.socket, far: socket.socket) -> None:
        super().__init__(proxy, near, far)
        self._asked = b""

    def from_client(self, data: bytes) -> Iterable[bytes]:
        self._asked += data
        while (found := take_command(self._asked)) is not None:
            words, length = found
            whole, self._asked = self._asked[:length], self._asked[length:]
            yield self.proxy._judge(words, whole)


class RedisProxy(FaultProxy):
    def __init__(self, target_port: int, password: str, *, seed: int = 1, **where: object) -> None:
        self._password = password
        self._numbers = random.Random(seed)
        self._judging = threading.Condition()
        self._late: list[tuple[float, int, bytes]] = []
        self._order = 0
        self._has_ended = False
        self.losses = Losses()
        self.published = self.lost = self.repeated = self.delayed = 0
        super().__init__(target_port, **where)
        threading.Thread(target=self._publish_late, daemon=True).start()

    def make_link(self, near: socket.socket, far: socket.socket) -> RedisLink:
        return RedisLink(self, near, far)

    def stop(self) -> None:
        with self._judging:
            self._has_ended = True
            self._judging.notify()
        super().stop()

    def _judge(self, words: list[bytes], whole: bytes) -> bytes:
        """What goes on in the place of this command."""
        name = words[0].upper() if words else b""
        if name not in _PUBLICATIONS or len(words) != 3:
            return whole
        with self._judging:
            self.published += 1
            losses = self.losses
            drawn = self._numbers.random()
            if drawn < losses.lost:
                self.lost += 1
                return command(name, _NOWHERE, b"")
            if drawn < losses.lost + losses.repeated:
                self.repeated += 1
                self._later(whole)
                return whole
            if drawn < losses.lost + losses.repeated + losses.delayed:
                self.delayed += 1
                self._later(whole)
                return command(name, _NOWHERE, b"")
            return whole

    def _later(self, whole: bytes) -> None:
        due = time.monotonic() + self._numbers.uniform(0, self.losses.longest_delay_seconds)
        self._order += 1
        heapq.heappush(self._late, (due, self._order, whole))
        self._judging.notify()

    def _publish_late(self) -> None:
        connection: socket.socket | None = None
        while True:
            with self._judging:
                while not self._has_ended and (not self._late or self._late[0][0] > time.monotonic()):
                    self._judging.wait(self._late[0][0] - time.monotonic() if self._late else None)
                if self._has_ended:
                    break
                _, _, whole = heapq.heappop(self._late)
            try:
                if connection is None:
                    connection = socket.create_connection((HOST, self.target_port), timeout=5)
                    say(connection, command(b"AUTH", self._password.encode()))
                say(connection, whole)
            except OSError:
                # Redis is away: a late publication is lost, as others are then.
                connection = None
        if connection is not None:
            connection.close()
