/* The command line of the load generator. Every bound keeps a mistyped run harmless. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_CONNECTIONS 19000
#define MAX_DEPTH 256
#define MAX_SECONDS 120.0
/* A published frame is written in one call, which a socket's send buffer has to take whole. */
#define MAX_PUBLISHED_BYTES 65536
#define MAX_ECHO_BYTES (16 * 1024 * 1024)

enum mode_name { MODE_ECHO, MODE_FANOUT, MODE_IDLE, MODE_HANDSHAKE };
enum closing { CLOSE_RESET, CLOSE_FRAME };

struct options {
    enum mode_name mode;
    int port;
    const char *path;
    const char *publish_path; /* fan-out: where the publisher connects */
    int connections;
    int depth;     /* messages in flight: per connection (echo), published (fan-out) */
    int in_flight; /* handshakes under way at once while connections are opened */
    int sources;   /* client addresses 127.0.0.1 … 127.0.0.N */
    size_t size;   /* payload bytes */
    double seconds, warm_up, settle;
    double rate;    /* fan-out: messages a second; 0 means a window of `depth` */
    uint64_t count; /* end after so many messages; 0 means after `seconds` */
    enum closing closing;
    bool text, tls, json, touch, verify;
    pid_t server; /* 0: nothing is read of the server */
};

extern const char *const mode_names[];

struct options options_parse(int argc, char **argv);
