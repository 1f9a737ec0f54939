#define _GNU_SOURCE /* memmem */
#include "client.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"
#include "socket.h"

#define READ_BYTES (512 * 1024)
#define EVENTS_PER_POLL 1024
#define OPENING_SECONDS 60
/* A server that drops connections in numbers is not measured any further. */
#define MAX_FAILURES 1000

struct connection *client_publisher(struct client *client)
{
    return &client->connections[client->options->connections];
}

int client_index(const struct client *client, const struct connection *connection)
{
    return (int)(connection - client->connections);
}

void connection_open(struct client *client, struct connection *connection, bool publisher)
{
    *connection = (struct connection){
        .state = STATE_CONNECTING, .publisher = publisher, .started_ns = now_ns()};
    socket_connect(client, connection);
}

void connection_drop(struct client *client, struct connection *connection, bool reset)
{
    if (connection->state == STATE_FREE) return;
    if (connection->state == STATE_OPEN) client->open--;
    SSL_free(connection->tls);
    connection->tls = NULL;
    if (reset) {
        struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    close(connection->fd);
    free(connection->answer);
    connection->answer = NULL;
    connection->state = STATE_FREE;
}

static void lose(struct client *client, struct connection *connection)
{
    if (connection->state != STATE_CLOSING) client->failures++;
    connection_drop(client, connection, true);
    if (client->mode.closed) client->mode.closed(client, connection);
}

static void send_upgrade(struct client *client, struct connection *connection)
{
    const struct options *options = client->options;
    char request[1024];
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                          connection->publisher ? options->publish_path : options->path, options->port);
    if (length < 0 || (size_t)length >= sizeof request) die("the path is too long");
    if (connection_write(connection, request, (size_t)length) != length) {
        lose(client, connection);
        return;
    }
    connection->state = STATE_UPGRADING;
    connection_want_write(client, connection, false);
}

static void continue_tls(struct client *client, struct connection *connection)
{
    switch (socket_continue_tls(client, connection)) {
    case TLS_DONE: send_upgrade(client, connection); return;
    case TLS_WAITING: return;
    case TLS_FAILED: lose(client, connection); return;
    }
}

static void connected(struct client *client, struct connection *connection)
{
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error) {
        lose(client, connection);
    } else if (client->tls) {
        connection->state = STATE_TLS;
        continue_tls(client, connection);
    } else {
        send_upgrade(client, connection);
    }
}

static void feed(struct client *client, struct connection *connection, const uint8_t *bytes, size_t count)
{
    uint64_t read_ns = now_ns();
    const uint8_t *end = bytes + count;
    struct message message;
    while (frame_read(&connection->reader, &bytes, end, &message)) {
        if (message.opcode == OP_PING) {
            uint8_t pong[FRAME_HEAD_BYTES + FRAME_HEADER_MAX];
            size_t length = frame_write(pong, OP_PONG, message.head, (size_t)message.length);
            (void)!connection_write(connection, pong, length);
        } else if (message.opcode == OP_CLOSE) {
            if (connection->state == STATE_OPEN) client->failures++;
        } else if (message.opcode < OP_CLOSE && client->mode.message) {
            client->mode.message(client, connection, &message, read_ns);
        }
    }
    if (client->mode.drained && connection->state == STATE_OPEN) client->mode.drained(client, connection);
}

