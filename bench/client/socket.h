/* Making and watching one socket, with or without TLS; only client.c and socket.c know this. */
#pragma once

#include "client.h"

void socket_connect(struct client *client, struct connection *connection);
void socket_watch(struct client *client, struct connection *connection, uint32_t events, int operation);
ssize_t socket_read(struct connection *connection, void *bytes, size_t room);

enum tls_progress { TLS_DONE, TLS_WAITING, TLS_FAILED };
enum tls_progress socket_continue_tls(struct client *client, struct connection *connection);
SSL_CTX *socket_make_tls_context(void);
