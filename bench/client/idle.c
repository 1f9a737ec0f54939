/* Idle: opens connections and looks at how much the server has grown by them. Needs a fresh server, because allocators
 * keep what earlier connections have freed. */
#include <stddef.h>

#include "common.h"
#include "modes.h"

struct idle {
    uint64_t echoes;
};

static void on_message(struct client *client, struct connection *connection, const struct message *message,
                       uint64_t read_ns)
{
    (void)connection, (void)message, (void)read_ns;
    ((struct idle *)client->state)->echoes++;
}

/* One message there and back on every connection, after which a server should be as small as before. */
static void touch(struct client *client)
{
    const struct idle *idle = client->state;
    uint8_t frame[8 + FRAME_HEADER_MAX];
    size_t length = frame_write(frame, OP_BINARY, (const uint8_t *)"touching", 8);
    for (int i = 0; i < client->options->connections; i++) {
        uint64_t before = idle->echoes, deadline = now_ns() + 2000000000u;
        if (connection_write(&client->connections[i], frame, length) != (ssize_t)length) die("cannot write");
        while (idle->echoes == before) {
            client_poll(client, 50);
            if (now_ns() > deadline) die("no echo; --touch needs a path that echoes");
        }
    }
}

void run_idle(struct client *client)
{
    const struct options *options = client->options;
    struct idle idle = {0};
    client->state = &idle;
    client->mode = (struct mode){.message = on_message};
    measurement_begin(&client->measurement, options->server);
    client_open_all(client, false);
    if (options->touch) touch(client);
    uint64_t end = now_ns() + (uint64_t)(options->settle * 1e9);
    while (now_ns() < end) client_poll(client, 50);
    measurement_end(&client->measurement, options->server);
    client->measurement.operations = (uint64_t)client->open;
}
