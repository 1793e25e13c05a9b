/* SPDX-License-Identifier: ISC */
/* Building the system-call filter of a tender: what is not allowed kills the
 * process.  Rules take effect with filter_install; the first that cannot be
 * made is reported there, so that a list of rules reads as one. */
#ifndef TENDER_FILTER_H
#define TENDER_FILTER_H

#include "events.h"
#include "image.h"
#include "message.h"

#include <seccomp.h>
#include <stdint.h>

struct filter {
    scmp_filter_ctx context;
    int error;
};

void filter_begin(struct filter *f);

/* A condition on one argument, compared with all 64 bits. */
struct scmp_arg_cmp filter_is(unsigned index, enum scmp_compare op,
                              uint64_t value);

/* Allows a call if all conditions hold.  Rules come out in the order of these
 * calls: the frequent ones first. */
void filter_allow(struct filter *f, int call, unsigned count,
                  const struct scmp_arg_cmp *conditions);

/* Allows a call on one descriptor, its first argument. */
void filter_fd(struct filter *f, int call, int fd);

/* What every guest may cause: clocks, events, frames, the console, the end. */
void filter_guest(struct filter *f, const struct image_manifest *m,
                  const struct events *e);

/* From the return of this function on only what is allowed is possible. */
FATA_NODISCARD int filter_install(struct filter *f, struct message *why);

#endif
