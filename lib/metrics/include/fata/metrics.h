/* SPDX-License-Identifier: ISC */
/* Metrics: counters and gauges, static objects that cost an addition, and their
 * text for Prometheus.
 *
 *     static FATA_COUNTER(opened, "web_requests_total", "Requests begun.",
 *                         {"method", "GET"});
 *
 *     fata_metric_add(&opened, 1);
 *
 * The scheduler, the memory and the log have theirs (docs/log.md).
 * Context: the main loop's thread.  Allocation: none. */
#ifndef FATA_METRICS_H
#define FATA_METRICS_H

#include <fata/cc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fata_metric_type { FATA_METRIC_COUNTER, FATA_METRIC_GAUGE };

enum { FATA_METRIC_LABELS = 3 };

struct fata_metric_label {
    const char *name, *value;
};

/* All constant but `value`, which is not negative. */
struct fata_metric {
    const char *name; /* [a-zA-Z_:][a-zA-Z0-9_:]*; a counter's ends in _total */
    const char *help; /* one sentence; of one name the first counts */
    struct fata_metric_label labels[FATA_METRIC_LABELS]; /* up to a NULL name */
    enum fata_metric_type type;
    bool ns; /* the value is nanoseconds; written as seconds */
    int64_t value;
    int64_t (*read)(void); /* where not NULL asked for the value */
};

/* Define a metric, at file scope; `static` before it where one file uses it.
 * Behind the help up to FATA_METRIC_LABELS labels.  Several metrics may have
 * one name with different labels; their types must be the same. */
#define FATA_COUNTER(variable, metric_name, metric_help, ...)                  \
    FATA_METRIC(variable, .type = FATA_METRIC_COUNTER, .name = metric_name,    \
                .help = metric_help, .labels = {__VA_ARGS__})
#define FATA_GAUGE(variable, metric_name, metric_help, ...)                    \
    FATA_METRIC(variable, .type = FATA_METRIC_GAUGE, .name = metric_name,      \
                .help = metric_help, .labels = {__VA_ARGS__})

/* The same by its members, for `ns` and `read`. */
#define FATA_METRIC(variable, ...)                                             \
    struct fata_metric variable = {__VA_ARGS__};                               \
    static struct fata_metric *const variable##_registered FATA_USED           \
        FATA_SECTION("fata_metrics") = &variable

static inline void fata_metric_add(struct fata_metric *metric, int64_t count)
{
    metric->value += count;
}

static inline void fata_metric_set(struct fata_metric *metric, int64_t value)
{
    metric->value = value;
}

/* Takes a piece of the text.
 * text  borrowed until return; `size` bytes, 1 or more, no NUL
 * Returns 0 to go on, or a code.  May suspend if it is called in a fiber;
 * then the values are of different moments. */
typedef int fata_metrics_sink(const char *text, size_t size, void *arg);

/* Writes all metrics in Prometheus' text format 0.0.4 (content type
 * "text/plain; version=0.0.4") in pieces of at most 256 bytes.
 * Returns 0, or the code that the sink returned first. */
FATA_NODISCARD int fata_metrics_write(fata_metrics_sink *sink, void *arg);

#endif
