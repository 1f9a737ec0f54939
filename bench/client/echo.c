/* Echo: every connection keeps `depth` messages in flight and answers each echo with the next message. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "modes.h"

struct lane {
    size_t owed, written; /* bytes */
    unsigned answered;    /* echoes of the current read */
    unsigned first, last; /* of the messages in flight, in `sent_ns` */
    uint64_t *sent_ns;
};

struct echo {
    struct lane *lanes;
    /* depth + 1 copies of the one frame, back to back: whatever is owed can be written from any offset in one call. */
    uint8_t *frames;
    size_t frame_bytes;
    uint8_t *payload;
    uint64_t started, answered;
};

static void flush_lane(struct client *client, struct connection *connection, struct lane *lane)
{
    const struct echo *echo = client->state;
    while (lane->written < lane->owed) {
        const uint8_t *from = echo->frames + lane->written % echo->frame_bytes;
        ssize_t written = connection_write(connection, from, lane->owed - lane->written);
        if (written < 0 && errno == EAGAIN) {
            connection_want_write(client, connection, true);
            return;
        }
        if (written < 0) {
            client->failures++;
            connection_drop(client, connection, true);
            return;
        }
        lane->written += (size_t)written;
    }
    lane->written = lane->owed = 0;
    connection_want_write(client, connection, false);
}

static void send_messages(struct client *client, struct connection *connection, unsigned count)
{
    struct echo *echo = client->state;
    struct lane *lane = &echo->lanes[client_index(client, connection)];
    const struct options *options = client->options;
    if (options->count > 0) {
        uint64_t left = options->count - echo->started;
        if (count > left) count = (unsigned)left;
    }
    if (count == 0) return;
    echo->started += count;
    uint64_t now = now_ns();
    for (unsigned i = 0; i < count; i++) lane->sent_ns[lane->last++ % (unsigned)options->depth] = now;
    lane->owed += count * echo->frame_bytes;
    flush_lane(client, connection, lane);
}

static void on_message(struct client *client, struct connection *connection, const struct message *message,
                       uint64_t read_ns)
{
    struct echo *echo = client->state;
    struct lane *lane = &echo->lanes[client_index(client, connection)];
    const struct options *options = client->options;
    if (message->length != options->size)
        die("%" PRIu64 " bytes came back instead of %zu", message->length, options->size);
    size_t head = options->size < FRAME_HEAD_BYTES ? options->size : FRAME_HEAD_BYTES;
    if (options->verify && memcmp(message->head, echo->payload, head) != 0) die("other bytes came back");
    measurement_add(&client->measurement, read_ns - lane->sent_ns[lane->first++ % (unsigned)options->depth]);
    lane->answered++;
    echo->answered++;
}

static void on_drained(struct client *client, struct connection *connection)
{
    struct echo *echo = client->state;
    struct lane *lane = &echo->lanes[client_index(client, connection)];
    unsigned count = lane->answered;
    lane->answered = 0;
    if (count > 0) send_messages(client, connection, count);
}

static void on_writable(struct client *client, struct connection *connection)
{
    struct echo *echo = client->state;
    flush_lane(client, connection, &echo->lanes[client_index(client, connection)]);
}

static void prepare(struct echo *echo, const struct options *options)
{
    size_t depth = (size_t)options->depth, connections = (size_t)options->connections;
    echo->lanes = calloc(connections, sizeof *echo->lanes);
    uint64_t *times = calloc(connections * depth, sizeof *times);
    echo->payload = malloc(options->size + 1);
    echo->frames = malloc((options->size + FRAME_HEADER_MAX) * (depth + 1));
    if (!echo->lanes || !times || !echo->payload || !echo->frames) die("out of memory");
    for (size_t i = 0; i < connections; i++) echo->lanes[i].sent_ns = times + i * depth;
    for (size_t i = 0; i < options->size; i++) echo->payload[i] = (uint8_t)('a' + i % 26);
    enum opcode opcode = options->text ? OP_TEXT : OP_BINARY;
    echo->frame_bytes = frame_write(echo->frames, opcode, echo->payload, options->size);
    for (size_t i = 1; i <= depth; i++) memcpy(echo->frames + i * echo->frame_bytes, echo->frames, echo->frame_bytes);
}

void run_echo(struct client *client)
{
    const struct options *options = client->options;
    struct echo echo = {0};
    prepare(&echo, options);
    client->state = &echo;
    client->mode = (struct mode){.message = on_message, .drained = on_drained, .writable = on_writable};
    client_open_all(client, false);
    if (options->count > 0) measurement_begin(&client->measurement, options->server);
    for (int i = 0; i < options->connections; i++)
        send_messages(client, &client->connections[i], (unsigned)options->depth);
    if (options->count > 0) {
        uint64_t deadline = now_ns() + (uint64_t)(MAX_SECONDS * 1e9);
        while (echo.answered < options->count) {
            client_poll(client, 100);
            if (now_ns() > deadline) die("%" PRIu64 " of %" PRIu64 " echoes came", echo.answered, options->count);
        }
        measurement_end(&client->measurement, options->server);
    } else {
        client_measure(client, NULL, 100);
    }
    free(echo.lanes[0].sent_ns);
    free(echo.lanes);
    free(echo.payload);
    free(echo.frames);
}
