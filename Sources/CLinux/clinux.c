#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_mapped(const clinux_address *a)
{
    return memcmp(a->bytes, mapped_prefix, sizeof mapped_prefix) == 0;
}

static socklen_t to_sockaddr(const clinux_address *a, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (is_mapped(a)) {
        struct sockaddr_in *in = (struct sockaddr_in *)out;
        in->sin_family = AF_INET;
        in->sin_port = htons(a->port);
        memcpy(&in->sin_addr, a->bytes + 12, 4);
        return sizeof *in;
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(a->port);
    memcpy(&in6->sin6_addr, a->bytes, 16);
    return sizeof *in6;
}

static void from_sockaddr(const struct sockaddr_storage *from, clinux_address *out)
{
    memset(out, 0, sizeof *out);
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)from;
        memcpy(out->bytes, mapped_prefix, sizeof mapped_prefix);
        memcpy(out->bytes + 12, &in->sin_addr, 4);
        out->port = ntohs(in->sin_port);
    } else if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
        memcpy(out->bytes, &in6->sin6_addr, 16);
        out->port = ntohs(in6->sin6_port);
    }
}

int clinux_parse_address(const char *text, uint16_t port, clinux_address *out)
{
    memset(out, 0, sizeof *out);
    out->port = port;
    if (inet_pton(AF_INET, text, out->bytes + 12) == 1) {
        memcpy(out->bytes, mapped_prefix, sizeof mapped_prefix);
        return 0;
    }
    return inet_pton(AF_INET6, text, out->bytes) == 1 ? 0 : -1;
}

void clinux_format_address(const clinux_address *address, char *out, size_t capacity)
{
    if (capacity == 0) return;
    out[0] = 0;
    if (is_mapped(address)) inet_ntop(AF_INET, address->bytes + 12, out, (socklen_t)capacity);
    else inet_ntop(AF_INET6, address->bytes, out, (socklen_t)capacity);
}

static int fail_closing(int descriptor)
{
    int saved = errno;
    close(descriptor);
    errno = saved;
    return -1;
}

int clinux_listen(const clinux_address *address, int backlog, int defer_seconds, bool shares_port)
{
    struct sockaddr_storage storage;
    socklen_t length = to_sockaddr(address, &storage);
    int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    const int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) return fail_closing(fd);
    if (shares_port && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) return fail_closing(fd);
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) return fail_closing(fd);
    if (defer_seconds > 0) setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &defer_seconds, sizeof defer_seconds);
    if (bind(fd, (struct sockaddr *)&storage, length) < 0) return fail_closing(fd);
    if (listen(fd, backlog) < 0) return fail_closing(fd);
    return fd;
}

int clinux_connect(const clinux_address *address, const clinux_address *source)
{
    struct sockaddr_storage storage;
    socklen_t length = to_sockaddr(address, &storage);
    int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (source) {
        struct sockaddr_storage from;
        socklen_t from_length = to_sockaddr(source, &from);
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (bind(fd, (struct sockaddr *)&from, from_length) < 0) return fail_closing(fd);
    }
    if (connect(fd, (struct sockaddr *)&storage, length) < 0 && errno != EINPROGRESS) return fail_closing(fd);
    return fd;
}

int clinux_accept(int listener, clinux_address *peer)
{
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    int fd = accept4(listener, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) from_sockaddr(&storage, peer);
    return fd;
}

int clinux_local_port(int descriptor)
{
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    if (getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0) return -1;
    clinux_address address;
    from_sockaddr(&storage, &address);
    return address.port;
}

int clinux_socket_error(int descriptor)
{
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) < 0 ? errno : error;
}

int clinux_unacknowledged(int descriptor)
{
    int count = 0;
    return ioctl(descriptor, SIOCOUTQ, &count) < 0 ? -1 : count;
}

void clinux_reset_on_close(int descriptor)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

ssize_t clinux_send_pieces(int descriptor, const struct iovec *pieces, size_t count)
{
    struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = count};
    return syscall(SYS_sendmsg, descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int clinux_signals(void)
{
    signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0) return -1;
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int clinux_next_signal(int descriptor)
{
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

uint64_t clinux_raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return 0;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

int clinux_wait(int descriptor, int64_t nanoseconds)
{
    struct pollfd wanted = {.fd = descriptor, .events = POLLIN};
    struct timespec timeout = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    return ppoll(&wanted, 1, &timeout, NULL);
}

void clinux_name_thread(const char *name)
{
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

void clinux_be_nice(int niceness)
{
    static _Thread_local int known;  // a call of the system is not needed for each piece of work
    if (niceness == known)
        return;
    known = niceness;
    int error = errno;
    setpriority(PRIO_PROCESS, 0, niceness);  // 0: on Linux, this thread alone
    errno = error;
}
