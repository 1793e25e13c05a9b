/* SPDX-License-Identifier: ISC */
/* The report of a fault in an image with the Fata note, which `fata run`
 * symbolises.  Shared by the tenders.  Nothing here uses the C library,
 * thread-local data or the stack protector: on spt it runs in a signal handler
 * on the guest's thread pointer.  Allocation: none. */
#ifndef TENDER_REPORT_H
#define TENDER_REPORT_H

#include "image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPORT_BARE   __attribute__((no_stack_protector))
#define REPORT_STATUS 255 /* of a guest that ends with a report */

/* Built here, written at once. */
struct report {
    size_t size;
    char text[4096];
};

/* What the backtrace may look at. */
struct report_guest {
    const struct image *image;
    uint64_t memory_size;
    bool guards;      /* the lowest page of each stack cannot be read */
    uintptr_t memory; /* where the guest's address 0 lies (or would) */
};

struct report_fault {
    const char *what;   /* "illegal instruction"; NULL: a memory access */
    const char *access; /* "read", "write", "execute" */
    uint64_t address;
    uint64_t pc;
};

void report_put(struct report *r, const char *text);
void report_hex(struct report *r, uint64_t value);
void report_number(struct report *r, uint64_t value);

/* True if `address` lies in the stack arena. */
bool report_in_stack(const struct report_guest *g, uint64_t address,
                     uint64_t *index, bool *guard);

/* One line: what happened, where. */
void report_fault(struct report *r, const struct report_guest *g,
                  const struct report_fault *fault);

/* Register number `i` of the report: three in a line. */
void report_register(struct report *r, size_t i, const char *name,
                     uint64_t value);

/* By frame pointers, one line a frame. */
void report_backtrace(struct report *r, const struct report_guest *g,
                      uint64_t pc, uint64_t stack, uint64_t frame);

#endif
