#include "socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

static struct sockaddr_in loopback(int host, int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(0x7f000000u + (uint32_t)host),
    };
}

/* One address has some 28,000 ports; more addresses also meet a server's limits per address as many clients would. */
static void bind_source(int fd, int host)
{
    int one = 1;
    struct sockaddr_in source = loopback(host, 0);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&source, sizeof source) < 0) die("bind: %s", strerror(errno));
}

void socket_connect(struct client *client, struct connection *connection)
{
    int one = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->fd < 0) die("socket: %s", strerror(errno));
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (client->options->sources > 1)
        bind_source(connection->fd, 1 + client->next_source++ % client->options->sources);
    /* The load generator speaks to this machine only: nobody can point it at somebody else's server. */
    struct sockaddr_in server = loopback(1, client->options->port);
    if (connect(connection->fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS)
        die("connect: %s", strerror(errno));
    connection->wants_write = true;
    socket_watch(client, connection, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
}

void socket_watch(struct client *client, struct connection *connection, uint32_t events, int operation)
{
    struct epoll_event event = {.events = events, .data.ptr = connection};
    if (epoll_ctl(client->epoll, operation, connection->fd, &event) < 0) die("epoll_ctl: %s", strerror(errno));
}

void connection_want_write(struct client *client, struct connection *connection, bool on)
{
    if (connection->wants_write == on) return;
    connection->wants_write = on;
    socket_watch(client, connection, on ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
}

static ssize_t tls_result(struct connection *connection, int result)
{
    if (result > 0) return result;
    switch (SSL_get_error(connection->tls, result)) {
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: errno = EAGAIN; return -1;
    default: errno = EPIPE; return -1;
    }
}

ssize_t connection_write(struct connection *connection, const void *bytes, size_t count)
{
    if (connection->tls) return tls_result(connection, SSL_write(connection->tls, bytes, (int)count));
    return send(connection->fd, bytes, count, MSG_NOSIGNAL);
}

ssize_t socket_read(struct connection *connection, void *bytes, size_t room)
{
    if (connection->tls) return tls_result(connection, SSL_read(connection->tls, bytes, (int)room));
    return recv(connection->fd, bytes, room, 0);
}

SSL_CTX *socket_make_tls_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context) die("no TLS context");
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    return context;
}

enum tls_progress socket_continue_tls(struct client *client, struct connection *connection)
{
    if (!connection->tls) {
        connection->tls = SSL_new(client->tls);
        if (!connection->tls) return TLS_FAILED;
        SSL_set_fd(connection->tls, connection->fd);
    }
    int result = SSL_connect(connection->tls);
    if (result == 1) return TLS_DONE;
    switch (SSL_get_error(connection->tls, result)) {
    case SSL_ERROR_WANT_READ: connection_want_write(client, connection, false); return TLS_WAITING;
    case SSL_ERROR_WANT_WRITE: connection_want_write(client, connection, true); return TLS_WAITING;
    default: return TLS_FAILED;
    }
}