/* RFC 6455 section 4.2.2: the status, and the answer to the one key that is always sent (section 1.3). */
static void check_answer(const char *answer, size_t length)
{
    static const char accept[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    bool upgraded = length > 12 && memcmp(answer, "HTTP/1.1 101", 12) == 0;
    if (!upgraded || !memmem(answer, length, accept, sizeof accept - 1))
        die("upgrade refused: %.*s", (int)(length < 200 ? length : 200), answer);
}

static void upgrade_bytes(struct client *client, struct connection *connection, const uint8_t *bytes, size_t count)
{
    size_t before = connection->answer_length;
    if (before > 0) {
        size_t room = ANSWER_MAX - before, part = count < room ? count : room;
        memcpy(connection->answer + before, bytes, part);
        connection->answer_length += part;
    }
    const char *answer = before > 0 ? connection->answer : (const char *)bytes;
    size_t length = before > 0 ? connection->answer_length : count;
    const char *end = memmem(answer, length, "\r\n\r\n", 4);
    if (!end) {
        if (length >= ANSWER_MAX) die("the answer to the upgrade is too long");
        if (before > 0) return;
        connection->answer = malloc(ANSWER_MAX);
        if (!connection->answer) die("out of memory");
        memcpy(connection->answer, bytes, count);
        connection->answer_length = count;
        return;
    }
    size_t used = (size_t)(end + 4 - answer);
    check_answer(answer, used);
    connection->state = STATE_OPEN;
    client->open++;
    if (client->mode.opened) client->mode.opened(client, connection);
    /* A mode that only opens connections may have replaced this one by now. */
    if (connection->state == STATE_OPEN && used - before < count)
        feed(client, connection, bytes + (used - before), count - (used - before));
}

static void readable(struct client *client, struct connection *connection)
{
    for (;;) {
        ssize_t count = socket_read(connection, client->buffer, READ_BYTES);
        if (count < 0 && errno == EAGAIN) return;
        if (count <= 0) {
            lose(client, connection);
            return;
        }
        if (connection->state == STATE_UPGRADING) upgrade_bytes(client, connection, client->buffer, (size_t)count);
        else if (connection->state == STATE_OPEN) feed(client, connection, client->buffer, (size_t)count);
        if (connection->state == STATE_FREE || connection->state == STATE_CONNECTING) return;
        /* epoll reports again what is left in the socket, but not what OpenSSL has already taken from it. Reading on
         * until it would block would let one fast connection starve the others. */
        if (!connection->tls || SSL_pending(connection->tls) == 0) return;
    }
}

static void handle(struct client *client, struct connection *connection, uint32_t events)
{
    switch (connection->state) {
    case STATE_FREE: return;
    case STATE_CONNECTING: connected(client, connection); return;
    case STATE_TLS: continue_tls(client, connection); return;
    case STATE_OPEN:
        if ((events & EPOLLOUT) && client->mode.writable) client->mode.writable(client, connection);
        if (connection->state != STATE_OPEN) return;
        break;
    case STATE_UPGRADING:
    case STATE_CLOSING: break;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(client, connection);
}

void client_poll(struct client *client, int timeout_ms)
{
    struct epoll_event events[EVENTS_PER_POLL];
    int count = epoll_wait(client->epoll, events, EVENTS_PER_POLL, timeout_ms);
    for (int i = 0; i < count; i++) handle(client, events[i].data.ptr, events[i].events);
    if (client->failures > MAX_FAILURES) die("too many connections failed");
}

void client_open_all(struct client *client, bool with_publisher)
{
    const struct options *options = client->options;
    uint64_t deadline = now_ns() + OPENING_SECONDS * 1000000000ull;
    int started = 0, total = options->connections + (with_publisher ? 1 : 0);
    while (client->open < total) {
        while (started < total && started - client->open < options->in_flight) {
            connection_open(client, &client->connections[started], started == options->connections);
            started++;
        }
        client_poll(client, 100);
        if (client->failures > 0) die("%" PRIu64 " connections failed, %d are open", client->failures, client->open);
        if (now_ns() > deadline) die("gave up: %d of %d connections are open", client->open, total);
    }
}

static void run_for(struct client *client, double seconds, void (*tick)(struct client *), int poll_ms)
{
    uint64_t end = now_ns() + (uint64_t)(seconds * 1e9);
    while (now_ns() < end) {
        if (tick) tick(client);
        client_poll(client, poll_ms);
    }
}

void client_measure(struct client *client, void (*tick)(struct client *), int poll_ms)
{
    run_for(client, client->options->warm_up, tick, poll_ms);
    measurement_begin(&client->measurement, client->options->server);
    run_for(client, client->options->seconds, tick, poll_ms);
    measurement_end(&client->measurement, client->options->server);
}

void client_start(struct client *client, const struct options *options)
{
    struct rlimit descriptors;
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    if (descriptors.rlim_cur < (rlim_t)options->connections + 32)
        die("%d connections need a higher limit of open files than %ju", options->connections,
            (uintmax_t)descriptors.rlim_cur);
    client->options = options;
    client->epoll = epoll_create1(EPOLL_CLOEXEC);
    client->buffer = malloc(READ_BYTES);
    client->connections = calloc((size_t)options->connections + 1, sizeof *client->connections);
    if (client->epoll < 0 || !client->buffer || !client->connections) die("out of memory or descriptors");
    if (options->tls) client->tls = socket_make_tls_context();
}

void client_stop(struct client *client)
{
    for (int i = 0; i <= client->options->connections; i++) connection_drop(client, &client->connections[i], true);
    free(client->connections);
    free(client->buffer);
    SSL_CTX_free(client->tls);
    close(client->epoll);
}
