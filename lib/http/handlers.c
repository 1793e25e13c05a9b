/* SPDX-License-Identifier: ISC */
/* Handlers that look at the image itself. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

struct out {
    struct fata_http_request *req;
    size_t used;
    int error;
    char buffer[1024];
};

static void flush(struct out *o)
{
    if (o->error == 0 && o->used > 0)
        o->error = fata_http_write(o->req, o->buffer, o->used);
    o->used = 0;
}

static int put(const char *text, size_t size, void *arg)
{
    struct out *o = arg;
    if (size > sizeof(o->buffer) - o->used)
        flush(o);
    if (o->error == 0) {
        memcpy(o->buffer + o->used, text, size); /* pieces of 256 at most */
        o->used += size;
    }
    return o->error;
}

static int begin(struct fata_http_request *req, const char *type, struct out *o)
{
    static const struct fata_http_header header = {"Cache-Control", "no-store"};
    struct fata_http_reply reply = {.status = 200,
                                    .type = type,
                                    .headers = &header,
                                    .header_count = 1};
    o->req = req;
    o->used = 0;
    o->error = fata_http_begin(req, &reply, FATA_HTTP_STREAM);
    return o->error;
}

int fata_http_metrics(struct fata_http_request *req, void *arg)
{
    struct out o;
    (void)arg;
    int err = begin(req, "text/plain; version=0.0.4", &o);
    if (err == 0)
        err = fata_metrics_write(put, &o);
    flush(&o);
    return err != 0 ? err : o.error;
}

static unsigned long long ms(fata_time_t from, fata_time_t to)
{
    return (unsigned long long)(to > from ? (to - from) / FATA_MS(1) : 0);
}

/* The tree changes while we wait, so it is written whole into one buffer. */
struct list {
    size_t used, left_out;
    fata_time_t now;
    char text[4096];
};

static void add(const struct fata_fiber_view *view, void *arg)
{
    struct list *l = arg;
    char line[200];
    int n = snprintf(line, sizeof(line), "%*s%s: %s", (int)view->depth * 2, "",
                     view->name, view->waits);
    if (view->since != 0 && n > 0 && n < (int)sizeof(line))
        n += snprintf(line + n, sizeof(line) - (size_t)n, " for %llu ms",
                      ms(view->since, l->now));
    if (view->doing != NULL && n > 0 && n < (int)sizeof(line))
        n += snprintf(line + n, sizeof(line) - (size_t)n, ", %s", view->doing);
    if (n < 0 || n >= (int)sizeof(line) - 1)
        n = (int)sizeof(line) - 2;
    line[n++] = '\n';
    if ((size_t)n > sizeof(l->text) - l->used) {
        l->left_out++;
        return;
    }
    memcpy(l->text + l->used, line, (size_t)n);
    l->used += (size_t)n;
}

int fata_http_debug_fibers(struct fata_http_request *req, void *arg)
{
    static struct list list;
    (void)arg;
    if (!fata__http_debug)
        return FATA_ENOENT;
    list.used = list.left_out = 0;
    list.now = fata_sched_now(fata_run_sched());
    fata_sched_look(fata_run_sched(), add, &list);
    if (list.left_out > 0 && sizeof(list.text) - list.used > 40)
        list.used += (size_t)snprintf(list.text + list.used, 40,
                                      "and %zu more\n", list.left_out);
    struct fata_http_reply reply = {.status = 200,
                                    .type = "text/plain",
                                    .body = list.text,
                                    .size = list.used};
    return fata_http_reply(req, &reply);
}
