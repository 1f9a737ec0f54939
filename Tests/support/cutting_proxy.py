"""A TCP proxy that cuts what it forwards into single bytes, each in a segment of its own.

A parser that is right only when a frame head, a UTF-8 sequence or a handshake line arrives whole fails behind it.
A thread for each direction with blocking sockets is the fastest that Python does here: one system call a byte. Cutting
megabytes would take minutes and show nothing new, so after `cut_bytes` of a direction the pieces grow to a prime number
of bytes, which still falls differently on every frame.
"""

import contextlib
import socket
import threading

from support.listening import connections, shut_down

_LATER_PIECE_BYTES = 1021
_RECEIVE_BYTES = 1 << 16


class CuttingProxy:
    """Listens on a port of its own and forwards to `target_port`; as a context manager it stops at the end."""

    def __init__(self, target_port: int, cut_bytes: int = 1 << 18) -> None:
        self._target_port = target_port
        self._cut_bytes = cut_bytes
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port: int = self._listener.getsockname()[1]
        self.segments = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "CuttingProxy":
        return self

    def __exit__(self, *_: object) -> None:
        # The threads wake, and close.
        shut_down(self._listener)
        with self._lock:
            for connection in self._connections:
                shut_down(connection)

    def _accept(self) -> None:
        for near in connections(self._listener):
            try:
                far = socket.create_connection(("127.0.0.1", self._target_port))
            except OSError:
                near.close()
                continue
            with self._lock:
                self._connections |= {near, far}
            for connection in (near, far):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threads = [
                threading.Thread(target=self._forward, args=(near, far), daemon=True),
                threading.Thread(target=self._forward, args=(far, near), daemon=True),
            ]
            for thread in threads:
                thread.start()
            threading.Thread(target=self._close_after, args=(threads, near, far), daemon=True).start()

    def _forward(self, source: socket.socket, destination: socket.socket) -> None:
        """Until the source ends; what the destination no longer takes is read all the same, for closing with unread
        bytes would reset the other direction while its last frames are under way."""
        left_to_cut = self._cut_bytes
        is_taken = True
        try:
            while data := source.recv(_RECEIVE_BYTES):
                if not is_taken:
                    continue
                cut = min(left_to_cut, len(data))
                left_to_cut -= cut
                try:
                    self._send_in_pieces(destination, memoryview(data), cut)
                except OSError:
                    is_taken = False
            destination.shutdown(socket.SHUT_WR)
        except OSError:
            # The source has vanished, or the proxy stops: the destination sees the end of what was sent.
            with contextlib.suppress(OSError):
                destination.shutdown(socket.SHUT_WR)

    def _send_in_pieces(self, destination: socket.socket, data: memoryview, cut: int) -> None:
        for at in range(cut):
            destination.send(data[at : at + 1])
        self.segments += cut
        for at in range(cut, len(data), _LATER_PIECE_BYTES):
            destination.sendall(data[at : at + _LATER_PIECE_BYTES])

    def _close_after(self, threads: list[threading.Thread], *connections: socket.socket) -> None:
        for thread in threads:
            thread.join()
        with self._lock:
            for connection in connections:
                connection.close()
                self._connections.discard(connection)
