"""Peers that complete the handshake and then send frames that nobody should send, or far too many of them."""

import zlib

import pytest

from support.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    INVALID_PAYLOAD,
    PING,
    POLICY_VIOLATION,
    PONG,
    PROTOCOL_ERROR,
    RSV1,
    RSV2,
    RSV3,
    TEXT,
    TOO_BIG,
    deflated,
    frame,
    inflated,
)  # fmt: skip
from support.hostile import MAX_MESSAGE_BYTES, assert_closes, under_attack
from support.peer import Peer
from support.process import MEBIBYTE
from support.server import Server

_DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate"
# What a server that does without a flood may say before it ends the connection.
_REFUSALS = {POLICY_VIOLATION, TOO_BIG}

# What is wrong, and the section of RFC 6455 that says so.
_MALFORMED = {
    "unmasked text, 5.1": frame(TEXT, b"hello", mask=None),
    "unmasked ping, 5.1": frame(PING, b"", mask=None),
    "unmasked close, 5.1": frame(CLOSE, b"\x03\xe8", mask=None),
    "RSV2, 5.2": frame(TEXT, b"hello", reserved=RSV2),
    "RSV3, 5.2": frame(TEXT, b"hello", reserved=RSV3),
    "all reserved bits, 5.2": frame(TEXT, b"hello", reserved=RSV1 | RSV2 | RSV3),
    "16-bit length of 125, 5.2": frame(BINARY, bytes(125), length_form=16),
    "64-bit length of 125, 5.2": frame(BINARY, bytes(125), length_form=64),
    "64-bit length of 65,535, 5.2": frame(BINARY, bytes(65535), length_form=64),
    "length with its top bit set, 5.2": frame(BINARY, declared_length=1 << 63),
    "length of 2^64-1, 5.2": frame(BINARY, declared_length=(1 << 64) - 1),
    "continuation of nothing, 5.4": frame(CONTINUATION, b"hello"),
    "text within a fragmented text, 5.4": frame(TEXT, b"a", final=False) + frame(TEXT, b"b"),
    "fragmented ping, 5.5": frame(PING, b"", final=False),
    "ping of 126 bytes, 5.5": frame(PING, bytes(126)),
    "ping that declares 2^63-1 bytes, 5.5": frame(PING, declared_length=(1 << 63) - 1),
    "close of one byte, 5.5.1": frame(CLOSE, b"\x03"),
    "close with code 1005, 7.4.1": frame(CLOSE, (1005).to_bytes(2, "big")),
    "close with code 65535, 7.4.2": frame(CLOSE, b"\xff\xff"),
} | {f"opcode {opcode:#x}, 5.2": frame(opcode, b"") for opcode in (*range(3, 8), *range(11, 16))}


@pytest.mark.parametrize("attack", _MALFORMED.values(), ids=_MALFORMED.keys())
@pytest.mark.parametrize("headers", [(), (_DEFLATE,)], ids=["", "deflate"])
def test_a_malformed_frame_closes_with_a_protocol_error(server: Server, attack: bytes, headers: tuple) -> None:
    with under_attack(server):
        assert_closes(server, attack, PROTOCOL_ERROR, *headers)


@pytest.mark.parametrize(
    "attack",
    [
        frame(CONTINUATION, b"x", reserved=RSV1),
        frame(PING, b"x", reserved=RSV1),
        frame(TEXT, deflated(b"hello"), reserved=RSV1, final=False) + frame(CONTINUATION, b"x", reserved=RSV1),
    ],
    ids=["continuation of nothing", "ping", "second fragment"],
)
def test_the_bit_of_compression_stands_on_first_frames_only(server: Server, attack: bytes) -> None:
    """RFC 7692 §6."""
    with under_attack(server):
        assert_closes(server, attack, PROTOCOL_ERROR, _DEFLATE)


def test_the_bit_of_compression_without_agreement(server: Server) -> None:
    with under_attack(server):
        assert_closes(server, frame(TEXT, deflated(b"hello"), reserved=RSV1), PROTOCOL_ERROR)


