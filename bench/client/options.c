#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

const char *const mode_names[] = {"echo", "fanout", "idle", "handshake"};

static const char help[] =
    "wsbench MODE [options]      MODE: echo | fanout | idle | handshake\n"
    "  -p, --port N              on 127.0.0.1                     (9001)\n"
    "  -u, --path P              echo: /echo; otherwise           (/sub, handshake /echo)\n"
    "  -U, --pub-path P          fanout: path of the publisher    (/pub)\n"
    "  -c, --conns N             connections, subscribers, or handshakes at once\n"
    "  -s, --size N              payload bytes                    (20; fanout 100)\n"
    "  -D, --depth N             messages in flight               (1)\n"
    "  -r, --rate N              fanout: N messages a second instead of a window\n"
    "  -t, --seconds S           measured time                    (3)\n"
    "  -w, --warmup S                                             (0.5)\n"
    "      --settle S            idle: wait before sampling       (1)\n"
    "      --touch               idle: one echo per connection before sampling\n"
    "  -i, --inflight N          handshakes under way while opening (64)\n"
    "      --sources N           client addresses 127.0.0.1..N    (1)\n"
    "      --close reset|frame   handshake: how each one ends     (reset)\n"
    "      --text                text messages instead of binary\n"
    "      --verify              compare what comes back\n"
    "      --tls                 wss; the certificate is not checked\n"
    "      --pid N               server process: its CPU time and memory are reported\n"
    "      --count N             echo, fanout: exactly N messages instead of -t\n"
    "      --json                one JSON object on stdout\n";

__attribute__((noreturn)) static void explain(void)
{
    fputs(help, stderr);
    exit(2);
}

static struct options defaults_of(const char *mode)
{
    struct options options = {
        .port = 9001, .path = "/echo", .publish_path = "/pub", .connections = 200, .depth = 1,
        .in_flight = 64, .sources = 1, .size = 20, .seconds = 3, .warm_up = 0.5, .settle = 1,
        .closing = CLOSE_RESET,
    };
    for (int i = MODE_ECHO; i <= MODE_HANDSHAKE; i++) {
        if (strcmp(mode, mode_names[i]) != 0) continue;
        options.mode = (enum mode_name)i;
        switch (options.mode) {
        case MODE_ECHO: break;
        case MODE_FANOUT: options.path = "/sub", options.size = 100, options.connections = 1000; break;
        case MODE_IDLE: options.path = "/sub", options.connections = 10000; break;
        case MODE_HANDSHAKE: options.connections = 64; break;
        }
        return options;
    }
    explain();
}

static void check_bounds(const struct options *o)
{
    if (o->port < 1 || o->port > 65535) die("port 1..65535");
    if (o->connections < 1 || o->connections > MAX_CONNECTIONS) die("1..%d connections", MAX_CONNECTIONS);
    if (o->depth < 1 || o->depth > MAX_DEPTH) die("depth 1..%d", MAX_DEPTH);
    if (o->in_flight < 1) die("at least one handshake in flight");
    if (o->sources < 1 || o->sources > 250) die("1..250 sources");
    if (o->seconds > MAX_SECONDS || o->warm_up > MAX_SECONDS || o->settle > MAX_SECONDS)
        die("at most %g s", MAX_SECONDS);
    if (o->size > MAX_ECHO_BYTES) die("at most %d bytes", MAX_ECHO_BYTES);
    if (o->mode == MODE_FANOUT && (o->size < 16 || o->size > MAX_PUBLISHED_BYTES))
        die("fanout: 16..%d bytes, for the time stamp and one write", MAX_PUBLISHED_BYTES);
    if (o->touch && o->mode != MODE_IDLE) die("--touch belongs to idle");
}

struct options options_parse(int argc, char **argv)
{
    if (argc < 2) explain();
    struct options o = defaults_of(argv[1]);
    enum { SETTLE = 256, TOUCH, SOURCES, CLOSE, TEXT, VERIFY, TLS, PID, JSON, COUNT };
    static const struct option names[] = {
        {"port", 1, 0, 'p'},     {"path", 1, 0, 'u'},    {"pub-path", 1, 0, 'U'}, {"conns", 1, 0, 'c'},
        {"size", 1, 0, 's'},     {"depth", 1, 0, 'D'},   {"rate", 1, 0, 'r'},     {"seconds", 1, 0, 't'},
        {"warmup", 1, 0, 'w'},   {"settle", 1, 0, SETTLE}, {"touch", 0, 0, TOUCH}, {"inflight", 1, 0, 'i'},
        {"sources", 1, 0, SOURCES}, {"close", 1, 0, CLOSE}, {"text", 0, 0, TEXT}, {"verify", 0, 0, VERIFY},
        {"tls", 0, 0, TLS},      {"pid", 1, 0, PID},     {"json", 0, 0, JSON},    {"count", 1, 0, COUNT},
        {0, 0, 0, 0},
    };
    optind = 2;
    for (int name; (name = getopt_long(argc, argv, "p:u:U:c:s:D:r:t:w:i:", names, NULL)) != -1;) {
        switch (name) {
        case 'p': o.port = atoi(optarg); break;
        case 'u': o.path = optarg; break;
        case 'U': o.publish_path = optarg; break;
        case 'c': o.connections = atoi(optarg); break;
        case 's': o.size = (size_t)atol(optarg); break;
        case 'D': o.depth = atoi(optarg); break;
        case 'r': o.rate = atof(optarg); break;
        case 't': o.seconds = atof(optarg); break;
        case 'w': o.warm_up = atof(optarg); break;
        case 'i': o.in_flight = atoi(optarg); break;
        case SETTLE: o.settle = atof(optarg); break;
        case TOUCH: o.touch = true; break;
        case SOURCES: o.sources = atoi(optarg); break;
        case CLOSE: o.closing = strcmp(optarg, "frame") == 0 ? CLOSE_FRAME : CLOSE_RESET; break;
        case TEXT: o.text = true; break;
        case VERIFY: o.verify = true; break;
        case TLS: o.tls = true; break;
        case PID: o.server = (pid_t)atoi(optarg); break;
        case JSON: o.json = true; break;
        case COUNT: o.count = (uint64_t)atoll(optarg); break;
        default: explain();
        }
    }
    check_bounds(&o);
    return o;
}
