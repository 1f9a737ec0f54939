#include "report.h"

#include <inttypes.h>
#include <stdio.h>

static double growth(uint64_t before, uint64_t after, double unit_bytes, double connections)
{
    return ((double)after - (double)before) * unit_bytes / connections;
}

static void report_memory(const struct client *client)
{
    const struct measurement *m = &client->measurement;
    double connections = (double)m->operations;
    double rss = growth(m->before.rss_kb, m->after.rss_kb, 1024, connections);
    double kernel = growth(m->before.tcp_pages, m->after.tcp_pages, 4096, connections);
    double cpu_us = (m->after.cpu - m->before.cpu) * 1e6 / connections;
    const char *format =
        client->options->json
            ? "{\"mode\":\"idle\",\"connections\":%.0f,\"rss_before_kb\":%" PRIu64 ",\"rss_after_kb\":%" PRIu64
              ",\"bytes_per_connection\":%.1f,\"kernel_bytes_per_connection\":%.1f,"
              "\"cpu_us_per_connection\":%.2f,\"failures\":%" PRIu64 "}\n"
            : "idle: %.0f connections; server %" PRIu64 " -> %" PRIu64
              " kB, %.0f B a connection; kernel buffers %.0f B; %.1f us a connection; %" PRIu64 " failures\n";
    printf(format, connections, m->before.rss_kb, m->after.rss_kb, rss, kernel, cpu_us, client->failures);
}

void report(const struct client *client)
{
    const struct options *options = client->options;
    const struct measurement *m = &client->measurement;
    if (options->mode == MODE_IDLE) {
        report_memory(client);
        return;
    }
    double count = (double)m->operations, cpu = m->after.cpu - m->before.cpu;
    double us_each = count > 0 ? 1e6 / count : 0;
    const char *format =
        options->json
            ? "{\"mode\":\"%s\",\"connections\":%d,\"size\":%zu,\"depth\":%d,\"operations\":%.0f,"
              "\"per_second\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f,\"server_cpu_us\":%.4f,"
              "\"server_user_us\":%.4f,\"server_system_us\":%.4f,\"server_busy\":%.3f,\"client_busy\":%.3f,"
              "\"failures\":%" PRIu64 "}\n"
            : "%s: %d connections, %zu B, depth %d: %.0f done, %.0f/s; p50 %.0f us, p99 %.0f us, max %.0f us; "
              "server %.3f us each (user %.3f, system %.3f), busy %.2f, client %.2f; %" PRIu64 " failures\n";
    printf(format, mode_names[options->mode], options->connections, options->size, options->depth, count,
           count / m->seconds, histogram_quantile_us(&m->latency, 0.5), histogram_quantile_us(&m->latency, 0.99),
           (double)m->latency.max / 1000, cpu * us_each, (m->after.user - m->before.user) * us_each,
           (m->after.system - m->before.system) * us_each, cpu / m->seconds, m->client_cpu / m->seconds,
           client->failures);
}