@pytest.mark.parametrize("declared", [MAX_MESSAGE_BYTES + 1, 1 << 32, (1 << 63) - 1])
@pytest.mark.parametrize("headers", [(), (_DEFLATE,)], ids=["", "deflate"])
def test_a_length_beyond_the_limit_is_refused_at_the_frame_head(server: Server, declared: int, headers: tuple) -> None:
    """Not one byte of the payload is awaited, let alone given room."""
    with under_attack(server, growth_bytes=MEBIBYTE):
        assert_closes(server, frame(BINARY, declared_length=declared), TOO_BIG, *headers)


def test_a_message_beyond_the_limit_in_fragments(server: Server) -> None:
    """The sum counts: each of the fragments is allowed."""
    fragment = frame(CONTINUATION, bytes(1 << 16), final=False)
    with under_attack(server):
        assert_closes(server, frame(BINARY, b"", final=False) + fragment * 65, TOO_BIG)


def test_fragments_whose_lengths_overflow_their_sum(server: Server) -> None:
    attack = frame(BINARY, b"x", final=False) + frame(CONTINUATION, declared_length=(1 << 63) - 1)
    with under_attack(server):
        assert_closes(server, attack, TOO_BIG)


@pytest.mark.parametrize("fragments", [1, 1000], ids=["one frame", "1000 fragments"])
def test_a_compression_bomb_is_stopped_while_it_inflates(server: Server, fragments: int) -> None:
    """1000:1: a megabyte that would be a gigabyte; the peak of memory stays where one allowed message leaves it."""
    bomb = deflated(bytes(1000 * MEBIBYTE))
    assert len(bomb) < 1.1 * MEBIBYTE
    step = -(-len(bomb) // fragments)
    pieces = [bomb[at : at + step] for at in range(0, len(bomb), step)]
    attack = b"".join(
        frame(CONTINUATION if at else BINARY, piece, reserved=0 if at else RSV1, final=at == len(pieces) - 1)
        for at, piece in enumerate(pieces)
    )
    with under_attack(server):
        assert_closes(server, attack, TOO_BIG, _DEFLATE)


def test_many_bombs_at_once_cost_what_their_limit_allows(server: Server) -> None:
    """Fifty connections, each with a bomb that stops just short of being complete."""
    unfinished = frame(BINARY, deflated(bytes(MEBIBYTE - 1)), reserved=RSV1, final=False)
    with under_attack(server, growth_bytes=50 * 2 * MEBIBYTE):
        peers = [Peer.upgraded(server, "/echo", _DEFLATE) for _ in range(50)]
        for peer in peers:
            peer.send(unfinished)
        for peer in peers:
            peer.connection.close()


@pytest.mark.parametrize("garbage", [b"\xff" * 64, b"\x06\xff\xff", b"\x00\x01\x00\x00\x00"], ids=bytes.hex)
def test_what_is_no_deflate_stream_closes(server: Server, garbage: bytes) -> None:
    with under_attack(server), Peer.upgraded(server, "/echo", _DEFLATE) as peer:
        peer.send(frame(BINARY, garbage, reserved=RSV1))
        assert peer.read_close().close_code in (INVALID_PAYLOAD, PROTOCOL_ERROR)
        assert peer.has_ended()


def test_a_stream_of_empty_blocks_is_an_empty_message(server: Server) -> None:
    """100,000 stored blocks of nothing (RFC 1951 §3.2.4)."""
    with under_attack(server), Peer.upgraded(server, "/echo", _DEFLATE) as peer:
        peer.send_from_a_thread(frame(TEXT, b"\x00\x00\x00\xff\xff" * 100_000 + b"\x00", reserved=RSV1))
        _answered_or_refused(peer, b"")


def test_a_final_block_ends_no_connection(server: Server) -> None:
    """RFC 7692 §7.2.3.4 allows blocks with BFINAL; the message after one is read like any other."""
    with under_attack(server), Peer.upgraded(server, "/echo", _DEFLATE) as peer:
        compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
        finished = compressor.compress(b"hello") + compressor.flush(zlib.Z_FINISH) + b"\x00"
        peer.send(frame(TEXT, finished, reserved=RSV1))
        _answered_or_refused(peer, b"hello")
        peer.send(frame(TEXT, deflated(b"again"), reserved=RSV1))
        _answered_or_refused(peer, b"again")


def _answered_or_refused(peer: Peer, expected: bytes) -> None:
    """The message under way comes back, or the server has said why it does not want more."""
    answer = peer.read_frame()
    while answer.opcode in (PING, PONG):
        answer = peer.read_frame()
    if answer.opcode == CLOSE:
        assert answer.close_code in _REFUSALS, answer
    else:
        payload = inflated(answer.payload) if answer.reserved & RSV1 else answer.payload
        assert (answer.opcode, payload) == (TEXT, expected)


def test_a_flood_of_one_byte_fragments(server: Server) -> None:
    """200,000 frames for one message: its room is that of its bytes, not of its frames."""
    with under_attack(server), Peer.upgraded(server) as peer:
        middle = frame(CONTINUATION, b"x", final=False) * 200_000
        peer.send_from_a_thread(frame(TEXT, b"x", final=False) + middle + frame(CONTINUATION, b"x"))
        _answered_or_refused(peer, b"x" * 200_002)


def test_a_flood_of_empty_fragments(server: Server) -> None:
    """No limit of size ever stops these: they must cost nothing, or be refused."""
    with under_attack(server), Peer.upgraded(server) as peer:
        peer.send_from_a_thread(
            frame(TEXT, b"", final=False) + frame(CONTINUATION, b"", final=False) * 300_000 + frame(CONTINUATION, b"x")
        )
        _answered_or_refused(peer, b"x")


def test_a_flood_of_empty_messages(server: Server) -> None:
    with under_attack(server), Peer.upgraded(server) as peer:
        peer.send_from_a_thread(frame(BINARY) * 100_000 + frame(CLOSE, b"\x03\xe8"))
        count = 0
        while (answer := peer.read_frame()).opcode != CLOSE:
            count += answer.opcode == BINARY
        assert (answer.close_code, count) == (1000, 100_000) or answer.close_code in _REFUSALS


def test_a_flood_of_pings_whose_pongs_are_read(server: Server) -> None:
    with under_attack(server), Peer.upgraded(server) as peer:
        peer.send_from_a_thread(frame(PING, b"p" * 125) * 50_000 + frame(CLOSE, b"\x03\xe8"))
        assert peer.read_close().close_code in {1000} | _REFUSALS


def test_a_flood_of_pings_whose_pongs_are_not_read(server: Server) -> None:
    """An endpoint may answer only the newest ping (RFC 6455 §5.5.3); it may not gather answers without a bound."""
    with under_attack(server):
        peer = Peer.upgraded(server, receive_buffer_bytes=4096)
        peer.connection.settimeout(2)
        with peer:
            peer.send_willingly(frame(PING, b"p" * 125) * 200_000)


def test_an_echo_that_is_not_read(server: Server) -> None:
    """The same with messages: 64 MiB are sent, nothing is read; the send queue has its bound."""
    with under_attack(server):
        peer = Peer.upgraded(server, receive_buffer_bytes=4096)
        peer.connection.settimeout(2)
        with peer:
            for _ in range(64):
                if not peer.send_willingly(frame(BINARY, bytes(MEBIBYTE))):
                    break


def test_frames_after_a_close_frame_are_not_read(server: Server) -> None:
    """RFC 6455 §5.5.1: what follows a close frame is discarded, however much it is."""
    with under_attack(server), Peer.upgraded(server) as peer:
        peer.send_from_a_thread(frame(CLOSE, b"\x03\xe8") + frame(TEXT, b"too late") * 1000)
        assert peer.read_frame().opcode == CLOSE
        assert peer.has_ended()
