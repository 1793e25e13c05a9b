/* SPDX-License-Identifier: ISC */
/* What had been written when its flow was closed, and does not fit into the
 * socket yet, goes out without it: while the peer takes it, half a minute. */
#include "internal.h"

#include <errno.h>
#include <fata/platform.h>
#include <fata/timer.h>
#include <stdlib.h>
#include <unistd.h>

#define PATIENCE FATA_S(30)

struct parting {
    struct fata_descriptor descriptor;
    struct fata_timer timer;
    char *data;
    unsigned at, end;
};

static void finish(struct parting *p)
{
    (void)fata_timer_cancel(fata__host.sched, &p->timer);
    close(p->descriptor.number);
    fata__host_buffer_free(p->data, HOST_BUFFER);
    free(p);
}

static void on_change(struct fata_descriptor *d, unsigned what)
{
    struct parting *p = FATA_CONTAINER(d, struct parting, descriptor);
    ssize_t n;
    (void)what;

    do {
        n = send(d->number, p->data + p->at, p->end - p->at, MSG_NOSIGNAL);
        p->at += n > 0 ? (unsigned)n : 0;
    } while (p->at < p->end && (n > 0 || errno == EINTR));
    if (p->at == p->end || errno != EAGAIN)
        finish(p);
}

static void on_timer(struct fata_timer *timer)
{
    finish(FATA_CONTAINER(timer, struct parting, timer));
}

void fata__host_part(int descriptor, char *data, unsigned count)
{
    struct parting *p = malloc(sizeof(*p));
    if (p == NULL) {
        close(descriptor);
        fata__host_buffer_free(data, HOST_BUFFER);
        return;
    }
    *p = (struct parting){.descriptor = {descriptor, on_change},
                          .data = data,
                          .end = count};
    fata_timer_init(&p->timer, on_timer);
    fata_timer_start(fata__host.sched, &p->timer, fata_now() + PATIENCE);
    if (fata__host.waits->watch(&p->descriptor) != 0)
        finish(p);
}
