#include "measurement.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common.h"

double histogram_quantile_us(const struct histogram *histogram, double quantile)
{
    uint64_t wanted = (uint64_t)(quantile * (double)histogram->count), seen = 0;
    for (unsigned i = 0; i < HISTOGRAM_ROWS * HISTOGRAM_STEPS; i++) {
        seen += histogram->buckets[i];
        if (seen > wanted)
            return (double)((uint64_t)(i % HISTOGRAM_STEPS) << (i / HISTOGRAM_STEPS)) / 1000;
    }
    return (double)histogram->max / 1000;
}

static void read_ticks(pid_t server, struct usage *usage)
{
    char name[64], line[1024];
    snprintf(name, sizeof name, "/proc/%d/stat", server);
    FILE *file = fopen(name, "r");
    if (!file) die("no process %d", server);
    unsigned long user = 0, system = 0;
    /* The second field is the name of the program and may hold spaces: count from its closing bracket. */
    char *rest = fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    if (rest) sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    fclose(file);
    double hertz = (double)sysconf(_SC_CLK_TCK);
    usage->user = (double)user / hertz;
    usage->system = (double)system / hertz;
}

static uint64_t read_number(const char *name, const char *format)
{
    char line[1024];
    uint64_t value = 0;
    FILE *file = fopen(name, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, format, &value) == 1) break;
    if (file) fclose(file);
    return value;
}

static double clock_seconds(clockid_t clock)
{
    struct timespec time = {0};
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct usage usage_of(pid_t server)
{
    struct usage usage = {0};
    if (server == 0) return usage;
    char name[64];
    clockid_t clock;
    read_ticks(server, &usage);
    if (clock_getcpuclockid(server, &clock) == 0) usage.cpu = clock_seconds(clock);
    snprintf(name, sizeof name, "/proc/%d/status", server);
    usage.rss_kb = read_number(name, "VmRSS: %" SCNu64);
    usage.tcp_pages = read_number("/proc/net/sockstat", "TCP: inuse %*u orphan %*u tw %*u alloc %*u mem %" SCNu64);
    return usage;
}

void measurement_begin(struct measurement *measurement, pid_t server)
{
    measurement->before = usage_of(server);
    measurement->client_cpu = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
    measurement->seconds = clock_seconds(CLOCK_MONOTONIC);
    measurement->running = true;
}

void measurement_end(struct measurement *measurement, pid_t server)
{
    measurement->running = false;
    measurement->seconds = clock_seconds(CLOCK_MONOTONIC) - measurement->seconds;
    measurement->client_cpu = clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - measurement->client_cpu;
    measurement->after = usage_of(server);
}
