/* What one measured phase has cost the server and the client, and how long each operation took. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Latencies in buckets 1.6 % apart: a row per power of two, 64 steps a row. */
#define HISTOGRAM_STEPS 64
#define HISTOGRAM_ROWS 40

struct histogram {
    uint64_t buckets[HISTOGRAM_ROWS * HISTOGRAM_STEPS];
    uint64_t count, max;
};

static inline void histogram_add(struct histogram *histogram, uint64_t nanoseconds)
{
    unsigned row = 0;
    uint64_t step = nanoseconds;
    if (step >= HISTOGRAM_STEPS) {
        row = 58u - (unsigned)__builtin_clzll(step); /* leaves the six highest bits in `step` */
        step >>= row;
    }
    if (row >= HISTOGRAM_ROWS) row = HISTOGRAM_ROWS - 1, step = HISTOGRAM_STEPS - 1;
    histogram->buckets[row * HISTOGRAM_STEPS + step]++;
    histogram->count++;
    if (nanoseconds > histogram->max) histogram->max = nanoseconds;
}

double histogram_quantile_us(const struct histogram *histogram, double quantile);

struct usage {
    double cpu;         /* seconds, from the process clock: exact to nanoseconds */
    double user, system; /* seconds, sampled at clock ticks: a hint only */
    uint64_t rss_kb;
    uint64_t tcp_pages; /* of the whole machine */
};

struct measurement {
    bool running;
    uint64_t operations;
    struct histogram latency;
    double seconds, client_cpu;
    struct usage before, after;
};

void measurement_begin(struct measurement *measurement, pid_t server);
void measurement_end(struct measurement *measurement, pid_t server);

static inline void measurement_add(struct measurement *measurement, uint64_t nanoseconds)
{
    if (!measurement->running) return;
    measurement->operations++;
    histogram_add(&measurement->latency, nanoseconds);
}
