/* Fan-out: one publisher, many subscribers; one operation is one delivery. A message carries the time when it was
 * published, in hex, so that every delivery yields a latency. */
#include <inttypes.h>
#include <string.h>

#include "common.h"
#include "modes.h"

#define STAMP_BYTES 16

struct fanout {
    uint64_t published, deliveries;
    uint64_t next_ns; /* with a fixed rate */
};

static void write_stamp(uint8_t *out, uint64_t value)
{
    for (int i = STAMP_BYTES - 1; i >= 0; i--, value >>= 4) out[i] = (uint8_t)"0123456789abcdef"[value & 15];
}

static uint64_t read_stamp(const uint8_t *in)
{
    uint64_t value = 0;
    for (int i = 0; i < STAMP_BYTES; i++)
        value = value << 4 | (uint64_t)(in[i] <= '9' ? in[i] - '0' : in[i] - 'a' + 10);
    return value;
}

static void publish(struct client *client)
{
    static uint8_t payload[MAX_PUBLISHED_BYTES], frame[MAX_PUBLISHED_BYTES + FRAME_HEADER_MAX];
    struct fanout *fanout = client->state;
    const struct options *options = client->options;
    memset(payload + STAMP_BYTES, 'x', options->size - STAMP_BYTES);
    write_stamp(payload, now_ns());
    size_t length = frame_write(frame, options->text ? OP_TEXT : OP_BINARY, payload, options->size);
    if (connection_write(client_publisher(client), frame, length) != (ssize_t)length)
        die("the publisher could not write a whole frame");
    fanout->published++;
}

static bool may_publish(struct client *client)
{
    struct fanout *fanout = client->state;
    const struct options *options = client->options;
    if (options->count > 0 && fanout->published >= options->count) return false;
    if (options->rate > 0) {
        if (now_ns() < fanout->next_ns) return false;
        fanout->next_ns += (uint64_t)(1e9 / options->rate);
        return true;
    }
    uint64_t subscribers = (uint64_t)options->connections;
    return fanout->published * subscribers < fanout->deliveries + (uint64_t)options->depth * subscribers;
}

static void publish_due(struct client *client)
{
    while (may_publish(client)) publish(client);
}

static void on_message(struct client *client, struct connection *connection, const struct message *message,
                       uint64_t read_ns)
{
    struct fanout *fanout = client->state;
    if (connection->publisher) return;
    if (message->length != client->options->size)
        die("%" PRIu64 " bytes arrived instead of %zu", message->length, client->options->size);
    fanout->deliveries++;
    measurement_add(&client->measurement, read_ns - read_stamp(message->head));
}

void run_fanout(struct client *client)
{
    const struct options *options = client->options;
    struct fanout fanout = {0};
    client->state = &fanout;
    client->mode = (struct mode){.message = on_message};
    client_open_all(client, true);
    fanout.next_ns = now_ns();
    if (options->count == 0) {
        client_measure(client, publish_due, options->rate > 0 ? 0 : 100);
        return;
    }
    uint64_t deadline = now_ns() + (uint64_t)(MAX_SECONDS * 1e9);
    uint64_t wanted = options->count * (uint64_t)options->connections;
    measurement_begin(&client->measurement, options->server);
    while (fanout.deliveries < wanted) {
        publish_due(client);
        client_poll(client, options->rate > 0 ? 0 : 100);
        if (now_ns() > deadline) die("%" PRIu64 " of %" PRIu64 " deliveries came", fanout.deliveries, wanted);
    }
    measurement_end(&client->measurement, options->server);
}
