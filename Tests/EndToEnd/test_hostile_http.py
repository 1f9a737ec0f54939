"""Peers that are hostile before the upgrade: malformed, smuggled, pipelined and mixed-up HTTP."""

import random
import re

import pytest

from support.frames import BINARY, CLOSE, PROTOCOL_ERROR, TEXT, close_frame, frame
from support.hostile import under_attack
from support.peer import Peer, upgrade_request
from support.process import MEBIBYTE
from support.server import Server

_HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def _post(*headers: str, body: bytes = b"") -> bytes:
    return ("\r\n".join(["POST /healthz HTTP/1.1", "Host: localhost", *headers]) + "\r\n\r\n").encode("latin-1") + body


def _statuses(answer: bytes) -> list[int]:
    """The statuses of the responses in a stream whose bodies contain no status line."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


# The same bytes must never be one request to a proxy and two to us (RFC 9112 §11.2). Each probe carries a second
# request where a smuggler would hide it. The numbers are sections of RFC 9112, where not said otherwise.
_SMUGGLING = {
    "both lengths, 6.1": _post("Content-Length: 4", "Transfer-Encoding: chunked", body=b"0\r\n\r\n" + _HEALTH),
    "differing lengths, 6.3": _post("Content-Length: 0", "Content-Length: 44", body=_HEALTH),
    "differing lengths in a list, 6.3": _post("Content-Length: 0, 44", body=_HEALTH),
    "signed length": _post("Content-Length: +0", body=_HEALTH),
    "negative length": _post("Content-Length: -1", body=_HEALTH),
    "length in hexadecimal": _post("Content-Length: 0x0", body=_HEALTH),
    "length with a blank inside": _post("Content-Length: 4 4", body=_HEALTH),
    "empty length": _post("Content-Length:", body=_HEALTH),
    "length of 2^64": _post("Content-Length: 18446744073709551616", body=_HEALTH),
    "length of 100 digits": _post("Content-Length: " + "0" * 99 + "1", body=b"x" + _HEALTH),
    "unknown coding, 6.1": _post("Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + _HEALTH),
    "chunked not last, 6.3": _post("Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n" + _HEALTH),
    "chunked twice, 6.1": _post("Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n" + _HEALTH),
    "coding hidden by a tab": _post("Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n" + _HEALTH),
    "blank before the colon, 5.1": _post("Transfer-Encoding : chunked", body=b"0\r\n\r\n" + _HEALTH),
    "folded line, 5.2": _post("X: a", " Transfer-Encoding: chunked", body=b"0\r\n\r\n" + _HEALTH),
    "line without a colon": _post("Transfer-Encoding chunked", body=b"0\r\n\r\n" + _HEALTH),
    "empty name": _post(": chunked", body=_HEALTH),
    "NUL in a value, RFC 9110 5.5": _post("X: a\0b", body=_HEALTH),
    "bare CR in a value, 2.2": _post("X: a\rTransfer-Encoding: chunked", body=b"0\r\n\r\n" + _HEALTH),
    "bare LF at the end of a line, 2.2": b"GET /healthz HTTP/1.1\nHost: localhost\n\n" + _HEALTH,
    "chunk size with a sign": _post("Transfer-Encoding: chunked", body=b"+0\r\n\r\n" + _HEALTH),
    "chunk size that overflows": _post("Transfer-Encoding: chunked", body=b"1" + b"0" * 16 + b"\r\n" + _HEALTH),
    "chunk longer than its size": _post("Transfer-Encoding: chunked", body=b"1\r\nabc\r\n0\r\n\r\n" + _HEALTH),
    "no host, 3.2": b"GET /healthz HTTP/1.1\r\n\r\n" + _HEALTH,
    "two hosts, 3.2": b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + _HEALTH,
    "two blanks in the first line, 3": b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n" + _HEALTH,
    "unknown version, 2.3": b"GET /healthz HTTP/3.7\r\nHost: a\r\n\r\n" + _HEALTH,
    "no version, 3": b"GET /healthz\r\nHost: a\r\n\r\n" + _HEALTH,
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _HEALTH,
}


@pytest.mark.parametrize("probe", _SMUGGLING.values(), ids=_SMUGGLING.keys())
def test_ambiguous_requests_get_one_refusal_and_the_end(server: Server, probe: bytes) -> None:
    with under_attack(server, growth_bytes=2 * MEBIBYTE), Peer.raw(server) as peer:
        peer.send(probe)
        statuses = _statuses(peer.read_to_end())
        assert len(statuses) == 1, f"answered as {len(statuses)} requests: {statuses}"
        assert statuses[0] in (400, 405, 413, 501, 505), statuses


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    """RFC 9112 §9.3.2; every other one is for a path that does not exist."""
    unknown = _HEALTH.replace(b"/healthz", b"/nowhere")
    with under_attack(server), Peer.raw(server) as peer:
        peer.send_from_a_thread((_HEALTH + unknown) * 50)
        assert [peer.read_response()[0] for _ in range(100)] == [200, 404] * 50


def test_pipelined_requests_whose_answers_are_not_read(server: Server) -> None:
    """A million requests and no reader: the answers have a bound."""
    with under_attack(server), Peer.raw(server, receive_buffer_bytes=4096) as peer:
        peer.connection.settimeout(2)
        peer.send_willingly(_HEALTH * 300_000)


def test_an_upgrade_after_requests_on_the_same_connection(server: Server) -> None:
    with under_attack(server), Peer.raw(server) as peer:
        peer.send(_HEALTH + _HEALTH + upgrade_request() + frame(TEXT, b"hello"))
        assert [peer.read_response()[0], peer.read_response()[0]] == [200, 200]
        assert peer.read_head().startswith("HTTP/1.1 101 ")
        assert peer.read_frame().payload == b"hello"


@pytest.mark.parametrize("size", [8, 16384, 1 << 20])
def test_garbage_before_the_upgrade_is_never_upgraded(server: Server, size: int) -> None:
    garbage = random.Random(size).randbytes(size)
    with under_attack(server), Peer.raw(server) as peer:
        peer.send_from_a_thread(garbage + b"\r\n\r\n" + upgrade_request())
        answer = peer.read_to_end()
        assert b" 101 " not in answer
        assert _statuses(answer) in ([], [400], [414], [431])


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * (1 << 20) + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 100_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"a" * (1 << 20),
        b"a" * (1 << 20),
    ],
    ids=["target", "value", "number of lines", "name that never ends", "method that never ends"],
)
def test_a_head_beyond_its_limits_is_refused_before_it_ends(server: Server, head: bytes) -> None:
    with under_attack(server, growth_bytes=2 * MEBIBYTE), Peer.raw(server) as peer:
        peer.send_from_a_thread(head)
        # 501 is what RFC 9112 §3 asks for when a method is longer than any that is known.
        assert _statuses(peer.read_to_end()) in ([], [400], [414], [431], [501])


class TestBytesAfterTheUpgrade:
    """Nothing is parsed as HTTP once the upgrade request has ended."""

    def test_frames_sent_with_the_request_are_frames(self, server: Server) -> None:
        with under_attack(server), Peer.raw(server) as peer:
            peer.send(upgrade_request() + frame(TEXT, b"early") + frame(BINARY, bytes(70_000)) + close_frame())
            assert peer.read_head().startswith("HTTP/1.1 101 ")
            assert peer.read_frame().payload == b"early"
            assert peer.read_frame().payload == bytes(70_000)
            assert peer.read_close().close_code == 1000

    def test_half_a_frame_sent_with_the_request_waits_for_its_other_half(self, server: Server) -> None:
        message = frame(TEXT, b"in two halves")
        with under_attack(server), Peer.raw(server) as peer:
            peer.send(upgrade_request() + message[:7])
            assert peer.read_head().startswith("HTTP/1.1 101 ")
            peer.send(message[7:])
            assert peer.read_frame().payload == b"in two halves"

    @pytest.mark.parametrize("attached", [True, False], ids=["with the upgrade", "later"])
    def test_a_request_is_a_broken_frame(self, server: Server, attached: bool) -> None:
        """`GE` reads as a frame with RSV1 and opcode 7."""
        with under_attack(server), Peer.raw(server) as peer:
            peer.send(upgrade_request() + (_HEALTH if attached else b""))
            assert peer.read_head().startswith("HTTP/1.1 101 ")
            if not attached:
                peer.send(_HEALTH)
            received = peer.read_frame()
            assert (received.opcode, received.close_code) == (CLOSE, PROTOCOL_ERROR)
            assert peer.has_ended()

    def test_a_body_announced_by_the_upgrade_request_is_refused_or_ignored(self, server: Server) -> None:
        """The bytes that follow are never read both as a body and as frames."""
        with under_attack(server), Peer.raw(server) as peer:
            hidden = frame(TEXT, b"hidden")
            peer.send(upgrade_request("/echo", f"Content-Length: {len(hidden)}") + hidden + frame(TEXT, b"plain"))
            head = peer.read_head()
            if head.startswith("HTTP/1.1 101 "):
                assert peer.read_frame().payload == b"plain"
            else:
                assert head.startswith("HTTP/1.1 4"), head
