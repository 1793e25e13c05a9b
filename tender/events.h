/* SPDX-License-Identifier: ISC */
/* What a guest waits for: one epoll set with a timer, its net devices and, for
 * images that want it, the shutdown event.  Shared by all tenders. */
#ifndef TENDER_EVENTS_H
#define TENDER_EVENTS_H

#include "image.h"
#include "message.h"

#include <stdint.h>

struct events {
    int epoll, timer;
    int shutdown; /* eventfd, or -1 */
};

#define EVENTS_NONE                                                            \
    {                                                                          \
        -1, -1, -1                                                             \
    }

/* Makes set and timer; net devices have their handle as event data.
 * timer_data  the event data of the timer, no handle */
FATA_NODISCARD int events_open(struct events *e, const struct image_manifest *m,
                               uint64_t timer_data, struct message *why);

/* Makes the shutdown event, which is told once. */
FATA_NODISCARD int events_open_shutdown(struct events *e, uint64_t data,
                                        struct message *why);

/* Has SIGINT and SIGTERM handled, each once: after that the default action is
 * back.  One that is ignored - a shell's background job - stays so.
 * flags  SA_*, besides */
FATA_NODISCARD int events_signals(void (*handler)(int), int flags,
                                  struct message *why);

#endif
