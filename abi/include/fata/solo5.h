/* SPDX-License-Identifier: ISC */
/* The Solo5 ABI as far as spt and hvt need it: notes, manifest, boot info,
 * hypercalls.  Written from its description (ABI version 2); both sides check
 * the layout when they compile this file. */
#ifndef FATA_SOLO5_H
#define FATA_SOLO5_H

#include <stddef.h>
#include <stdint.h>

#define SOLO5_NOTE_NAME      "Solo5"
#define SOLO5_NOTE_NAME_SIZE 6u
#define SOLO5_NOTE_ABI       0x31494241u /* ABI1 */
#define SOLO5_NOTE_MANIFEST  0x3154464du /* MFT1 */

#define SOLO5_TARGET_HVT  1u
#define SOLO5_TARGET_SPT  2u
#define SOLO5_ABI_VERSION 2u

#define SOLO5_GUEST_MIN    0x100000u /* lowest load address, lowest entry */
#define SOLO5_CMDLINE_SIZE 8192u

struct solo5_abi {
    uint32_t target;
    uint32_t version;
    uint32_t reserved0;
    uint32_t reserved1;
};

#define SOLO5_DEVICE_BLOCK     1u
#define SOLO5_DEVICE_NET       2u
#define SOLO5_DEVICE_RESERVED  0x40000000u
#define SOLO5_NAME_SIZE        68u /* with the NUL */
#define SOLO5_MANIFEST_MAX     64u /* entries, the reserved first included */
#define SOLO5_MANIFEST_VERSION 1u

struct solo5_device {
    char name[SOLO5_NAME_SIZE];
    uint32_t type;
    union {
        struct {
            uint64_t capacity; /* bytes */
            uint16_t block_size;
        } block;
        struct {
            uint8_t mac[6];
            uint16_t mtu; /* without the Ethernet header */
        } net;
        uint8_t bytes[16];
    } info;
    union {
        int32_t descriptor; /* spt: host file descriptor */
        uint64_t pointer;
    } host;
    uint8_t attached;
    uint8_t pad[7];
};

struct solo5_manifest {
    uint32_t version; /* 1 */
    uint32_t entries; /* 1 .. SOLO5_MANIFEST_MAX */
    struct solo5_device device[];
};

/* Boot info of spt, at 0x11000. */
struct solo5_spt_boot {
    uint64_t memory_size; /* bytes; guest memory ends there */
    uint64_t kernel_end;  /* do not use as start of the heap */
    uint64_t command_line;
    uint64_t manifest;
    int32_t epoll;
    int32_t timer;
};

#define SOLO5_SPT_MEMORY     0x10000u
#define SOLO5_SPT_BOOT       0x11000u
#define SOLO5_SPT_TIMER_DATA 0xfffffffeu

/* Boot info of hvt, at 0x10000.  Under tenders from before 0.11 it ends after
 * `manifest`, and what follows is the manifest: the ring is there only if the
 * feature bit is set *and* the address is not 0. */
struct solo5_hvt_boot {
    uint64_t memory_size; /* bytes; guest memory ends there */
    uint64_t kernel_end;  /* do not use as start of the heap */
    uint64_t cycle_hz;    /* frequency of the cycle counter */
    uint64_t command_line;
    uint64_t manifest;
    uint32_t features; /* SOLO5_HVT_FEATURE_* */
    uint32_t accepted; /* 0; the page is read-only for the guest */
    uint64_t ring;     /* address, or 0 */
};

#define SOLO5_HVT_BOOT         0x10000u
#define SOLO5_HVT_FEATURE_RING (1u << 0)

/* Hypercalls of hvt on x86_64: a 32-bit OUT of the address of one of the
 * structures below to port SOLO5_HVT_PORT + number; the tender writes results
 * in place. */
#define SOLO5_HVT_PORT 0x500u

enum solo5_hvt_call {
    SOLO5_HVT_WALLTIME = 1,
    SOLO5_HVT_PUTS,
    SOLO5_HVT_POLL,
    SOLO5_HVT_BLOCK_WRITE,
    SOLO5_HVT_BLOCK_READ,
    SOLO5_HVT_NET_WRITE,
    SOLO5_HVT_NET_READ,
    SOLO5_HVT_HALT,
    SOLO5_HVT_CALLS /* not a call: their number plus one */
};

