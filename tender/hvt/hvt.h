/* SPDX-License-Identifier: ISC */
/* The hvt tender: the guest is a KVM virtual machine of one CPU; this process
 * answers its hypercalls.  A guest address is a uint64_t, and becomes a host
 * pointer only through hvt_at. */
#ifndef TENDER_HVT_H
#define TENDER_HVT_H

#include "../events.h"
#include "../filter.h"
#include "../image.h"
#include "../message.h"
#include "../options.h"

#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#define HVT_NAME "fata-hvt"

#define HVT_PAGE       4096u
#define HVT_LARGE_PAGE (2u << 20)

/* MiB: addresses in hypercalls have 32 bits. */
#define HVT_MEMORY_MOST 4096u

/* Boot info, manifest and command line end here. */
#define HVT_BOOT_END 0x14000u

/* Ring 3: what the guest can neither read nor write lies at SYSTEM, above all
 * guest memory: three pages that are mapped for ring 0, then page tables. */
#define HVT_SYSTEM       0x100000000u
#define HVT_SYSTEM_CODE  (HVT_SYSTEM + HVT_PAGE)     /* fault stubs */
#define HVT_SYSTEM_STACK (HVT_SYSTEM + 2 * HVT_PAGE) /* ring 0's */
#define HVT_SYSTEM_ROOT  (HVT_SYSTEM + 3 * HVT_PAGE) /* top page table */
#define HVT_FAULT_PORT   0xf0u /* a stub writes here; closed for ring 3 */

/* Ring 3: a page that is mapped but is no memory: a write is the doorbell. */
#define HVT_DOORBELL (HVT_SYSTEM + 0x10000000u)

struct hvt_stats {
    uint64_t call[SOLO5_HVT_CALLS];
    uint64_t interrupted; /* KVM_RUN ended by a signal */
    uint64_t started;     /* ns, monotonic */
    uint64_t created;     /* ns that it took to make the VM */
    uint64_t entered;     /* ns from start to the guest's first instruction */
};

/* Shared with the worker. */
struct hvt_ring_stats {
    uint64_t sent, received; /* frames */
    uint64_t sent_bytes, received_bytes;
    uint64_t rung, woke; /* doorbells heard, guests woken */
};

struct hvt {
    struct image image; /* with the manifest that the guest gets */
    bool ring3;         /* the image has the Fata note */
    bool print_stats, no_ring, no_offload;
    uint64_t memory_size;
    uint8_t *memory;
    uint8_t *system; /* ring 3: what lies at HVT_SYSTEM */
    size_t system_size;
    int kvm, vm, vcpu;
    struct kvm_run *run;
    size_t run_size;
    uint64_t cycle_hz;
    struct events events;
    uint64_t ring; /* guest address, or 0: net devices by hypercalls only */
    uint32_t ring_entries;
    int doorbell, wake; /* eventfds: to the worker, and back into POLL */
    pid_t worker;       /* or 0 */
    struct hvt_ring_stats *ring_stats;
    struct fata_offer offer;
    struct hvt_stats stats;
};

/* vm.c: opens KVM; the VM and its CPU, without memory. */
FATA_NODISCARD int hvt_vm_create(struct hvt *h, struct message *why);
/* vm.c: gives the VM its memory and sets the CPU to the guest's start. */
FATA_NODISCARD int hvt_vm_start(struct hvt *h, struct message *why);

/* vm.c: flat segments with these selectors, of the ring that they say. */
void hvt_segments(struct kvm_sregs *s, uint16_t code, uint16_t data);

/* cpuid.c: what the guest may see of the CPU; and, in ring 3, XCR0. */
FATA_NODISCARD int hvt_cpuid_set(const struct hvt *h, struct message *why);

/* memory.c: zeroed guest memory; with a ring it is shared with the worker. */
FATA_NODISCARD int hvt_memory_map(struct hvt *h, struct message *why);
/* memory.c: writes boot info, manifest and command line. */
void hvt_memory_boot(struct hvt *h);
/* memory.c: the one way from a guest address to the host's: NULL unless all of
 * [address, address + size) is memory the guest may read (or write). */
FATA_NODISCARD void *hvt_at(const struct hvt *h, uint64_t address,
                            uint64_t size, bool write);

/* frame.c: the device behind a handle, or NULL. */
const struct solo5_device *hvt_device(const struct hvt *h, uint64_t handle,
                                      uint32_t type);
/* frame.c: one frame.  *length  of the buffer; receive: set to the frame's */
enum solo5_result hvt_frame(const struct solo5_device *d, void *data,
                            uint64_t *length, bool send);
/* frame.c: whether the frames of the device behind a handle have headers. */
bool hvt_has_offload(const struct hvt *h, uint64_t handle);
/* frame.c: one of its frames; piece[0] is the header.
 * length  bytes without it; send: in; receive: set */
enum solo5_result hvt_frame_pieces(const struct solo5_device *d,
                                   const struct iovec *piece, unsigned pieces,
                                   uint64_t *length, bool send);
