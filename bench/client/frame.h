/* WebSocket frames as a client sees them (RFC 6455 section 5): writing masked ones, reading the server's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_HEADER_MAX 14
/* So many first bytes of a payload are at hand when a message is complete; the rest is counted only. */
#define FRAME_HEAD_BYTES 192

enum opcode { OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };

/* Returns the number of bytes written to `out`, which has room for `length` + FRAME_HEADER_MAX. */
size_t frame_write(uint8_t *out, enum opcode opcode, const uint8_t *payload, size_t length);

struct message {
    uint8_t opcode;
    uint64_t length;
    const uint8_t *head; /* min(length, FRAME_HEAD_BYTES) bytes */
};

struct frame_reader {
    uint8_t header[10];
    uint8_t header_length; /* 0 between frames */
    uint8_t opcode;
    bool final;
    uint64_t remaining;      /* payload bytes of this frame still to come */
    uint64_t message_length; /* so far, over all fragments */
    uint64_t control_length;
    uint8_t message_head[FRAME_HEAD_BYTES];
    uint8_t control_head[FRAME_HEAD_BYTES];
};

/* Takes bytes from `*bytes` until a message or control frame is complete: true, and `*message` holds it until the next
 * call. False: all bytes are consumed. */
bool frame_read(struct frame_reader *reader, const uint8_t **bytes, const uint8_t *end, struct message *message);
