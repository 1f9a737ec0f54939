"""The frame of every hostile test: whatever is done, the server stays small and serves honest clients after it."""

from collections.abc import Iterator
from contextlib import contextmanager

from support.peer import Peer, assert_honest_clients_are_served
from support.process import MEBIBYTE, forget_peak, peak_resident_bytes
from support.server import Server

# What one hostile peer may cost at its worst: a message under assembly (4 MiB in these tests), its inflated or echoed
# copy, a send queue, and what the allocator keeps of them.
PEAK_GROWTH_BYTES = 24 * MEBIBYTE

MAX_MESSAGE_BYTES = 4 * MEBIBYTE


@contextmanager
def under_attack(server: Server, growth_bytes: int = PEAK_GROWTH_BYTES) -> Iterator[Server]:
    """Runs an attack; then the peak of memory during it is within the bound, and the same process serves others."""
    forget_peak(server.pid)
    before = server.resident_bytes()
    yield server
    assert_honest_clients_are_served(server)
    growth = peak_resident_bytes(server.pid) - before
    assert growth < growth_bytes, f"memory grew by {growth / MEBIBYTE:.1f} MiB at its peak"


def assert_closes(server: Server, attack: bytes, code: int, *headers: str) -> None:
    """After the upgrade, `attack` is answered by a close frame with `code`, and then by the end of the connection."""
    with Peer.upgraded(server, "/echo", *headers) as peer:
        peer.send_from_a_thread(attack)
        received = peer.read_close()
        assert received.close_code == code, received
        assert peer.has_ended()