/* frame.c: whether the header of a frame to be sent makes sense. */
bool hvt_vnet_sound(const struct fata_vnet *header, uint64_t mtu,
                    uint64_t length);

/* paging.c: the tables of the ABI, in guest memory, for ring 0. */
FATA_NODISCARD int hvt_paging_plain(struct hvt *h, struct message *why);
/* paging.c: our tables for ring 3, from segments and stacks. */
FATA_NODISCARD int hvt_paging_ring3(struct hvt *h, struct message *why);

/* ring3.c: descriptor tables and fault stubs; fills the special registers. */
void hvt_ring3_tables(struct hvt *h);
void hvt_ring3_registers(struct kvm_sregs *s);
/* ring3.c: what a stub has to tell.  Returns only if a debugger lets the guest
 * go on; else a fault is reported. */
void hvt_ring3_fault(struct hvt *h);
/* ring3.c: the report of a hypercall that makes no sense. */
_Noreturn void hvt_ring3_report(struct hvt *h, const char *what);

/* events.c: what POLL waits for; signals. */
FATA_NODISCARD int hvt_events_open(struct hvt *h, struct message *why);
FATA_NODISCARD int hvt_events_signals(struct message *why);
/* events.c: hypercall POLL. */
void hvt_events_wait(struct hvt *h, struct solo5_hvt_poll *poll);

/* filter.c: the tender can do only what hypercalls need from here on. */
FATA_NODISCARD int hvt_filter_install(const struct hvt *h, struct message *why);

/* filter.c: allows an ioctl on the CPU. */
void hvt_filter_vcpu(struct filter *f, const struct hvt *h, uint64_t request);

/* worker.c: whether there is a ring, and where; after attaching. */
FATA_NODISCARD int hvt_ring_open(struct hvt *h, struct message *why);
/* worker.c: the bytes of guest memory behind what the guest is told of. */
uint64_t hvt_ring_above(const struct hvt *h);
/* worker.c: the doorbell, which does not leave the kernel. */
FATA_NODISCARD int hvt_ring_connect(const struct hvt *h, struct message *why);
/* worker.c: starts the process that serves the ring, when all else is ready. */
FATA_NODISCARD int hvt_worker_start(struct hvt *h, struct message *why);
/* worker.c: returns NULL while it serves, or what the guest did wrong; ends
 * the tender if the worker has ended by itself. */
FATA_NODISCARD const char *hvt_worker_ended(const struct hvt *h);
/* worker.c: ends it, and waits until its devices are closed. */
void hvt_worker_stop(const struct hvt *h);
/* worker.c: what the tender may do with the worker. */
void hvt_worker_rules(const struct hvt *h, struct filter *f);
/* worker_run.c: the worker.  tender  whose child it is */
_Noreturn void hvt_worker_run(const struct hvt *h, pid_t tender);

/* call.c: one hypercall; `argument` is what the guest has written.  HALT does
 * not return.  Returns NULL, or why it makes no sense. */
FATA_NODISCARD const char *hvt_call(struct hvt *h, unsigned number,
                                    uint64_t argument);

/* call.c: best effort: a console that is gone or full loses text. */
void hvt_console(const void *data, size_t size);

/* loop.c: runs the guest. */
_Noreturn void hvt_loop(struct hvt *h);
/* loop.c: ends the process, with --stats if asked for. */
_Noreturn void hvt_exit(const struct hvt *h, int status);

/* loop.c: nanoseconds, monotonic. */
uint64_t hvt_now(void);

/* core.c: the option --core=DIR.  open makes the file, before the filter. */
extern const struct option_flag hvt_core_option;
FATA_NODISCARD int hvt_core_open(struct hvt *h, const char *image,
                                 struct message *why);
void hvt_core_rules(const struct hvt *h, struct filter *f);
/* core.c: the guest ends badly: writes the file, if it is asked for, once.
 * signal  what a process would have died of */
void hvt_core_write(struct hvt *h, const struct kvm_regs *regs, int signal);

/* A debugger: gdb/gdb.c in fata-hvt-debug, nothing (nodebug.c) in fata-hvt. */

/* An exception of ring 3. */
struct hvt_trap {
    struct kvm_regs regs; /* where it was */
    uint64_t vector, error, address;
};

/* Its option, or an end of the list. */
extern const struct option_flag hvt_debug_option;
/* Waits for it, if it is asked for. */
FATA_NODISCARD int hvt_debug_open(struct hvt *h, struct message *why);
void hvt_debug_rules(const struct hvt *h, struct filter *f);
/* Before the first instruction. */
void hvt_debug_start(struct hvt *h);
/* Return true if it has taken this, and the guest goes on. */
FATA_NODISCARD bool hvt_debug_trap(struct hvt *h, const struct hvt_trap *trap);
FATA_NODISCARD bool hvt_debug_exit(struct hvt *h); /* KVM_EXIT_DEBUG */
/* A signal has ended KVM_RUN. */
void hvt_debug_interrupted(struct hvt *h);
/* The guest ends in a way that is worth a look; it has ended. */
void hvt_debug_end(struct hvt *h);
void hvt_debug_exited(int status);

#endif
