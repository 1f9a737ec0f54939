"""Starting, reloading and stopping `foyer echo` as an operator does: signals, exit statuses, messages on stderr."""

import asyncio
import shutil
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect as connect_client
from websockets.exceptions import ConnectionClosed

from support.certificates import Certificate, make_certificate
from support.frames import GOING_AWAY, close_frame
from support.peer import Peer, assert_honest_clients_are_served, connect, is_refused, trusting_context
from support.server import Program, Server, foyer_binary
from support.waiting import wait_until

_CLOSE_TIMEOUT_MS = 1000
# The close timeout, and what a busy machine takes to start and end a process.
_STOP_SECONDS = 5.0


@pytest.fixture
def stopping() -> Iterator[Server]:
    with Server("--close-timeout-ms", str(_CLOSE_TIMEOUT_MS)) as server:
        yield server


class TestStopping:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
    def test_clients_are_told_1001_and_the_status_is_0(self, stopping: Server, number: signal.Signals) -> None:
        peers = [Peer.upgraded(stopping, path) for path in ("/echo", "/sub", "/pub") * 10]
        stopping.signal(number)
        for peer in peers:
            assert peer.read_close().close_code == GOING_AWAY
            peer.send(close_frame(GOING_AWAY))
            assert peer.has_ended()
        assert stopping.wait(_STOP_SECONDS) == 0

    def test_a_real_client_sees_a_clean_close(self, stopping: Server) -> None:
        async def conversation() -> int:
            async with connect_client(f"{stopping.url}/echo") as client:
                await client.send("hello")
                assert await client.recv() == "hello"
                stopping.signal(signal.SIGTERM)
                with pytest.raises(ConnectionClosed) as closed:
                    await client.recv()
                assert closed.value.rcvd is not None
                return closed.value.rcvd.code

        assert asyncio.run(asyncio.wait_for(conversation(), 10)) == GOING_AWAY
        assert stopping.wait(_STOP_SECONDS) == 0

    def test_a_client_that_never_answers_does_not_hold_it_up(self, stopping: Server) -> None:
        """Neither one that ignores the close frame, nor one that never reads, nor one within its handshake."""
        with Peer.upgraded(stopping), Peer.upgraded(stopping, receive_buffer_bytes=4096) as stalled:
            stalled.connection.settimeout(0.5)
            stalled.send_willingly(b"\x82\xff" + (1 << 19).to_bytes(8, "big") + bytes(4) + bytes(1 << 19))
            with Peer(connect(stopping)) as halfway:
                halfway.send(b"GET /echo HTTP/1.1\r\nHos")
                started = time.monotonic()
                stopping.signal(signal.SIGTERM)
                assert stopping.wait(_STOP_SECONDS) == 0
                assert time.monotonic() - started < _STOP_SECONDS

    def test_nobody_is_let_in_any_more(self, stopping: Server) -> None:
        """Each loop closes its own listener, so refusal begins shortly after the first close frame."""
        with Peer.upgraded(stopping) as peer:
            stopping.signal(signal.SIGTERM)
            assert peer.read_close().close_code == GOING_AWAY
            within_seconds = 0.8 * _CLOSE_TIMEOUT_MS / 1000
            wait_until(lambda: is_refused(stopping), within_seconds, "the server runs, and refuses connections")

    def test_what_is_queued_is_finished_first(self, stopping: Server) -> None:
        """A message that waits for a slow reader arrives whole, then the close frame."""
        with Peer.upgraded(stopping, receive_buffer_bytes=4096) as peer:
            peer.send(b"\x82\xff" + (1 << 19).to_bytes(8, "big") + bytes(4) + bytes(1 << 19))
            first = peer.read_exactly(10)
            assert first[0] == 0x82
            stopping.signal(signal.SIGTERM)
            assert peer.read_exactly(1 << 19) == bytes(1 << 19)
            assert peer.read_close().close_code == GOING_AWAY

    def test_the_port_is_free_at_once(self, stopping: Server) -> None:
        with Peer.upgraded(stopping):
            stopping.signal(signal.SIGTERM)
            stopping.wait(_STOP_SECONDS)
        with Server(listen=(f"127.0.0.1:{stopping.port}",)) as successor:
            assert_honest_clients_are_served(successor)


def _served_name(server: Server) -> bytes:
    """The certificate that a new connection is shown, as DER."""
    with trusting_context().wrap_socket(connect(server), server_hostname="localhost") as connection:
        shown = connection.getpeercert(binary_form=True)
        assert shown is not None
        return shown


def _der(certificate: Certificate) -> bytes:
    return ssl.PEM_cert_to_DER_cert(certificate.certificate.read_text())


