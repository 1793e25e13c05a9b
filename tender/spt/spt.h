/* SPDX-License-Identifier: ISC */
/* The spt tender: guest and tender are one process; what keeps the guest in is
 * the system-call filter. */
#ifndef TENDER_SPT_H
#define TENDER_SPT_H

#include "../events.h"
#include "../image.h"
#include "../message.h"

#include <stdbool.h>
#include <stdint.h>

#define SPT_NAME "fata-spt"

struct spt {
    struct image image; /* with the manifest that the guest gets */
    uint64_t memory_size;
    bool executable_heap, no_offload;
    struct events events;
    struct fata_offer offer;
};

/* memory.c: maps [SOLO5_SPT_MEMORY, memory_size), zero, at its own address. */
FATA_NODISCARD int spt_memory_map(const struct spt *spt, struct message *why);

/* memory.c: writes boot info, manifest and command line. */
void spt_memory_boot(const struct spt *spt);

/* memory.c: makes the lowest page of each stack a guard; false if the kernel
 * does not do it for all. */
bool spt_memory_guard(const struct spt *spt);

/* clock.c: address of a function like clock_gettime(2), or 0. */
uint64_t spt_clock(void);

/* fault.c: handlers for memory faults and for SIGINT and SIGTERM, on a stack
 * of their own.  Before the filter. */
FATA_NODISCARD int spt_fault_install(const struct spt *spt,
                                     struct message *why);

/* filter.c: from the return of this function on only the guest's system calls
 * are possible. */
FATA_NODISCARD int spt_filter_install(const struct spt *spt,
                                      struct message *why);

/* enter.S: jumps to the guest and never returns (not declared so: sanitizers
 * make system calls before such a call).  A debugger breaks here: everything is
 * loaded and protected. */
void spt_enter_guest(uint64_t entry, uint64_t stack, uint64_t boot);

#endif
