/* SPDX-License-Identifier: ISC */
/* The Solo5 ABI as far as spt needs it: notes, manifest, boot info.  Written
 * from its description (ABI version 2); both sides check the layout
 * when they compile this file. */
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

#endif
