/* SPDX-License-Identifier: ISC */
/* A second hvt tender, for tests: the least that conforms to the Solo5 ABI, as
 * its reference tender does it and as our own does not.  It shares no code with
 * tender/, so that a misunderstanding there does not repeat itself here;
 * numbers of sections are those of the ABI's description.  Guests run in ring
 * 0, and no filter is around them: not for images of strangers. */
#ifndef SECOND_H
#define SECOND_H

#include <fata/solo5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_SIZE (2u << 20) /* 49,280 bytes, rounded up */

/* What the boot info says beyond its first 40 bytes. */
enum boot {
    BOOT_56,      /* no features: 0.11 and later without a network device */
    BOOT_40,      /* the manifest follows: 0.8 to 0.10 */
    BOOT_RING,    /* the ring, if there is a network device and memory */
    BOOT_BIT,     /* the ring's bit without an address */
    BOOT_ADDRESS, /* an address without the bit */
    BOOT_UNKNOWN, /* only bits that nobody knows */
};

extern struct second {
    enum boot boot;
    uint64_t size; /* of guest memory, without the ring behind it */
    uint8_t *memory;
    uint64_t entry, end;
    uint64_t cycle_hz;
    int vm, vcpu;
    struct kvm_run *run;
    bool ring; /* it is there and served */
    uint32_t entries;
    struct solo5_device device[SOLO5_MANIFEST_MAX];
    int receive[SOLO5_MANIFEST_MAX]; /* network: where frames come from */
    char command_line[SOLO5_CMDLINE_SIZE];
} second;

/* Prints one line and ends the process with status 1. */
_Noreturn void die(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* load.c: reads segments and notes (section 2). */
void load(const char *path);
/* load.c: `NAME=WHAT`.  A network device is an interface, or `loop`: what is
 * sent comes back. */
void attach_block(const char *option);
void attach_net(const char *option);

/* machine.c: memory, tables and registers (4.1), boot info (4.2). */
void machine_memory(uint64_t mib);
void machine_start(void);

/* call.c: a hypercall (4.3). */
void hypercall(unsigned number, uint64_t argument);
/* call.c: one frame; a result of the ABI.  *length: of the buffer; of the
 * frame. */
int frame(bool send, uint64_t handle, uint64_t address, uint64_t *length);
/* call.c: a guest address, checked as the ABI says, or the end. */
void *at(uint64_t address, uint64_t length);

/* ring.c: starts to serve the ring (4.4). */
void ring_start(void);

#endif
