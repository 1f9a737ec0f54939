"""A WebSocket peer over a bare socket: it can send whatever it likes, and sees every byte that comes back."""

import base64
import hashlib
import os
import socket
import ssl
import struct
import threading

from support.frames import BINARY, CLOSE, TEXT, Frame, apply_mask, close_frame, frame
from support.server import Server

_DEADLINE_SECONDS = 10.0
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
Endpoint = Server | int


def upgrade_request(path: str = "/echo", *headers: str, key: str = "dGhlIHNhbXBsZSBub25jZQ==") -> bytes:
    """A well-formed opening handshake (RFC 6455 §4.1) with further header lines."""
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade"]
    lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def trusting_context() -> ssl.SSLContext:
    """TLS that takes any certificate: the tests make their own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(endpoint: Endpoint, source: str | None = None, receive_buffer_bytes: int | None = None) -> socket.socket:
    """A TCP connection without Nagle's delay, from the given loopback address."""
    port = endpoint if isinstance(endpoint, int) else endpoint.port
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if receive_buffer_bytes is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
    if source is not None:
        connection.bind((source, 0))
    connection.settimeout(_DEADLINE_SECONDS)
    connection.connect(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def is_refused(server: Server) -> bool:
    """Whether it lets nobody in any more, and still runs."""
    try:
        connect(server).close()
    except ConnectionError:
        return server.running()
    return False


def reset(connection: socket.socket) -> None:
    """Vanishes: the other side gets a RST instead of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())


class Peer:
    """Bytes, HTTP heads and frames over one connection; as a context manager it closes its socket at the end."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._unread = bytearray()
        self.response_head = ""

    @classmethod
    def raw(cls, server: Endpoint, **options) -> "Peer":
        """A connection on which nothing has been said yet, apart from TLS if the server speaks it."""
        connection = connect(server, **options)
        if isinstance(server, Server) and server.is_secure:
            connection = trusting_context().wrap_socket(connection, server_hostname="localhost")
        return cls(connection)

    @classmethod
    def upgraded(cls, server: Endpoint, path: str = "/echo", *headers: str, **options) -> "Peer":
        """A connection after a successful opening handshake, whose answer has been checked."""
        peer = cls.raw(server, **options)
        key = base64.b64encode(os.urandom(16)).decode()
        peer.send(upgrade_request(path, *headers, key=key))
        peer.response_head = peer.read_head()
        assert peer.response_head.startswith("HTTP/1.1 101 "), peer.response_head
        accept = base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest()).decode()
        assert f"sec-websocket-accept: {accept}".lower() in peer.response_head.lower(), peer.response_head
        return peer

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def send_willingly(self, data: bytes) -> bool:
        """Sends what the server is willing to take: False when it has closed (or stopped reading) before the end."""
        try:
            self.connection.sendall(data)
            return True
        except (TimeoutError, ConnectionError, ssl.SSLError):
            return False

    def send_from_a_thread(self, data: bytes) -> threading.Thread:
        """Sends while the caller reads: a flood that is answered would otherwise stall both sides."""
        thread = threading.Thread(target=self.send_willingly, args=(data,), daemon=True)
        thread.start()
        return thread

    def _receive(self) -> bool:
        try:
            data = self.connection.recv(1 << 16)
        except (ConnectionError, ssl.SSLEOFError):
            return False
        self._unread += data
        return bool(data)

    def _take(self, count: int) -> bytes:
        taken = bytes(self._unread[:count])
        del self._unread[:count]
        return taken

    def read_exactly(self, count: int) -> bytes:
        while len(self._unread) < count:
            if not self._receive():
                raise EOFError(f"ended after {len(self._unread)} of {count} bytes: {bytes(self._unread[:200])!r}")
        return self._take(count)

    def read_head(self) -> str:
        """The head of one HTTP response."""
        while (end := self._unread.find(b"\r\n\r\n")) < 0:
            if not self._receive():
                raise EOFError(f"ended within a response head: {bytes(self._unread[:200])!r}")
        return self._take(end + 4).decode("latin-1")

    def read_response(self) -> tuple[int, str, bytes]:
        """Status, head and body of one HTTP response whose body has a Content-Length."""
        head = self.read_head()
        lengths = [line.split(":")[1] for line in head.lower().split("\r\n") if line.startswith("content-length:")]
        return int(head.split()[1]), head, self.read_exactly(int(lengths[0]) if lengths else 0)

    def read_to_end(self) -> bytes:
        """Everything until the server ends the connection, however it ends it."""
        while self._receive():
            pass
        return self._take(len(self._unread))

    def read_frame(self) -> Frame:
        first, second = self.read_exactly(2)
        length = second & 0x7F
        if length == 126:
            length = int.from_bytes(self.read_exactly(2), "big")
        elif length == 127:
            length = int.from_bytes(self.read_exactly(8), "big")
        mask = self.read_exactly(4) if second & 0x80 else None
        payload = self.read_exactly(length)
        payload = payload if mask is None else apply_mask(mask, payload)
        return Frame(first & 0x0F, payload, bool(first & 0x80), first & 0x70, mask is not None)

    def read_close(self) -> Frame:
        """The close frame, over whatever comes before it."""
        while (received := self.read_frame()).opcode != CLOSE:
            pass
        return received

    def has_ended(self) -> bool:
        """Waits for the server's end of the connection; False when more bytes come instead."""
        return not self._unread and not self._receive()

    def echo(self, payload: bytes, opcode: int = BINARY) -> None:
        """Sends one message and asserts that it comes back unchanged."""
        self.send(frame(opcode, payload))
        received = self.read_frame()
        assert (received.opcode, received.is_final, received.is_masked) == (opcode, True, False), received
        assert received.payload == payload

    def close(self, code: int = 1000) -> Frame:
        """The closing handshake from this side, to the end of the TCP connection (RFC 6455 §7.1.1)."""
        self.send(close_frame(code))
        received = self.read_close()
        assert self.has_ended()
        return received


def assert_honest_clients_are_served(server: Server) -> None:
    """The same process still upgrades, echoes and closes, and still answers HTTP."""
    assert server.running(), f"the server has ended; it said: {server.errors}"
    with Peer.upgraded(server) as peer:
        peer.echo("grüezi".encode(), TEXT)
        peer.echo(bytes(range(256)) * 300)
        assert peer.close().close_code == 1000
    with Peer.raw(server) as peer:
        peer.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        status, _, body = peer.read_response()
        assert (status, body) == (200, b"ok\n")
