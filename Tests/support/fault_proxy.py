"""A TCP proxy that fails as networks and servers fail: cuts connections, delays, goes silent.

What stands before a particular server (`postgres_proxy`, `redis_proxy`) also looks at the messages that go through. A
thread for each direction with blocking sockets: a node has a dozen connections, and nothing here is measured.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable

from support.listening import connections, shut_down

HOST = "127.0.0.1"
_RECEIVE_BYTES = 1 << 16
_CONNECT_SECONDS = 5.0


class Link:
    """One connection and its way on. A subclass sees the bytes: it returns what goes further."""

    def __init__(self, proxy: FaultProxy, near: socket.socket, far: socket.socket) -> None:
        self.proxy = proxy
        self.near = near
        self.far = far
        # Bytes of it were dropped: what follows would make no sense to the other side.
        self.is_ruined = False

    def from_client(self, data: bytes) -> Iterable[bytes]:
        return [data]

    def from_server(self, data: bytes) -> Iterable[bytes]:
        return [data]

    def cut(self) -> None:
        shut_down(self.near)
        shut_down(self.far)


class FaultProxy:
    """Listens on a free port, or on `port` of `host`, and forwards to `target_port` of this machine; as a context
    manager it stops at the end.
    """

    def __init__(self, target_port: int, *, host: str = HOST, port: int = 0) -> None:
        self.target_port = target_port
        self._listener = socket.create_server((host, port), backlog=128)
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._links: set[Link] = set()
        self._is_silent = False
        self._refuses = False
        self._may_read_answers = threading.Event()
        self._may_read_answers.set()
        # Before each piece is forwarded, in either direction.
        self.delay_seconds = 0.0
        self.accepted = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def make_link(self, near: socket.socket, far: socket.socket) -> Link:
        return Link(self, near, far)

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        shut_down(self._listener)
        self.release_answers()
        self.cut_all()

    # Faults.

    @property
    def links(self) -> int:
        with self._lock:
            return len(self._links)

    def cut_all(self) -> int:
        """Ends every connection now; returns how many there were. New ones are welcome."""
        with self._lock:
            links = list(self._links)
        for link in links:
            link.cut()
        return len(links)

    def be_silent(self) -> None:
        """Takes connections and bytes, and drops what comes, as a network does that has lost its way."""
        self._is_silent = True

    def speak(self) -> None:
        """Ends the silence, and the connections that it has made worthless."""
        self._is_silent = False
        for link in self.ruined():
            link.cut()

    def ruined(self) -> list[Link]:
        """The connections of which bytes were dropped."""
        with self._lock:
            return [link for link in self._links if link.is_ruined]

    def hold_answers(self) -> None:
        """Reads nothing more from the server, as a client does that has no time: what it says stays with it."""
        self._may_read_answers.clear()

    def release_answers(self) -> None:
        self._may_read_answers.set()

    def refuse(self) -> None:
        """Ends every connection, and each new one at once."""
        self._refuses = True
        self.cut_all()

    def accept(self) -> None:
        self._refuses = False

    # The work.

    def _accept(self) -> None:
        for near in connections(self._listener):
            self.accepted += 1
            # In a thread of its own: connecting to a server that is paused must hold up nobody else.
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        if self._refuses:
            near.close()
            return
        try:
            far = socket.create_connection((HOST, self.target_port), timeout=_CONNECT_SECONDS)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link = self.make_link(near, far)
        with self._lock:
            self._links.add(link)
        answers = threading.Thread(target=self._forward, args=(link, far, near, link.from_server), daemon=True)
        answers.start()
        self._forward(link, near, far, link.from_client)
        answers.join()
        with self._lock:
            self._links.discard(link)
        near.close()
        far.close()

    def _forward(self, link: Link, source: socket.socket, destination: socket.socket, look) -> None:
        """Until one of the two ends: then the other one does."""
        try:
            while data := source.recv(_RECEIVE_BYTES):
                if source is link.far:
                    self._may_read_answers.wait()
                if self._is_silent:
                    link.is_ruined = True
                    continue
                if link.is_ruined:
                    break
                for piece in look(data):
                    if self.delay_seconds:
                        time.sleep(self.delay_seconds)
                    destination.sendall(piece)
        except OSError:
            pass
        link.cut()
