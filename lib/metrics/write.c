/* SPDX-License-Identifier: ISC */
/* The text exposition format 0.0.4 of Prometheus. */
#include "internal.h"

#include <string.h>

/* The linker names the ends of the section, which is never empty: builtin.c. */
extern struct fata_metric *const __start_fata_metrics[];
extern struct fata_metric *const __stop_fata_metrics[];

struct out {
    fata_metrics_sink *sink;
    void *arg;
    int error; /* the first; nothing is written after it */
    size_t used;
    char buffer[256];
};

static void flush(struct out *o)
{
    if (o->error == 0 && o->used > 0)
        o->error = o->sink(o->buffer, o->used, o->arg);
    o->used = 0;
}

static void put(struct out *o, const char *text)
{
    for (; *text != '\0'; text++) {
        if (o->used == sizeof(o->buffer))
            flush(o);
        o->buffer[o->used++] = *text;
    }
}

/* Help escapes \ and newline, a label's value also ". */
static void put_escaped(struct out *o, const char *text, bool label)
{
    for (; *text != '\0'; text++) {
        char one[2] = {*text, '\0'};
        if (*text == '\n') {
            put(o, "\\n");
            continue;
        }
        if (*text == '\\' || (label && *text == '"'))
            put(o, "\\");
        put(o, one);
    }
}

/* In decimal, with `digits` places at least. */
static void put_number(struct out *o, uint64_t value, int digits)
{
    char text[24], *p = text + sizeof(text) - 1;
    *p = '\0';
    do {
        *--p = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0 || text + sizeof(text) - 1 - p < digits);
    put(o, p);
}

static void put_head(struct out *o, const struct fata_metric *m)
{
    put(o, "# HELP ");
    put(o, m->name);
    put(o, " ");
    put_escaped(o, m->help, false);
    put(o, "\n# TYPE ");
    put(o, m->name);
    put(o, m->type == FATA_METRIC_COUNTER ? " counter\n" : " gauge\n");
}

static void put_sample(struct out *o, const struct fata_metric *m)
{
    uint64_t value = (uint64_t)(m->read != NULL ? m->read() : m->value);
    put(o, m->name);
    for (int i = 0; i < FATA_METRIC_LABELS && m->labels[i].name != NULL; i++) {
        put(o, i == 0 ? "{" : ",");
        put(o, m->labels[i].name);
        put(o, "=\"");
        put_escaped(o, m->labels[i].value, true);
        put(o, "\"");
    }
    put(o, m->labels[0].name != NULL ? "} " : " ");
    put_number(o, m->ns ? value / FATA_S(1) : value, 1);
    if (m->ns) {
        put(o, ".");
        put_number(o, value % FATA_S(1), 9);
    }
    put(o, "\n");
}

/* Samples of one name must stand together. */
static bool is_first(struct fata_metric *const *m)
{
    for (struct fata_metric *const *p = __start_fata_metrics; p < m; p++)
        if (strcmp((*p)->name, (*m)->name) == 0)
            return false;
    return true;
}

int fata_metrics_write(fata_metrics_sink *sink, void *arg)
{
    struct out o = {.sink = sink, .arg = arg};

    fata__metrics_sample();
    for (struct fata_metric *const *m = __start_fata_metrics;
         m < __stop_fata_metrics && o.error == 0; m++) {
        if (!is_first(m))
            continue;
        put_head(&o, *m);
        for (struct fata_metric *const *p = m; p < __stop_fata_metrics; p++)
            if (strcmp((*p)->name, (*m)->name) == 0)
                put_sample(&o, *p);
    }
    flush(&o);
    return o.error;
}
