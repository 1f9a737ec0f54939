#include "frame.h"

#include <string.h>

#include "common.h"

size_t frame_write(uint8_t *out, enum opcode opcode, const uint8_t *payload, size_t length)
{
    /* One mask for all: servers cannot profit from knowing it, and random ones would cost the client time. */
    static const uint8_t mask[4] = {0xa5, 0x71, 0x3c, 0x9d};
    size_t n = 0;
    out[n++] = (uint8_t)(0x80 | opcode);
    if (length < 126) {
        out[n++] = (uint8_t)(0x80 | length);
    } else if (length < 65536) {
        out[n++] = 0x80 | 126;
        out[n++] = (uint8_t)(length >> 8);
        out[n++] = (uint8_t)length;
    } else {
        out[n++] = 0x80 | 127;
        for (int i = 7; i >= 0; i--) out[n++] = (uint8_t)((uint64_t)length >> (8 * i));
    }
    memcpy(out + n, mask, sizeof mask);
    n += sizeof mask;
    for (size_t i = 0; i < length; i++) out[n + i] = payload[i] ^ mask[i & 3];
    return n + length;
}

/* The usual case, and the one that decides the client's speed: a whole unfragmented message lies in the buffer. */
static bool read_whole(const uint8_t **bytes, const uint8_t *end, struct message *message)
{
    const uint8_t *p = *bytes;
    size_t available = (size_t)(end - p), header = 2;
    if (available < 2 || (p[0] != (0x80 | OP_TEXT) && p[0] != (0x80 | OP_BINARY))) return false;
    uint64_t length = p[1];
    if (length == 126 && available >= 4) {
        length = (uint64_t)p[2] << 8 | p[3];
        header = 4;
    } else if (length >= 126) {
        return false;
    }
    if (available < header + length) return false;
    *message = (struct message){.opcode = p[0] & 15, .length = length, .head = p + header};
    *bytes = p + header + length;
    return true;
}

/* True when the header has become complete. */
static bool read_header_byte(struct frame_reader *reader, uint8_t byte)
{
    reader->header[reader->header_length++] = byte;
    if (reader->header_length < 2) return false;
    const uint8_t *header = reader->header;
    /* RFC 6455 section 5.1: a server does not mask. */
    if (header[1] & 0x80) die("the server sent a masked frame");
    unsigned length_bytes = header[1] == 126 ? 2 : header[1] == 127 ? 8 : 0;
    if (reader->header_length < 2 + length_bytes) return false;
    uint64_t length = length_bytes ? 0 : header[1];
    for (unsigned i = 0; i < length_bytes; i++) length = length << 8 | header[2 + i];
    reader->opcode = header[0] & 15;
    reader->final = header[0] >> 7;
    reader->remaining = length;
    if (reader->opcode >= OP_CLOSE) reader->control_length = 0;
    else if (reader->opcode != 0) reader->message_length = 0;
    return true;
}

static void keep(uint8_t *head, uint64_t *length, const uint8_t *bytes, size_t count)
{
    if (*length < FRAME_HEAD_BYTES) {
        size_t room = FRAME_HEAD_BYTES - (size_t)*length;
        memcpy(head + *length, bytes, room < count ? room : count);
    }
    *length += count;
}

bool frame_read(struct frame_reader *reader, const uint8_t **bytes, const uint8_t *end, struct message *message)
{
    bool in_payload = reader->header_length > 0 && reader->remaining > 0;
    while (*bytes < end) {
        if (!in_payload) {
            if (reader->header_length == 0 && read_whole(bytes, end, message)) return true;
            if (!read_header_byte(reader, *(*bytes)++)) continue;
        }
        bool control = reader->opcode >= OP_CLOSE;
        size_t available = (size_t)(end - *bytes);
        size_t count = available < reader->remaining ? available : (size_t)reader->remaining;
        if (control) keep(reader->control_head, &reader->control_length, *bytes, count);
        else keep(reader->message_head, &reader->message_length, *bytes, count);
        *bytes += count;
        reader->remaining -= count;
        in_payload = reader->remaining > 0;
        if (in_payload) continue;
        reader->header_length = 0;
        if (!control && !reader->final) continue;
        *message = (struct message){
            .opcode = reader->opcode,
            .length = control ? reader->control_length : reader->message_length,
            .head = control ? reader->control_head : reader->message_head,
        };
        return true;
    }
    return false;
}