enum solo5_result { SOLO5_OK, SOLO5_AGAIN, SOLO5_EINVAL, SOLO5_EUNSPEC };

struct solo5_hvt_walltime {
    uint64_t nanoseconds; /* out: since 1970, UTC */
};

struct solo5_hvt_puts {
    uint64_t data;
    uint64_t length;
};

struct solo5_hvt_poll {
    uint64_t timeout; /* nanoseconds from now */
    uint64_t ready;   /* out: bit 1 << handle for each readable net device */
    int32_t count;    /* out: bits in `ready` */
    int32_t pad;
};

struct solo5_hvt_block {
    uint64_t handle; /* index in the manifest */
    uint64_t offset; /* bytes */
    uint64_t data;
    uint64_t length;
    int32_t result; /* out: enum solo5_result */
    int32_t pad;
};

struct solo5_hvt_net {
    uint64_t handle;
    uint64_t data;
    uint64_t length; /* read: of the buffer; out: of the frame */
    int32_t result;  /* out: enum solo5_result */
    int32_t pad;
};

#define SOLO5_HVT_COOKIE_SIZE 512u

struct solo5_hvt_halt {
    uint64_t cookie; /* 0, or where SOLO5_HVT_COOKIE_SIZE bytes are */
    int32_t status;
    int32_t pad;
};

/* A note as it lies in the file: this header, then the descriptor; that of the
 * manifest begins with 4 bytes of padding, so that the rest is 8-aligned. */
struct solo5_note_header {
    uint32_t name_size;
    uint32_t size; /* of the descriptor */
    uint32_t type;
    char name[8];
};

_Static_assert(sizeof(struct solo5_note_header) == 20, "note header");
_Static_assert(sizeof(struct solo5_abi) == 16, "abi note");
_Static_assert(sizeof(struct solo5_device) == 104, "manifest entry");
_Static_assert(offsetof(struct solo5_device, type) == 68, "device.type");
_Static_assert(offsetof(struct solo5_device, info) == 72, "device.info");
_Static_assert(offsetof(struct solo5_device, info.block.block_size) == 80,
               "device.info.block.block_size");
_Static_assert(offsetof(struct solo5_device, info.net.mtu) == 78,
               "device.info.net.mtu");
_Static_assert(offsetof(struct solo5_device, host) == 88, "device.host");
_Static_assert(offsetof(struct solo5_device, attached) == 96,
               "device.attached");
_Static_assert(sizeof(struct solo5_manifest) == 8, "manifest header");
_Static_assert(sizeof(struct solo5_spt_boot) == 40, "spt boot info");
_Static_assert(offsetof(struct solo5_spt_boot, command_line) == 16, "boot");
_Static_assert(offsetof(struct solo5_spt_boot, epoll) == 32, "boot.epoll");
_Static_assert(offsetof(struct solo5_spt_boot, timer) == 36, "boot.timer");
_Static_assert(sizeof(struct solo5_hvt_boot) == 56, "hvt boot info");
_Static_assert(offsetof(struct solo5_hvt_boot, command_line) == 24, "boot");
_Static_assert(offsetof(struct solo5_hvt_boot, features) == 40, "features");
_Static_assert(offsetof(struct solo5_hvt_boot, ring) == 48, "boot.ring");
_Static_assert(SOLO5_HVT_HALT == 8, "hypercall numbers");
_Static_assert(sizeof(struct solo5_hvt_walltime) == 8, "walltime");
_Static_assert(sizeof(struct solo5_hvt_puts) == 16, "puts");
_Static_assert(sizeof(struct solo5_hvt_poll) == 24, "poll");
_Static_assert(offsetof(struct solo5_hvt_poll, count) == 16, "poll.count");
_Static_assert(sizeof(struct solo5_hvt_block) == 40, "block");
_Static_assert(offsetof(struct solo5_hvt_block, data) == 16, "block.data");
_Static_assert(offsetof(struct solo5_hvt_block, result) == 32, "block.result");
_Static_assert(sizeof(struct solo5_hvt_net) == 32, "net");
_Static_assert(offsetof(struct solo5_hvt_net, result) == 24, "net.result");
_Static_assert(sizeof(struct solo5_hvt_halt) == 16, "halt");
_Static_assert(offsetof(struct solo5_hvt_halt, status) == 8, "halt.status");

#endif
