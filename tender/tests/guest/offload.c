/* SPDX-License-Identifier: ISC */
/* The device guest with a Fata note: it understands the offloads of its net
 * device. */
#include "device.c"

static struct fata_offer offer;

static const struct {
    struct note_header h;
    uint32_t pad;
    struct fata_note note;
} note_fata __attribute__((section(".note.fata"), used, aligned(8))) = {
    {FATA_NOTE_NAME_SIZE, 4 + sizeof(struct fata_note), FATA_NOTE_TYPE,
     FATA_NOTE_NAME},
    0,
    {FATA_NOTE_VERSION, sizeof(struct fata_note), FATA_FEATURE_NET_OFFLOAD,
     (uint64_t)&offer, sizeof offer, 0, 0, 0, 0, 0, UINT64_MAX}};
