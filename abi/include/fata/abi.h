/* SPDX-License-Identifier: ISC */
/* Our extension of the Solo5 ABI: the note `Fata` and what the tender answers.
 * Both sides compile this file and check its layout, which changes only by
 * appending and a new version; docs/abi.md is the contract in words.  All
 * integers are little-endian. */
#ifndef FATA_ABI_H
#define FATA_ABI_H

#include <stddef.h>
#include <stdint.h>

/* ELF note in a PT_NOTE segment of its own (name "Fata", 5 bytes with the NUL,
 * padded to 8; the descriptor is 4 bytes of padding, so that it is 8-aligned in
 * the note, then struct fata_note).  A tender that does not know it
 * ignores it; nothing in an image may rely on it. */
#define FATA_NOTE_NAME      "Fata"
#define FATA_NOTE_NAME_SIZE 5u
#define FATA_NOTE_TYPE      0x31415446u /* FTA1 */
#define FATA_NOTE_VERSION   3u

/* What an image can use.  Addresses are guest addresses. */
struct fata_note {
    uint32_t version;     /* FATA_NOTE_VERSION */
    uint32_t length;      /* sizeof(struct fata_note) of that version */
    uint64_t wants;       /* FATA_FEATURE_* the image understands */
    uint64_t offer;       /* where the tender writes its struct fata_offer; in
                             a writable segment, 8-byte aligned */
    uint64_t offer_size;  /* bytes the image has there */
    uint64_t stacks;      /* stack arena: page aligned, or 0 */
    uint64_t stack_size;  /* of one stack, guard included; page multiple */
    uint64_t stack_count; /* the lowest page of each stack is its guard */
    /* Version 2. */
    uint64_t ring;         /* struct fata_ring: page aligned, in a writable
                              segment, zero; or 0 */
    uint64_t ring_entries; /* if ring is not 0 */
    /* Version 3. */
    uint64_t net_offload; /* bit i: the image understands offloads of net device
                             i of its manifest */
};

/* What the tender gives; all zero under a tender without the extension. */
struct fata_offer {
    uint32_t version;       /* the note's, or the tender's if that is lower */
    uint32_t length;        /* bytes the tender has written */
    uint64_t features;      /* FATA_FEATURE_*: subset of the image's wants */
    uint64_t shutdown_data; /* spt: epoll event data of the shutdown event;
                               hvt: its bit in the ready set of POLL */
    uint8_t entropy[32];    /* seed, if FATA_FEATURE_ENTROPY; used once */
    /* Version 2. */
    uint64_t doorbell; /* of the ring, if FATA_FEATURE_NET_RING: a write there,
                          4 bytes of anything */
    /* Version 3. */
    uint64_t net_offload; /* if FATA_FEATURE_NET_OFFLOAD or _RING_OFFLOAD:
                             subset of the note's; these devices have a struct
                             fata_vnet before each frame */
    uint64_t clock;       /* spt, if FATA_FEATURE_CLOCK: address of a function
                             like clock_gettime(2), for its first two clocks */
};

/* What lies before each frame of a device with offloads, both ways: the header
 * of Linux's TAP interfaces and of virtio, version 0.  What is sent without
 * need of the device is all zero. */
struct fata_vnet {
    uint8_t flags; /* FATA_VNET_CHECKSUM, FATA_VNET_VALID */
    uint8_t gso;   /* FATA_VNET_TCP4, _TCP6; perhaps with FATA_VNET_ECN */
    uint16_t header_length;
    uint16_t gso_size; /* bytes of payload in each segment */
    uint16_t checksum_start;
    uint16_t checksum_offset; /* from there */
};

#define FATA_VNET_CHECKSUM 1u /* the checksum is to be finished */
#define FATA_VNET_VALID    2u /* received: it has been checked */
#define FATA_VNET_TCP4     1u
#define FATA_VNET_TCP6     4u
#define FATA_VNET_ECN      0x80u

#define FATA_NOTE_SIZE_1  offsetof(struct fata_note, ring)
#define FATA_NOTE_SIZE_2  offsetof(struct fata_note, net_offload)
#define FATA_OFFER_SIZE_1 offsetof(struct fata_offer, doorbell)
#define FATA_OFFER_SIZE_2 offsetof(struct fata_offer, net_offload)

#define FATA_FEATURE_GUARDS      (1u << 0) /* stack guards are in place */
#define FATA_FEATURE_SHUTDOWN    (1u << 1) /* SIGINT, SIGTERM arrive as event */
#define FATA_FEATURE_ENTROPY     (1u << 2) /* offer.entropy is filled */
#define FATA_FEATURE_NET_RING    (1u << 3) /* the ring serves net devices */
#define FATA_FEATURE_NET_OFFLOAD (1u << 4) /* of offer.net_offload (spt) */
#define FATA_FEATURE_CLOCK       (1u << 5) /* offer.clock is there (spt) */
/* Of offer.net_offload, where the ring serves (hvt): its entries have headers
 * and pieces. */
#define FATA_FEATURE_RING_OFFLOAD (1u << 6)

#define FATA_SPT_SHUTDOWN_DATA 0xfffffffdu /* offer.shutdown_data on spt */
#define FATA_HVT_SHUTDOWN_DATA 1u /* on hvt: bit 0, which is no device's */

_Static_assert(FATA_NOTE_SIZE_1 == 56, "note, version 1");
_Static_assert(FATA_NOTE_SIZE_2 == 72, "note, version 2");
_Static_assert(sizeof(struct fata_note) == 80, "note, version 3");
_Static_assert(offsetof(struct fata_note, wants) == 8, "note.wants");
_Static_assert(offsetof(struct fata_note, offer) == 16, "note.offer");
_Static_assert(offsetof(struct fata_note, stacks) == 32, "note.stacks");
_Static_assert(offsetof(struct fata_note, stack_count) == 48, "note.count");
_Static_assert(FATA_OFFER_SIZE_1 == 56, "offer, version 1");
_Static_assert(FATA_OFFER_SIZE_2 == 64, "offer, version 2");
_Static_assert(sizeof(struct fata_offer) == 80, "offer, version 3");
_Static_assert(offsetof(struct fata_offer, features) == 8, "offer.features");
_Static_assert(offsetof(struct fata_offer, shutdown_data) == 16, "shutdown");
_Static_assert(offsetof(struct fata_offer, entropy) == 24, "offer.entropy");
_Static_assert(offsetof(struct fata_offer, clock) == 72, "offer.clock");
_Static_assert(sizeof(struct fata_vnet) == 10, "vnet header");
_Static_assert(offsetof(struct fata_vnet, checksum_start) == 6, "vnet header");

#endif
