"""Real clients of other people's making against `foyer echo`: Python's websockets, curl, wrk."""

import asyncio
import itertools
import re
import subprocess
import zlib

import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from support.peer import trusting_context
from support.server import Server

LARGE = 1 << 20
_UPGRADE = ["-H", "Connection: Upgrade", "-H", "Upgrade: websocket", "-H", "Sec-WebSocket-Version: 13"]
_KEY = ["-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]


def _run(conversation) -> None:
    asyncio.run(asyncio.wait_for(conversation, 30))


@pytest.fixture(params=["server", "secure_server"], ids=["ws", "wss"])
def either_server(request: pytest.FixtureRequest) -> Server:
    return request.getfixturevalue(request.param)


def _connect(server: Server, path: str = "/echo", **options) -> connect:
    tls = {"ssl": trusting_context()} if server.is_secure else {}
    return connect(server.url + path, max_size=8 * LARGE, **tls, **options)


class TestWebsockets:
    """The Python library `websockets`."""

    @pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65535, 65536, LARGE])
    def test_messages_of_each_length_form(self, either_server: Server, length: int) -> None:
        async def conversation() -> None:
            async with _connect(either_server) as client:
                for message in ("é" * (length // 2) + "x" * (length % 2), bytes(i & 0xFF for i in range(length))):
                    await client.send(message)
                    assert await client.recv() == message

        _run(conversation())

    def test_fragmented_messages(self, either_server: Server) -> None:
        """The library sends each part of an iterable as a frame; the parts cut a character in two nowhere, 6.* do."""

        async def conversation() -> None:
            async with _connect(either_server) as client:
                await client.send(["grü", "", "ezi ", "mitenand"])
                assert await client.recv() == "grüezi mitenand"
                await client.send(bytes([i]) for i in range(200))
                assert await client.recv() == bytes(range(200))

        _run(conversation())

    def test_pings_are_answered_with_their_payload(self, server: Server) -> None:
        async def conversation() -> None:
            async with _connect(server) as client:
                for payload in (b"", b"x", bytes(125)):
                    await asyncio.wait_for(await client.ping(payload), 5)
                await client.pong(b"nobody asked")
                await client.send("still here")
                assert await client.recv() == "still here"

        _run(conversation())

    @pytest.mark.parametrize("server_no_takeover", [False, True], ids=["", "server_no_context_takeover"])
    @pytest.mark.parametrize("client_no_takeover", [False, True], ids=["", "client_no_context_takeover"])
    @pytest.mark.parametrize("server_bits", [None, 9, 15])
    @pytest.mark.parametrize("client_bits", [None, True, 9, 15])
    def test_deflate_with_all_parameters(
        self, server: Server, server_no_takeover: bool, client_no_takeover: bool, server_bits: int, client_bits: int
    ) -> None:
        """RFC 7692 §7.1: whatever is agreed on, messages come back whole, also when they repeat an earlier one.

        A window of 8 bits is left out: zlib cannot make one for a raw stream, and RFC 7692 lets the server decline."""
        offer = ClientPerMessageDeflateFactory(server_no_takeover, client_no_takeover, server_bits, client_bits)

        async def conversation() -> None:
            async with connect(server.url + "/echo", extensions=[offer], compression=None) as client:
                assert client.response is not None
                agreed = client.response.headers.get("Sec-WebSocket-Extensions", "")
                assert agreed.startswith("permessage-deflate")
                assert ("server_no_context_takeover" in agreed) or not server_no_takeover
                if server_bits is not None:  # §7.1.2.1: the same value or a smaller one
                    answered = re.search(r"server_max_window_bits=(\d+)", agreed)
                    assert answered is not None and int(answered[1]) <= server_bits
                for message in ("repeat " * 2000, "repeat " * 2000, bytes(50_000), "short", "", "repeat " * 3000):
                    await client.send(message)
                    assert await client.recv() == message

        _run(conversation())

    @pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
    def test_close_codes_are_returned(self, server: Server, code: int) -> None:
        """RFC 6455 §5.5.1: an endpoint typically echos the status code that it received."""

        async def conversation() -> ClientConnection:
            async with _connect(server) as client:
                await client.close(code, "so be it")
                return client

        client = asyncio.run(asyncio.wait_for(conversation(), 10))
        assert client.protocol.close_rcvd is not None
        assert client.protocol.close_rcvd.code == code
        assert client.protocol.close_rcvd_then_sent is False

    def test_a_subprotocol_is_never_invented(self, server: Server) -> None:
        """RFC 6455 §4.2.2: a server answers with one of those offered, or with none; and goes on either way."""

        async def conversation() -> None:
            async with _connect(server, subprotocols=["nobody.knows.v1", "foyer.v1"]) as client:
                assert client.subprotocol in (None, "foyer.v1")
                await client.send("hello")
                assert await client.recv() == "hello"

        _run(conversation())

    def test_what_is_published_reaches_every_subscriber_in_order(self, server: Server) -> None:
        """With and without compression, over all loops of the server."""
        messages = [f"{number} " + "x" * (number % 500) for number in range(300)]

        async def conversation() -> None:
            compressions = itertools.islice(itertools.cycle(["deflate", None]), 20)
            subscribers = [await _connect(server, "/sub", compression=compression) for compression in compressions]
            async with _connect(server, "/pub") as publisher:
                for message in messages:
                    await publisher.send(message)
            for subscriber in subscribers:
                assert [await subscriber.recv() for _ in messages] == messages
                await subscriber.close()

        _run(conversation())

    def test_an_unknown_path_is_refused_before_the_upgrade(self, server: Server) -> None:
        async def conversation() -> None:
            with pytest.raises(websockets.InvalidStatus) as refusal:
                await _connect(server, "/nowhere")
            assert refusal.value.response.status_code == 404

        _run(conversation())


def _curl(*arguments: str) -> str:
    command = ["curl", "--silent", "--show-error", "--insecure", "--http1.1", "--max-time", "10", *arguments]
    return subprocess.run(command, capture_output=True, check=True, timeout=20).stdout.decode()


class TestCurl:
    """HTTP as curl speaks it."""

    def test_two_requests_use_one_connection(self, either_server: Server) -> None:
        url = f"{either_server.http_url}/healthz"
        output = _curl("--write-out", "%{http_code} %{num_connects}\n", url, url)
        assert output == "ok\n200 1\nok\n200 0\n"

    def test_head_has_the_length_and_no_body(self, server: Server) -> None:
        head = _curl("--head", f"{server.http_url}/healthz").lower()
        assert head.startswith("http/1.1 200 ")
        assert "content-length: 3\r\n" in head

    def test_unknown_path(self, server: Server) -> None:
        assert _curl("--write-out", "\n%{http_code}", f"{server.http_url}/nowhere").endswith("\n404")

    def test_wrong_method_names_the_right_ones(self, server: Server) -> None:
        """RFC 9110 §15.5.6: a 405 carries Allow."""
        head = _curl("--include", "--request", "DELETE", f"{server.http_url}/healthz").lower()
        assert head.startswith("http/1.1 405 ")
        assert re.search(r"\r\nallow: .*get", head)

    def test_a_socket_s_path_without_upgrade_asks_for_one(self, server: Server) -> None:
        """RFC 9110 §15.5.22: a 426 carries Upgrade."""
        head = _curl("--include", f"{server.http_url}/echo").lower()
        assert head.startswith("http/1.1 426 ")
        assert "\r\nupgrade: websocket\r\n" in head

    def test_another_version_of_the_protocol_is_told_ours(self, server: Server) -> None:
        """RFC 6455 §4.4."""
        old = [argument.replace("Version: 13", "Version: 8") for argument in _UPGRADE]
        head = _curl("--include", *old, *_KEY, f"{server.http_url}/echo").lower()
        assert head.startswith("http/1.1 426 ")
        assert "\r\nsec-websocket-version: 13\r\n" in head

    def test_upgrade_by_hand(self, server: Server) -> None:
        """The key of RFC 6455 §1.3 and its answer; curl then waits for its time limit, as it knows no frames."""
        command = ["curl", "--silent", "--include", "--no-buffer", "--http1.1", "--max-time", "1", *_UPGRADE, *_KEY]
        finished = subprocess.run([*command, f"{server.http_url}/echo"], capture_output=True, timeout=10)
        head = finished.stdout.decode("latin-1").lower()
        assert head.startswith("http/1.1 101 ")
        assert "\r\nupgrade: websocket\r\n" in head
        assert "\r\nconnection: upgrade\r\n" in head
        assert "\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n" in head

    def test_a_large_body_of_a_refused_request_does_no_harm(self, server: Server) -> None:
        """curl sends a megabyte to a path that takes no body, and gets its answer all the same."""
        body = zlib.compress(b"") * (LARGE // 8)
        command = ["curl", "--silent", "--http1.1", "--max-time", "10", "--data-binary", "@-", "--output", "/dev/null"]
        command += ["--write-out", "%{http_code}", f"{server.http_url}/healthz"]
        finished = subprocess.run(command, input=body, capture_output=True, timeout=20)
        assert finished.stdout in (b"405", b"413"), finished


def test_wrk_sees_no_error_on_kept_alive_connections(either_server: Server) -> None:
    """Two seconds over 50 connections: no status but 2xx, no socket error, and many requests a connection."""
    command = ["wrk", "--threads", "1", "--connections", "50", "--duration", "2s", f"{either_server.http_url}/healthz"]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    assert "Non-2xx" not in output, output
    assert "Socket errors" not in output, output
    requests = re.search(r"(\d+) requests in", output)
    assert requests is not None and int(requests[1]) > 10 * 50, output
