/* SPDX-License-Identifier: ISC */
/* See vnet.h. */
#include "vnet.h"

void vnet_put(const struct fata_frame *f, struct fata_vnet *header)
{
    *header = (struct fata_vnet){0};
    if ((f->flags & FATA_FRAME_CHECKSUM) != 0) {
        header->flags = FATA_VNET_CHECKSUM;
        header->checksum_start = f->checksum_start;
        header->checksum_offset = f->checksum_offset;
    }
    if (f->cut != 0) {
        header->gso =
            f->cut == FATA_FRAME_TCP4 ? FATA_VNET_TCP4 : FATA_VNET_TCP6;
        header->gso_size = f->segment;
        header->header_length = f->header;
    }
}

bool vnet_take(const struct fata_vnet *header, uint32_t length,
               struct fata_frame *f)
{
    struct fata_vnet h = *header; /* once: the host may share it */
    bool checksum = (h.flags & FATA_VNET_CHECKSUM) != 0;
    unsigned gso = h.gso & ~FATA_VNET_ECN;

    f->flags = f->cut = 0;
    if (length < FATA_NET_HEADER ||
        (checksum && (h.checksum_start < FATA_NET_HEADER ||
                      h.checksum_start + h.checksum_offset + 2u > length)))
        return false;
    if (checksum) {
        f->flags |= FATA_FRAME_CHECKSUM;
        f->checksum_start = h.checksum_start;
        f->checksum_offset = h.checksum_offset;
    } else if ((h.flags & FATA_VNET_VALID) != 0) {
        f->flags |= FATA_FRAME_CHECKED;
    }
    if (gso == 0)
        return true;
    /* The kernel's header length is a hint, so it is not passed on. */
    if ((gso != FATA_VNET_TCP4 && gso != FATA_VNET_TCP6) || h.gso_size == 0)
        return false;
    f->cut = gso == FATA_VNET_TCP4 ? FATA_FRAME_TCP4 : FATA_FRAME_TCP6;
    f->segment = h.gso_size;
    return true;
}
