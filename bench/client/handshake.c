/* Handshake: connects, upgrades, ends, and begins again; so many at once. */
#include "common.h"
#include "modes.h"

static void on_closed(struct client *client, struct connection *connection)
{
    connection_open(client, connection, false);
}

static void on_opened(struct client *client, struct connection *connection)
{
    measurement_add(&client->measurement, now_ns() - connection->started_ns);
    if (client->options->closing == CLOSE_RESET) {
        connection_drop(client, connection, true);
        connection_open(client, connection, false);
        return;
    }
    /* 1000, normal closure; on_closed goes on when the server has answered and closed. */
    static const uint8_t code[2] = {0x03, 0xe8};
    uint8_t frame[sizeof code + FRAME_HEADER_MAX];
    size_t length = frame_write(frame, OP_CLOSE, code, sizeof code);
    (void)!connection_write(connection, frame, length);
    client->open--;
    connection->state = STATE_CLOSING;
}

void run_handshake(struct client *client)
{
    client->mode = (struct mode){.opened = on_opened, .closed = on_closed};
    for (int i = 0; i < client->options->connections; i++) connection_open(client, &client->connections[i], false);
    client_measure(client, NULL, 100);
}
