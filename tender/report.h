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
};

struct report_register {
    const char *name;
    uint64_t value;
};

/* Makes the whole report: what happened, where, the registers and, by frame
 * pointers, the backtrace.
 * tender     its name
 * registers  first program counter, stack pointer, frame pointer */
void report_make(struct report *r, const char *tender,
                 const struct report_guest *g, const struct report_fault *fault,
                 const struct report_register *registers, size_t count);

#endif
