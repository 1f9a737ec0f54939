"""Peers that are hostile by how they connect, read and vanish: slowly, by the thousand, never, without warning."""

import os
import random
import select
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from support.frames import BINARY, TEXT, frame
from support.hostile import under_attack
from support.peer import Peer, assert_honest_clients_are_served, connect, reset, upgrade_request
from support.process import MEBIBYTE, open_descriptors
from support.server import Server
from support.waiting import wait_until

_DRIBBLERS = 2000
# What a connection may cost while its request head is incomplete: its record and a buffer for the head.
_DRIBBLER_BYTES = 16 * 1024
_HONEST_SECONDS = 2.0
_TIMEOUT_MS = 700
_TIMELY_SECONDS = 4.0


@pytest.fixture(scope="module")
def impatient() -> Iterator[Server]:
    """Ends handshakes after 0.7 s, silent connections after 1 s."""
    limits = ["--handshake-timeout-ms", str(_TIMEOUT_MS), "--idle-timeout-ms", "1000", "--ping-interval-ms", "400"]
    limits += ["--keep-alive-timeout-ms", "1000"]
    with Server(*limits, "--close-timeout-ms", "500") as server:
        yield server


def _seconds_until_end(peer: Peer) -> float:
    started = time.monotonic()
    peer.read_to_end()
    return time.monotonic() - started


def _dribble(peer: Peer, data: bytes) -> bytes:
    """A byte every tenth of a second, until the server has had enough; returns what it said."""
    peer.connection.settimeout(0.1)
    answer = b""
    deadline = time.monotonic() + _TIMELY_SECONDS
    for byte in data:
        assert time.monotonic() < deadline, f"still reading after {_TIMELY_SECONDS} s"
        if not peer.send_willingly(bytes([byte])):
            return answer
        try:
            received = peer.connection.recv(4096)
            if not received:
                return answer
            answer += received
        except TimeoutError:
            continue
        except ConnectionError:
            return answer
    raise AssertionError("the server read all of it")


