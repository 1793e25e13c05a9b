/* SPDX-License-Identifier: ISC */
/* Private to the debugger's end in fata-hvt-debug. */
#ifndef TENDER_HVT_GDB_GDB_H
#define TENDER_HVT_GDB_GDB_H

#include "../hvt.h"
#include "rsp.h"

/* state.c: the CPU's registers; false: KVM refuses. */
FATA_NODISCARD bool gdb_state_get(const struct hvt *h,
                                  uint8_t state[RSP_STATE_SIZE]);
FATA_NODISCARD bool gdb_state_set(const struct hvt *h,
                                  const uint8_t state[RSP_STATE_SIZE]);

/* connect.c: waits for gdb; a socket, or -1. */
FATA_NODISCARD int gdb_connect(const char *where, struct message *why);

/* memory.c: guest memory with the breakpoints that lie in it out of sight. */
size_t gdb_memory_read(void *context, uint64_t address, uint8_t *to,
                       size_t size);
bool gdb_memory_write(void *context, uint64_t address, const uint8_t *from,
                      size_t size);
/* memory.c: takes or gives back one breakpoint. */
bool gdb_breakpoint(void *context, uint64_t address, bool insert);
bool gdb_breakpoint_at(uint64_t address);
void gdb_breakpoints_clear(struct hvt *h);
/* memory.c: ring 0: the CPU's own breakpoints, and single step. */
void gdb_breakpoints_load(const struct hvt *h, bool step);

#endif
