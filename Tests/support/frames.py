"""Frames of RFC 6455 §5.2 built bit by bit, so that a test can also build those that nobody should send."""

import struct
import zlib
from dataclasses import dataclass

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
RSV1, RSV2, RSV3 = 0x40, 0x20, 0x10
FIN = 0x80
MASK = b"\x37\xfa\x21\x3d"

NORMAL, GOING_AWAY, PROTOCOL_ERROR, UNSUPPORTED = 1000, 1001, 1002, 1003
INVALID_PAYLOAD, POLICY_VIOLATION, TOO_BIG = 1007, 1008, 1009


@dataclass(frozen=True)
class Frame:
    """A frame as it was read, unmasked."""

    opcode: int
    payload: bytes
    is_final: bool = True
    reserved: int = 0
    is_masked: bool = False

    @property
    def close_code(self) -> int | None:
        """The status code of a close frame, if it carries one (§5.5.1)."""
        return struct.unpack("!H", self.payload[:2])[0] if len(self.payload) >= 2 else None

    @property
    def close_reason(self) -> str:
        return self.payload[2:].decode()


def apply_mask(mask: bytes, payload: bytes) -> bytes:
    """§5.3; the whole payload at once, since a loop over megabytes would be what a test then measures."""
    count = len(payload)
    repeated = (mask * (count // 4 + 1))[:count]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(repeated, "little")).to_bytes(count, "little")


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    final: bool = True,
    reserved: int = 0,
    mask: bytes | None = MASK,
    declared_length: int | None = None,
    length_form: int | None = None,
) -> bytes:
    """One frame. `declared_length` may lie; `length_form` (7, 16 or 64 bits) may be longer than needed."""
    length = len(payload) if declared_length is None else declared_length
    if length_form is None:
        length_form = 7 if length < 126 else 16 if length < 1 << 16 else 64
    first = (FIN if final else 0) | reserved | opcode
    masked = 0 if mask is None else 0x80
    head = {
        7: lambda: struct.pack("!BB", first, masked | length),
        16: lambda: struct.pack("!BBH", first, masked | 126, length),
        64: lambda: struct.pack("!BBQ", first, masked | 127, length),
    }[length_form]()
    return head + payload if mask is None else head + mask + apply_mask(mask, payload)


def close_frame(code: int | None = NORMAL, reason: str = "") -> bytes:
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason.encode())


def deflated(payload: bytes) -> bytes:
    """The payload as permessage-deflate carries it, in a window of its own (RFC 7692 §7.2.1)."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\x00\x00\xff\xff")


def inflated(payload: bytes) -> bytes:
    """The inverse of `deflated` (RFC 7692 §7.2.2)."""
    return zlib.decompressobj(-15).decompress(payload + b"\x00\x00\xff\xff")
