/* The client's connections: opened, upgraded (RFC 6455 section 4.1), read and written by one epoll loop. What is said
 * over them is the business of a mode. */
#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include "frame.h"
#include "measurement.h"
#include "options.h"

enum state { STATE_FREE, STATE_CONNECTING, STATE_TLS, STATE_UPGRADING, STATE_OPEN, STATE_CLOSING };

/* The longest answer to an upgrade that is understood. */
#define ANSWER_MAX 4096

struct connection {
    int fd;
    enum state state;
    bool publisher;
    bool wants_write;
    SSL *tls;
    uint64_t started_ns;
    char *answer; /* the part of the upgrade's answer that has come, if it came in parts */
    size_t answer_length;
    struct frame_reader reader;
};

struct client;

/* What a mode does when something happens; what it leaves out is ignored. */
struct mode {
    void (*opened)(struct client *, struct connection *);
    void (*message)(struct client *, struct connection *, const struct message *, uint64_t read_ns);
    void (*drained)(struct client *, struct connection *); /* everything of one read has been handed out */
    void (*writable)(struct client *, struct connection *);
    void (*closed)(struct client *, struct connection *); /* by the server, or failed; already free */
};

struct client {
    const struct options *options;
    struct mode mode;
    void *state; /* the mode's own */
    struct measurement measurement;
    struct connection *connections; /* the publisher is the last one */
    int open;
    uint64_t failures;
    int epoll;
    int next_source;
    SSL_CTX *tls;
    uint8_t *buffer;
};

void client_start(struct client *client, const struct options *options);
void client_stop(struct client *client);

/* Opens the first `count` connections, and the publisher when asked to, and returns when all are upgraded. */
void client_open_all(struct client *client, bool with_publisher);
/* Waits for events once, at most `timeout_ms`, and handles them. */
void client_poll(struct client *client, int timeout_ms);
/* Measures: warms up, then counts for the time of the options; `tick` runs before each poll. */
void client_measure(struct client *client, void (*tick)(struct client *), int poll_ms);

struct connection *client_publisher(struct client *client);
int client_index(const struct client *client, const struct connection *connection);

void connection_open(struct client *client, struct connection *connection, bool publisher);
/* With a reset no TIME_WAIT stays behind, so that ports do not run out. */
void connection_drop(struct client *client, struct connection *connection, bool reset);
/* Like send(2) and recv(2), also through TLS: -1 with EAGAIN when it has to wait. */
ssize_t connection_write(struct connection *connection, const void *bytes, size_t count);
void connection_want_write(struct client *client, struct connection *connection, bool on);
