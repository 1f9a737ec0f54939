"""Peers that are hostile to the TLS layer: garbage, truncation, versions of the past."""

import random
import socket
import ssl
import time

import pytest

from support.certificates import Certificate
from support.frames import BINARY, frame
from support.hostile import under_attack
from support.peer import Peer, connect, reset, trusting_context, upgrade_request
from support.process import open_descriptors
from support.server import Server
from support.waiting import wait_until

_END_SECONDS = 15.0
_DRIBBLE_SECONDS = 5.0


def _client_hello() -> bytes:
    """The first flight of a real handshake."""
    outgoing = ssl.MemoryBIO()
    handshake = trusting_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        handshake.do_handshake()
    return outgoing.read()


_GARBAGE = {
    "random": random.Random(1).randbytes(100_000),
    "zeros": bytes(100_000),
    "HTTP": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100,
    "record of 65,535 bytes": b"\x16\x03\x01\xff\xff" + bytes(65_535),
    "record of no bytes": b"\x16\x03\x01\x00\x00" * 1000,
    "alerts": b"\x15\x03\x01\x00\x02\x01\x5a" * 1000,
    "application data before the handshake": b"\x17\x03\x03\x00\x10" + bytes(16),
    "hello of SSL 2": b"\x80\x2e\x01\x00\x02" + bytes(44),
    "hello that declares 16 MiB": b"\x16\x03\x01\x00\x04\x01\xff\xff\xff" + b"\x16\x03\x01\x40\x00" + bytes(16_384),
}


@pytest.mark.parametrize("garbage", _GARBAGE.values(), ids=_GARBAGE.keys())
def test_garbage_in_place_of_a_handshake(secure_server: Server, garbage: bytes) -> None:
    """The server ends the connection; it says at most an alert, never HTTP."""
    with under_attack(secure_server), Peer(connect(secure_server)) as peer:
        peer.send_willingly(garbage)
        peer.connection.settimeout(_END_SECONDS)
        assert b"HTTP/1.1" not in peer.read_to_end()


def test_a_handshake_truncated_at_every_tenth_byte(secure_server: Server) -> None:
    """The client goes away, orderly or not, at any point of its first flight."""
    hello = _client_hello()
    with under_attack(secure_server):
        for length in range(0, len(hello), 10):
            for leave in (socket.socket.close, reset):
                connection = connect(secure_server)
                connection.sendall(hello[:length])
                leave(connection)
        wait_until(lambda: open_descriptors(secure_server.pid) < 60, 10, "the truncated handshakes are closed")


def test_a_client_that_leaves_after_the_first_flight(secure_server: Server) -> None:
    """The server's own flight is under way when the peer resets the connection."""
    hello = _client_hello()
    with under_attack(secure_server):
        for _ in range(200):
            connection = connect(secure_server)
            connection.sendall(hello)
            reset(connection)


def test_garbage_after_the_handshake(secure_server: Server) -> None:
    """A record that does not decrypt ends the connection (RFC 8446 §5.2)."""
    connection = connect(secure_server)
    with under_attack(secure_server):
        secure = trusting_context().wrap_socket(connection.dup(), server_hostname="localhost")
        secure.sendall(upgrade_request())
        assert secure.recv(4096).startswith(b"HTTP/1.1 101 ")
        connection.sendall(b"\x17\x03\x03\x01\x00" + bytes(256))
        with Peer(connection) as peer:
            peer.read_to_end()
        secure.close()


@pytest.mark.parametrize("cut", [1, 5, 20, 3000])
def test_the_stream_ends_within_a_record(secure_server: Server, cut: int) -> None:
    """No close_notify: a truncation, to be told apart from an end by nobody but to be survived by the server."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trusting_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    connection = connect(secure_server)
    with under_attack(secure_server):
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(outgoing.read())
                incoming.write(connection.recv(1 << 16))
        tls.write(upgrade_request() + frame(BINARY, bytes(8000)))
        records = outgoing.read()
        connection.sendall(records[: len(records) - cut])
        connection.shutdown(socket.SHUT_WR)
        with Peer(connection) as peer:
            peer.read_to_end()


def test_an_end_without_close_notify(secure_server: Server) -> None:
    """What browsers do when a tab is closed."""
    with under_attack(secure_server):
        for _ in range(50):
            peer = Peer.upgraded(secure_server)
            peer.echo(b"hello")
            raw = socket.socket(fileno=peer.connection.detach())
            raw.close()
        wait_until(lambda: open_descriptors(secure_server.pid) < 60, 10, "the connections are closed")


def test_a_handshake_that_dribbles_is_ended(certificate: Certificate) -> None:
    """The time limit of the handshake counts from the connection's beginning, TLS included."""
    secure = Server("--handshake-timeout-ms", "700", *certificate.server_arguments())
    with secure as server, under_attack(server), Peer(connect(server)) as peer:
        deadline = time.monotonic() + _DRIBBLE_SECONDS
        for byte in _client_hello():
            assert time.monotonic() < deadline, f"still reading after {_DRIBBLE_SECONDS} s"
            if not peer.send_willingly(bytes([byte])):
                break
            time.sleep(0.1)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_both_versions_are_spoken(secure_server: Server, version: ssl.TLSVersion) -> None:
    context = trusting_context()
    context.minimum_version = context.maximum_version = version
    context.set_alpn_protocols(["h2", "http/1.1"])
    with context.wrap_socket(connect(secure_server), server_hostname="localhost") as connection:
        assert connection.selected_alpn_protocol() == "http/1.1"
        connection.sendall(upgrade_request())
        assert connection.recv(4096).startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=["1.0", "1.1"])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_older_versions_are_refused(secure_server: Server, version: ssl.TLSVersion) -> None:
    """RFC 8996."""
    context = trusting_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with under_attack(secure_server), pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(connect(secure_server), server_hostname="localhost")
