/* SPDX-License-Identifier: ISC */
/* The queue of completed requests, and the shutdown event. */
#include "internal.h"

static struct {
    struct fata_request *head, **tail;
} completed = {NULL, &completed.head};

static struct {
    struct fata_request *waiting;
    bool requested;
} down;

void fata_platform_complete(struct fata_request *request)
{
    request->next = NULL;
    *completed.tail = request;
    completed.tail = &request->next;
}

bool fata__complete_pending(void)
{
    return completed.head != NULL;
}

bool fata__complete_run(void)
{
    struct fata_request *r = completed.head;
    if (r == NULL)
        return false;
    completed.head = NULL;
    completed.tail = &completed.head;
    while (r != NULL) {
        struct fata_request *next = r->next; /* `done` may submit r again */
        r->done(r);
        r = next;
    }
    return true;
}

void fata_shutdown_submit(struct fata_request *request)
{
    request->result = 0;
    if (down.requested) {
        fata_platform_complete(request);
        return;
    }
    request->next = down.waiting;
    down.waiting = request;
}

void fata__shutdown_requested(void)
{
    down.requested = true;
    while (down.waiting != NULL) {
        struct fata_request *r = down.waiting;
        down.waiting = r->next;
        fata_platform_complete(r);
    }
}
