/* What every part of the load generator needs: giving up, and the clock. */
#pragma once

#include <stdint.h>
#include <time.h>

__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

static inline uint64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}