class TestReloading:
    @pytest.fixture
    def current(self, tmp_path: Path) -> Certificate:
        return make_certificate(tmp_path, "first")

    @pytest.fixture
    def secure(self, current: Certificate) -> Iterator[Server]:
        with Server(*current.server_arguments()) as server:
            yield server

    def test_a_new_certificate_is_served_and_connections_stay(
        self, secure: Server, current: Certificate, tmp_path: Path
    ) -> None:
        second = make_certificate(tmp_path, "second")
        assert _served_name(secure) == _der(current)
        with Peer.upgraded(secure) as peer:
            peer.echo(b"before")
            current.replace_with(second)
            secure.signal(signal.SIGHUP)
            wait_until(lambda: _served_name(secure) == _der(second), 5, "the new certificate is served")
            peer.echo(b"after")
            assert peer.close().close_code == 1000

    @pytest.mark.parametrize("broken", ["garbage", "missing", "of another certificate"])
    def test_a_bad_key_leaves_the_old_pair_and_says_so(
        self, secure: Server, current: Certificate, tmp_path: Path, broken: str
    ) -> None:
        old = _served_name(secure)
        _break_key(current, tmp_path, broken)
        with Peer.upgraded(secure) as peer:
            secure.signal(signal.SIGHUP)
            wait_until(lambda: current.key.name in "".join(secure.errors), 5, "the log names the key file")
            assert _served_name(secure) == old
            peer.echo(b"still here")
        assert_honest_clients_are_served(secure)

    def test_a_plain_server_survives_the_signal(self) -> None:
        with Server() as server, Peer.upgraded(server) as peer:
            server.signal(signal.SIGHUP)
            peer.echo(b"still here")
            assert_honest_clients_are_served(server)


def _break_key(certificate: Certificate, directory: Path, how: str) -> None:
    if how == "garbage":
        certificate.key.write_text("-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n")
    elif how == "missing":
        certificate.key.unlink()
    else:
        shutil.copy(make_certificate(directory, "other").key, certificate.key)


def _refusal(*arguments: str) -> str:
    """What the server says on stderr when it refuses to start; it never claims to listen."""
    with Program([foyer_binary(), "echo", *arguments]) as program:
        assert program.wait(10) not in (0, None)
        assert program.output == []
        return "\n".join(program.errors)


class TestStarting:
    @pytest.mark.parametrize("broken", ["garbage", "missing", "of another certificate"])
    def test_a_bad_key_is_named(self, tmp_path: Path, broken: str) -> None:
        certificate = make_certificate(tmp_path, "first")
        _break_key(certificate, tmp_path, broken)
        said = _refusal("--listen", "127.0.0.1:0", *certificate.server_arguments())
        assert certificate.key.name in said, said
        assert "Fatal error" not in said and "Stack dump" not in said, said

    def test_a_certificate_without_its_key_is_refused(self, certificate: Certificate) -> None:
        assert "--tls-key" in _refusal("--listen", "127.0.0.1:0", "--tls-cert", str(certificate.certificate))

    def test_a_port_in_use_is_named(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            said = _refusal("--listen", f"127.0.0.1:{port}")
            assert str(port) in said and "in use" in said.lower(), said

    @pytest.mark.parametrize("address", ["nonsense", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:-1", "256.0.0.1:1"])
    def test_a_bad_address_is_named(self, address: str) -> None:
        assert address in _refusal(f"--listen={address}")

    def test_several_listeners(self) -> None:
        """Each prints its line, each serves, and they share what is published."""
        with Server(listen=("127.0.0.1:0", "127.0.0.1:0", "127.0.0.2:0")) as server:
            assert len(set(server.urls)) == 3
            first, second = (int(url.rpartition(":")[2]) for url in server.urls[:2])
            with Peer.upgraded(first, "/sub") as subscriber, Peer.upgraded(second, "/pub") as publisher:
                publisher.send(b"\x81\x82" + bytes(4) + b"hi")
                assert subscriber.read_frame().payload == b"hi"

    @pytest.mark.parametrize("loops", [1, 2, 4])
    def test_any_number_of_loops_shares_what_is_published(self, loops: int) -> None:
        with Server("--loops", str(loops)) as server:
            subscribers = [Peer.upgraded(server, "/sub") for _ in range(16)]
            with Peer.upgraded(server, "/pub") as publisher:
                publisher.send(b"\x81\x82" + bytes(4) + b"hi")
                assert [subscriber.read_frame().payload for subscriber in subscribers] == [b"hi"] * 16
            for subscriber in subscribers:
                subscriber.connection.close()