class TestSlowAndSilentPeers:
    def test_a_connection_that_says_nothing_is_ended(self, impatient: Server) -> None:
        with under_attack(impatient), Peer.raw(impatient) as peer:
            assert _seconds_until_end(peer) < _TIMELY_SECONDS

    def test_a_head_that_dribbles_is_ended(self, impatient: Server) -> None:
        """Slowloris: each byte comes in time, the head never does; progress does not extend the deadline."""
        with under_attack(impatient), Peer.raw(impatient) as peer:
            answer = _dribble(peer, upgrade_request())
            assert answer == b"" or answer.startswith(b"HTTP/1.1 408 "), answer

    def test_a_body_that_dribbles_is_ended(self, impatient: Server) -> None:
        with under_attack(impatient), Peer.raw(impatient) as peer:
            peer.send(b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
            answer = _dribble(peer, b"x" * 1000)
            assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer

    def test_a_chunked_body_that_dribbles_is_ended(self, impatient: Server) -> None:
        with under_attack(impatient), Peer.raw(impatient) as peer:
            peer.send(b"POST /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
            answer = _dribble(peer, b"1\r\nx\r\n" * 100)
            assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer

    def test_a_kept_alive_connection_without_another_request_is_ended(self, impatient: Server) -> None:
        with under_attack(impatient), Peer.raw(impatient) as peer:
            peer.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert peer.read_response()[0] == 200
            assert _seconds_until_end(peer) < _TIMELY_SECONDS

    def test_a_half_open_socket_is_ended(self, impatient: Server) -> None:
        """The peer's host is gone: pings stay unanswered, no FIN ever comes."""
        with under_attack(impatient), Peer.upgraded(impatient) as peer:
            assert _seconds_until_end(peer) < _TIMELY_SECONDS

    def test_a_peer_that_only_answers_pings_stays(self, impatient: Server) -> None:
        """The other side of the same timer: who lives is not ended."""
        with under_attack(impatient), Peer.upgraded(impatient) as peer:
            deadline = time.monotonic() + 2.5
            while time.monotonic() < deadline:
                ping = peer.read_frame()
                assert ping.opcode == 0x9
                peer.send(frame(0xA, ping.payload))
            peer.send(frame(TEXT, b"alive"))
            while (answer := peer.read_frame()).opcode == 0x9:
                peer.send(frame(0xA, answer.payload))
            assert answer.payload == b"alive"

    def test_a_half_closed_socket_is_ended(self, impatient: Server) -> None:
        with under_attack(impatient), Peer.upgraded(impatient) as peer:
            peer.connection.shutdown(socket.SHUT_WR)
            assert _seconds_until_end(peer) < _TIMELY_SECONDS

    def test_a_peer_that_never_answers_a_close_is_ended(self, impatient: Server) -> None:
        """The server closes first (a protocol error) and waits no longer than its close timeout."""
        with under_attack(impatient), Peer.upgraded(impatient) as peer:
            peer.send(frame(TEXT, b"", mask=None))
            assert peer.read_close().close_code == 1002
            assert _seconds_until_end(peer) < _TIMELY_SECONDS


class _Dribblers:
    """Many connections that send their handshake a byte at a time, from a thread, until told to stop."""

    def __init__(self, server: Server, source: Callable[[int], str]) -> None:
        self._stop = threading.Event()
        self._selector = selectors.DefaultSelector()
        self.connections: list[socket.socket] = []
        self.ended = 0
        for number in range(_DRIBBLERS):
            try:
                connection = connect(server, source=source(number))
            except OSError:
                self.ended += 1  # refused at the door
                continue
            connection.setblocking(False)
            self.connections.append(connection)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        request = upgrade_request()
        for byte in request[:-1]:  # never the last byte
            for connection in list(self.connections):
                if self._stop.is_set():
                    return
                try:
                    connection.send(bytes([byte]))
                except BlockingIOError:
                    continue
                except OSError:
                    self.connections.remove(connection)
                    connection.close()
                    self.ended += 1
            self._stop.wait(0.02)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)
        for connection in self.connections:
            connection.close()


def _assert_honest_clients_are_quick(server: Server) -> None:
    for _ in range(20):
        started = time.monotonic()
        assert_honest_clients_are_served(server)
        assert time.monotonic() - started < _HONEST_SECONDS


@pytest.mark.timeout(60)
class TestDribblingHandshakes:
    def test_two_thousand_from_everywhere(self) -> None:
        """Each from an address of its own, so no limit per address helps: they cost little, honest clients go on."""
        growth_bytes = _DRIBBLERS * _DRIBBLER_BYTES
        with Server("--handshake-timeout-ms", "5000") as server, under_attack(server, growth_bytes=growth_bytes):
            dribblers = _Dribblers(server, lambda number: f"127.1.{number >> 8}.{number & 0xFF}")
            try:
                assert len(dribblers.connections) > 0.95 * _DRIBBLERS, "the server refused what it can hold"
                _assert_honest_clients_are_quick(server)
                wait_until(lambda: open_descriptors(server.pid) < 200, 20, "the dribblers' handshakes time out")
            finally:
                dribblers.stop()

    def test_two_thousand_from_one_address(self) -> None:
        """One address has 50 handshakes under way and no more; another address does not notice."""
        limits = ["--handshake-timeout-ms", "5000", "--max-handshakes-per-address", "50"]
        limited = Server(*limits, limited_per_address=True)
        with limited as server, under_attack(server, growth_bytes=4 * MEBIBYTE):
            dribblers = _Dribblers(server, lambda _: "127.2.0.1")
            try:
                wait_until(lambda: dribblers.ended >= _DRIBBLERS - 50, 10, "what is over the limit is refused")
                _assert_honest_clients_are_quick(server)
            finally:
                dribblers.stop()
            wait_until(lambda: open_descriptors(server.pid) < 50, 10, "the count goes down with the connections")
            with Peer.upgraded(server, source="127.2.0.1") as peer:
                peer.echo(b"let in again")


def test_connections_of_one_address_have_a_limit() -> None:
    """The 21st is refused, another address is let in, and a closed connection makes room."""
    with Server("--max-connections-per-address", "20", limited_per_address=True) as server, under_attack(server):
        peers = [Peer.upgraded(server, source="127.3.0.1") for _ in range(20)]
        with Peer.raw(server, source="127.3.0.1") as refused:
            refused.send_willingly(upgrade_request())
            answer = refused.read_to_end()
            assert answer == b"" or answer.startswith((b"HTTP/1.1 503 ", b"HTTP/1.1 429 ")), answer
        with Peer.upgraded(server, source="127.3.0.2") as other:
            other.echo(b"not affected")
        peers.pop().close()
        with Peer.upgraded(server, source="127.3.0.1") as peer:
            peer.echo(b"room again")
        for peer in peers:
            peer.connection.close()


def test_a_subscriber_that_never_reads_is_closed_and_the_others_get_everything() -> None:
    """32 MiB are published; the stalled subscriber costs its bounded queue, then its connection."""
    message_count, message = 2000, os.urandom(16 * 1024)
    with Server("--send-queue-bytes", str(MEBIBYTE), "--write-timeout-ms", "3000") as server, under_attack(server):
        stalled = Peer.upgraded(server, "/sub", receive_buffer_bytes=4096)
        readers = [Peer.upgraded(server, "/sub") for _ in range(3)]
        complete: list[int] = []

        def read_all(reader: Peer) -> None:
            for number in range(message_count):
                received = reader.read_frame()
                assert received.payload == number.to_bytes(4, "big") + message
            complete.append(1)

        threads = [threading.Thread(target=read_all, args=(reader,), daemon=True) for reader in readers]
        for thread in threads:
            thread.start()
        with Peer.upgraded(server, "/pub") as publisher:
            for number in range(message_count):
                publisher.send(frame(BINARY, number.to_bytes(4, "big") + message))
                if number % 20 == 19:
                    time.sleep(0.005)  # a pace that readers can keep, so that only the stalled one falls behind
            for thread in threads:
                thread.join(30)
        assert len(complete) == len(readers), "a reader that reads did not get everything"
        stalled.connection.settimeout(15)
        received = stalled.read_to_end()  # ends only if the server has ended it
        assert len(received) < message_count * len(message)
        for peer in (stalled, *readers):
            peer.connection.close()


def test_peers_that_vanish_while_much_is_written_to_them(server: Server, secure_server: Server) -> None:
    """A RST in the midst of megabytes of echoes: over TLS the write raises SIGPIPE unless it is ignored."""
    for target in (server, secure_server):
        with under_attack(target, growth_bytes=64 * MEBIBYTE):
            for _ in range(20):
                peer = Peer.upgraded(target, receive_buffer_bytes=4096)
                peer.connection.settimeout(0.2)
                peer.send_willingly(frame(BINARY, os.urandom(3 * MEBIBYTE)) * 2)
                reset(peer.connection)
            wait_until(lambda pid=target.pid: open_descriptors(pid) < 60, 10, "the vanished connections are closed")


def test_connections_reset_at_once(server: Server) -> None:
    """Gone before the server has accepted them, or between accepting and the first read."""
    randomness = random.Random(1)
    with under_attack(server):
        for _ in range(500):
            connection = connect(server)
            connection.send(upgrade_request()[: randomness.randrange(0, 150)])
            reset(connection)
        wait_until(lambda: open_descriptors(server.pid) < 60, 10, "the reset connections are closed")


def test_a_full_table_of_descriptors_answers_closes_and_recovers() -> None:
    """With 64 descriptors, 300 connections: none hangs unanswered, nothing spins, and room is used again."""
    with Server("--handshake-timeout-ms", "30000", descriptor_limit=64) as server:
        crowd = [Peer.raw(server) for _ in range(300)]
        for peer in crowd:
            peer.send_willingly(b"GET ")  # a deferred accept waits for the first bytes
        readable = select.poll()
        for peer in crowd:
            readable.register(peer.connection, select.POLLIN)

        def the_rest_is_sent_away() -> bool:
            """Only an answer or an end makes them readable: a request this short gets no other reaction."""
            return len(readable.poll(0)) > len(crowd) - 64

        wait_until(the_rest_is_sent_away, 15, "connections beyond the table are answered or closed")
        before = server.processor_seconds()
        time.sleep(1.0)
        spent = server.processor_seconds() - before
        assert spent < 0.2, f"{spent} s of processor time in one second of full table"
        for peer in crowd:
            peer.connection.close()
        wait_until(lambda: open_descriptors(server.pid) < 40, 10, "the table empties")
        assert_honest_clients_are_served(server)
