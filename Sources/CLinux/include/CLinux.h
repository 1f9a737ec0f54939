// What Swift's Glibc module lacks of Linux: epoll, accept4, eventfd, signalfd; and the calls whose `sockaddr` casts
// are clearer in C. Functions are prefixed `clinux_`, return what the system call returns, and leave `errno` alone.
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/// An IPv4 or IPv6 address as 16 bytes (IPv4 is mapped, RFC 4291 §2.5.5.2) and a port in host order.
typedef struct {
    uint8_t bytes[16];
    uint16_t port;
} clinux_address;

/// Parses a numeric address; `text` may not be a name. Returns 0, or -1 when it is not an address.
int clinux_parse_address(const char *text, uint16_t port, clinux_address *out);

/// Writes the numeric form (IPv4 without its mapping) into `out`.
void clinux_format_address(const clinux_address *address, char *out, size_t capacity);

/// A listening socket: non-blocking, close-on-exec, SO_REUSEADDR, SO_REUSEPORT if `shares_port`, TCP_NODELAY (accepted
/// sockets inherit it) and TCP_DEFER_ACCEPT of `defer_seconds` (0 = off). Returns the descriptor or -1.
int clinux_listen(const clinux_address *address, int backlog, int defer_seconds, bool shares_port);

/// A connecting socket: non-blocking, close-on-exec, TCP_NODELAY. `source` may be NULL. Returns the descriptor or -1;
/// the connection may still be in progress.
int clinux_connect(const clinux_address *address, const clinux_address *source);

/// accept4 with SOCK_NONBLOCK | SOCK_CLOEXEC.
int clinux_accept(int listener, clinux_address *peer);

/// The port a socket is bound to, or -1.
int clinux_local_port(int descriptor);

/// The pending error of a socket (SO_ERROR), or errno when it cannot be asked.
int clinux_socket_error(int descriptor);

/// Bytes that the kernel keeps because the peer has not acknowledged them (SIOCOUTQ), or -1.
int clinux_unacknowledged(int descriptor);

/// Waits until a descriptor is readable, for at most so many nanoseconds (poll counts in milliseconds). 1 if it is, 0 if
/// not, -1 when interrupted.
int clinux_wait(int descriptor, int64_t nanoseconds);

/// Names the calling thread: what `top -H` and a debugger show, at most 15 bytes of it.
void clinux_name_thread(const char *name);

/// Gives the calling thread this niceness, from -20 (first) to 19 (last). A kernel that refuses changes nothing.
void clinux_be_nice(int niceness);

/// Makes close() send a reset instead of a FIN (SO_LINGER 0).
void clinux_reset_on_close(int descriptor);

#define CLINUX_INLINE static inline __attribute__((always_inline))

// recv, send and epoll_wait are made directly, not through the C library's wrappers: those are cancellation points, which
// costs every call some 60 instructions in a process with threads, and nobody here cancels one.

CLINUX_INLINE long clinux_call(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
    // The kernel's calling convention (System V ABI, AMD64 supplement, A.2.1). The C library's syscall() moves every
    // argument by one register first.
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    if (__builtin_expect(result < 0 && result > -4096, 0)) {
        errno = (int)-result;
        return -1;
    }
    return result;
#else
    return syscall(number, a, b, c, d, e, f);
#endif
}

/// recv with MSG_DONTWAIT.
CLINUX_INLINE ssize_t clinux_recv(int descriptor, void *bytes, size_t count)
{
    return clinux_call(SYS_recvfrom, descriptor, (long)bytes, (long)count, MSG_DONTWAIT, 0, 0);
}

/// epoll_wait.
CLINUX_INLINE int clinux_epoll_wait(int epoll, struct epoll_event *events, int capacity, int milliseconds)
{
    return (int)clinux_call(SYS_epoll_pwait, epoll, (long)events, capacity, milliseconds, 0, 0);
}

/// send with MSG_NOSIGNAL | MSG_DONTWAIT: a vanished peer is EPIPE, never a signal.
CLINUX_INLINE ssize_t clinux_send(int descriptor, const void *bytes, size_t count)
{
    return clinux_call(SYS_sendto, descriptor, (long)bytes, (long)count, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);
}

/// sendmsg of `count` pieces with MSG_NOSIGNAL | MSG_DONTWAIT.
ssize_t clinux_send_pieces(int descriptor, const struct iovec *pieces, size_t count);

/// Blocks SIGINT, SIGTERM, SIGHUP in all threads made from now on, ignores SIGPIPE, and returns a signalfd that
/// reports the blocked ones.
int clinux_signals(void);

/// The next signal from `clinux_signals`, or 0 when none waits.
int clinux_next_signal(int descriptor);

/// Raises the soft limit of open files to the hard one and returns it.
uint64_t clinux_raise_descriptor_limit(void);
