/* wsbench: a single-threaded WebSocket load generator for servers on this machine.
 *
 * One epoll loop (client.c over socket.c and frame.c) carries a mode (echo.c, fanout.c, idle.c, handshake.c), which
 * leaves a measurement for report.c. Every run is bounded in time and connections and ends by itself. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common.h"
#include "modes.h"
#include "report.h"

void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

int main(int argc, char **argv)
{
    static struct client client;
    struct options options = options_parse(argc, argv);
    /* OpenSSL writes without MSG_NOSIGNAL. */
    signal(SIGPIPE, SIG_IGN);
    client_start(&client, &options);
    switch (options.mode) {
    case MODE_ECHO: run_echo(&client); break;
    case MODE_FANOUT: run_fanout(&client); break;
    case MODE_IDLE: run_idle(&client); break;
    case MODE_HANDSHAKE: run_handshake(&client); break;
    }
    report(&client);
    client_stop(&client);
    return 0;
}
