"""What the proxies of threads and blocking sockets have in common: taking connections until they are told to stop."""

import contextlib
import socket
from collections.abc import Iterator


def shut_down(end: socket.socket) -> None:
    """Wakes whoever is in a system call of it; closing alone would leave them there."""
    with contextlib.suppress(OSError):  # it may have ended already
        end.shutdown(socket.SHUT_RDWR)


def connections(listener: socket.socket) -> Iterator[socket.socket]:
    """Until the listener is shut down, which is then closed."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            listener.close()
            return
        yield connection
